//! `steelyard split`: observed against configured, from the server's counters or from any exported log.

use std::path::PathBuf;

use clap::Args;
use model::split::{NetworkSplit, Segment, SplitClients, SplitReport, Verdict};

use super::Exit;
use super::remote::Remote;
use crate::clock;

/// Which split.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("subject").required(true).args(["name", "csv"])))]
pub struct SplitArgs {
    /// The service.
    name: Option<String>,
    /// The last so long, as 10m or 2h.
    #[arg(long, value_name = "SPAN", default_value = "15m", conflicts_with_all = ["from", "to"])]
    since: String,
    /// Start of the window, RFC 3339.
    #[arg(long, value_name = "TIME", requires = "to")]
    from: Option<String>,
    /// End of the window, RFC 3339.
    #[arg(long, value_name = "TIME", requires = "from")]
    to: Option<String>,
    /// Judge an exported log instead: any CSV with a column of answered addresses.
    #[arg(long, value_name = "FILE", requires = "expect")]
    csv: Option<PathBuf>,
    /// The column that holds the addresses; `answers` or `dns_ips` when absent.
    #[arg(long, value_name = "NAME", requires = "csv")]
    column: Option<String>,
    /// The weights that were in force, as 192.0.2.1=6,192.0.2.2=3.
    #[arg(long, value_name = "ADDR=W,...", requires = "csv")]
    expect: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: Remote,
}

/// Prints the verdict; the exit status is the verdict's.
pub async fn run(args: SplitArgs) -> anyhow::Result<Exit> {
    let mut clients = None;
    let report: SplitReport = match (&args.csv, &args.name) {
        (Some(file), _) => {
            let expect = analytics::split_csv::parse_expect(args.expect.as_deref().unwrap_or_default())?;
            let split = analytics::split_csv::judge_csv_file(file, args.column.as_deref(), &expect)?;
            if !args.json {
                println!(
                    "{}: column {:?}, {} rows, {} without an address",
                    file.display(),
                    split.column,
                    split.rows,
                    split.empty
                );
            }
            SplitReport {
                service: file.display().to_string(),
                from: split.segment.from,
                to: split.segment.to,
                verdict: split.segment.verdict,
                segments: vec![split.segment],
                totals: Default::default(),
            }
        }
        (None, name) => {
            let name = name.clone().unwrap_or_default();
            let mut query = Vec::new();
            match (args.from.clone(), args.to.clone()) {
                (Some(from), Some(to)) => query.extend([("from", from), ("to", to)]),
                _ => query.push(("since", args.since.clone())),
            }
            let name: model::DnsName =
                name.parse().map_err(|e| anyhow::anyhow!("{name:?} is no name: {e}"))?;
            let server = args.remote.client()?;
            if !args.json {
                // The verdict does not wait for who asked: rows may be too many to be read in time.
                let path = format!("/split/{name}/clients");
                clients = server.get::<SplitClients>(&path, &query).await.ok();
            }
            server.get(&format!("/split/{name}"), &query).await?
        }
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", in_words(&report, clients.as_ref(), args.csv.is_some()));
    }
    Ok(match report.verdict {
        Verdict::Pass => Exit::Done,
        Verdict::Fail => Exit::SplitFailed,
        Verdict::Insufficient => Exit::SplitInsufficient,
    })
}

fn in_words(report: &SplitReport, clients: Option<&SplitClients>, foreign: bool) -> String {
    let mut out = String::new();
    for segment in &report.segments {
        out.push_str(&segment_in_words(segment, foreign));
    }
    if report.segments.is_empty() {
        out.push_str("No answers in this window.\n");
    }
    if !foreign {
        let t = &report.totals;
        let lost = t.dropped.service_throttle + t.dropped.site_throttle + t.dropped.queue + t.dropped.storage;
        let waiting = match t.answered.saturating_sub(t.logged + lost) {
            0 => String::new(),
            waiting => format!(", {waiting} rows on their way"),
        };
        out.push_str(&format!(
            "{} answered, {} rows logged, {lost} rows dropped{waiting}\n",
            t.answered, t.logged
        ));
    }
    if let Some(line) = clients.and_then(concentration) {
        out.push_str(&line);
    }
    out.push_str(&format!("{} {}\n", report.service, report.verdict.as_str()));
    out
}

/// How few clients the answers went to, so that nobody takes answers for users.
fn concentration(clients: &SplitClients) -> Option<String> {
    if clients.clients == 0 {
        return None;
    }
    let named = |count: u64| if count == 1 { "1 client".to_owned() } else { format!("{count} clients") };
    Some(format!(
        "{}80 % of the answers went to {} of {}, as concentrated as {:.1} equal ones\n",
        if clients.estimated { "about " } else { "" },
        clients.clients_of_80_percent,
        named(clients.clients),
        clients.effective_clients
    ))
}

fn segment_in_words(segment: &Segment, foreign: bool) -> String {
    let mut out = String::new();
    if !foreign {
        out.push_str(&format!(
            "{} to {}, generation {}, {} answers\n",
            clock::rfc3339(segment.from),
            clock::rfc3339(segment.to),
            segment.generation,
            segment.answered
        ));
    }
    out.push_str(&format!(
        "{:<40} {:>6} {:>9} {:>9} {:>9} {:>9}  {}\n",
        "member", "weight", "answers", "expected", "observed", "deviation", "95 % interval"
    ));
    for member in &segment.members {
        out.push_str(&format!(
            "{:<40} {:>6} {:>9} {:>8.3}% {:>8.3}% {:>+9.1}  {:.3}% to {:.3}%\n",
            member.address.to_string(),
            member.weight,
            member.observed,
            member.expected_share * 100.0,
            member.share * 100.0,
            member.deviation,
            member.ci_low * 100.0,
            member.ci_high * 100.0
        ));
    }
    if let Some(networks) = &segment.networks {
        out.push_str(&networks_in_words(networks));
    }
    out.push_str(&format!("{}: {}\n", segment.verdict.as_str(), segment.reason));
    out
}

/// What is judged where a hash of the client's network chose.
fn networks_in_words(networks: &NetworkSplit) -> String {
    let mut out = format!(
        "{:<40} {:>9} {:>9} {:>9} {:>9}  {}\n",
        "member", "networks", "expected", "observed", "deviation", "95 % interval"
    );
    for member in &networks.members {
        out.push_str(&format!(
            "{:<40} {:>9} {:>8.3}% {:>8.3}% {:>+9.1}  {:.3}% to {:.3}%\n",
            member.address.to_string(),
            member.networks,
            member.expected_share * 100.0,
            member.share * 100.0,
            member.deviation,
            member.ci_low * 100.0,
            member.ci_high * 100.0
        ));
    }
    out
}
