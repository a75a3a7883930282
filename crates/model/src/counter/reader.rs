use std::sync::Arc;

use super::block::{CounterBlock, MARKS};
use super::{BUCKET_US, COMMON, CounterKey, KEPT, OTHER_RCODE, PLACES, PLANES, RCODES, bucket_of};
use crate::rrtype::Family;
use crate::slots::Slot;

/// Reads a block again and again and gives what was added since. The only reader of its block: it takes the marks
/// that lead it to what changed.
#[derive(Debug)]
pub struct CounterReader {
    block: Arc<CounterBlock>,
    // Allocated as zeros: what was never counted takes no memory here either.
    seen: [Vec<u64>; PLANES.len()],
}

impl CounterReader {
    /// A reader that has seen nothing yet.
    pub fn new(block: Arc<CounterBlock>) -> Self {
        let seen = [0, 1].map(|plane| vec![0; block.cells(plane)]);
        CounterReader { block, seen }
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
        let mut taken = Vec::new();
        for plane in 0..PLANES.len() {
            for word in 0..self.block.mark_words() {
                let mut marks = self.block.take_marks(plane, word);
                while marks != 0 {
                    let slot = word * MARKS + marks.trailing_zeros() as usize;
                    self.take_slot(plane, slot, present, &mut taken);
                    marks &= marks - 1;
                }
            }
        }
        taken
    }

    fn take_slot(&mut self, plane: usize, slot: usize, present: i64, taken: &mut Vec<(CounterKey, u64)>) {
        let cells = PLANES[plane] * KEPT;
        let first = slot * cells;
        for (cell, seen) in self.seen[plane][first..first + cells].iter_mut().enumerate() {
            let total = self.block.total(plane, first + cell);
            if total == *seen {
                continue;
            }
            let (kind, kept) = (cell / KEPT, cell % KEPT);
            let kind = if plane == 0 { COMMON[kind] } else { kind };
            // The youngest bucket of this place that is not in the future, one allowed for clocks read a moment apart.
            let age = (present + 1 - kept as i64).rem_euclid(KEPT as i64);
            let key = CounterKey {
                bucket: (present + 1 - age) * BUCKET_US,
                slot: Slot(slot as u32),
                family: Family::ALL[kind / PLACES],
                rcode: RCODES.get(kind % PLACES).copied().unwrap_or(OTHER_RCODE),
            };
            taken.push((key, total - *seen));
            *seen = total;
        }
    }
}
