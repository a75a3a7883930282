//! `health`: what it costs to watch 10,000 members over HTTP, and how soon the loss of half of them is known.
//!
//! The checks are made by an example of the crate `health`, against two servers of its own on loopback; what it says
//! is the result.

use std::process::Command;
use std::time::Duration;

use super::Bench;
use super::host::child::Running;
use crate::product;

/// How long it may take: a round of checks, the time that is measured, and the bound twice.
const LIMIT: Duration = Duration::from_secs(300);

/// Measures, and gives the part of the report.
pub fn run(bench: &Bench) -> anyhow::Result<String> {
    let example = product::example("health", "members")?;
    let mut text = "### Watching 10,000 members\n\n".to_owned();
    for round in 1..=bench.args.rounds {
        bench.say(round, "10,000 members");
        let folder = bench.folder.fresh("members")?;
        let mut running = Running::spawn("members", &mut Command::new(&example), &folder)?;
        running.succeed(LIMIT, |_| ())?;
        let said = running.output()?;
        let words: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        text.push_str(&format!("{round}. {}\n", words.join("; ")));
    }
    Ok(text)
}
