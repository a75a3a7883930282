//! What waits to be written: bounded, written in batches, offered again when nobody knows whether it arrived.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::occurrence::{Delivery, Occurrence};
use store::{Store, StoreError};
use tokio::sync::Notify;

/// Events, and deliveries, that wait at most; beyond them the oldest are lost, and the log says so.
const PLACES: usize = 20_000;
/// Rows of one transaction.
const BATCH: usize = 500;
/// Pause after storage did not take a batch.
const PAUSE: Duration = Duration::from_secs(1);

/// Events and deliveries on their way to storage.
#[derive(Default)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    pushed: Notify,
    /// One writer at a time, so that what is written leaves the front of the queue.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Arc<Occurrence>>,
    deliveries: VecDeque<Delivery>,
    lost: u64,
}

impl Outbox {
    /// Adds an event; never waits.
    pub fn push_event(&self, event: Arc<Occurrence>) {
        let mut waiting = self.lock();
        let Waiting { events, lost, .. } = &mut *waiting;
        push(events, event, lost);
        drop(waiting);
        self.pushed.notify_one();
    }

    /// Adds a delivery; never waits.
    pub fn push_delivery(&self, delivery: Delivery) {
        let mut waiting = self.lock();
        let Waiting { deliveries, lost, .. } = &mut *waiting;
        push(deliveries, delivery, lost);
        drop(waiting);
        self.pushed.notify_one();
    }

    /// Writes whatever comes, for ever.
    pub async fn run(&self, store: &Store) {
        loop {
            match self.write(store).await {
                Ok(()) => self.pushed.notified().await,
                Err(error) => {
                    if error.is_away() {
                        tracing::debug!(%error, "events wait for storage");
                    } else {
                        tracing::error!(%error, "events were refused by storage and are offered again");
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Writes all that waits now.
    pub async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        loop {
            let (events, deliveries) = {
                let waiting = self.lock();
                let events: Vec<Occurrence> =
                    waiting.events.iter().take(BATCH).map(|event| Occurrence::clone(event)).collect();
                let deliveries: Vec<Delivery> = waiting.deliveries.iter().take(BATCH).cloned().collect();
                (events, deliveries)
            };
            if events.is_empty() && deliveries.is_empty() {
                return Ok(());
            }
            store.append_events(&events).await?;
            store.append_deliveries(&deliveries).await?;
            // By number: some may have been lost from the front meanwhile, and numbers may come out of order.
            let events: HashSet<i64> = events.iter().map(|event| event.id).collect();
            let deliveries: HashSet<i64> = deliveries.iter().map(|delivery| delivery.id).collect();
            let mut waiting = self.lock();
            waiting.events.retain(|event| !events.contains(&event.id));
            waiting.deliveries.retain(|delivery| !deliveries.contains(&delivery.id));
        }
    }

    /// Events that are not in storage yet, oldest first.
    pub fn unwritten(&self) -> Vec<Arc<Occurrence>> {
        self.lock().events.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push<T>(queue: &mut VecDeque<T>, entry: T, lost: &mut u64) {
    if queue.len() == PLACES {
        queue.pop_front();
        *lost += 1;
        if lost.is_power_of_two() {
            tracing::error!(
                lost = *lost,
                "events or deliveries were lost: storage has been away for too long"
            );
        }
    }
    queue.push_back(entry);
}
