//! `steelyard check-config`: reads and checks a file without a server.

use std::path::PathBuf;

use clap::Args;

use super::Exit;
use super::apply::read_input;
use crate::declarative;

/// The file.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The file to check; `-` is standard input.
    file: PathBuf,
}

/// Prints every problem, or what the file holds.
pub fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let text = read_input(&args.file)?;
    let config = match declarative::read(&text) {
        Ok(config) => config,
        Err(problem) => {
            eprintln!("{}: {problem}", args.file.display());
            return Ok(Exit::Failed);
        }
    };
    if let Err(problems) = model::check::check(&config) {
        for problem in &problems.0 {
            eprintln!("{}: {problem}", args.file.display());
        }
        return Ok(Exit::Failed);
    }
    println!(
        "{}: right; {} zones, {} services, {} monitors.",
        args.file.display(),
        config.zones.len(),
        config.services.len(),
        config.monitors.len()
    );
    Ok(Exit::Done)
}
