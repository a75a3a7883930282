//! When each target is checked: once as soon as it is known, then on its own phase of the interval, without drift,
//! and not too many at once.

use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use tokio::sync::Semaphore;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use crate::probe::{Probe, Seen, Trace};
use crate::target::Target;

/// The first checks of a new configuration are spread over this time.
const QUICK: Duration = Duration::from_secs(1);

/// Checks `target` for ever, handing every result with its duration to `record`.
///
/// The first check comes at once, within a second: nobody should wait an interval to learn whether a new member works.
/// The later ones fall on a phase of their own within the interval, so that the targets of a large configuration are
/// spread over it. A check that had to wait for a place loses the turns it missed and keeps its phase.
pub(crate) async fn run(
    target: Arc<Target>,
    probe: Arc<dyn Probe>,
    places: Arc<Semaphore>,
    record: impl Fn(Seen, Duration),
) {
    let interval = target.interval();
    let part = |of: Duration| of.mul_f64(rand::rng().random_range(0.0..1.0));
    let begun = Instant::now();
    sleep(part(QUICK.min(interval))).await;
    let mut turns = interval_at(begun + QUICK.min(interval) + part(interval), interval);
    turns.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        // The semaphore is never closed; were it, there would be nothing left to do.
        let Ok(place) = places.acquire().await else { return };
        let start = Instant::now();
        let seen = probe.check(&target, &Trace::off()).await;
        drop(place);
        record(seen, start.elapsed());
        turns.tick().await;
    }
}
