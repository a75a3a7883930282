//! What a machine must have to build, serve and test, and how it gets there.
//!
//! `table` lists every need and is the only place that names packages; `need` says what a need is; `find` looks for
//! programs where their users would; `rust` does so for parts of the toolchain; `system` tells the kinds of machine
//! apart; `apt` installs on Debian and its relatives, the one kind on which packages are installed without asking.
//! Elsewhere the error is the command to type.

mod apt;
mod find;
mod need;
mod rust;
mod system;
mod table;

pub use find::{chromium, versioned};
pub use need::{Need, Purpose, Remedy, State};
pub use system::System;
pub use table::NEEDS;

use anyhow::{Result, bail};

/// Installs what the purposes need and this machine lacks; says nothing when that is nothing.
pub fn prepare(purposes: &[Purpose]) -> Result<()> {
    let lacking = lacking(purposes);
    if lacking.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = lacking.iter().map(|(need, _)| need.name).collect();
    println!("missing here: {}", names.join(", "));
    for (need, _) in &lacking {
        match need.remedy {
            Remedy::Target(name) => rust::rustup("target", name)?,
            Remedy::Component(name) => rust::rustup("component", name)?,
            Remedy::Packages(_) => {}
        }
    }
    let system = System::current();
    let packages: Vec<_> = lacking.iter().flat_map(|(need, _)| need.packages(system)).collect();
    if system == System::Debian && !packages.is_empty() {
        apt::install(&packages)?;
    }
    let still = self::lacking(purposes);
    if !still.is_empty() {
        bail!("{}", complaint(&still, system));
    }
    Ok(())
}

fn lacking(purposes: &[Purpose]) -> Vec<(&'static Need, State)> {
    let wanted = NEEDS.iter().filter(|need| purposes.iter().any(|purpose| need.is_for(*purpose)));
    wanted.map(|need| (need, need.state())).filter(|(_, state)| !state.is_met()).collect()
}

fn complaint(lacking: &[(&Need, State)], system: System) -> String {
    let lines = lacking.iter().map(|(need, state)| {
        let found = match state {
            State::TooOld(found) => format!("{} is too old", found.version),
            _ => "missing".to_owned(),
        };
        format!("\n  {} ({found}): {}", need.name, need.remedy(state, system))
    });
    format!("this machine lacks:{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_complaint_names_the_package_of_the_system() {
        let postgres = NEEDS.iter().find(|n| n.name == "PostgreSQL").unwrap();
        let check = |system| complaint(&[(postgres, State::Missing)], system);
        assert!(check(System::Fedora).ends_with("PostgreSQL (missing): dnf install postgresql-server"));
        assert!(check(System::MacOs).ends_with("brew install postgresql@17"));
        assert!(check(System::Other).contains("15 or later"));
    }
}
