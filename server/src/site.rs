//! The running site as its handlers and tasks see it: every part, once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use model::Label;
use model::counter::{BUCKET_US, bucket_of};
use model::split::{SplitClients, SplitReport};
use store::Store;

use crate::access::gate::Gate;
use crate::access::throttle::Throttle;
use crate::clock;
use crate::events::Events;
use crate::exports::Exports;
use crate::overrides::Overrides;
use crate::ramps::Ramps;
use crate::secrets::Secrets;
use crate::sink::StoreSink;
use crate::streams::Streams;
use crate::tasks::notify::Counts;
use crate::tasks::publish::Publisher;
use crate::tasks::storage::Presence;

/// An answer whose row is not stored after so long, microseconds, is not worth a wait: the log gives way for a minute at
/// most, and a million rows take seconds.
const LATE_US: i64 = 120_000_000;

/// Every part of the running site.
pub struct Site {
    /// Name of this site.
    pub name: Label,
    /// Where the console listens.
    pub http: SocketAddr,
    /// PostgreSQL.
    pub store: Store,
    /// The responder.
    pub responder: dns::Responder,
    /// The query log.
    pub pipeline: querylog::Pipeline<StoreSink>,
    /// Where else its rows go.
    pub streams: Streams,
    /// The health checks.
    pub checker: health::Checker,
    /// The only writer of the view the responder answers from.
    pub publisher: Publisher,
    /// Whether storage is there.
    pub presence: Presence,
    /// Who may come in.
    pub gate: Gate,
    /// Back-off of sign-in attempts.
    pub attempts: Throttle,
    /// Operators' overrides of measured health.
    pub overrides: Overrides,
    /// What is kept in memory of canary ramps.
    pub ramps: Ramps,
    /// Secrets that monitors and channels name.
    pub secrets: Arc<Secrets>,
    /// What happens, and who is told.
    pub events: Events,
    /// Exports of the log, under way and done.
    pub exports: Exports,
    /// What became of telling secondaries.
    pub notified: Counts,
    /// Whether queries are stored as rows; if not, they are counted only.
    pub keeps_rows: bool,
    /// When this process started, microseconds since 1970 UTC.
    pub started: i64,
}

/// The site, shared.
pub type Shared = Arc<Site>;

impl Site {
    /// The configuration in force.
    pub fn snapshot(&self) -> Arc<model::snapshot::Snapshot> {
        self.responder.current().snapshot().clone()
    }

    /// Addresses a person on this machine would dig at.
    pub fn dig_targets(&self) -> Vec<String> {
        let addresses = self.responder.addresses().into_iter();
        addresses.map(crate::config::reachable).map(|a| a.to_string()).collect()
    }

    /// The split of a service over a window, everything counted up to this moment included. The report says the window
    /// it is really about: counters are cut at whole buckets.
    pub async fn split(&self, service: &str, from: i64, to: i64) -> Result<SplitReport, store::StoreError> {
        self.pipeline.flush_now().await;
        let from = bucket_of(from);
        let to = bucket_of(to + BUCKET_US - 1).min(self.now().max(to));
        let observed = self.store.observed(service, from, to).await?;
        let totals = self.store.totals(Some(service), from, to).await?;
        Ok(analytics::report(service, from, to, observed, totals))
    }

    /// Who asked for a service over a window, from the rows that are stored at this moment.
    pub async fn split_clients(
        &self,
        service: &str,
        from: i64,
        to: i64,
    ) -> Result<SplitClients, store::StoreError> {
        self.pipeline.flush_now().await;
        self.store.split_clients(service, from, to).await
    }

    /// Brings the rows of answers up to `to` into storage, as far as that takes no longer than `patience`.
    pub async fn rows_until(&self, to: i64, patience: Duration) {
        if to < self.now() - LATE_US || self.storage().away_since.is_some() {
            self.pipeline.flush_now().await;
        } else {
            self.pipeline.catch_up(patience).await;
        }
    }

    /// The state of storage, as every page shows it.
    pub fn storage(&self) -> api::view::Storage {
        let log = self.pipeline.status();
        let away = self.presence.away();
        api::view::Storage {
            away_since: match (&away, log.away_since) {
                (Some(away), Some(log)) => Some(away.since.min(log)),
                (Some(away), None) => Some(away.since),
                (None, log) => log,
            },
            error: away.map(|a| a.error).unwrap_or(log.error),
            waiting: log.waiting,
            spilled: log.spilled,
            dropped: log.dropped,
        }
    }

    /// Now, microseconds since 1970 UTC.
    pub fn now(&self) -> i64 {
        clock::now()
    }
}
