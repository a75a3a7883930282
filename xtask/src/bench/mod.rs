//! `cargo xtask bench`: what an answer costs, what storing every query adds, how fast the log comes out again, what a large
//! site costs, what watching its members does, and how long one waits for a large log.
//!
//! - `answer`, `logged`, `export`, `scale`, `health` and `see` are the six measurements, one file each;
//! - `server` starts what is measured: Steelyard and, with `--peers`, the name servers beside it;
//! - `host` is the machine: processes and their CPU time, folders, packages, signals;
//! - `traffic` is dnsperf, `psql` the private cluster as an administrator sees it, `report` the tables.
//!
//! Costs are CPU time, not wall time: a machine with two cores says the same about them as one with sixty. All traffic
//! stays on 127.0.0.1, every count and time has an end, and whatever was started is stopped on every way out.
//! Deliberately absent: anything that judges a number as good or bad.

mod answer;
mod export;
mod figures;
mod health;
mod host;
mod logged;
mod psql;
mod report;
mod scale;
mod see;
mod server;
mod traffic;

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use self::host::folder::Folder;
use self::host::{packages, signals};
use self::server::binary;
use crate::machine::{self, Purpose};

/// Rows of the log that `export` writes, unless told otherwise.
const ROWS: u32 = 1_000_000;
/// Fewer are over before the clock says anything; more fill the disk for nothing.
const ROWS_RANGE: RangeInclusive<i64> = 1000..=200_000_000;

/// What to measure, and how long.
#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// What to measure; everything when nothing is named.
    #[arg(value_enum)]
    pub what: Vec<What>,
    /// Ask gdnsd, Knot DNS and BIND the same, from Debian's packages; goes with `answer`.
    #[arg(long)]
    pub peers: bool,
    /// Rounds; the tables show medians and the smallest and largest value.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub rounds: u32,
    /// Seconds of traffic in each round.
    #[arg(long, value_name = "S", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub seconds: u32,
    /// Rows of the log that `export` writes, or that `see` looks into.
    #[arg(long, value_name = "N", default_value_t = ROWS, value_parser = clap::value_parser!(u32).range(ROWS_RANGE))]
    pub rows: u32,
    /// Filters that `see` asks for.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(14..=10_000))]
    pub queries: u32,
    /// Measure this binary instead of building one.
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
    /// Put the tables between the marks `<!-- bench:begin -->` and `<!-- bench:end -->` of this file.
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,
}

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// CPU time of an answer, nothing stored.
    Answer,
    /// CPU time of an answer with every query stored.
    Logged,
    /// Writing the log as CSV.
    Export,
    /// A site of 10,000 services, 100,000 members and 1,000,000 records.
    Scale,
    /// Health checks of 10,000 members.
    Health,
    /// Pages and histograms of a log of a week; not among everything, since it takes as long as all others.
    See,
}

/// Runs the measurements, prints their tables, and writes them where `--write` says.
///
/// # Errors
/// When something needed is missing, or when a server's accounts do not add up.
pub fn run(args: BenchArgs) -> anyhow::Result<()> {
    signals::watch()?;
    let wants = |what: What| match what {
        What::See => args.what.contains(&what),
        _ => args.what.is_empty() || args.what.contains(&what),
    };
    if args.peers && !wants(What::Answer) {
        anyhow::bail!("--peers compares answers: name `answer` as well");
    }
    if let Some(file) = &args.write {
        report::section::check(file)?;
    }
    machine::prepare(&[Purpose::Serve])?;
    packages::need("dnsperf", "dnsperf")?;
    if args.peers {
        server::peers::install()?;
    }
    let binary = binary::find(args.binary.as_deref())?;
    let folder = Folder::make()?;
    let bench = Bench { binary, folder, args: args.clone() };

    let mut text = report::heading(&bench)?;
    println!("{text}");
    let mut parts: Vec<String> = Vec::new();
    let mut log_of_bind = None;
    if wants(What::Answer) {
        let result = answer::run(&bench)?;
        log_of_bind = result.median_of(server::peers::BIND_WITH_LOG);
        parts.push(result.markdown());
    }
    if wants(What::Logged) {
        print_last(&parts);
        parts.push(logged::run(&bench)?.markdown(log_of_bind));
    }
    if wants(What::Export) {
        print_last(&parts);
        parts.push(export::run(&bench)?);
    }
    if wants(What::Scale) {
        print_last(&parts);
        parts.push(scale::run(&bench)?.markdown());
    }
    if wants(What::Health) {
        print_last(&parts);
        parts.push(health::run(&bench)?);
    }
    if wants(What::See) {
        print_last(&parts);
        parts.push(see::run(&bench)?);
    }
    print_last(&parts);
    for part in &parts {
        text.push('\n');
        text.push_str(part);
    }
    if let Some(file) = &args.write {
        report::section::write(file, &text)?;
        eprintln!("bench: the tables are in {}", file.display());
    }
    Ok(())
}

/// Each table as soon as it is there: a measurement that fails does not take those before it along.
fn print_last(parts: &[String]) {
    if let Some(part) = parts.last() {
        println!("{part}");
    }
}

/// What every measurement needs.
#[derive(Debug)]
struct Bench {
    binary: PathBuf,
    folder: Folder,
    args: BenchArgs,
}

impl Bench {
    /// Says on the way what is being done; the tables go to standard output, this does not.
    fn say(&self, round: u32, what: &str) {
        eprintln!("bench: round {round} of {}: {what}", self.args.rounds);
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::{BenchArgs, ROWS, What};

    fn parse(line: &str) -> Result<BenchArgs, clap::Error> {
        let command = BenchArgs::augment_args(Command::new("bench"));
        BenchArgs::from_arg_matches(&command.try_get_matches_from(line.split_whitespace())?)
    }

    #[test]
    fn three_rounds_of_eight_seconds_unless_told_otherwise() {
        let args = parse("bench").unwrap();
        assert_eq!((args.rounds, args.seconds, args.rows, args.peers), (3, 8, ROWS, false));
        let args = parse("bench --rounds 5 --seconds 20 --peers answer logged").unwrap();
        assert_eq!((args.rounds, args.seconds, args.what), (5, 20, vec![What::Answer, What::Logged]));
    }

    #[test]
    fn counts_have_an_end() {
        assert!(parse("bench --rounds 0").is_err());
        assert!(parse("bench --seconds 3600").is_err());
    }
}
