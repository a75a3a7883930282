use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed, Ordering::SeqCst};

use bytemuck::zeroed_slice_box;

use super::{BUCKET_US, COMMON, KEPT, PLACES, PLANES, RCODES, bucket_of};
use crate::rrtype::{Family, Rcode};
use crate::slots::{Slot, Slots};

/// Slots whose marks share a word.
pub(super) const MARKS: usize = u64::BITS as usize;
/// Words of marks come in multiples of this, 128 octets, so that stripes do not share a cache line.
const MARK_WORDS: usize = 16;

/// The counters of one published view. It is read by one [`super::CounterReader`].
pub struct CounterBlock {
    /// Generation of the configuration.
    pub generation: u64,
    /// Epoch of the health table.
    pub health_epoch: u64,
    /// What the slots stand for.
    pub slots: Arc<Slots>,
    /// One for each writer.
    stripes: Vec<[Plane; PLANES.len()]>,
}

/// Cells of some kinds for every slot. Both lists are allocated as zeros, which touches no memory.
struct Plane {
    /// By slot, then kind, then bucket.
    cells: Box<[AtomicU64]>,
    /// A bit for each slot that was counted in since the reader came by.
    marks: Box<[AtomicU64]>,
}

impl CounterBlock {
    /// Zeroed counters for `workers` writers.
    pub fn new(generation: u64, health_epoch: u64, slots: Arc<Slots>, workers: usize) -> Self {
        let words = slots.len().div_ceil(MARKS).next_multiple_of(MARK_WORDS);
        let plane = |kinds| Plane {
            cells: zeroed_slice_box(slots.len() * kinds * KEPT),
            marks: zeroed_slice_box(words),
        };
        let stripes = (0..workers.max(1)).map(|_| PLANES.map(plane)).collect();
        CounterBlock { generation, health_epoch, slots, stripes }
    }

    /// Counts one answer given at `at` (microseconds since 1970 UTC) by `worker`.
    pub fn add(&self, worker: usize, at: i64, slot: Slot, family: Family, rcode: Rcode) {
        let place = RCODES.iter().position(|r| *r == rcode).unwrap_or(RCODES.len());
        let kept = (bucket_of(at) / BUCKET_US).rem_euclid(KEPT as i64) as usize;
        let slot = slot.0 as usize;
        let kind = family.index() * PLACES + place;
        let (plane, kind) = match COMMON.iter().position(|common| *common == kind) {
            Some(common) => (0, common),
            None => (1, kind),
        };
        let cell = (slot * PLANES[plane] + kind) * KEPT + kept;
        let plane = &self.stripes[worker % self.stripes.len()][plane];
        let (Some(cell), Some(mark)) = (plane.cells.get(cell), plane.marks.get(slot / MARKS)) else {
            return;
        };
        // Counted before the mark is looked at, and cleared before the count is read: in the one order of sequentially
        // consistent operations either the reader sees this count, or this worker sees the mark gone and sets it anew.
        cell.fetch_add(1, SeqCst);
        let bit = 1 << (slot % MARKS);
        if mark.load(SeqCst) & bit == 0 {
            mark.fetch_or(bit, SeqCst);
        }
    }

    /// Reads the cells in which answers of a member with an address would be counted, so that they lie in the cache.
    pub fn read_ahead(&self, worker: usize, at: i64, slot: Slot) {
        let slot = slot.0 as usize;
        let kept = (bucket_of(at) / BUCKET_US).rem_euclid(KEPT as i64) as usize;
        let plane = &self.stripes[worker % self.stripes.len()][0];
        let cell = plane.cells.get(slot * PLANES[0] * KEPT + kept);
        let mark = plane.marks.get(slot / MARKS);
        std::hint::black_box(cell.map(|cell| cell.load(Relaxed)));
        std::hint::black_box(mark.map(|mark| mark.load(Relaxed)));
    }

    /// Cells of a plane.
    pub(super) fn cells(&self, plane: usize) -> usize {
        self.stripes[0][plane].cells.len()
    }

    /// Words of marks of each plane.
    pub(super) fn mark_words(&self) -> usize {
        self.stripes[0][0].marks.len()
    }

    /// Takes the marks of one word, of all stripes together.
    pub(super) fn take_marks(&self, plane: usize, word: usize) -> u64 {
        let take = |stripe: &[Plane; PLANES.len()]| match stripe[plane].marks[word].load(Relaxed) {
            // A mark that is missed here is found by the next reading; most words have none.
            0 => 0,
            _ => stripe[plane].marks[word].swap(0, SeqCst),
        };
        self.stripes.iter().map(take).fold(0, |all, marks| all | marks)
    }

    /// A cell, over all stripes.
    pub(super) fn total(&self, plane: usize, cell: usize) -> u64 {
        self.stripes.iter().map(|stripe| stripe[plane].cells[cell].load(SeqCst)).sum()
    }
}

impl fmt::Debug for CounterBlock {
    /// Without the cells: there are millions.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CounterBlock")
            .field("generation", &self.generation)
            .field("health_epoch", &self.health_epoch)
            .field("slots", &self.slots.len())
            .field("stripes", &self.stripes.len())
            .finish_non_exhaustive()
    }
}
