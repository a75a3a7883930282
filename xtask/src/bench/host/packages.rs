//! Programs from Debian's packages, installed when they are missing; their services are not left running.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use super::folder::Folder;

/// Asked by Debian's packages before they start a service; 101 is "not allowed" (invoke-rc.d(8)).
const POLICY: &str = "/usr/sbin/policy-rc.d";
const POLICY_TEXT: &str = "#!/bin/sh\nexit 101\n";

/// Where a program is: on PATH, or where servers are that not every user has on PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|f| f.join(program)).find(|p| p.is_file())
}

/// The program, after installing `package` when it is missing.
pub fn need(program: &str, package: &str) -> anyhow::Result<PathBuf> {
    if let Some(found) = find(program) {
        return Ok(found);
    }
    install(package)?;
    match find(program) {
        Some(found) => Ok(found),
        None => bail!("{program} is still missing after installing {package}: install it by hand"),
    }
}

/// The same for a program that Debian's package also sets up as a service.
pub fn need_daemon(program: &str, package: &str, service: &str) -> anyhow::Result<PathBuf> {
    if let Some(found) = find(program) {
        return Ok(found);
    }
    {
        let _quiet = NoServices::begin()?;
        need(program, package)?;
    }
    // The package enabled its service: without this it would start, on port 53, with the next boot.
    if find("systemctl").is_some() {
        let _ = as_root("systemctl").args(["disable", "--quiet", service]).stderr(Stdio::null()).status();
    }
    need(program, package)
}

fn install(package: &str) -> anyhow::Result<()> {
    let Some(apt_get) = find("apt-get") else {
        bail!("{package} is missing, and this is no Debian: install it with your package manager");
    };
    if !is_root() && find("sudo").is_none() {
        bail!("{package} is missing: run `apt-get install {package}` as root");
    }
    eprintln!("bench: installing {package}");
    let run = || {
        let mut command = as_root("env");
        command.arg("DEBIAN_FRONTEND=noninteractive").arg(&apt_get);
        command.args(["install", "-y", "-q", "--no-install-recommends", package]).stdout(Stdio::null());
        command.status().context("apt-get cannot be started")
    };
    if !run()?.success() {
        // The lists may be missing or older than what the archive still has.
        as_root("apt-get").args(["update", "-q"]).stdout(Stdio::null()).status()?;
        if !run()?.success() {
            bail!("apt-get could not install {package}: its message is above");
        }
    }
    Ok(())
}

/// While it lives, packages do not start their services.
struct NoServices {
    ours: bool,
}

impl NoServices {
    fn begin() -> anyhow::Result<NoServices> {
        // One that is there is the administrator's word.
        if Path::new(POLICY).exists() {
            return Ok(NoServices { ours: false });
        }
        let folder = Folder::make()?;
        let file = folder.path().join("policy-rc.d");
        fs::write(&file, POLICY_TEXT)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
        let copied = as_root("cp").arg(&file).arg(POLICY).status()?;
        if !copied.success() {
            bail!(
                "{POLICY} cannot be written, which keeps new services from starting: install the packages by hand"
            );
        }
        Ok(NoServices { ours: true })
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.ours && !as_root("rm").arg(POLICY).status().is_ok_and(|s| s.success()) {
            eprintln!("bench: remove {POLICY} by hand: it keeps services from starting");
        }
    }
}

fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.arg(program);
    command
}

fn is_root() -> bool {
    // The owner of /proc/self is the effective user.
    fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}

/// The first number with a dot that a program prints when asked for its version.
pub fn version(program: &Path, argument: Option<&str>) -> String {
    let output = Command::new(program).args(argument).stdin(Stdio::null()).output();
    let text = output.map(|o| [o.stdout, o.stderr].concat()).unwrap_or_default();
    number(&String::from_utf8_lossy(&text)).unwrap_or_else(|| "of unknown version".to_owned())
}

fn number(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'));
    let word = words
        .map(|w| w.trim_start_matches('v'))
        .find(|w| w.starts_with(|c: char| c.is_ascii_digit()) && w.contains('.'))?;
    // Debian's revision, after the dash, is not the program's own version.
    Some(word.split(['-', '+', '~']).next().unwrap_or(word).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        let cases = [
            ("gdnsd: invalid option -- 'V'\ngdnsd version 3.8.1\nUsage: gdnsd", "3.8.1"),
            ("knotd (Knot DNS), version 3.2.6\n", "3.2.6"),
            ("BIND 9.18.49-1~deb12u3-Debian (Extended Support Version) <id:>\n", "9.18.49"),
            ("psql (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "15.18"),
        ];
        for (text, version) in cases {
            assert_eq!(number(text).as_deref(), Some(version));
        }
        assert_eq!(number("no digits"), None);
    }

    #[test]
    fn a_shell_is_on_the_path_and_nonsense_is_not() {
        assert!(find("sh").is_some());
        assert!(find("no-such-program-here").is_none());
    }
}
