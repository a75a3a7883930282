//! Geographic databases are read again when their files change.

use std::sync::Arc;
use std::time::Duration;

use geo::Databases;

/// How often the files are looked at; SIGHUP looks at once.
const ROUND: Duration = Duration::from_secs(30);

/// Runs for ever; ends at once without databases.
pub async fn run(databases: Arc<Databases>) {
    if databases.is_empty() {
        return;
    }
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let databases = databases.clone();
        if tokio::task::spawn_blocking(move || databases.refresh()).await.is_err() {
            return;
        }
    }
}
