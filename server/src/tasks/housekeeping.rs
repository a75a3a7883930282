//! Partitions made ahead; days past the retention and files of exports past their time dropped; days that are over
//! indexed, and counters added up.

use std::sync::Arc;
use std::time::Duration;

use crate::exports;
use crate::site::Site;

/// Every ten minutes; partitions exist days ahead, so that a missed round costs nothing.
const ROUND: Duration = Duration::from_secs(600);

/// How long changes of health are kept.
const HEALTH_KEPT: Duration = Duration::from_secs(90 * 86_400);

/// Most periods of counters that one round adds up: after an update there are those of the whole retention.
const PERIODS: i64 = 2000;

/// Runs for ever.
pub async fn run(site: Arc<Site>) {
    let mut rounds = tokio::time::interval(ROUND);
    let mut told = false;
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let now = site.now();
        let snapshot = site.snapshot();
        let logging = &snapshot.config.logging;
        let done = async {
            site.store.prepare_partitions(now).await?;
            site.store.drop_expired(now, logging.retention).await?;
            site.store.forget_batches(site.pipeline.oldest_spilled()).await?;
            if let Some(gib) = logging.retention_gib {
                let dropped = site.store.drop_beyond_size(now, u64::from(gib) << 30).await?;
                if !dropped.is_empty() {
                    tracing::warn!(
                        ?dropped,
                        gib,
                        "days of the query log were dropped: it took more than it may"
                    );
                }
            }
            site.store.forget_events(now, logging.event_retention).await?;
            site.store.forget_health_changes(now - HEALTH_KEPT.as_micros() as i64).await?;
            exports::jobs::tidy(&site).await?;
            site.store.forget_expired_access(now).await?;
            site.store.add_up_periods(now, PERIODS).await?;
            site.store.index_closed_days(now).await
        };
        match done.await {
            Ok(indexed) => say(&indexed, &mut told),
            Err(error) if error.is_away() => tracing::debug!(%error, "housekeeping waits for storage"),
            Err(error) => tracing::error!(%error, "housekeeping failed"),
        }
    }
}

/// Says what was indexed, and once that names have no trigram index and why.
fn say(indexed: &store::Indexed, told: &mut bool) {
    if !indexed.days.is_empty() {
        tracing::info!(days = ?indexed.days, "days of the query log that are over were indexed");
    }
    if let Some(why) = indexed.without_trigram.as_deref().filter(|_| !*told) {
        tracing::warn!(
            why,
            "the database has no extension pg_trgm: regular expressions on names read every row; \
             an administrator makes it with CREATE EXTENSION pg_trgm"
        );
        *told = true;
    }
}
