//! A need: what is looked for, for what, and what helps when it is not there.

use super::find::Found;
use super::system::System;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Build console and binary.
    Build,
    /// Build, and serve with a private PostgreSQL.
    Serve,
    /// Check the format.
    Format,
    /// Run clippy.
    Lint,
    /// Run the tests of the crates.
    Unit,
    /// Run the tests in a browser.
    EndToEnd,
}

/// One thing a machine must have.
#[derive(Debug)]
pub struct Need {
    /// What people call it.
    pub name: &'static str,
    /// Who needs it.
    pub purposes: &'static [Purpose],
    /// Looks for it.
    pub find: fn() -> Option<Found>,
    /// The oldest major version that does.
    pub oldest: u32,
    /// How it is installed.
    pub remedy: Remedy,
}

/// How a need is installed.
#[derive(Debug)]
pub enum Remedy {
    /// A compilation target of the toolchain.
    Target(&'static str),
    /// A component of the toolchain.
    Component(&'static str),
    /// Packages by system, in the order of [`System::PACKAGED`]; several are separated by spaces.
    Packages([&'static str; 6]),
}

/// What the machine has of a need.
#[derive(Debug)]
pub enum State {
    /// It is there.
    Met(Found),
    /// It is there in a version that does not do.
    TooOld(Found),
    /// It is not there.
    Missing,
}

impl State {
    /// Whether nothing has to be done.
    pub fn is_met(&self) -> bool {
        matches!(self, State::Met(_))
    }
}

impl Need {
    /// Whether the purpose needs it.
    pub fn is_for(&self, purpose: Purpose) -> bool {
        self.purposes.contains(&purpose)
    }

    /// Looks for it on this machine.
    pub fn state(&self) -> State {
        match (self.find)() {
            Some(found) if found.major().is_some_and(|major| major < self.oldest) => State::TooOld(found),
            Some(found) => State::Met(found),
            None => State::Missing,
        }
    }

    /// Its packages on a system: none where it is not a matter of packages, or the system is not known.
    pub fn packages(&self, system: System) -> impl Iterator<Item = &'static str> + use<> {
        let place = System::PACKAGED.iter().position(|s| *s == system);
        let names = match (&self.remedy, place) {
            (Remedy::Packages(names), Some(place)) => names[place],
            _ => "",
        };
        names.split_whitespace()
    }

    /// What to do about it, as a command where there is one.
    pub fn remedy(&self, state: &State, system: System) -> String {
        let packages = self.packages(system).collect::<Vec<_>>().join(" ");
        match (&self.remedy, state, system.install_command()) {
            (Remedy::Target(name), ..) => format!("rustup target add {name}"),
            (Remedy::Component(name), ..) => format!("rustup component add {name}"),
            // The system's own package is what was found, and too old.
            (_, State::TooOld(_), _) => {
                format!("install {} {} or later, and put it first on PATH", self.name, self.oldest)
            }
            (_, _, Some(install)) => format!("{install} {packages}"),
            (_, _, None) if self.oldest > 0 => format!("install {} {} or later", self.name, self.oldest),
            (_, _, None) => format!("install {}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::NEEDS;
    use super::*;

    #[test]
    fn an_old_version_asks_for_a_later_one() {
        let found = Found { version: "PostgreSQL 14.9".into(), place: "/usr/lib/postgresql/14/bin".into() };
        let need = NEEDS.iter().find(|n| n.name == "PostgreSQL").unwrap();
        let remedy = need.remedy(&State::TooOld(found), System::Debian);
        assert_eq!(remedy, "install PostgreSQL 15 or later, and put it first on PATH");
    }
}
