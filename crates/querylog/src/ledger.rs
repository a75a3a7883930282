//! What is counted and not stored yet, merged by key, so that memory stays bounded while storage is away.
//!
//! Past [`MAX_KEYS`] keys, buckets that wait are merged into one per ten minutes, then per hour, then per day: no count
//! and no segment is lost, only when within that time an answer was given.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use foldhash::fast::RandomState;
use model::row::{AccountRow, Class, CounterRow, Outcome, SegmentStart};
use model::rrtype::{Family, Rcode};
use model::slots::Target;
use tokio::sync::{Notify, watch};

use crate::names::SharedNames;
use crate::presence::lock;

/// Keys kept apart; about 20 MB.
const MAX_KEYS: usize = 100_000;
/// Lengths of merged buckets, microseconds.
const COARSER_US: [i64; 3] = [600_000_000, 3_600_000_000, 86_400_000_000];

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct CounterId {
    pub(crate) bucket: i64,
    pub(crate) names: SharedNames,
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
type Totals = HashMap<(SharedNames, Family, Rcode), (Target, u64), RandomState>;

#[derive(Clone, Default)]
struct Pending {
    /// Rises with everything added.
    version: u64,
    segments: Vec<Arc<SegmentStart>>,
    counters: Counters,
    accounts: Accounts,
    /// Keys that merging left, when those were too many still.
    unmergeable: usize,
    /// The number of the length that buckets were merged to.
    merged: usize,
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
    /// Somebody wants to have everything safe, stored or kept.
    wanted: Notify,
    safe: watch::Sender<u64>,
    stored: watch::Sender<u64>,
    totals: Mutex<Totals>,
    outcomes: [[AtomicU64; Outcome::ALL.len()]; Class::ALL.len() + 1],
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Ledger {
            pending: Mutex::default(),
            changed: Notify::new(),
            wanted: Notify::new(),
            safe: watch::Sender::new(0),
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

    pub(crate) fn add_accounts(&self, accounts: Vec<AccountRow>) {
        self.note_accounted(&accounts);
        self.add_earlier(accounts);
    }

    /// Notes accounts that storage took with their rows.
    pub(crate) fn note_accounted(&self, accounts: &[AccountRow]) {
        accounts.iter().for_each(|account| self.note(account.class, account.outcome, account.count));
    }

    fn note(&self, class: Option<Class>, outcome: Outcome, count: u64) {
        let class = class.map_or(Class::ALL.len(), |class| class as usize);
        self.outcomes[class][outcome as usize].fetch_add(count, Relaxed);
    }

    /// Adds accounts of answers that a process before this one gave: they are none of those since the start.
    pub(crate) fn add_earlier(&self, accounts: Vec<AccountRow>) {
        if accounts.is_empty() {
            return;
        }
        let mut pending = lock(&self.pending);
        pending.version += 1;
        for account in accounts {
            let AccountRow { bucket, service, class, outcome, count } = account;
            *pending.accounts.entry(AccountId { bucket, service, class, outcome }).or_default() += count;
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
        let taken = std::mem::take(&mut *pending);
        (pending.version, pending.closed) = (taken.version, taken.closed);
        drop(pending);
        Some(taken.into_taken())
    }

    /// A copy of everything pending, which stays.
    pub(crate) fn copy(&self) -> Taken {
        let copy = lock(&self.pending).clone();
        copy.into_taken()
    }

    /// Everything up to a version is stored.
    pub(crate) fn stored(&self, version: u64) {
        self.stored.send_replace(version);
        self.kept(version);
    }

    /// Everything up to a version survives this process.
    pub(crate) fn kept(&self, version: u64) {
        self.safe.send_if_modified(|safe| std::mem::replace(safe, version.max(*safe)) < version);
    }

    /// Waits until somebody calls [`Ledger::keep`].
    pub(crate) async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// Waits until everything added before this call survives this process: it is stored, or kept on disk.
    pub(crate) async fn keep(&self) {
        let version = lock(&self.pending).version;
        if *self.safe.borrow() < version {
            self.wanted.notify_one();
            self.changed.notify_one();
        }
        // The sender lives as long as the ledger.
        let _ = self.safe.subscribe().wait_for(|safe| *safe >= version).await;
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

/// An increment as storage gets it.
pub(crate) fn account((id, count): (AccountId, u64)) -> AccountRow {
    let AccountId { bucket, service, class, outcome } = id;
    AccountRow { bucket, service, class, outcome, count }
}

impl Pending {
    fn into_taken(self) -> Taken {
        let counters = self.counters.into_iter().map(|(id, count)| CounterRow {
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
        Taken {
            version: self.version,
            counters: counters.collect(),
            accounts: self.accounts.into_iter().map(account).collect(),
            segments: self.segments,
        }
    }

    fn bound(&mut self, keys: usize) {
        // What merging cannot bring below the bound is not merged again until it has doubled.
        let keys = keys.max(2 * self.unmergeable);
        // A length that was not enough before is not tried again.
        for (number, length) in COARSER_US.into_iter().enumerate().skip(self.merged) {
            if self.counters.len() + self.accounts.len() <= keys {
                return;
            }
            self.merged = number;
            merge(&mut self.counters, length);
            merge(&mut self.accounts, length);
        }
        if self.counters.len() + self.accounts.len() > keys {
            self.unmergeable = self.counters.len() + self.accounts.len();
        }
    }
}

/// A key of a bucket.
trait OfBucket: Eq + Hash {
    fn bucket(&self) -> i64;
    fn set_bucket(&mut self, bucket: i64);
}

impl OfBucket for CounterId {
    fn bucket(&self) -> i64 {
        self.bucket
    }

    fn set_bucket(&mut self, bucket: i64) {
        self.bucket = bucket;
    }
}

impl OfBucket for AccountId {
    fn bucket(&self) -> i64 {
        self.bucket
    }

    fn set_bucket(&mut self, bucket: i64) {
        self.bucket = bucket;
    }
}

/// Makes buckets of this length, microseconds, out of shorter ones. Keys that lie at the start of one stay where they are:
/// merged before, they are half of a large site's.
fn merge<K: OfBucket, S: BuildHasher>(counts: &mut HashMap<K, u64, S>, length: i64) {
    let shorter: Vec<(K, u64)> = counts.extract_if(|id, _| id.bucket().rem_euclid(length) != 0).collect();
    for (mut id, count) in shorter {
        id.set_bucket(id.bucket().div_euclid(length) * length);
        *counts.entry(id).or_default() += count;
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
        // What comes later is merged into hours at once.
        for n in 0..500 {
            let bucket = 7_200_000_000 + n * 10_000_000;
            let id = AccountId { bucket, service: None, class: None, outcome: Outcome::Queue };
            pending.accounts.insert(id, 2);
        }
        pending.bound(8);
        assert_eq!(pending.accounts.len(), 4);
        assert_eq!(pending.accounts.values().sum::<u64>(), 2000);
        assert!(pending.accounts.keys().all(|id| id.bucket % 3_600_000_000 == 0));
    }
}
