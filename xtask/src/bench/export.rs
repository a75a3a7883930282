//! `export`: the log in every format, by `steelyard logs export`, and as CSV by psql's \copy of the same columns, which
//! is the least that PostgreSQL's own client needs for it.

mod fill;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::figures::{Spread, grouped, mib};
use super::host::child::Running;
use super::host::memory;
use super::report::table::Table;
use super::server::Serving;
use super::server::steelyard::{Log, Steelyard};
use super::{Bench, psql};
use fill::Window;

/// How long one export may take.
const LIMIT: Duration = Duration::from_secs(600);

/// What Steelyard exports: format and columns, the first being what psql is held against.
const OURS: [(&str, &str); 4] =
    [("csv", "compact"), ("csv", "avi"), ("ndjson", "compact"), ("parquet", "compact")];

/// What one export said.
#[derive(Clone, Copy, Debug)]
struct Sample {
    seconds: f64,
    bytes: u64,
    client_kib: u64,
    server_before_kib: u64,
    server_after_kib: u64,
}

/// Measures, and gives the table.
pub fn run(bench: &Bench) -> anyhow::Result<String> {
    let rows = u64::from(bench.args.rows);
    let folder = bench.folder.fresh("export")?;
    let server = Steelyard::start(&bench.binary, &folder, Log::On)?;
    eprintln!("bench: filling the log with {} rows", grouped(rows));
    let window = fill::fill(&server, rows)?;
    let mut ours: [Vec<Sample>; OURS.len()] = Default::default();
    let mut theirs = Vec::new();
    for round in 1..=bench.args.rounds {
        for ((format, columns), samples) in OURS.into_iter().zip(&mut ours) {
            bench.say(round, &format!("steelyard logs export --format {format} --columns {columns}"));
            let lines = match format {
                "csv" => Some(rows + 1),
                "ndjson" => Some(rows),
                _ => None,
            };
            let command = |file: &Path| Ok(steelyard(&server, &window, format, columns, file));
            samples.push(measure(&server, lines, command)?);
        }
        bench.say(round, "psql \\copy");
        theirs.push(measure(&server, Some(rows + 1), |file| copy(&server, &window, file))?);
    }
    Ok(markdown(rows, &ours, &theirs))
}

fn steelyard(server: &Steelyard, window: &Window, format: &str, columns: &str, file: &Path) -> Command {
    let mut command = server.command(&["logs", "export", "--format", format, "--columns", columns]);
    command.args(["--from", &window.from, "--to", &window.to, "-o"]).arg(file);
    command
}

/// The columns in the order of the compact ones, in the simplest form that holds the same.
fn copy(server: &Steelyard, window: &Window, file: &Path) -> anyhow::Result<Command> {
    let file = file.display().to_string();
    if file.contains('\'') {
        bail!("{file}: psql cannot be given this path: set TMPDIR to one without quotation marks");
    }
    let sql = format!(
        "\\copy (SELECT at, site, host(client), port, transport, fqdn, qtype, rcode, significance <> '', significance, \
         service, pool, host(member), answers, ttl, ecs, generation, latency_us FROM query_log \
         WHERE at >= '{}' AND at < '{}' ORDER BY at, id) TO '{file}' CSV HEADER",
        window.from, window.to
    );
    psql::command(server, &sql)
}

fn measure(
    server: &Steelyard,
    lines: Option<u64>,
    command: impl Fn(&Path) -> anyhow::Result<Command>,
) -> anyhow::Result<Sample> {
    let file = server.folder().join("log.exported");
    memory::forget_peak(server.pid());
    let server_before_kib = memory::peak_kib(server.pid()).unwrap_or(0);
    let mut client_kib = 0;
    let begun = Instant::now();
    let mut running = Running::spawn("export", &mut command(&file)?, server.folder())?;
    running.succeed(LIMIT, |pid| client_kib = memory::peak_kib(pid).unwrap_or(client_kib))?;
    let seconds = begun.elapsed().as_secs_f64();
    let server_after_kib = memory::peak_kib(server.pid()).unwrap_or(0);
    let (found, bytes) = lines_and_bytes(&file)?;
    std::fs::remove_file(&file)?;
    // Of Parquet the command line has verified the rows already.
    if let Some(lines) = lines.filter(|lines| *lines != found) {
        bail!("the export has {found} lines instead of {lines}");
    }
    Ok(Sample { seconds, bytes, client_kib, server_before_kib, server_after_kib })
}

fn lines_and_bytes(path: &PathBuf) -> anyhow::Result<(u64, u64)> {
    let mut file = File::open(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let (mut lines, mut bytes) = (0, 0);
    let mut buffer = vec![0; 1 << 18];
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            return Ok((lines, bytes));
        }
        bytes += length as u64;
        lines += buffer[..length].iter().filter(|b| **b == b'\n').count() as u64;
    }
}

fn markdown(rows: u64, ours: &[Vec<Sample>; OURS.len()], theirs: &[Sample]) -> String {
    let mut table = Table::new(&[
        "export",
        "seconds",
        "rows/s",
        "file",
        "client's peak memory",
        "server's growth",
        "to psql",
    ]);
    let base = Spread::of(theirs.iter().map(|s| s.seconds)).map(|s| s.median);
    let named = OURS
        .iter()
        .map(|(format, columns)| format!("`steelyard logs export --format {format} --columns {columns}`"));
    let all = named.zip(ours.iter().map(Vec::as_slice));
    for (name, samples) in all.chain([("`psql -c '\\copy ...'`".to_owned(), theirs)]) {
        let Some(seconds) = Spread::of(samples.iter().map(|s| s.seconds)) else { continue };
        let most = |of: fn(&Sample) -> u64| samples.iter().map(of).max().unwrap_or(0);
        table.row(vec![
            name,
            seconds.decimals(2),
            grouped((rows as f64 / seconds.median) as u64),
            mib(most(|s| s.bytes) / 1024),
            mib(most(|s| s.client_kib)),
            mib(most(|s| s.server_after_kib.saturating_sub(s.server_before_kib))),
            base.map_or_else(String::new, |base| format!("{:.2} x", seconds.median / base)),
        ]);
    }
    format!(
        "### Exporting {} rows of the log\n\n{}\nThe server's growth is that of its own memory from before an export to \
         its peak during one. psql writes the columns as they are stored; Steelyard writes names for numbers and makes \
         cells safe for spreadsheets.\n",
        grouped(rows),
        table.markdown(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_exports_are_in_the_table() {
        let sample = |seconds| Sample {
            seconds,
            bytes: 200 << 20,
            client_kib: 20 << 10,
            server_before_kib: 30 << 10,
            server_after_kib: 40 << 10,
        };
        let ours = [vec![sample(5.0), sample(4.0)], vec![], vec![], vec![sample(6.0)]];
        let text = markdown(1_000_000, &ours, &[sample(3.0)]);
        assert!(text.contains("| 4.50 (4.00..5.00) | 222,222 | 200.0 MiB |"), "{text}");
        assert!(text.contains("1.50 x |") && text.contains("10.0 MiB"), "{text}");
        assert!(text.contains("--format parquet --columns compact` |"), "{text}");
    }
}
