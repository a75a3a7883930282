//! The task that takes rows to storage, batch by batch, and says what became of each.
//!
//! The oldest come first: what is spilled, then what could not be spilled, then what waits in memory.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use model::row::{AccountRow, LogRow, Outcome};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::shared::Shared;
use crate::sink::{Sink, SinkError};
use crate::spill::{self, FRAME_ROWS, First};
use crate::spilling::blocking;

/// Longest that storage may take for one batch before it counts as away.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Longest that the capturing thread is waited for at the end, and how often it is looked what it has put in.
const LAST: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(5);

/// Where a batch is while it is offered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Memory,
    /// In the spill, from where it is removed when it has met its end.
    Spill,
    /// The same, and its rows are of answers that a process before this one gave.
    Earlier,
}

struct Batch {
    number: u64,
    rows: Vec<LogRow>,
    origin: Origin,
}

/// Writes until nothing is left and nothing more comes, or until it is told to give up what is left.
pub(crate) async fn run<S: Sink>(sink: Arc<S>, shared: Arc<Shared>, give_up: CancellationToken) {
    while let Some(Some(batch)) = give_up.run_until_cancelled(next(&shared)).await {
        let number = batch.number;
        let left = deliver(&*sink, &shared, &batch, &give_up).await;
        if batch.origin == Origin::Memory {
            for (part, range) in left {
                let whole = range.len() == batch.rows.len();
                let number = if whole { number } else { part };
                leave(&shared, number, &batch.rows[range]).await;
            }
        } else if left.is_empty()
            && let Some(spill) = shared.spill.clone()
        {
            blocking(move || spill.done()).await;
        }
    }
    leave_rest(&shared).await;
}

/// The oldest batch there is; none when there will be none.
async fn next(shared: &Shared) -> Option<Batch> {
    shared.queue.released().await;
    // Held until it is in hand, so that nothing that waits in memory overtakes what is just being spilled.
    let mut front = shared.front.lock().await;
    while let Some(spill) = shared.spill.clone().filter(|spill| spill.rows() > 0) {
        match blocking(move || spill.first()).await.flatten() {
            Some(First::Batch { number, rows, earlier }) => {
                let origin = if earlier { Origin::Earlier } else { Origin::Spill };
                return Some(Batch { number, rows, origin });
            }
            Some(First::Broken { rows, accounts, earlier }) => {
                tracing::error!(rows, "spilled rows of the query log are damaged: they are lost");
                if !earlier {
                    shared.ledger.add_accounts(accounts);
                    shared.queue.done(rows as usize);
                }
                let spill = shared.spill.clone()?;
                blocking(move || spill.done()).await;
            }
            None => break,
        }
    }
    if let Some((number, rows)) = front.take() {
        return Some(Batch { number, rows, origin: Origin::Memory });
    }
    let rows = shared.queue.batch().await?;
    Some(Batch { number: shared.batch_number(), rows, origin: Origin::Memory })
}

/// Offers a batch until all of it has met its end; gives the parts that have not when it is told to give up.
async fn deliver<S: Sink>(
    sink: &S,
    shared: &Shared,
    batch: &Batch,
    give_up: &CancellationToken,
) -> Vec<(u64, Range<usize>)> {
    let mut backoff = Backoff::new(shared.options.retry_first, shared.options.retry_last);
    let mut left = vec![(batch.number, 0..batch.rows.len())];
    while let Some((number, range)) = left.pop() {
        let rows = &batch.rows[range.clone()];
        let attempt = give_up.run_until_cancelled(tokio::time::timeout(PATIENCE, sink.store(number, rows)));
        let result = match attempt.await {
            None => {
                left.push((number, range));
                break;
            }
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(SinkError::Away(format!("no answer within {} s", PATIENCE.as_secs()))),
        };
        match result {
            Ok(()) => {
                backoff.reset();
                shared.rows.set_here(shared.now());
                stored(shared, rows, batch.origin);
            }
            Err(SinkError::Away(why)) => {
                shared.rows.set_away(shared.now(), why);
                left.push((number, range));
                give_up.run_until_cancelled(tokio::time::sleep(backoff.wait())).await;
            }
            Err(SinkError::Refused(why)) => {
                shared.rows.set_here(shared.now());
                if let [row] = rows {
                    shared.rows.refused(row, &why);
                    lose(shared, rows, batch.origin);
                } else {
                    let half = range.start + range.len() / 2;
                    for part in [half..range.end, range.start..half] {
                        left.push((part_number(shared, batch, &part), part));
                    }
                }
            }
        }
    }
    left
}

fn part_number(shared: &Shared, batch: &Batch, part: &Range<usize>) -> u64 {
    match batch.origin {
        Origin::Memory => shared.batch_number(),
        Origin::Spill | Origin::Earlier => spill::part_number(batch.number, part.start, part.end),
    }
}

fn stored(shared: &Shared, rows: &[LogRow], origin: Origin) {
    if origin == Origin::Earlier {
        shared.recovered.fetch_add(rows.len() as u64, Relaxed);
    } else {
        shared.ledger.note_accounted(&AccountRow::of(rows, Outcome::Stored));
        shared.queue.done(rows.len());
    }
}

fn lose(shared: &Shared, rows: &[LogRow], origin: Origin) {
    let accounts = AccountRow::of(rows, Outcome::Storage);
    if origin == Origin::Earlier {
        shared.ledger.add_earlier(accounts);
    } else {
        // The account is there before the row is done, so that whoever waits for the row finds it.
        shared.ledger.add_accounts(accounts);
        shared.queue.done(rows.len());
    }
}

/// At the end: rows that were in hand, older than everything else, go to disk, or are lost.
async fn leave(shared: &Shared, number: u64, rows: &[LogRow]) {
    if let Some(spill) = shared.spill.clone() {
        let rows: Arc<[LogRow]> = rows.into();
        if let Some(Ok(())) = blocking(move || spill.keep(number, &rows)).await {
            return;
        }
    }
    // Whether the last attempt went through is not known: it counts as lost, which errs to the safe side.
    lose(shared, rows, Origin::Memory);
}

/// At the end: everything that waits goes to disk, or is lost, and what is still made up for meanwhile.
async fn leave_rest(shared: &Shared) {
    let front = shared.front.lock().await.take();
    if let Some((number, rows)) = front {
        put_away(shared, number, rows).await;
    }
    let until = tokio::time::Instant::now() + LAST;
    let mut stopped = shared.stopped.subscribe();
    loop {
        let over = *stopped.borrow() || tokio::time::Instant::now() >= until;
        let rest = shared.queue.take_all(over);
        for rows in rest.chunks(FRAME_ROWS) {
            put_away(shared, shared.batch_number(), rows.to_vec()).await;
        }
        if over {
            return;
        }
        if rest.is_empty() {
            // Either way the queue is looked at again.
            let _ = tokio::time::timeout(PAUSE, stopped.wait_for(|stopped| *stopped)).await;
        }
    }
}

async fn put_away(shared: &Shared, number: u64, rows: Vec<LogRow>) {
    let rows = Arc::new(rows);
    let taken = match shared.spill.clone() {
        Some(spill) => {
            let rows = rows.clone();
            matches!(blocking(move || spill.append(number, &rows)).await, Some(Ok(())))
        }
        None => false,
    };
    if !taken {
        lose(shared, &rows, Origin::Memory);
    }
}
