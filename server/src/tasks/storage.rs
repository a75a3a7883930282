//! Keeps storage: migrates, puts in force what the database holds, and notices when it goes and comes back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use crate::site::Site;

/// How often the database is asked whether it is there, beside what the log writer finds out by itself.
const PING: Duration = Duration::from_secs(2);

/// Whether storage is there, as the console says.
#[derive(Debug, Default)]
pub struct Presence {
    away: Mutex<Option<Away>>,
}

/// Since when storage is away, and what was last heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Away {
    /// Microseconds since 1970 UTC.
    pub since: i64,
    /// The error, without secrets.
    pub error: String,
}

impl Presence {
    /// The state; none when storage is there.
    pub fn away(&self) -> Option<Away> {
        self.away.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    fn note(&self, result: Result<(), String>, now: i64) {
        let mut away = self.away.lock().unwrap_or_else(|e| e.into_inner());
        match (result, away.as_mut()) {
            (Ok(()), None) => {}
            (Ok(()), Some(_)) => {
                tracing::info!("storage is back");
                *away = None;
            }
            (Err(error), Some(known)) => known.error = error,
            (Err(error), None) => {
                tracing::warn!(%error, "storage is away; answers go on");
                *away = Some(Away { since: now, error });
            }
        }
    }
}

/// Tries until the database is migrated and its configuration in force, says so, and then keeps watch for ever.
pub async fn run(site: Arc<Site>, ready: watch::Sender<bool>) {
    let mut pause = Duration::from_millis(100);
    while let Err(error) = attempt(&site).await {
        site.presence.note(Err(format!("{error:#}")), site.now());
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PING);
    }
    site.presence.note(Ok(()), site.now());
    ready.send_replace(true);
    loop {
        tokio::time::sleep(PING).await;
        let result = site.store.ping().await.map_err(|e| e.to_string());
        site.presence.note(result, site.now());
    }
}

async fn attempt(site: &Site) -> anyhow::Result<()> {
    site.store.migrate().await?;
    site.store.prepare_partitions(site.now()).await?;
    let snapshot = site.store.load().await?;
    site.publisher.snapshot(site, snapshot)?;
    Ok(())
}
