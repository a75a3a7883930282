//! Changes of members' standings go to storage, in batches and in order.

use std::sync::Arc;
use std::time::Duration;

use api::health::HealthChangeLine;
use health::HealthChange;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::site::Site;

/// Changes of one batch at most.
const BATCH: usize = 500;
/// Pause before a batch is tried again.
const PAUSE: Duration = Duration::from_secs(2);

/// Runs for ever. While storage is away the checker keeps the last few thousand changes; what it cannot keep is lost
/// to the history and said once.
pub async fn run(site: Arc<Site>, mut changes: Receiver<HealthChange>) {
    loop {
        let first = match changes.recv().await {
            Ok(change) => change,
            Err(RecvError::Lagged(lost)) => {
                tracing::warn!(
                    lost,
                    "changes of health are missing in the history: storage was away too long"
                );
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        let mut batch = vec![line(&site, first)];
        more(&site, &mut changes, &mut batch);
        let mut told = false;
        while let Err(error) = site.store.add_health_changes(&batch).await {
            if !told && !error.is_away() {
                tracing::error!(%error, "changes of health are not stored");
                told = true;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn more(site: &Site, changes: &mut Receiver<HealthChange>, batch: &mut Vec<HealthChangeLine>) {
    while batch.len() < BATCH {
        match changes.try_recv() {
            Ok(change) => batch.push(line(site, change)),
            Err(TryRecvError::Lagged(lost)) => {
                tracing::warn!(lost, "changes of health are missing in the history")
            }
            Err(_) => return,
        }
    }
}

fn line(site: &Site, change: HealthChange) -> HealthChangeLine {
    HealthChangeLine {
        at: change.at,
        site: site.name.to_string(),
        service: change.key.service,
        pool: change.key.pool,
        member: change.member,
        address: change.key.address,
        before: change.from,
        after: change.to,
        cause: change.cause.to_string(),
        monitor: change.monitor,
        failure: change.failure,
        detail: change.detail,
    }
}
