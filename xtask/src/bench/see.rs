//! `see`: how long one waits for the log when it is large: the first page of a week, and what comes after a change of
//! the filter, rows and histogram together.
//!
//! The rows are made, not answered: a week of queries with clients and services by Zipf's law, with the counters and
//! accounts that go with them. Indexes and sums are what the program's own housekeeping makes of that.

mod fill;
mod get;
mod questions;

use std::time::{Duration, Instant};

use anyhow::bail;

use super::figures::grouped;
use super::report::table::Table;
use super::server::steelyard::{Log, Steelyard};
use super::{Bench, psql};
use get::Rest;
use questions::{KINDS, Question};

/// How long housekeeping may take to index the days that are over; it begins within ten minutes.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);
/// Octets of disk that a row takes with its indexes, counters and what making it needs.
const ROW_BYTES: u64 = 270;

/// What one question took, milliseconds.
#[derive(Clone, Debug)]
struct Sample {
    kind: &'static str,
    rows: f64,
    bars: f64,
    together: f64,
    complete: bool,
    basis: String,
}

/// Measures, and gives the table.
pub fn run(bench: &Bench) -> anyhow::Result<String> {
    let rows = u64::from(bench.args.rows);
    let folder = bench.folder.fresh("see")?;
    let free = fill::free_bytes(&folder)?;
    if free < rows * ROW_BYTES {
        bail!(
            "{} rows take about {} GiB and {} has {} GiB: ask for fewer with --rows, or set TMPDIR",
            grouped(rows),
            (rows * ROW_BYTES) >> 30,
            folder.display(),
            free >> 30
        );
    }
    let server = Steelyard::start(&bench.binary, &folder, Log::On)?;
    let begun = Instant::now();
    let days = fill::fill(&server, rows)?;
    eprintln!("bench: {} rows were made in {:.0} s", grouped(rows), begun.elapsed().as_secs_f64());
    settle(&server, &days)?;
    let sizes = psql::run(
        &server,
        "SELECT pg_size_pretty(sum(pg_table_size(inhrelid))) || ', their indexes ' || \
         pg_size_pretty(sum(pg_indexes_size(inhrelid))) FROM pg_inherits WHERE inhparent = 'query_log'::regclass",
    )?;
    let rest = Rest::of(&server)?;
    let first: Vec<Sample> = (0..bench.args.rounds.max(3) * 3)
        .map(|_| ask(&rest, &Question { kind: "no filter", filter: String::new() }))
        .collect::<anyhow::Result<_>>()?;
    let changes: Vec<Sample> = (0..bench.args.queries)
        .map(|n| ask(&rest, &questions::question(n)))
        .collect::<anyhow::Result<_>>()?;
    Ok(markdown(rows, &sizes, &first, &changes))
}

/// Waits until every day that is over has its indexes and every period its sums.
fn settle(server: &Steelyard, days: &[String]) -> anyhow::Result<()> {
    let end = Instant::now() + HOUSEKEEPING;
    let last = days.iter().min().cloned().unwrap_or_default();
    let done = format!(
        "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('query_log_{last}_trigram') AND indisvalid) \
         AND (SELECT count(*) FROM counted_periods) > 900"
    );
    eprintln!("bench: waiting for housekeeping, which comes every ten minutes");
    while psql::run(server, &done)? != "t" {
        if Instant::now() > end {
            bail!("the days were not indexed after {} s", HOUSEKEEPING.as_secs());
        }
        std::thread::sleep(Duration::from_secs(2));
    }
    psql::run(
        server,
        "VACUUM (ANALYZE) query_log, answer_counters, log_accounts, answer_periods, account_periods",
    )?;
    psql::run(server, "CHECKPOINT")?;
    Ok(())
}

/// Rows and histogram at the same time, as a page asks for them.
fn ask(rest: &Rest, question: &Question) -> anyhow::Result<Sample> {
    let filter = get::encoded(&question.filter);
    let rows_path = format!("/logs?since=7d&limit=200&filter={filter}");
    let bars_path = format!("/logs/histogram?since=7d&by=rcode&filter={filter}");
    let begun = Instant::now();
    let (rows, bars) = std::thread::scope(|scope| {
        let bars = scope.spawn(|| rest.get(&bars_path));
        (rest.get(&rows_path), bars.join())
    });
    let together = begun.elapsed().as_secs_f64() * 1000.0;
    let (rows_ms, page) = rows?;
    let (bars_ms, bars) = bars.map_err(|_| anyhow::anyhow!("asking for the histogram panicked"))??;
    Ok(Sample {
        kind: question.kind,
        rows: rows_ms,
        bars: bars_ms,
        together,
        complete: page["searched_to"].is_null(),
        basis: bars["basis"].as_str().unwrap_or_default().to_owned(),
    })
}

/// The value that so many hundredths are not above.
fn percentile(values: impl IntoIterator<Item = f64>, hundredths: usize) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let at = (values.len() * hundredths).div_ceil(100).max(1) - 1;
    values.get(at).copied().unwrap_or(f64::NAN)
}

fn markdown(rows: u64, sizes: &str, first: &[Sample], changes: &[Sample]) -> String {
    let mut table = Table::new(&[
        "filter",
        "asked",
        "rows ms",
        "histogram ms",
        "both: median",
        "p95",
        "max",
        "complete",
        "basis",
    ]);
    let mut row = |name: &str, samples: &[&Sample]| {
        let of = |value: fn(&Sample) -> f64, hundredths| {
            format!("{:.0}", percentile(samples.iter().map(|sample| value(sample)), hundredths))
        };
        let complete = samples.iter().filter(|sample| sample.complete).count();
        let mut bases: Vec<&str> = samples.iter().map(|sample| sample.basis.as_str()).collect();
        bases.sort_unstable();
        bases.dedup();
        table.row(vec![
            name.to_owned(),
            samples.len().to_string(),
            of(|s| s.rows, 50),
            of(|s| s.bars, 50),
            of(|s| s.together, 50),
            of(|s| s.together, 95),
            of(|s| s.together, 100),
            format!("{complete}/{}", samples.len()),
            bases.join(", "),
        ]);
    };
    row("none: the first page", &first.iter().collect::<Vec<_>>());
    for kind in KINDS {
        row(kind, &changes.iter().filter(|sample| sample.kind == kind).collect::<Vec<_>>());
    }
    row("all changes", &changes.iter().collect::<Vec<_>>());
    format!(
        "### Looking into {} rows of the log\n\n{}\nA week of rows, {sizes}. Asked over REST with the window of the \
         whole week, 200 rows a page. `complete` says for how many the page was full or the week searched to its start; \
         the others say how far they came and go on from there.\n",
        grouped(rows),
        table.markdown()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_are_not_above_the_95th_percentile() {
        assert_eq!(percentile((1..=100).map(f64::from), 95), 95.0);
        assert_eq!(percentile([3.0, 1.0, 2.0], 50), 2.0);
        assert_eq!(percentile([3.0], 95), 3.0);
    }

    #[test]
    fn every_kind_of_filter_is_in_the_table() {
        let sample = |kind| Sample {
            kind,
            rows: 1.0,
            bars: 2.0,
            together: 3.0,
            complete: true,
            basis: "counted".to_owned(),
        };
        let changes: Vec<Sample> = KINDS.map(sample).to_vec();
        let text = markdown(1000, "1 GB", &[sample("no filter")], &changes);
        assert!(KINDS.iter().all(|kind| text.contains(&format!("| {kind}"))), "{text}");
    }
}
