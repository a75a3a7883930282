//! The task that takes segments, counters and accounts to storage, each increment exactly once.
//!
//! While a copy of what waits is on disk, what is offered is on disk under the same number before it is offered, so that
//! a crash at any moment adds nothing twice.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use model::row::SegmentStart;
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::ledger::Taken;
use crate::pipeline::Unsent;
use crate::shared::Shared;
use crate::sink::{Sink, SinkError};
use crate::spill::{CountBatch, KeptCounts};
use crate::spilling::blocking;
use crate::writer::PATIENCE;

/// Increments in one batch.
const BATCH: usize = 10_000;

/// What is in hand; increments that come meanwhile wait in the ledger, merged. A batch keeps its number and its content
/// until storage has taken or refused it.
#[derive(Default)]
struct Work {
    segments: VecDeque<Vec<SegmentStart>>,
    batches: VecDeque<CountBatch>,
    /// Not on disk as it is.
    changed: bool,
}

/// Stores until the ledger is closed and empty, or until it is told to give up; gives what was neither stored nor kept.
pub(crate) async fn run<S: Sink>(sink: Arc<S>, shared: Arc<Shared>, give_up: CancellationToken) -> Unsent {
    let mut earlier = shared.spill.as_ref().and_then(|spill| spill.take_earlier_counts()).map(Work::of);
    loop {
        // Looked at before the ledger is: what was added before it closed is then taken below.
        let closed = shared.ledger.is_closed();
        while let Some((version, mut work)) =
            earlier.take().map(|work| (0, work)).or_else(|| Work::take(&shared))
        {
            if give_up.run_until_cancelled(work.store(&*sink, &shared)).await.is_none() {
                return work.leave(&shared).await;
            }
            shared.ledger.stored(version);
        }
        shared.earlier_counts.store(false, Relaxed);
        forget_kept(&shared).await;
        if closed || give_up.run_until_cancelled(shared.ledger.woken()).await.is_none() {
            return Work::default().leave(&shared).await;
        }
    }
}

/// Removes what is on disk: all of it is stored.
async fn forget_kept(shared: &Shared) {
    if let Some(spill) = shared.spill.clone().filter(|spill| spill.has_counts())
        && let Some(Err(error)) = blocking(move || spill.remove_counts()).await
    {
        tracing::error!(%error, "spilled counts are stored and cannot be removed");
    }
}

impl Work {
    fn of(kept: KeptCounts) -> Work {
        let segments = if kept.segments.is_empty() { VecDeque::new() } else { [kept.segments].into() };
        Work { segments, batches: kept.batches.into(), changed: false }
    }

    fn take(shared: &Shared) -> Option<(u64, Work)> {
        shared.ledger.take().map(|taken| (taken.version, Work::new(taken, shared)))
    }

    fn new(taken: Taken, shared: &Shared) -> Work {
        let mut work = Work { changed: true, ..Work::default() };
        if !taken.segments.is_empty() {
            work.segments.push_back(taken.segments.into_iter().map(Arc::unwrap_or_clone).collect());
        }
        let mut batch = |counters, accounts| {
            work.batches.push_back(CountBatch { number: shared.batch_number(), counters, accounts });
        };
        if taken.counters.len() + taken.accounts.len() <= BATCH {
            batch(taken.counters, taken.accounts);
        } else {
            taken.counters.chunks(BATCH).for_each(|chunk| batch(chunk.to_vec(), Vec::new()));
            taken.accounts.chunks(BATCH).for_each(|chunk| batch(Vec::new(), chunk.to_vec()));
        }
        work.batches.retain(|batch| batch.counters.len() + batch.accounts.len() > 0);
        work
    }

    /// Stores all of it, however long that takes. What was not stored is still in hand when the future is dropped.
    async fn store<S: Sink>(&mut self, sink: &S, shared: &Shared) {
        let mut backoff = Backoff::new(shared.options.retry_first, shared.options.retry_last);
        loop {
            if self.changed && shared.spill.as_ref().is_some_and(|spill| spill.has_counts()) {
                self.keep(shared).await;
            }
            self.changed = false;
            let attempt = async {
                match (self.segments.front(), self.batches.front()) {
                    (Some(starts), _) => Some(sink.segments(starts).await),
                    (None, Some(b)) => Some(sink.count(b.number, &b.counters, &b.accounts).await),
                    (None, None) => None,
                }
            };
            let result = match self.keeping(shared, tokio::time::timeout(PATIENCE, attempt)).await {
                Ok(None) => return,
                Ok(Some(result)) => result,
                Err(_) => Err(SinkError::Away(format!("no answer within {} s", PATIENCE.as_secs()))),
            };
            match result {
                Ok(()) => {
                    backoff.reset();
                    shared.counts.set_here(shared.now());
                    if self.segments.pop_front().is_none() {
                        self.batches.pop_front();
                    }
                }
                Err(SinkError::Away(why)) => {
                    shared.counts.set_away(shared.now(), why);
                    self.keeping(shared, tokio::time::sleep(backoff.wait())).await;
                }
                Err(SinkError::Refused(why)) => {
                    shared.counts.set_here(shared.now());
                    self.halve(shared, &why);
                    self.changed = true;
                }
            }
        }
    }

    /// Waits, and writes what waits to disk whenever that is asked for meanwhile.
    async fn keeping<T>(&self, shared: &Shared, until: impl Future<Output = T>) -> T {
        tokio::pin!(until);
        loop {
            tokio::select! {
                done = &mut until => return done,
                () = shared.ledger.wanted() => drop(self.keep(shared).await),
            }
        }
    }

    /// Writes to disk what is in hand and what is in the ledger; whether it is there.
    async fn keep(&self, shared: &Shared) -> bool {
        let Some(spill) = shared.spill.clone() else { return false };
        let copy = shared.ledger.copy();
        let version = copy.version;
        let behind = Work::new(copy, shared);
        let both = || [self, &behind].into_iter();
        let kept = KeptCounts {
            segments: both().flat_map(|work| work.segments.iter().flatten()).cloned().collect(),
            batches: both().flat_map(|work| &work.batches).cloned().collect(),
        };
        let turn = shared.next_turn();
        let write = move || {
            spill.write_counts(turn, &kept).inspect_err(|_| {
                // What is there must not stay: it would be stored again after a crash, under other numbers.
                let _ = spill.remove_counts();
            })
        };
        match blocking(write).await {
            Some(Ok(())) => {
                shared.ledger.kept(version);
                true
            }
            Some(Err(error)) => {
                tracing::error!(%error, "counts of the query log cannot be written to disk");
                false
            }
            None => false,
        }
    }

    /// At the end: everything that is left goes to disk, or is given up.
    async fn leave(mut self, shared: &Shared) -> Unsent {
        if let Some((_, rest)) = Work::take(shared) {
            self.segments.extend(rest.segments);
            self.batches.extend(rest.batches);
        }
        let unsent = self.unsent();
        let keeps = shared.spill.as_ref().is_some_and(|spill| spill.takes());
        if unsent != Unsent::default() && keeps && self.keep(shared).await {
            Unsent::default()
        } else {
            unsent
        }
    }

    /// Halves what was refused; a single item that is refused is given up, or nothing after it would ever be stored.
    fn halve(&mut self, shared: &Shared, why: &str) {
        if let Some(mut starts) = self.segments.pop_front() {
            if let [start] = &starts[..] {
                shared.counts.refused(start, why);
                return;
            }
            let second = starts.split_off(starts.len() / 2);
            self.segments.push_front(second);
            self.segments.push_front(starts);
        } else if let Some(mut batch) = self.batches.pop_front() {
            match (&batch.counters[..], &batch.accounts[..]) {
                ([counter], []) => shared.counts.refused(counter, why),
                ([], [account]) => shared.counts.refused(account, why),
                _ => {
                    let counters = batch.counters.split_off(batch.counters.len().div_ceil(2));
                    let accounts = batch.accounts.split_off(batch.accounts.len() / 2);
                    // Split off fewer than all and more than none, whichever of the two there is one of.
                    let (number, second) = (shared.batch_number(), shared.batch_number());
                    self.batches.push_front(CountBatch { number: second, counters, accounts });
                    self.batches.push_front(CountBatch { number, ..batch });
                }
            }
        }
    }

    fn unsent(&self) -> Unsent {
        Unsent {
            answers: self.batches.iter().flat_map(|b| &b.counters).map(|c| c.count).sum(),
            rows: self.batches.iter().flat_map(|b| &b.accounts).map(|a| a.count).sum(),
            segments: self.segments.iter().map(Vec::len).sum::<usize>() as u64,
        }
    }
}
