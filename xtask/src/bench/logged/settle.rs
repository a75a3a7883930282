//! The server's own accounts of a service's queries, and the wait until they say that nothing is on its way any more.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::bench::host::child::Running;
use crate::bench::host::signals;
use crate::bench::psql;
use crate::bench::server::lab;
use crate::bench::server::steelyard::{COMMAND, Steelyard};

/// How long the last rows may take: a million and a half wait at most, and storage may be slow.
const LIMIT: Duration = Duration::from_secs(180);
/// How often the server is asked, which costs it a few milliseconds each time.
const LOOK: Duration = Duration::from_secs(1);

/// What became of queries that were not stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    pub service_throttle: u64,
    pub site_throttle: u64,
    pub queue: u64,
    pub storage: u64,
}

impl Dropped {
    fn sum(self) -> u64 {
        self.service_throttle + self.site_throttle + self.queue + self.storage
    }

    /// What came since `earlier`.
    pub fn since(self, earlier: Dropped) -> Dropped {
        Dropped {
            service_throttle: self.service_throttle - earlier.service_throttle,
            site_throttle: self.site_throttle - earlier.site_throttle,
            queue: self.queue - earlier.queue,
            storage: self.storage - earlier.storage,
        }
    }
}

/// What became of all queries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub answered: u64,
    pub logged: u64,
    pub dropped: Dropped,
}

impl Totals {
    fn accounted(&self) -> u64 {
        self.logged + self.dropped.sum()
    }
}

/// Waits until at least `answered` queries are counted and every one of them is accounted for; then compares with the
/// table itself.
pub fn wait(server: &Steelyard, answered: u64) -> anyhow::Result<Totals> {
    let until = Instant::now() + LIMIT;
    let mut last = ask(server)?;
    while last.answered < answered || last.answered != last.accounted() {
        signals::check()?;
        if Instant::now() > until {
            bail!(
                "after {} s the accounts do not add up: dnsperf got {answered} answers, the server counted {}, stored \
                 {} and dropped {:?}",
                LIMIT.as_secs(),
                last.answered,
                last.logged,
                last.dropped
            );
        }
        std::thread::sleep(LOOK);
        last = ask(server)?;
    }
    let count = format!("SELECT count(*) FROM query_log WHERE service = '{}'", lab::NAME);
    let rows = psql::run(server, &count)?;
    if rows.parse() != Ok(last.logged) {
        bail!("the server says it stored {} rows, the table holds {rows}", last.logged);
    }
    Ok(last)
}

/// Asks with `steelyard split`, whose exit status is its verdict and no failure.
fn ask(server: &Steelyard) -> anyhow::Result<Totals> {
    let mut command = server.command(&["split", lab::NAME, "--since", "1d", "--json"]);
    let mut split = Running::spawn("split", &mut command, server.folder())?;
    split.wait(COMMAND, |_| ())?;
    parse(&split.output()?)
        .with_context(|| format!("`steelyard split` gave no totals: {}", split.last_words()))
}

fn parse(json: &str) -> Option<Totals> {
    let report: Value = serde_json::from_str(json).ok()?;
    let totals = &report["totals"];
    let dropped = |cause: &str| totals["dropped"][cause].as_u64();
    Some(Totals {
        answered: totals["answered"].as_u64()?,
        logged: totals["logged"].as_u64()?,
        dropped: Dropped {
            service_throttle: dropped("service_throttle")?,
            site_throttle: dropped("site_throttle")?,
            queue: dropped("queue")?,
            storage: dropped("storage")?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_read_with_every_cause() {
        let json = r#"{"verdict": "PASS", "totals": {"answered": 10, "logged": 7,
            "dropped": {"service_throttle": 0, "site_throttle": 0, "queue": 2, "storage": 1}}}"#;
        let totals = parse(json).unwrap();
        assert_eq!((totals.answered, totals.accounted(), totals.dropped.queue), (10, 10, 2));
        assert_eq!(parse(r#"{"totals": {"answered": 10, "logged": 7, "dropped": {}}}"#), None);
        assert_eq!(parse("steelyard: nothing answers there"), None);
    }
}
