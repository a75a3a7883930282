//! `steelyard zone`: zones as master files (RFC 1035 section 5), in and out, and a list of them.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use model::config::{Config, Service};
use model::zonefile::line_of;
use model::{DnsName, Problem};
use reqwest::{Method, Response};

use super::Exit;
use super::output::Output;
use super::remote::{Client, Remote, in_path};
use crate::http::problem::ProblemDetails;
use crate::http::rest::zone_file::Imported;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Zone {
    /// Make a master file a zone: print the plan, then make it one revision.
    Import(ImportArgs),
    /// Write the static records of a zone; importing them again is an empty plan.
    Export(ExportArgs),
    /// List zones: serial, records, services, name servers.
    List(ListArgs),
}

/// What to import.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// The master file; `-` is standard input.
    file: PathBuf,
    /// Name of the zone, which relative names are completed with.
    #[arg(long, value_name = "ZONE")]
    origin: DnsName,
    /// Print the plan and stop.
    #[arg(long)]
    dry_run: bool,
    /// Why, for the history of changes.
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    remote: Remote,
}

/// What to export.
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// Name of the zone.
    zone: DnsName,
    /// The file; standard output when absent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// Nothing more.
#[derive(Args, Debug)]
pub struct ListArgs {
    #[command(flatten)]
    remote: Remote,
}

/// Runs any of them.
pub async fn run(zone: Zone) -> anyhow::Result<Exit> {
    match zone {
        Zone::Import(args) => import(args).await,
        Zone::Export(args) => export(args).await,
        Zone::List(args) => list(&args.remote.client()?).await,
    }
}

/// Shows the plan first, and applies what was shown: the second request names the generation the plan was made
/// against.
async fn import(args: ImportArgs) -> anyhow::Result<Exit> {
    let octets = read_octets(&args.file)?;
    let client = args.remote.client()?;
    let send = async |dry_run: bool, expected: Option<u64>| {
        let mut request = client
            .request(Method::POST, &format!("/zones/{}/file", in_path(&args.origin.to_string())))
            .query(&[("dry_run", dry_run.to_string()), ("reason", args.reason.clone())])
            .header("content-type", "text/dns")
            .header("x-steelyard-source", "cli")
            .body(octets.clone());
        if let Some(generation) = expected {
            request = request.header("if-match", format!("\"{generation}\""));
        }
        client.try_send(request).await
    };
    let planned = match send(true, None).await? {
        Ok(response) => imported(response).await?,
        Err(problem) => return refused(&args.file, problem),
    };
    for warning in &planned.warnings {
        eprintln!("{}", in_line(&args.file, "warning: ", warning));
    }
    print!("{}", planned.plan);
    if args.dry_run || planned.plan.is_empty() {
        return Ok(Exit::Done);
    }
    match send(false, Some(planned.generation)).await? {
        Ok(response) => println!("Applied as generation {}.", imported(response).await?.generation),
        Err(problem) => return refused(&args.file, problem),
    }
    Ok(Exit::Done)
}

fn read_octets(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut octets = Vec::new();
        std::io::stdin().read_to_end(&mut octets).context("standard input cannot be read")?;
        return Ok(octets);
    }
    std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))
}

async fn imported(response: Response) -> anyhow::Result<Imported> {
    Ok(response.json().await?)
}

/// Prints every problem on a line of its own.
fn refused(file: &Path, problem: ProblemDetails) -> anyhow::Result<Exit> {
    if problem.errors.is_empty() {
        anyhow::bail!("{}", problem.detail);
    }
    for problem in &problem.errors {
        eprintln!("{}", in_line(file, "", problem));
    }
    Ok(Exit::Failed)
}

/// As compilers say it: `FILE:LINE: what is wrong`.
fn in_line(file: &Path, kind: &str, problem: &Problem) -> String {
    let file = file.display();
    match line_of(problem) {
        Some(line) => format!("{file}:{line}: {kind}{}", problem.beside_field()),
        None => format!("{file}: {kind}{problem}"),
    }
}

async fn export(args: ExportArgs) -> anyhow::Result<Exit> {
    let client = args.remote.client()?;
    let path = format!("/zones/{}/file", in_path(&args.zone.to_string()));
    let response = client.send(client.request(Method::GET, &path)).await?;
    let text = response.text().await?;
    let mut output = Output::open(args.output.as_deref())?;
    output.write(text.as_bytes())?;
    output.finish()?;
    Ok(Exit::Done)
}

async fn list(client: &Client) -> anyhow::Result<Exit> {
    let response = client.send(client.request(Method::GET, "/zones")).await?;
    let tag = response.headers().get("etag").and_then(|tag| tag.to_str().ok()).unwrap_or_default();
    let generation: u64 = tag.trim_matches('"').parse().unwrap_or_default();
    let zones = response.json().await?;
    let services: Vec<Service> = client.get("/services", &[]).await?;
    let config = Config { zones, services, ..Config::default() };
    println!("{:<40} {:>10} {:>8} {:>8}  NAME SERVERS", "ZONE", "SERIAL", "RECORDS", "SERVICES");
    for zone in &config.zones {
        let own = |service: &&Service| config.zone_of(&service.name).is_some_and(|of| of.name == zone.name);
        let records: usize = zone.records.iter().map(|set| set.data.len()).sum();
        let servers: Vec<String> = zone.name_servers.iter().map(ToString::to_string).collect();
        let line = format!(
            "{:<40} {:>10} {records:>8} {:>8}  {}",
            zone.name.to_string(),
            generation as u32,
            config.services.iter().filter(own).count(),
            servers.join(" ")
        );
        println!("{}", line.trim_end());
    }
    Ok(Exit::Done)
}
