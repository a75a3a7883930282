//! Kinds of machine, told apart by how packages are installed.

use std::fs;

/// A family of systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Debian, Ubuntu and what derives from them.
    Debian,
    /// Fedora, RHEL and their rebuilds.
    Fedora,
    /// Arch Linux.
    Arch,
    /// Alpine.
    Alpine,
    /// openSUSE and SLES.
    Suse,
    /// macOS with Homebrew.
    MacOs,
    /// Anything else.
    Other,
}

impl System {
    /// Those whose packages are known.
    pub const PACKAGED: [System; 6] =
        [System::Debian, System::Fedora, System::Arch, System::Alpine, System::Suse, System::MacOs];

    /// This machine.
    pub fn current() -> System {
        if cfg!(target_os = "macos") {
            return System::MacOs;
        }
        System::of(&fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    /// From the text of os-release(5): `ID`, else the first known of `ID_LIKE`.
    fn of(os_release: &str) -> System {
        let value = |key: &str| {
            let found = os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            found.unwrap_or_default().trim_matches(['"', '\''])
        };
        let names = value("ID").split_whitespace().chain(value("ID_LIKE").split_whitespace());
        names.map(System::named).find(|s| *s != System::Other).unwrap_or(System::Other)
    }

    fn named(id: &str) -> System {
        match id {
            "debian" | "ubuntu" => System::Debian,
            "fedora" | "rhel" | "centos" => System::Fedora,
            "arch" => System::Arch,
            "alpine" => System::Alpine,
            "suse" | "opensuse" | "sles" => System::Suse,
            _ => System::Other,
        }
    }

    /// The start of the command that installs packages.
    pub fn install_command(self) -> Option<&'static str> {
        match self {
            System::Debian => Some("apt-get install"),
            System::Fedora => Some("dnf install"),
            System::Arch => Some("pacman -S"),
            System::Alpine => Some("apk add"),
            System::Suse => Some("zypper install"),
            System::MacOs => Some("brew install"),
            System::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_known_by_what_they_are_or_resemble() {
        let check = |text: &str, system| assert_eq!(System::of(text), system, "{text}");
        check("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n", System::Debian);
        check("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", System::Debian);
        check("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", System::Fedora);
        check("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n", System::Suse);
        check("ID=nixos\n", System::Other);
        check("", System::Other);
    }
}
