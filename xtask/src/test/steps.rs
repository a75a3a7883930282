//! The steps of a test run, in their order: what fails fast comes first.

use anyhow::{Context, Result};

use super::tally::Tally;
use super::{Part, node};
use crate::machine::{self, Purpose};
use crate::{process, product, web, workspace};

/// One step.
pub struct Step {
    /// Its name in headings and in the summary.
    pub name: &'static str,
    /// What it does, for the heading.
    pub does: &'static str,
    /// The part it belongs to; none belongs to all.
    pub part: Option<Part>,
    /// Does it.
    pub work: fn(&[Part], &mut Tally) -> Result<()>,
}

/// All steps.
pub const STEPS: [Step; 8] = [
    Step { name: "machine", does: "installs what the tests need", part: None, work: prepare },
    Step { name: "format", does: "cargo fmt --check", part: Some(Part::Fmt), work: format },
    Step { name: "licences", does: "cargo deny, where it is", part: Some(Part::Lint), work: licences },
    Step { name: "console", does: "what browsers load", part: Some(Part::E2e), work: |_, _| web::build() },
    Step { name: "lint", does: "clippy, for the server", part: Some(Part::Lint), work: lint },
    Step { name: "lint wasm", does: "clippy, for the browser", part: Some(Part::Lint), work: lint_wasm },
    Step { name: "tests", does: "cargo test, with a real PostgreSQL", part: Some(Part::Unit), work: unit },
    Step { name: "end to end", does: "the server in Chromium", part: Some(Part::E2e), work: end_to_end },
];

fn prepare(parts: &[Part], _: &mut Tally) -> Result<()> {
    let purposes = parts.iter().map(|part| match part {
        Part::Fmt => Purpose::Format,
        Part::Lint => Purpose::Lint,
        Part::Unit => Purpose::Unit,
        Part::E2e => Purpose::EndToEnd,
    });
    machine::prepare(&purposes.collect::<Vec<_>>())?;
    if parts.contains(&Part::E2e) { node::install() } else { Ok(()) }
}

fn format(_: &[Part], _: &mut Tally) -> Result<()> {
    process::run(workspace::cargo().args(["fmt", "--all", "--check"]))
}

/// What the dependencies are licensed under, and which crate may use which. Advisories need a download and are left out.
fn licences(_: &[Part], _: &mut Tally) -> Result<()> {
    if process::output(workspace::cargo().args(["deny", "--version"])).is_none() {
        println!("cargo-deny is not installed: left out (`cargo install --locked cargo-deny`)");
        return Ok(());
    }
    process::run(workspace::cargo().args(["deny", "--locked", "check", "bans", "licenses", "sources"]))
}

fn lint(_: &[Part], _: &mut Tally) -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(["clippy", "--workspace", "--exclude", "frontend", "--all-targets", "--locked"]);
    process::run(cargo.args(["--", "-D", "warnings"]))
}

/// The code of `app` that only browsers run. With the profile and folder of the real build, its macros and build
/// scripts are there already; what is left is to check the crates, without generating code.
fn lint_wasm(_: &[Part], _: &mut Tally) -> Result<()> {
    let mut cargo = workspace::cargo_for_wasm();
    process::run(cargo.args(["clippy", "--locked"]).args(web::WASM_BUILD).args(["--", "-D", "warnings"]))
}

fn unit(_: &[Part], tally: &mut Tally) -> Result<()> {
    let binary = product::debug()?;
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--workspace", "--exclude", "frontend", "--locked", "--no-fail-fast"]);
    process::run_watched(cargo.env("STEELYARD_BIN", binary), |line| tally.read(line))
}

fn end_to_end(_: &[Part], tally: &mut Tally) -> Result<()> {
    let files = node::test_files()?;
    if files.is_empty() {
        println!("there is no end2end/*.test.mjs");
        return Ok(());
    }
    let chromium = machine::chromium().context("Chromium is missing: set CHROMIUM to its path")?;
    let binary = product::debug()?;
    let mut node = node::command()?;
    // One at a time: each file starts a server and a browser of its own.
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files);
    node.env("STEELYARD_BIN", binary).env("CHROMIUM", chromium.place);
    process::run_watched(&mut node, |line| tally.read(line))
}
