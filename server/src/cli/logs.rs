//! `steelyard logs`: export the query log, or follow it.

use std::path::PathBuf;

use anyhow::bail;
use api::export::ExportLine;
use axum::http::{HeaderMap, HeaderName};
use clap::{Args, Subcommand, ValueEnum};
use futures::StreamExt;
use http_body_util::BodyExt;
use indicatif::ProgressBar;
use reqwest::Method;
use sha2::{Digest, Sha256};
use store::{ExportColumns, ExportFormat};

use super::Exit;
use super::output::{self, Output};
use super::remote::Remote;
use super::rows::Rows;
use crate::exports::direct::{ROWS, SHA256};
use crate::exports::hexadecimal;

/// What to do with the log.
#[derive(Debug, Subcommand)]
pub enum Logs {
    /// Write the rows of a window, oldest first.
    Export(ExportArgs),
    /// Print rows as they are answered.
    Tail(TailArgs),
}

/// How rows are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Comma-separated, RFC 4180, with a header.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Apache Parquet, with typed columns.
    Parquet,
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => ExportFormat::Csv,
            Format::Ndjson => ExportFormat::Ndjson,
            Format::Parquet => ExportFormat::Parquet,
        }
    }
}

/// Reads `--columns` as the server will, so that a mistake is told without one.
fn columns(text: &str) -> Result<String, String> {
    ExportColumns::parse(text).map(|_| text.to_owned()).map_err(|problem| problem.message)
}

/// Which rows, and where to.
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// How rows are written.
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// compact, avi (the 87 columns of Avi's export), or names joined by commas: those of compact, stands_for, class.
    #[arg(long, value_name = "LIST", value_parser = columns, default_value = "compact")]
    columns: String,
    /// The last so long, as 10m or 2h.
    #[arg(long, value_name = "SPAN", default_value = "1h", conflicts_with_all = ["from", "to"])]
    since: String,
    /// Start of the window, RFC 3339.
    #[arg(long, value_name = "TIME", requires = "to")]
    from: Option<String>,
    /// End of the window, RFC 3339.
    #[arg(long, value_name = "TIME", requires = "from")]
    to: Option<String>,
    /// Only rows this matches, as `rcode != NOERROR and client_ip in (10.0.0.0/8)`.
    #[arg(long, value_name = "EXPR", default_value = "")]
    filter: String,
    /// The file; standard output when absent.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    remote: Remote,
}

/// Which rows.
#[derive(Args, Debug)]
pub struct TailArgs {
    /// Only rows this matches.
    #[arg(long, value_name = "EXPR", default_value = "")]
    filter: String,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Runs either.
pub async fn run(logs: Logs) -> anyhow::Result<Exit> {
    match logs {
        Logs::Export(args) => export(args).await,
        Logs::Tail(args) => tail(args).await,
    }
}

async fn export(args: ExportArgs) -> anyhow::Result<Exit> {
    let format = ExportFormat::from(args.format);
    let client = args.remote.client()?;
    let mut query = vec![
        ("filter", args.filter.clone()),
        ("format", format.as_str().to_owned()),
        ("columns", args.columns.clone()),
    ];
    match (args.from.clone(), args.to.clone()) {
        (Some(from), Some(to)) => query.extend([("from", from), ("to", to)]),
        _ => query.push(("since", args.since.clone())),
    }
    let request = client.request(Method::GET, "/logs/export.csv").query(&query).header("te", "trailers");
    let response = client.send(request).await?;
    let header = |name: &str| response.headers().get(name)?.to_str().ok()?.parse::<u64>().ok();
    let bar = progress(header("x-steelyard-rows").filter(|_| format != ExportFormat::Parquet), format);
    let id = header("x-steelyard-export");
    let mut output = Output::open(args.output.as_deref())?;
    let (mut rows, mut digest) = (Rows::of(format), Sha256::new());
    let mut body = reqwest::Body::from(response);
    let mut told = None;
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|e| anyhow::anyhow!("the export broke off: {e}; nothing complete was written"))?;
        match frame.into_data() {
            Ok(piece) => {
                output.write(&piece)?;
                rows.take(&piece);
                digest.update(&piece);
                bar.set_position(rows.count().unwrap_or_else(|| bar.position() + piece.len() as u64));
            }
            Err(frame) => told = frame.into_trailers().ok().and_then(|trailers| Told::of(&trailers)),
        }
    }
    // Whoever stands between may have dropped what is behind the end.
    let told = match (told, id) {
        (Some(told), _) => told,
        (None, Some(id)) => Told::record(client.get(&format!("/exports/{id}"), &[]).await?)?,
        (None, None) => bail!("the server does not say how many rows it sent: the export cannot be verified"),
    };
    told.verify(rows.count(), &hexadecimal(&digest.finalize()))?;
    output.finish()?;
    bar.finish_and_clear();
    eprintln!("rows={} sha256={}", told.rows, told.sha256);
    Ok(Exit::Done)
}

/// What the server says it sent.
struct Told {
    rows: u64,
    sha256: String,
}

impl Told {
    fn of(trailers: &HeaderMap) -> Option<Told> {
        let text = |name: &HeaderName| trailers.get(name)?.to_str().ok();
        Some(Told { rows: text(&ROWS)?.parse().ok()?, sha256: text(&SHA256)?.to_owned() })
    }

    fn record(line: ExportLine) -> anyhow::Result<Told> {
        match line.sha256 {
            Some(sha256) => Ok(Told { rows: line.rows, sha256 }),
            None => bail!("the export is {} and not done: nothing complete was written", line.state.as_str()),
        }
    }

    fn verify(&self, rows: Option<u64>, sha256: &str) -> anyhow::Result<()> {
        if sha256 != self.sha256 {
            bail!("what came (SHA-256 {sha256}) is not what was sent ({}): export again", self.sha256);
        }
        match rows.filter(|rows| *rows != self.rows) {
            Some(rows) => bail!("{rows} rows came and {} were sent: export again", self.rows),
            None => Ok(()),
        }
    }
}

/// Rows of those there are; octets where rows cannot be counted from outside.
fn progress(rows: Option<u64>, format: ExportFormat) -> ProgressBar {
    output::progress(rows.unwrap_or(0), if format == ExportFormat::Parquet { "octets" } else { "rows" })
}

async fn tail(args: TailArgs) -> anyhow::Result<Exit> {
    let client = args.remote.client()?;
    let request = client.request(Method::GET, "/logs/tail").query(&[("filter", &args.filter)]);
    let response = client.send(request).await?;
    let mut body = response.bytes_stream();
    let mut buffer = String::new();
    loop {
        let piece = tokio::select! {
            piece = body.next() => piece,
            _ = tokio::signal::ctrl_c() => return Ok(Exit::Done),
        };
        let Some(piece) = piece else { bail!("the server closed the stream") };
        buffer.push_str(&String::from_utf8_lossy(&piece?));
        while let Some(end) = buffer.find('\n') {
            let line: String = buffer.drain(..=end).collect();
            if let Some(data) = line.trim_end().strip_prefix("data: ") {
                print_row(data, args.json);
            }
        }
    }
}

fn print_row(data: &str, json: bool) {
    if json {
        println!("{data}");
        return;
    }
    let Ok(row) = serde_json::from_str::<serde_json::Value>(data) else { return };
    if let Some(missed) = row.get("missed") {
        eprintln!("({missed} rows passed too fast to show)");
        return;
    }
    let text = |key: &str| match &row[key] {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    println!(
        "{}  {:<15}  {:<3}  {:<5} {:<8}  {}  {}",
        text("ts"),
        text("client_ip"),
        text("transport"),
        text("qtype"),
        text("rcode"),
        text("fqdn"),
        text("answers")
    );
}
