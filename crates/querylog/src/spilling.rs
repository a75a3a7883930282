//! The task that takes the oldest rows from memory to disk when too many wait there.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::shared::Shared;
use crate::spill::{FRAME_ROWS, NotTaken, Spill};

/// Longest that one round waits until the counts of its rows are safe.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked whether numbers of batches come near to what was noted of them.
const NUMBERS: Duration = Duration::from_secs(600);

/// Runs `work` on a thread that may block; none when the runtime ends or `work` panics.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

/// Runs until it is told to stop; a round that has begun is brought to its end.
pub(crate) async fn run(shared: Arc<Shared>, spill: Arc<Spill>, stop: CancellationToken) {
    let mut said = false;
    let mut numbers = tokio::time::interval(NUMBERS);
    loop {
        let pressed = async {
            tokio::select! {
                () = shared.queue.pressed(), if spill.takes() => true,
                _ = numbers.tick() => false,
            }
        };
        match stop.run_until_cancelled(pressed).await {
            None => return,
            Some(false) => note_numbers(&shared, &spill).await,
            Some(true) => match round(&shared, &spill, &stop).await {
                Ok(()) => said = false,
                Err(why) => {
                    if !std::mem::replace(&mut said, true) {
                        tracing::error!(
                            error = why,
                            "the query log cannot spill: rows that memory has no room for are lost"
                        );
                    }
                    stop.run_until_cancelled(tokio::time::sleep(shared.spill_pause())).await;
                }
            },
        }
    }
}

async fn note_numbers(shared: &Shared, spill: &Arc<Spill>) {
    let (spill, last) = (spill.clone(), shared.last_number());
    if let Some(Err(error)) = blocking(move || spill.raise_ceiling(last)).await {
        tracing::error!(%error, "the numbers of batches of the query log cannot be noted");
    }
}

/// Moves rows until little waits in memory: first what was counted of them, then the rows.
async fn round(shared: &Shared, spill: &Arc<Spill>, stop: &CancellationToken) -> Result<(), String> {
    let mark = shared.queue.put_so_far();
    if tokio::time::timeout(PATIENCE, cover(shared)).await.is_err() {
        return Err("the counts of these rows could not be written first".to_owned());
    }
    while !stop.is_cancelled() {
        let mut front = shared.front.lock().await;
        let batch = front.take().or_else(|| {
            let rows = shared.queue.relieve(mark, FRAME_ROWS);
            (!rows.is_empty()).then(|| (shared.batch_number(), rows))
        });
        let Some((number, rows)) = batch else { break };
        let (rows, to) = (Arc::new(rows), spill.clone());
        let moved = rows.clone();
        let result = blocking(move || to.append(number, &moved)).await;
        let why = match result {
            Some(Ok(())) => continue,
            Some(Err(NotTaken::Full)) => "the spill is full".to_owned(),
            Some(Err(NotTaken::Failed(error))) => error.to_string(),
            None => "the thread that writes ended".to_owned(),
        };
        // It keeps its number: a part of it may be on disk.
        *front = Some((number, Arc::unwrap_or_clone(rows)));
        return Err(why);
    }
    Ok(())
}

/// Waits until every answer whose row waits now is counted where it survives this process.
async fn cover(shared: &Shared) {
    let mark = shared.asked.fetch_add(1, Ordering::AcqRel) + 1;
    let mut captured = shared.captured.subscribe();
    let mut stopped = shared.stopped.subscribe();
    tokio::select! {
        _ = captured.wait_for(|done| *done >= mark) => {}
        // The last thing the capturing thread did was to read the counters.
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    shared.ledger.keep().await;
}
