//! `logged`: CPU time of an answered query with every query stored, PostgreSQL's part shown by itself, and the proof
//! that nothing got away: what was answered is what was stored and what was dropped, to the last query. And what
//! storing costs an answer in time: the same load with and without it.

mod latency;
mod pair;
mod settle;

use super::figures::{Spread, grouped};
use super::report::table::Table;
use super::server::Serving;
use super::server::steelyard::{Log, Steelyard};
use super::{Bench, traffic};
use latency::Latency;
use pair::Pair;
use settle::Dropped;

/// Questions of the load that takes all of the machine: those of the goal.
const QUESTIONS: u32 = 1_000_000;

/// Questions a second of the loads that leave something of two cores: most of it, and about half.
const RATES: [u32; 2] = [10_000, 40_000];

/// How often each of the two servers gets that load in a round.
const TURNS: usize = 3;

/// What one round said.
#[derive(Clone, Debug, Default)]
struct Sample {
    server_us: f64,
    postgres_us: f64,
    per_second: Vec<f64>,
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
    /// That takes all of the machine, turn by turn.
    full: Vec<Latency>,
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
        bench.say(round, "Steelyard, every query stored and none, by turns");
        let start = |name, log| Steelyard::start(&bench.binary, &bench.folder.fresh(name)?, log);
        let pair = Pair::new(start("logged", Log::On)?, start("unlogged", Log::Off)?, round % 2 == 0)?;
        samples.push(measure(pair, bench.args.seconds)?);
    }
    Ok(Logged(samples))
}

fn measure(mut pair: Pair, seconds: u32) -> anyhow::Result<Sample> {
    let mut sample = Sample::default();
    let first = pair.totals();
    let (mut cost, mut asked) = ((0, 0), 0);
    for _ in 0..TURNS {
        let (storing, counting) =
            pair.each(|server| traffic::ask_times(QUESTIONS, server.port(), server.folder()))?;
        cost = (cost.0 + storing.cost.server, cost.1 + storing.cost.postgres);
        asked += storing.answers();
        sample.lost += storing.counted.lost;
        sample.per_second.push(storing.counted.per_second);
        sample.stored_in.full.push(storing.latency);
        sample.counted_in.full.push(counting.latency);
    }
    let last = pair.totals();
    (sample.server_us, sample.postgres_us) = (cost.0 as f64 / asked as f64, cost.1 as f64 / asked as f64);
    (sample.answered, sample.stored) = (last.answered - first.answered, last.logged - first.logged);
    sample.dropped = last.dropped.since(first.dropped);
    for (number, rate) in RATES.into_iter().enumerate() {
        let (storing, counting) =
            pair.each(|server| traffic::ask_at(rate, server.port(), seconds, server.folder()))?;
        sample.stored_in.paced[number] = storing.latency;
        sample.counted_in.paced[number] = counting.latency;
    }
    Ok(sample)
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
        let speed = Spread::of(samples.iter().flat_map(|s| s.per_second.iter().copied()))
            .map_or_else(String::new, |s| s.whole());

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
             at a time, all processes on the same machine, a server that stores every query and one that stores none by \
             turns:\n\n{}",
            costs.markdown(),
            rows.markdown(),
            times.markdown()
        )
    }
}

/// Latencies with and without storing, and how they compare.
fn times(samples: &[Sample]) -> Table {
    let paced = RATES.iter().enumerate().map(|(number, rate)| {
        let of: Box<dyn Fn(&Times) -> &[Latency]> = Box::new(move |times| &times.paced[number..=number]);
        (format!("{} a second", grouped(u64::from(*rate))), of)
    });
    let full: Box<dyn Fn(&Times) -> &[Latency]> = Box::new(|times| &times.full);
    let mut table = Table::new(&["load", "us", "every query stored", "none stored", "ratio"]);
    for (load, of) in paced.chain([("all that two cores give".to_owned(), full)]) {
        for (name, share) in [("median", 0.5), ("99 of 100 within", 0.99)] {
            let spread = |times: fn(&Sample) -> &Times| {
                Spread::of(samples.iter().flat_map(|s| of(times(s))).map(|latency| latency.percentile(share)))
            };
            let (Some(on), Some(off)) = (spread(|s| &s.stored_in), spread(|s| &s.counted_in)) else {
                continue;
            };
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
            full: vec![Latency::of(vec![median, 2.0 * median])],
            paced: [median / 3.0, median / 2.0].map(|half| Latency::of(vec![half, 2.0 * half])),
        };
        let sample = Sample {
            server_us: 4.0,
            postgres_us: 2.0,
            per_second: vec![100_000.0],
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
