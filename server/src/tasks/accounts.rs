//! After a kill: answers that were counted, and whose rows died in memory before it was said what became of them, are
//! accounted for as lost, so that the sum of all outcomes is what was answered.

use std::sync::Arc;
use std::time::Duration;

use model::counter::{BUCKET_US, bucket_of};

use crate::site::Site;

/// How often it is looked whether the time has come.
const ROUND: Duration = Duration::from_secs(2);
/// How long after a bucket nothing comes to it any more: seconds that a throttle holds open, and late readers.
const LATE_US: i64 = 5_000_000;

/// Runs until what earlier runs left is settled, once storage has all that they kept.
pub async fn run(site: Arc<Site>) {
    // The bucket this run began in has answers of both; when it is over, and all of it is stored, those of this run are
    // accounted for.
    let end = bucket_of(site.started) + BUCKET_US;
    loop {
        tokio::time::sleep(ROUND).await;
        if site.now() < end + LATE_US || !site.pipeline.flush_now().await {
            continue;
        }
        let Some(since) = site.pipeline.unsettled_since() else {
            if site.pipeline.is_settled() {
                return;
            }
            continue;
        };
        match site.store.settle_accounts(bucket_of(since), end).await {
            Ok(lost) => {
                if lost > 0 {
                    tracing::warn!(lost, "rows that waited in memory were lost when the server was killed");
                }
                site.pipeline.settled(site.started).await;
                return;
            }
            Err(error) if error.is_away() => tracing::debug!(%error, "settling the log waits for storage"),
            Err(error) => tracing::error!(%error, "the accounts of the log could not be settled"),
        }
    }
}
