//! Lossless counters: one per (slot, family, rcode), in buckets of ten seconds, never throttled.
//!
//! Each worker has its own stripe of a [`CounterBlock`] and adds to it without a lock; nobody ever resets a cell.
//! A reader remembers what it read last and takes the difference, so nothing is lost or counted twice. A bucket is
//! the time the query was answered in, the same instant its log row carries, so that rows and counters of a bucket
//! are about the same answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::rrtype::{Family, Rcode};
use crate::slots::{Slot, Slots};

/// Length of a bucket, microseconds.
pub const BUCKET_US: i64 = 10_000_000;
/// Buckets a block keeps apart: the present one and those a late reader has still to take.
const KEPT: usize = 4;
/// Codes counted apart; all others share the last place.
const RCODES: [Rcode; 7] = [
    Rcode::NOERROR,
    Rcode::FORMERR,
    Rcode::SERVFAIL,
    Rcode::NXDOMAIN,
    Rcode::NOTIMP,
    Rcode::REFUSED,
    Rcode::DROPPED,
];
const PLACES: usize = RCODES.len() + 1;
const CELLS_PER_SLOT: usize = PLACES * Family::ALL.len();

/// The code that stands for all that are not counted apart.
pub const OTHER_RCODE: Rcode = Rcode(0xffe);

/// The start of the bucket `at` lies in, both in microseconds since 1970 UTC.
pub fn bucket_of(at: i64) -> i64 {
    at.div_euclid(BUCKET_US) * BUCKET_US
}

/// The counters of one published view.
#[derive(Debug)]
pub struct CounterBlock {
    /// Generation of the configuration.
    pub generation: u64,
    /// Epoch of the health table.
    pub health_epoch: u64,
    /// What the slots stand for.
    pub slots: Arc<Slots>,
    stripes: Vec<Box<[AtomicU64]>>,
}

/// What a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CounterKey {
    /// Start of the bucket, microseconds since 1970 UTC.
    pub bucket: i64,
    /// Member, service or zone.
    pub slot: Slot,
    /// Family asked for.
    pub family: Family,
    /// Code answered.
    pub rcode: Rcode,
}

impl CounterBlock {
    /// Zeroed counters for `workers` writers.
    pub fn new(generation: u64, health_epoch: u64, slots: Arc<Slots>, workers: usize) -> Self {
        let cells = slots.len() * CELLS_PER_SLOT * KEPT;
        let stripe = || (0..cells).map(|_| AtomicU64::new(0)).collect();
        CounterBlock {
            generation,
            health_epoch,
            slots,
            stripes: (0..workers.max(1)).map(|_| stripe()).collect(),
        }
    }

    /// Counts one answer given at `at` (microseconds since 1970 UTC) by `worker`.
    pub fn add(&self, worker: usize, at: i64, slot: Slot, family: Family, rcode: Rcode) {
        let place = RCODES.iter().position(|r| *r == rcode).unwrap_or(RCODES.len());
        let kept = (bucket_of(at) / BUCKET_US).rem_euclid(KEPT as i64) as usize;
        let cell =
            (kept * self.slots.len() + slot.0 as usize) * CELLS_PER_SLOT + family.index() * PLACES + place;
        if let Some(cell) = self.stripes[worker % self.stripes.len()].get(cell) {
            cell.fetch_add(1, Relaxed);
        }
    }
}

/// Reads a block again and again and gives what was added since.
#[derive(Debug)]
pub struct CounterReader {
    block: Arc<CounterBlock>,
    seen: Vec<u64>,
}

impl CounterReader {
    /// A reader that has seen nothing yet.
    pub fn new(block: Arc<CounterBlock>) -> Self {
        let cells = block.stripes[0].len();
        CounterReader { block, seen: vec![0; cells] }
    }

    /// The block.
    pub fn block(&self) -> &Arc<CounterBlock> {
        &self.block
    }

    /// Whether no writer holds the block any more: one last read then has everything.
    pub fn is_last(&self) -> bool {
        Arc::strong_count(&self.block) == 1
    }

    /// What was added since the last call. To be called at least every 20 seconds; `now` is microseconds since 1970.
    pub fn take(&mut self, now: i64) -> Vec<(CounterKey, u64)> {
        let present = bucket_of(now) / BUCKET_US;
        let slots = self.block.slots.len();
        let mut taken = Vec::new();
        for (index, seen) in self.seen.iter_mut().enumerate() {
            let total: u64 = self.block.stripes.iter().map(|s| s[index].load(Relaxed)).sum();
            if total == *seen {
                continue;
            }
            let kept = (index / (slots * CELLS_PER_SLOT)) as i64;
            let in_slot = index % CELLS_PER_SLOT;
            // The youngest bucket of this place that is not in the future, one allowed for clocks read a moment apart.
            let age = (present + 1 - kept).rem_euclid(KEPT as i64);
            taken.push((
                CounterKey {
                    bucket: (present + 1 - age) * BUCKET_US,
                    slot: Slot((index / CELLS_PER_SLOT % slots) as u32),
                    family: Family::ALL[in_slot / PLACES],
                    rcode: RCODES.get(in_slot % PLACES).copied().unwrap_or(OTHER_RCODE),
                },
                total - *seen,
            ));
            *seen = total;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_taken_once_in_its_bucket() {
        let slots = Arc::new(Slots::new(&crate::config::Config::default()));
        let block = Arc::new(CounterBlock::new(1, 1, slots, 2));
        let mut reader = CounterReader::new(block.clone());
        let now = 1_000 * BUCKET_US + 5;
        block.add(0, now, Slot::OUTSIDE, Family::V4, Rcode::REFUSED);
        block.add(1, now - BUCKET_US, Slot::OUTSIDE, Family::V4, Rcode::REFUSED);
        block.add(1, now, Slot::OUTSIDE, Family::V4, Rcode::REFUSED);
        let mut taken = reader.take(now);
        taken.sort();
        let key =
            |bucket| CounterKey { bucket, slot: Slot::OUTSIDE, family: Family::V4, rcode: Rcode::REFUSED };
        assert_eq!(taken, [(key(bucket_of(now) - BUCKET_US), 1), (key(bucket_of(now)), 2)]);
        assert!(reader.take(now).is_empty());
        assert!(!reader.is_last());
        drop(block);
        assert!(reader.is_last());
    }
}
