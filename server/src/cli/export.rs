//! `steelyard export config`: the declarative form of what the server holds.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reqwest::Method;

use super::Exit;
use super::output::Output;
use super::remote::Remote;

/// What to write.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// The configuration as YAML; applying it again is an empty plan.
    Config(ConfigArgs),
}

/// Where to.
#[derive(Args, Debug)]
pub struct ConfigArgs {
    /// The file; standard output when absent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// Writes the YAML.
pub async fn run(export: Export) -> anyhow::Result<Exit> {
    let Export::Config(args) = export;
    let client = args.remote.client()?;
    let response = client.send(client.request(Method::GET, "/config")).await?;
    let text = response.text().await?;
    let mut output = Output::open(args.output.as_deref())?;
    output.write(text.as_bytes())?;
    output.finish()?;
    Ok(Exit::Done)
}
