//! `logged`: CPU time of an answered query with every query stored, PostgreSQL's part shown by itself, and the proof
//! that nothing got away: what was answered is what was stored and what was dropped, to the last query. And what
//! storing costs an answer in time: the same load with and without it.

mod latency;
mod settle;

use std::time::Duration;

use super::answer::WARM_UP;
use super::figures::{Spread, grouped};
use super::host::cpu::{self, Processes};
use super::report::table::Table;
use super::server::Serving;
use super::server::steelyard::{Log, Steelyard};
use super::{Bench, traffic};
use latency::Latency;
use settle::{Dropped, Totals};

/// How long the trees may stay busy after the last row is stored.
const QUIET: Duration = Duration::from_secs(30);

/// Questions of the load that takes all of the machine: those of the goal.
const QUESTIONS: u32 = 1_000_000;

/// Questions a second of the loads that leave something of two cores: most of it, and about half.
const RATES: [u32; 2] = [10_000, 40_000];

/// What one round said.
#[derive(Clone, Debug)]
struct Sample {
    server_us: f64,
    postgres_us: f64,
    per_second: f64,
    lost: u64,
    answered: u64,
    stored: u64,
    dropped: Dropped,
    /// Every query stored.
    stored_in: Times,
    /// None stored.
    counted_in: Times,
}

/// What answers take beside a load.
#[derive(Clone, Debug, Default)]
struct Times {
    /// That takes all of the machine.
    full: Latency,
    /// Of each of [`RATES`].
    paced: [Latency; RATES.len()],
}

/// All rounds.
#[derive(Debug)]
pub struct Logged(Vec<Sample>);

/// Measures.
pub fn run(bench: &Bench) -> anyhow::Result<Logged> {
    let mut samples = Vec::new();
    for round in 1..=bench.args.rounds {
        bench.say(round, "Steelyard, every query stored");
        let folder = bench.folder.fresh("logged")?;
        let server = Steelyard::start(&bench.binary, &folder, Log::On)?;
        let sample = measure(&server, bench.args.seconds)?;
        drop(server);
        bench.say(round, "Steelyard, no query stored");
        let folder = bench.folder.fresh("unlogged")?;
        let server = Steelyard::start(&bench.binary, &folder, Log::Off)?;
        samples.push(Sample { counted_in: unlogged(&server, bench.args.seconds)?, ..sample });
    }
    Ok(Logged(samples))
}

fn measure(server: &Steelyard, seconds: u32) -> anyhow::Result<Sample> {
    let postmaster = server.postmaster()?;
    let warm = traffic::ask(server.port(), WARM_UP, server.folder())?;
    let first = settled(server, warm.completed)?;
    let before = costs(server, postmaster)?;
    let ask = || traffic::ask_times(QUESTIONS, server.port(), server.folder());
    let (counted, latency) = latency::beside(server.port(), ask)?;
    let asked = counted.completed + latency.count();
    let last = settled(server, warm.completed + asked)?;
    let after = costs(server, postmaster)?;
    let paced = paced(server, seconds, last.answered)?;
    let per_query = |before: u64, after: u64| after.saturating_sub(before) as f64 / asked as f64;
    Ok(Sample {
        server_us: per_query(before.0, after.0),
        postgres_us: per_query(before.1, after.1),
        per_second: counted.per_second,
        lost: counted.lost,
        answered: last.answered - first.answered,
        stored: last.logged - first.logged,
        dropped: last.dropped.since(first.dropped),
        stored_in: Times { full: latency, paced },
        counted_in: Times::default(),
    })
}

/// What answers take under the same loads when they are counted only.
fn unlogged(server: &Steelyard, seconds: u32) -> anyhow::Result<Times> {
    traffic::ask(server.port(), WARM_UP, server.folder())?;
    let ask = || traffic::ask_times(QUESTIONS, server.port(), server.folder());
    let full = latency::beside(server.port(), ask)?.1;
    let paced = beside_rates(server, seconds, |_| Ok(()))?;
    Ok(Times { full, paced })
}

/// What answers take when the machine has something left. Each load begins when the one before is stored, of
/// which `answered` are there at first.
fn paced(server: &Steelyard, seconds: u32, mut answered: u64) -> anyhow::Result<[Latency; RATES.len()]> {
    beside_rates(server, seconds, |asked| {
        answered += asked;
        settled(server, answered).map(drop)
    })
}

fn beside_rates(
    server: &Steelyard,
    seconds: u32,
    mut after: impl FnMut(u64) -> anyhow::Result<()>,
) -> anyhow::Result<[Latency; RATES.len()]> {
    let mut paced = <[Latency; RATES.len()]>::default();
    for (latency, rate) in paced.iter_mut().zip(RATES) {
        let ask = || traffic::ask_at(rate, server.port(), seconds, server.folder());
        let (counted, times) = latency::beside(server.port(), ask)?;
        after(counted.completed + times.count())?;
        *latency = times;
    }
    Ok(paced)
}

/// Everything is stored and accounted for, and the work of it is over.
fn settled(server: &Steelyard, answered: u64) -> anyhow::Result<Totals> {
    let totals = settle::wait(server, answered)?;
    cpu::wait_until_quiet(&[server.pid(), server.postmaster()?], QUIET)?;
    Ok(totals)
}

/// CPU time of Steelyard's own processes and of PostgreSQL's, microseconds. The postmaster is a child of Steelyard
/// when Steelyard started it, and nobody's when it was adopted: both trees are cut apart by its number.
fn costs(server: &Steelyard, postmaster: u32) -> anyhow::Result<(u64, u64)> {
    let now = Processes::read()?;
    Ok((now.tree_us(server.pid(), Some(postmaster))?, now.tree_us(postmaster, None)?))
}

impl Logged {
    /// The tables; the cost of BIND with its query log, when it was measured, is what this is compared with.
    pub fn markdown(&self, log_of_bind: Option<f64>) -> String {
        let samples = &self.0;
        let mut costs = Table::new(&["CPU us/query", "median (min..max)"]);
        let parts: [(&str, fn(&Sample) -> f64); 3] = [
            ("Steelyard", |s| s.server_us),
            ("PostgreSQL", |s| s.postgres_us),
            ("together", |s| s.server_us + s.postgres_us),
        ];
        let mut together = None;
        for (name, value) in parts {
            together = Spread::of(samples.iter().map(value));
            costs.row(vec![name.to_owned(), together.map_or_else(String::new, |s| s.decimals(2))]);
        }
        if let (Some(base), Some(together)) = (log_of_bind, together) {
            costs.row(vec![
                "together, to BIND with its log".to_owned(),
                format!("{:.2} x", together.median / base),
            ]);
        }
        let speed = Spread::of(samples.iter().map(|s| s.per_second)).map_or_else(String::new, |s| s.whole());

        let mut rows = Table::new(&[
            "round",
            "answered",
            "stored",
            "dropped: queue",
            "storage",
            "service throttle",
            "site throttle",
            "lost",
        ]);
        for (number, s) in samples.iter().enumerate() {
            let d = s.dropped;
            let counts =
                [s.answered, s.stored, d.queue, d.storage, d.service_throttle, d.site_throttle, s.lost];
            let mut row = vec![(number + 1).to_string()];
            row.extend(counts.map(grouped));
            rows.row(row);
        }
        let times = times(samples);
        format!(
            "### An answer, every query stored\n\n{}\nQueries/s: {speed}. The time until the last row was stored is \
             part of the cost. In every round, what was answered is what was stored and dropped, exactly, and the \
             table holds as many rows as were stored:\n\n{}\nHow long an answer takes that is asked for beside a load, one \
             at a time, all processes on the same machine:\n\n{}",
            costs.markdown(),
            rows.markdown(),
            times.markdown()
        )
    }
}

/// Latencies with and without storing, and how they compare.
fn times(samples: &[Sample]) -> Table {
    let paced = RATES.iter().enumerate().map(|(number, rate)| {
        let of: Box<dyn Fn(&Times) -> &Latency> = Box::new(move |times| &times.paced[number]);
        (format!("{} a second", grouped(u64::from(*rate))), of)
    });
    let full: Box<dyn Fn(&Times) -> &Latency> = Box::new(|times| &times.full);
    let mut table = Table::new(&["load", "us", "every query stored", "none stored", "ratio"]);
    for (load, of) in paced.chain([("all that two cores give".to_owned(), full)]) {
        for (name, share) in [("median", 0.5), ("99 of 100 within", 0.99)] {
            let on = Spread::of(samples.iter().map(|s| of(&s.stored_in).percentile(share)));
            let off = Spread::of(samples.iter().map(|s| of(&s.counted_in).percentile(share)));
            let (Some(on), Some(off)) = (on, off) else { continue };
            let ratio = format!("{:.2} x", on.median / off.median);
            table.row(vec![load.clone(), name.to_owned(), on.decimals(0), off.decimals(0), ratio]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_is_shown_by_itself_and_in_the_sum() {
        let times = |median: f64| Times {
            full: Latency::of(vec![median, 2.0 * median]),
            paced: [median / 3.0, median / 2.0].map(|half| Latency::of(vec![half, 2.0 * half])),
        };
        let sample = Sample {
            server_us: 4.0,
            postgres_us: 2.0,
            per_second: 100_000.0,
            lost: 0,
            answered: 800_010,
            stored: 800_000,
            dropped: Dropped { queue: 10, ..Dropped::default() },
            stored_in: times(60.0),
            counted_in: times(50.0),
        };
        let text = Logged(vec![sample]).markdown(Some(12.0));
        assert!(text.contains("| 6.00 (6.00..6.00) |"), "{text}");
        assert!(text.contains("0.50 x") && text.contains("1.20 x"), "{text}");
        assert!(text.contains("|  800,010 | 800,000 |             10 |"), "{text}");
    }
}
