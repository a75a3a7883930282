//! The results as Markdown: when, where, with which versions and by which command, and then the tables.

pub mod section;
pub mod table;

use std::fs;
use std::process::Command;

use anyhow::Context;
use clap::ValueEnum;

use super::host::packages;
use super::{Bench, BenchArgs, ROWS, psql, server};

/// The lines above the tables.
pub fn heading(bench: &Bench) -> anyhow::Result<String> {
    let mut versions = vec![format!("Steelyard {}", packages::version(&bench.binary, Some("--version")))];
    versions.push(format!("PostgreSQL {}", packages::version(&psql::program()?, Some("--version"))));
    versions
        .push(format!("dnsperf {}", packages::version(&packages::need("dnsperf", "dnsperf")?, Some("-h"))));
    if bench.args.peers {
        versions.extend(server::peers::versions()?);
    }
    Ok(format!(
        "Measured {} on {}.\n\n- Command: `{}`\n- Versions: {}\n- Values are medians of the rounds, with the smallest \
         and the largest in brackets.\n",
        today()?,
        machine(),
        command(&bench.args),
        versions.join(", ")
    ))
}

/// The day in UTC.
fn today() -> anyhow::Result<String> {
    let output =
        Command::new("date").args(["-u", "+%Y-%m-%d"]).output().context("`date` cannot be started")?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Cores, processor and kernel.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    describe(cores, &cpu, &kernel)
}

/// What follows the kernel's own version is its packager's.
fn describe(cores: usize, cpuinfo: &str, kernel: &str) -> String {
    let model = cpuinfo.lines().find_map(|l| l.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(std::env::consts::ARCH, |(_, name)| name.trim());
    let kernel = kernel.trim().split('-').next().unwrap_or_default();
    let cores = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    format!("{cores}, {model}, Linux {kernel}")
}

/// The command that measures the same again.
fn command(args: &BenchArgs) -> String {
    let mut out = String::from("cargo xtask bench");
    if args.peers {
        out.push_str(" --peers");
    }
    out.push_str(&format!(" --rounds {} --seconds {}", args.rounds, args.seconds));
    if args.rows != ROWS {
        out.push_str(&format!(" --rows {}", args.rows));
    }
    if args.what.contains(&super::What::See) {
        out.push_str(&format!(" --queries {}", args.queries));
    }
    for what in args.what.iter().filter_map(ValueEnum::to_possible_value) {
        out.push(' ');
        out.push_str(what.get_name());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::What;

    #[test]
    fn a_machine_in_one_line() {
        let cpuinfo = "processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD EPYC 7402\nprocessor\t: 1\n";
        assert_eq!(describe(2, cpuinfo, "6.1.0-37-amd64\n"), "2 cores, AMD EPYC 7402, Linux 6.1.0");
        assert!(describe(1, "", "6.1.0\n").starts_with("1 core, "));
    }

    #[test]
    fn the_command_can_be_repeated() {
        let what = vec![What::Answer, What::Export];
        let (binary, write) = (Some("/elsewhere".into()), Some("docs/benchmarks.md".into()));
        let args =
            BenchArgs { what, peers: true, rounds: 5, seconds: 20, rows: ROWS, queries: 200, binary, write };
        assert_eq!(command(&args), "cargo xtask bench --peers --rounds 5 --seconds 20 answer export");
    }
}
