//! What is counted and not stored yet, merged by key, so that memory stays bounded while storage is away.
//!
//! Past [`MAX_KEYS`] keys, buckets that wait are merged into one per ten minutes, then per hour, then per day: no count
//! and no segment is lost, only when within that time an answer was given.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use foldhash::fast::RandomState;
use model::row::{AccountRow, Class, CounterRow, Outcome, SegmentStart};
use model::rrtype::{Family, Rcode};
use model::slots::Target;
use tokio::sync::{Notify, watch};

use crate::names::Names;
use crate::presence::lock;

/// Keys kept apart; about 20 MB.
const MAX_KEYS: usize = 100_000;
/// Lengths of merged buckets, microseconds.
const COARSER_US: [i64; 3] = [600_000_000, 3_600_000_000, 86_400_000_000];

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct CounterId {
    pub(crate) bucket: i64,
    pub(crate) names: Arc<Names>,
    pub(crate) family: Family,
    pub(crate) rcode: Rcode,
    pub(crate) generation: u64,
    pub(crate) health_epoch: u64,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct AccountId {
    pub(crate) bucket: i64,
    pub(crate) service: Option<Arc<str>>,
    pub(crate) class: Option<Class>,
    pub(crate) outcome: Outcome,
}

/// Increments by key.
pub(crate) type Accounts = HashMap<AccountId, u64>;
/// The same of counters, of which a large site has as many as it has members.
type Counters = HashMap<CounterId, u64, RandomState>;
/// Counters since the start, with what their names stand for.
type Totals = HashMap<(Arc<Names>, Family, Rcode), (Target, u64), RandomState>;

#[derive(Default)]
struct Pending {
    /// Rises with everything added.
    version: u64,
    segments: Vec<Arc<SegmentStart>>,
    counters: Counters,
    accounts: Accounts,
    /// Keys that merging left, when those were too many still.
    unmergeable: usize,
    closed: bool,
}

/// What the counting task takes to storage: the segments first.
pub(crate) struct Taken {
    pub(crate) version: u64,
    pub(crate) segments: Vec<Arc<SegmentStart>>,
    pub(crate) counters: Vec<CounterRow>,
    pub(crate) accounts: Vec<AccountRow>,
}

pub(crate) struct Ledger {
    pending: Mutex<Pending>,
    changed: Notify,
    stored: watch::Sender<u64>,
    totals: Mutex<Totals>,
    outcomes: [[AtomicU64; Outcome::ALL.len()]; Class::ALL.len() + 1],
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Ledger {
            pending: Mutex::default(),
            changed: Notify::new(),
            stored: watch::Sender::new(0),
            totals: Mutex::default(),
            outcomes: Default::default(),
        }
    }

    pub(crate) fn add_segments(&self, starts: Vec<Arc<SegmentStart>>) {
        if !starts.is_empty() {
            let mut pending = lock(&self.pending);
            pending.version += 1;
            pending.segments.extend(starts);
        }
    }

    pub(crate) fn add_counters(&self, counters: Vec<(CounterId, u64)>) {
        if counters.is_empty() {
            return;
        }
        let mut pending = lock(&self.pending);
        pending.version += 1;
        for (id, count) in counters {
            *pending.counters.entry(id).or_default() += count;
        }
        pending.bound(MAX_KEYS);
    }

    /// Adds to the counts since the start, each key with what its names stand for.
    pub(crate) fn add_totals<'a>(&self, counts: impl Iterator<Item = (&'a CounterId, &'a Target, u64)>) {
        let mut totals = lock(&self.totals);
        for (id, target, count) in counts {
            let key = (id.names.clone(), id.family, id.rcode);
            totals.entry(key).or_insert_with(|| (target.clone(), 0)).1 += count;
        }
    }

    pub(crate) fn add_accounts(&self, accounts: Accounts) {
        if accounts.is_empty() {
            return;
        }
        let mut pending = lock(&self.pending);
        pending.version += 1;
        for (id, count) in accounts {
            let class = id.class.map_or(Class::ALL.len(), |class| class as usize);
            self.outcomes[class][id.outcome as usize].fetch_add(count, Relaxed);
            *pending.accounts.entry(id).or_default() += count;
        }
        pending.bound(MAX_KEYS);
    }

    /// Asks for what is pending to be stored now.
    pub(crate) fn wake(&self) {
        self.changed.notify_one();
    }

    /// Waits for [`Ledger::wake`].
    pub(crate) async fn woken(&self) {
        self.changed.notified().await;
    }

    /// Everything pending; none when there is nothing.
    pub(crate) fn take(&self) -> Option<Taken> {
        let mut pending = lock(&self.pending);
        if pending.segments.is_empty() && pending.counters.is_empty() && pending.accounts.is_empty() {
            return None;
        }
        pending.unmergeable = 0;
        let counters = std::mem::take(&mut pending.counters).into_iter().map(|(id, count)| CounterRow {
            bucket: id.bucket,
            zone: id.names.zone.clone(),
            service: id.names.service.clone(),
            pool: id.names.pool.clone(),
            member: id.names.member,
            family: id.family,
            rcode: id.rcode,
            generation: id.generation,
            health_epoch: id.health_epoch,
            count,
        });
        let counters = counters.collect();
        let accounts = std::mem::take(&mut pending.accounts).into_iter().map(|(id, count)| AccountRow {
            bucket: id.bucket,
            service: id.service,
            class: id.class,
            outcome: id.outcome,
            count,
        });
        let accounts = accounts.collect();
        let segments = std::mem::take(&mut pending.segments);
        Some(Taken { version: pending.version, segments, counters, accounts })
    }

    /// Everything up to a version is stored.
    pub(crate) fn stored(&self, version: u64) {
        self.stored.send_replace(version);
    }

    /// Waits until everything added before this call is stored.
    pub(crate) async fn flush(&self) {
        let version = lock(&self.pending).version;
        self.changed.notify_one();
        // The sender lives as long as the ledger.
        let _ = self.stored.subscribe().wait_for(|stored| *stored >= version).await;
    }

    /// Nothing more will be added.
    pub(crate) fn close(&self) {
        lock(&self.pending).closed = true;
        self.changed.notify_one();
    }

    pub(crate) fn is_closed(&self) -> bool {
        lock(&self.pending).closed
    }

    /// Counters since the start.
    pub(crate) fn totals(&self) -> Vec<(Target, Family, Rcode, u64)> {
        let totals = lock(&self.totals);
        totals.iter().map(|((_, family, rcode), (target, n))| (target.clone(), *family, *rcode, *n)).collect()
    }

    /// Rows since the start, by class (the last place is for those without) and outcome.
    pub(crate) fn outcomes(&self) -> [[u64; Outcome::ALL.len()]; Class::ALL.len() + 1] {
        self.outcomes.each_ref().map(|of_class| of_class.each_ref().map(|count| count.load(Relaxed)))
    }
}

impl Pending {
    fn bound(&mut self, keys: usize) {
        // What merging cannot bring below the bound is not merged again until it has doubled.
        let keys = keys.max(2 * self.unmergeable);
        for length in COARSER_US {
            if self.counters.len() + self.accounts.len() <= keys {
                return;
            }
            let merge = |bucket: i64| bucket.div_euclid(length) * length;
            let mut counters = Counters::default();
            for (mut id, count) in self.counters.drain() {
                id.bucket = merge(id.bucket);
                *counters.entry(id).or_default() += count;
            }
            let mut accounts = HashMap::new();
            for (mut id, count) in self.accounts.drain() {
                id.bucket = merge(id.bucket);
                *accounts.entry(id).or_default() += count;
            }
            (self.counters, self.accounts) = (counters, accounts);
        }
        if self.counters.len() + self.accounts.len() > keys {
            self.unmergeable = self.counters.len() + self.accounts.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_buckets_are_merged_and_no_count_is_lost() {
        let mut pending = Pending::default();
        for n in 0..500 {
            let id =
                AccountId { bucket: n * 10_000_000, service: None, class: None, outcome: Outcome::Queue };
            pending.accounts.insert(id, 2);
        }
        pending.bound(500);
        assert_eq!(pending.accounts.len(), 500);
        pending.bound(499);
        assert_eq!(pending.accounts.len(), 9);
        pending.bound(8);
        assert_eq!(pending.accounts.len(), 2);
        assert_eq!(pending.accounts.values().sum::<u64>(), 1000);
        assert!(pending.accounts.keys().all(|id| id.bucket % 3_600_000_000 == 0));
    }
}
