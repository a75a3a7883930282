//! The task that takes segments, counters and accounts to storage, each increment exactly once.

use std::collections::VecDeque;
use std::sync::Arc;

use model::row::{AccountRow, CounterRow, SegmentStart};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::ledger::Taken;
use crate::pipeline::Unsent;
use crate::shared::Shared;
use crate::sink::{Sink, SinkError};
use crate::writer::PATIENCE;

/// Increments in one batch.
const BATCH: usize = 10_000;

/// A batch keeps its number and its content until storage has taken or refused it.
struct Batch {
    number: u64,
    counters: Vec<CounterRow>,
    accounts: Vec<AccountRow>,
}

/// What is in hand; increments that come meanwhile wait in the ledger, merged.
#[derive(Default)]
struct Work {
    segments: VecDeque<Vec<SegmentStart>>,
    batches: VecDeque<Batch>,
}

/// Stores until the ledger is closed and empty, or until it is told to give up; gives what it could not store.
pub(crate) async fn run<S: Sink>(sink: Arc<S>, shared: Arc<Shared>, give_up: CancellationToken) -> Unsent {
    loop {
        // Looked at before the ledger is: what was added before it closed is then taken below.
        let closed = shared.ledger.is_closed();
        while let Some(taken) = shared.ledger.take() {
            let version = taken.version;
            let mut work = Work::new(taken, &shared);
            if give_up.run_until_cancelled(work.store(&*sink, &shared)).await.is_none() {
                let rest = shared.ledger.take().map(|taken| Work::new(taken, &shared));
                return rest.iter().chain([&work]).fold(Unsent::default(), |sum, work| sum + work.unsent());
            }
            shared.ledger.stored(version);
        }
        if closed || give_up.run_until_cancelled(shared.ledger.woken()).await.is_none() {
            return shared.ledger.take().map(|t| Work::new(t, &shared).unsent()).unwrap_or_default();
        }
    }
}

impl Work {
    fn new(taken: Taken, shared: &Shared) -> Work {
        let mut work = Work::default();
        if !taken.segments.is_empty() {
            work.segments.push_back(taken.segments.into_iter().map(Arc::unwrap_or_clone).collect());
        }
        let mut batch = |counters: Vec<CounterRow>, accounts: Vec<AccountRow>| {
            work.batches.push_back(Batch { number: shared.batch_number(), counters, accounts });
        };
        if taken.counters.len() + taken.accounts.len() <= BATCH {
            batch(taken.counters, taken.accounts);
        } else {
            taken.counters.chunks(BATCH).for_each(|chunk| batch(chunk.to_vec(), Vec::new()));
            taken.accounts.chunks(BATCH).for_each(|chunk| batch(Vec::new(), chunk.to_vec()));
        }
        work.batches.retain(|b| b.len() > 0);
        work
    }

    /// Stores all of it, however long that takes. What was not stored is still in hand when the future is dropped.
    async fn store<S: Sink>(&mut self, sink: &S, shared: &Shared) {
        let mut backoff = Backoff::new(shared.options.retry_first, shared.options.retry_last);
        loop {
            let attempt = async {
                match (self.segments.front(), self.batches.front()) {
                    (Some(starts), _) => Some(sink.segments(starts).await),
                    (None, Some(b)) => Some(sink.count(b.number, &b.counters, &b.accounts).await),
                    (None, None) => None,
                }
            };
            let result = match tokio::time::timeout(PATIENCE, attempt).await {
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
                    tokio::time::sleep(backoff.wait()).await;
                }
                Err(SinkError::Refused(why)) => {
                    shared.counts.set_here(shared.now());
                    self.halve(shared, &why);
                }
            }
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
                    self.batches.push_front(Batch { number: second, counters, accounts });
                    self.batches.push_front(Batch { number, ..batch });
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

impl Batch {
    fn len(&self) -> usize {
        self.counters.len() + self.accounts.len()
    }
}
