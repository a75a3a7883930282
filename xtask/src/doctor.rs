//! `cargo xtask doctor`: what is needed, what is there, and the command that installs the rest.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::machine::{NEEDS, Need, Purpose, State, System};
use crate::process;

/// Prints the table; fails when something that `serve` needs is missing.
pub fn run() -> Result<ExitCode> {
    if let Some(version) = process::output(Command::new("rustc").arg("--version")) {
        println!("{version}\n");
    }
    let system = System::current();
    let states: Vec<(&Need, State)> = NEEDS.iter().map(|need| (need, need.state())).collect();
    println!("{:<22} {:<16} {:<12} WHERE, OR HOW TO GET IT", "NEEDED", "VERSION", "BY");
    for (need, state) in &states {
        println!("{}", row(need, state, system));
    }
    let blocked = states.iter().any(|(need, state)| need.is_for(Purpose::Serve) && !state.is_met());
    println!();
    if blocked {
        println!("`cargo xtask serve` cannot run yet; where it may install packages, it does so by itself.");
        return Ok(ExitCode::FAILURE);
    }
    println!("`cargo xtask serve` has what it needs.");
    Ok(ExitCode::SUCCESS)
}

fn row(need: &Need, state: &State, system: System) -> String {
    let by = if need.is_for(Purpose::Serve) { "serve, test" } else { "test" };
    let (version, rest) = match state {
        State::Met(found) => (found.version.as_str(), found.place.display().to_string()),
        State::TooOld(found) => (found.version.as_str(), need.remedy(state, system)),
        State::Missing => ("missing", need.remedy(state, system)),
    };
    format!("{:<22} {version:<16} {by:<12} {rest}", need.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_shows_its_command() {
        let need = NEEDS.iter().find(|n| n.name == "dnsperf").unwrap();
        let row = row(need, &State::Missing, System::Fedora);
        assert_eq!(row, "dnsperf                missing          test         dnf install dnsperf");
    }
}
