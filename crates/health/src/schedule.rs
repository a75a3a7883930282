//! When each target is checked: on its own phase of the interval, without drift, and not too many at once.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use tokio::sync::Semaphore;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::probe::{Probe, Seen, Trace};
use crate::target::Target;

/// Checks `target` for ever, handing every result with its duration to `record`.
///
/// The first check falls somewhere within the first interval, so that the targets of a large configuration are
/// spread over it. A check that had to wait for a place loses the turns it missed and keeps its phase.
pub(crate) async fn run(
    target: Arc<Target>,
    probe: Arc<dyn Probe>,
    places: Arc<Semaphore>,
    record: impl Fn(Seen, Duration),
) {
    let interval = target.interval();
    let phase = interval.mul_f64(rand::rng().random_range(0.0..1.0));
    let mut turns = interval_at(Instant::now() + phase, interval);
    turns.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        turns.tick().await;
        // The semaphore is never closed; were it, there would be nothing left to do.
        let Ok(_place) = places.acquire().await else { return };
        let start = Instant::now();
        let seen = probe.check(&target, &Trace::off()).await;
        record(seen, start.elapsed());
    }
}
