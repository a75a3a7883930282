//! `cargo xtask test`: every check of the project, one after the other.

mod node;
mod steps;
mod tally;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::progress;
use steps::{STEPS, Step};
use tally::Tally;

/// Which tests to run.
#[derive(Args)]
pub struct TestArgs {
    /// Run only this part; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

/// A part of the tests that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The format of the source.
    Fmt,
    /// Clippy, for the server and for the browser.
    Lint,
    /// Unit and integration tests of all crates, with a real PostgreSQL.
    Unit,
    /// The server in a real browser.
    E2e,
}

impl Part {
    const ALL: [Part; 4] = [Part::Fmt, Part::Lint, Part::Unit, Part::E2e];

    fn name(self) -> &'static str {
        match self {
            Part::Fmt => "fmt",
            Part::Lint => "lint",
            Part::Unit => "unit",
            Part::E2e => "e2e",
        }
    }
}

/// Runs the steps until one fails. The last line is always the counts.
pub fn run(args: &TestArgs) -> Result<ExitCode> {
    let parts = if args.only.is_empty() { Part::ALL.to_vec() } else { args.only.clone() };
    let mut tally = Tally::default();
    let mut times = Vec::new();
    let mut passed = true;
    let steps = STEPS.iter().filter(|step| step.part.is_none_or(|part| parts.contains(&part)));
    for step in steps {
        let (done, took) = progress::step(step.name, step.does, || (step.work)(&parts, &mut tally));
        passed = done.is_ok();
        times.push((step.name, passed, took));
        if let Err(error) = done {
            complain(step, &error);
            break;
        }
    }
    println!("\n{}", summary(&times));
    println!("{tally}");
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn complain(step: &Step, error: &anyhow::Error) {
    eprintln!("\nerror: {error:#}");
    if let Some(part) = step.part {
        eprintln!("to repeat only this: cargo xtask test --only {}", part.name());
    }
}

fn summary(times: &[(&str, bool, Duration)]) -> String {
    let line = |(name, passed, took): &(&str, bool, Duration)| {
        let state = if *passed { "ok" } else { "FAILED" };
        format!("\n  {name:<12} {state:<7} {:>12}", progress::text(*took))
    };
    let all: Duration = times.iter().map(|(_, _, took)| *took).sum();
    let lines: String = times.iter().map(line).collect();
    format!("== summary{lines}\n  {:<20} {:>12}", "all", progress::text(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_failed() {
        let text = summary(&[
            ("format", true, Duration::from_millis(1500)),
            ("tests", false, Duration::from_secs(75)),
        ]);
        let lines = [
            "== summary",
            "  format       ok             1.5 s",
            "  tests        FAILED    1 min 15 s",
            "  all                    1 min 16 s",
        ];
        assert_eq!(text, lines.join("\n"));
    }

    #[test]
    fn every_part_has_a_step_and_is_named_as_on_the_command_line() {
        for part in Part::ALL {
            assert!(STEPS.iter().any(|step| step.part == Some(part)), "{part:?}");
            assert_eq!(part.to_possible_value().unwrap().get_name(), part.name());
        }
    }
}
