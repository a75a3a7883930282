//! Which members are down, wait for an operator or climb goes to disk, so that a restart does not send clients to a
//! member that was known to be dead.

use std::sync::Arc;
use std::time::Duration;

use health::Remembered;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::kept::Kept;
use crate::site::Site;

/// Changes that come together are written together.
const GATHER: Duration = Duration::from_millis(200);

/// What was written last. A damaged file is as good as none: every member is then served until it is judged.
pub fn read(kept: &Kept) -> Vec<Remembered> {
    kept.read().map(Option::unwrap_or_default).unwrap_or_else(|error| {
        tracing::error!(error = format!("{error:#}"), "starting without the last known health of members");
        Vec::new()
    })
}

/// Runs for ever.
pub async fn run(site: Arc<Site>, kept: Kept) {
    let mut changes = site.checker.changes();
    let mut written = None;
    loop {
        let now = site.checker.remembered();
        if written.as_ref() != Some(&now) {
            let (kept, remembered) = (kept.clone(), now.clone());
            let done = tokio::task::spawn_blocking(move || kept.write(&remembered)).await;
            if let Ok(Err(error)) = done {
                tracing::error!(
                    error = format!("{error:#}"),
                    "the health of members could not be written to disk"
                );
            }
            written = Some(now);
        }
        match changes.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => tokio::time::sleep(GATHER).await,
            Err(RecvError::Closed) => return,
        }
        while matches!(changes.try_recv(), Ok(_) | Err(TryRecvError::Lagged(_))) {}
    }
}
