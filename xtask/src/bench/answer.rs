//! `answer`: CPU time of an answered query when nothing is stored, Steelyard beside its peers.
//!
//! Each server is started alone, asked for a second to get warm, and then measured. Rounds go through all servers
//! before the next begins, so that a machine that slows down slows everybody.

use std::path::Path;

use super::figures::{Spread, grouped};
use super::host::cpu::Processes;
use super::report::table::Table;
use super::server::peers::{self, BIND_WITH_LOG, GDNSD};
use super::server::steelyard::AnswersOnly;
use super::server::{Contender, Serving};
use super::{Bench, traffic};

/// Seconds of traffic that are not measured.
pub const WARM_UP: u32 = 1;

/// What one round said of one server.
#[derive(Clone, Copy, Debug)]
struct Sample {
    us_per_query: f64,
    per_second: f64,
    lost: u64,
}

/// All rounds of all servers, in the order of the table.
#[derive(Debug)]
pub struct Answers(Vec<(&'static str, Vec<Sample>)>);

/// Measures.
pub fn run(bench: &Bench) -> anyhow::Result<Answers> {
    let mut contenders: Vec<Box<dyn Contender>> =
        vec![Box::new(AnswersOnly { binary: bench.binary.clone() })];
    if bench.args.peers {
        contenders.extend(peers::all());
    }
    let mut all: Vec<(&'static str, Vec<Sample>)> =
        contenders.iter().map(|c| (c.name(), Vec::new())).collect();
    for round in 1..=bench.args.rounds {
        for (contender, (name, samples)) in contenders.iter().zip(&mut all) {
            bench.say(round, name);
            let folder = bench.folder.fresh("answer")?;
            let server = contender.start(&folder)?;
            samples.push(measure(&*server, bench.args.seconds, &folder)?);
        }
    }
    Ok(Answers(all))
}

fn measure(server: &dyn Serving, seconds: u32, folder: &Path) -> anyhow::Result<Sample> {
    traffic::ask(server.port(), WARM_UP, folder)?;
    let before = Processes::read()?.tree_us(server.pid(), None)?;
    let counted = traffic::ask(server.port(), seconds, folder)?;
    let after = Processes::read()?.tree_us(server.pid(), None)?;
    Ok(Sample {
        us_per_query: after.saturating_sub(before) as f64 / counted.completed as f64,
        per_second: counted.per_second,
        lost: counted.lost,
    })
}

impl Answers {
    /// Median cost of a server, microseconds.
    pub fn median_of(&self, name: &str) -> Option<f64> {
        let (_, samples) = self.0.iter().find(|(n, _)| *n == name)?;
        Spread::of(samples.iter().map(|s| s.us_per_query)).map(|s| s.median)
    }

    /// The table, with ratios when peers were asked.
    pub fn markdown(&self) -> String {
        let baselines: Vec<(&str, f64)> = [("to gdnsd", GDNSD), ("to BIND with its log", BIND_WITH_LOG)]
            .into_iter()
            .filter_map(|(title, name)| Some((title, self.median_of(name)?)))
            .collect();
        let mut head = vec!["server", "CPU us/query", "queries/s", "lost"];
        head.extend(baselines.iter().map(|(title, _)| *title));
        let mut table = Table::new(&head);
        for (name, samples) in &self.0 {
            let Some(cost) = Spread::of(samples.iter().map(|s| s.us_per_query)) else { continue };
            let Some(speed) = Spread::of(samples.iter().map(|s| s.per_second)) else { continue };
            let lost = grouped(samples.iter().map(|s| s.lost).sum());
            let mut row = vec![(*name).to_owned(), cost.decimals(2), speed.whole(), lost];
            row.extend(baselines.iter().map(|(_, base)| format!("{:.2} x", cost.median / base)));
            table.row(row);
        }
        format!(
            "### An answer, nothing stored\n\n{}\nCPU time is user and system time of all processes of a server, \
             Steelyard's PostgreSQL included. Steelyard and gdnsd choose one of three addresses by weight 6, 3 and 1; \
             the others answer all three. Queries/s is what one dnsperf got out of a machine it shared with the \
             server, not a limit of either.\n",
            table.markdown()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_shown_when_peers_were_asked() {
        let samples = |us: &[f64]| {
            us.iter().map(|us| Sample { us_per_query: *us, per_second: 1000.0, lost: 1 }).collect::<Vec<_>>()
        };
        let alone = Answers(vec![("Steelyard", samples(&[3.0, 2.0, 4.0]))]);
        assert!(alone.markdown().contains("| 3.00 (2.00..4.00) | 1,000 (1,000..1,000) |    3 |"));
        assert!(!alone.markdown().contains("to gdnsd"));
        let both = Answers(vec![("Steelyard", samples(&[3.0])), (GDNSD, samples(&[2.0]))]);
        assert!(both.markdown().contains("1.50 x"), "{}", both.markdown());
        assert_eq!(both.median_of(GDNSD), Some(2.0));
    }
}
