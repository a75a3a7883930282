//! The views whose events and counters may still come: from their publication until their last writer is gone.

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use model::counter::{CounterBlock, CounterKey, CounterReader};
use model::row::SegmentStart;
use model::slots::Slots;

use crate::names::NameTable;

/// What the log has to know of a view before the responder answers from it.
#[derive(Clone, Debug)]
pub struct LogView {
    /// Generation of the configuration.
    pub generation: u64,
    /// Epoch of the health table.
    pub health_epoch: u64,
    /// What the numbers in events and counters stand for.
    pub slots: Arc<Slots>,
    /// Answers given.
    pub counters: Arc<CounterBlock>,
    /// Events lost because a ring was full.
    pub lost: Arc<CounterBlock>,
    /// Segments that start with this view.
    pub segments: Vec<Arc<SegmentStart>>,
}

pub(crate) struct Live {
    pub(crate) generation: u64,
    pub(crate) health_epoch: u64,
    pub(crate) names: NameTable,
    counters: CounterReader,
    lost: CounterReader,
    ending: bool,
}

/// What was counted in one view since the last reading.
pub(crate) struct Reading {
    pub(crate) answered: Vec<(CounterKey, u64)>,
    pub(crate) lost: Vec<(CounterKey, u64)>,
}

#[derive(Default)]
pub(crate) struct Views {
    live: Vec<Live>,
}

impl Views {
    pub(crate) fn push(&mut self, view: LogView) {
        let known =
            self.live.last().filter(|last| last.names.is_of(&view.slots)).map(|last| last.names.clone());
        self.live.push(Live {
            generation: view.generation,
            health_epoch: view.health_epoch,
            names: known.unwrap_or_else(|| NameTable::new(view.slots)),
            counters: CounterReader::new(view.counters),
            lost: CounterReader::new(view.lost),
            ending: false,
        });
    }

    /// The names in force for an event: those of its view, the newest of that number.
    pub(crate) fn find(&self, generation: u64, health_epoch: u64) -> Option<&NameTable> {
        let of = |live: &&Live| live.generation == generation && live.health_epoch == health_epoch;
        self.live.iter().rev().find(of).map(|live| &live.names)
    }

    /// The newest names.
    pub(crate) fn newest(&self) -> Option<&NameTable> {
        self.live.last().map(|live| &live.names)
    }

    pub(crate) fn len(&self) -> usize {
        self.live.len()
    }

    /// Reads every counter and drops the views that are done. To be called after all rings were drained once.
    ///
    /// A view without writers is dropped at the second reading that finds it so: between the two every ring was
    /// drained, and with it the last event of that view. The newest stays, writers or not, and all do while events are
    /// `put_off`.
    pub(crate) fn read(&mut self, now: i64, put_off: bool, mut each: impl FnMut(&Live, Reading)) {
        let newest = self.live.len().saturating_sub(1);
        let mut index = 0;
        self.live.retain_mut(|live| {
            let written_out = live.counters.is_last() && live.lost.is_last();
            // Pairs with the release of the writers' last reference, so that their last increments are seen.
            fence(Ordering::Acquire);
            let reading = Reading { answered: live.counters.take(now), lost: live.lost.take(now) };
            if !reading.answered.is_empty() || !reading.lost.is_empty() {
                each(live, reading);
            }
            let done = written_out && live.ending && index != newest && !put_off;
            live.ending = written_out;
            index += 1;
            !done
        });
    }
}
