//! Lossless counters: one per (slot, family, rcode), in buckets of ten seconds, never throttled.
//!
//! Each worker has its own stripe of a [`CounterBlock`] and adds to it without a lock; nobody ever resets a cell.
//! A reader remembers what it read last and takes the difference, so nothing is lost or counted twice. A bucket is
//! the time the query arrived in, the same instant its log row carries, so that rows and counters of a bucket
//! are about the same answers.
//!
//! A block costs what is counted in it, not what could be: its cells are zero pages of the operating system until
//! they are touched, and a worker marks the slots it counts in, so that a reader looks at nothing else.

mod block;
mod reader;

#[cfg(test)]
mod tests;

pub use block::CounterBlock;
pub use reader::CounterReader;

use crate::rrtype::{Family, Rcode};
use crate::slots::Slot;

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
/// Kinds of answers counted apart: a family and a place.
const KINDS: usize = Family::ALL.len() * PLACES;
/// The kinds that nearly all answers are, addresses of either family: their cells lie by themselves, one cache line for
/// each slot, so that what is counted in all the time stays small however many slots there are.
const COMMON: [usize; 2] = [Family::V4 as usize * PLACES, Family::V6 as usize * PLACES];
/// Kinds in each of the two planes cells lie in: the common ones, and all. The common ones stay unused in the second.
const PLANES: [usize; 2] = [COMMON.len(), KINDS];

/// The code that stands for all that are not counted apart.
pub const OTHER_RCODE: Rcode = Rcode(0xffe);

/// Whether a code is counted by itself.
pub fn is_apart(rcode: Rcode) -> bool {
    RCODES.contains(&rcode)
}

/// The start of the bucket `at` lies in, both in microseconds since 1970 UTC.
pub fn bucket_of(at: i64) -> i64 {
    at.div_euclid(BUCKET_US) * BUCKET_US
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
