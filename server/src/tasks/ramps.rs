//! Looks after the canary ramps that go on by themselves.

use std::sync::Arc;
use std::time::Duration;

use crate::http::problem::Failure;
use crate::ramps;
use crate::site::Site;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);

/// Runs for ever. While storage is away nothing is looked at: a ramp never acts on what it does not know.
pub async fn run(site: Arc<Site>) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        if site.presence.away().is_some() {
            continue;
        }
        let moving = match site.store.moving_ramps().await {
            Ok(moving) => moving,
            Err(error) => {
                tracing::debug!(%error, "ramps wait for storage");
                continue;
            }
        };
        // A slow webhook of one delays no other.
        futures::future::join_all(moving.into_iter().map(|id| look(&site, id))).await;
    }
}

async fn look(site: &Site, id: i64) {
    match ramps::tend(site, id).await {
        Ok(()) => {}
        Err(Failure::Away(error)) => tracing::debug!(ramp = id, %error, "the ramp waits for storage"),
        Err(failure) => tracing::warn!(ramp = id, why = failure.details().detail, "the ramp could not go on"),
    }
}
