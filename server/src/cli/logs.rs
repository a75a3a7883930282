//! `steelyard logs`: export the query log, or follow it.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use futures::StreamExt;
use reqwest::Method;
use store::{ExportColumns, ExportFormat};

use super::Exit;
use super::output::{Output, progress};
use super::remote::Remote;
use crate::exports::Rows;

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
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => ExportFormat::Csv,
            Format::Ndjson => ExportFormat::Ndjson,
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
    let response = client.send(client.request(Method::GET, "/logs/export.csv").query(&query)).await?;
    let header = |name: &str| response.headers().get(name)?.to_str().ok()?.parse::<u64>().ok();
    let expected = header("x-steelyard-rows").unwrap_or(0);
    let bar = progress(expected, "rows");
    let mut output = Output::open(args.output.as_deref())?;
    let mut rows = Rows::of(format);
    let mut body = response.bytes_stream();
    while let Some(piece) = body.next().await {
        let piece =
            piece.map_err(|e| anyhow::anyhow!("the export broke off: {e}; nothing complete was written"))?;
        output.write(&piece)?;
        rows.take(&piece);
        bar.set_position(rows.count());
    }
    output.finish()?;
    bar.finish_and_clear();
    if args.output.is_some() {
        eprintln!("{} rows", rows.count());
    }
    Ok(Exit::Done)
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
