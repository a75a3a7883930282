//! `steelyard apply`: prints the plan, then makes it one revision.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use reqwest::Method;

use super::Exit;
use super::remote::Remote;
use crate::http::rest::config::Applied;

/// What to apply.
#[derive(Args, Debug)]
pub struct ApplyArgs {
    /// The declarative configuration, YAML; `-` is standard input.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Print the plan and stop.
    #[arg(long)]
    dry_run: bool,
    /// Remove zones, services, monitors, sites, locations and groups of clients that the file does not name.
    #[arg(long)]
    prune: bool,
    /// Why, for the history of changes.
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    remote: Remote,
}

/// Reads a file, or standard input for `-`.
pub fn read_input(path: &Path) -> anyhow::Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input is not UTF-8 text")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))
}

/// Shows the plan first, so that what is applied is what was printed: the second request names the generation the
/// plan was made against, and is refused when somebody else was faster.
pub async fn run(args: ApplyArgs) -> anyhow::Result<Exit> {
    let text = read_input(&args.file)?;
    // The file's own mistakes are named here with their line, before anything is sent.
    crate::declarative::read(&text)
        .map_err(|problem| anyhow::anyhow!("{}: {problem}", args.file.display()))?;
    let client = args.remote.client()?;
    let send = |dry_run: bool, expected: Option<u64>| {
        let mut request = client
            .request(Method::POST, "/config")
            .query(&[("dry_run", dry_run.to_string()), ("prune", args.prune.to_string())])
            .query(&[("reason", &args.reason)])
            .header("content-type", "application/yaml")
            .header("x-steelyard-source", "cli")
            .body(text.clone());
        if let Some(generation) = expected {
            request = request.header("if-match", format!("\"{generation}\""));
        }
        client.send(request)
    };
    let planned: Applied = send(true, None).await?.json().await?;
    print!("{}", planned.plan);
    if args.dry_run || planned.plan.is_empty() {
        return Ok(Exit::Done);
    }
    let applied: Applied = send(false, Some(planned.generation)).await?.json().await?;
    println!("Applied as generation {}.", applied.generation);
    Ok(Exit::Done)
}
