//! Keeps storage: migrates, puts in force what the database holds, and notices when it goes and comes back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use crate::site::Site;

/// How often the database is asked whether it is there, beside what the log writer finds out by itself.
const PING: Duration = Duration::from_secs(2);

/// How long after the start a database may not be there yet without a word, microseconds: a private one starts too.
const STARTING_US: i64 = 10_000_000;

/// Whether storage is there, as the console says.
#[derive(Debug)]
pub struct Presence {
    state: Mutex<State>,
}

/// Until storage was reached once it is not there, and nothing has been said about it.
#[derive(Debug)]
enum State {
    Unreached(Away),
    There,
    Away(Away),
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
    /// Storage that was not reached yet, by a server that started at `now`.
    pub fn new(now: i64) -> Presence {
        let error = "it was not reached yet since the server started".to_owned();
        Presence { state: Mutex::new(State::Unreached(Away { since: now, error })) }
    }

    /// The state; none when storage is there.
    pub fn away(&self) -> Option<Away> {
        match &*self.state.lock().unwrap_or_else(|e| e.into_inner()) {
            State::There => None,
            State::Unreached(away) | State::Away(away) => Some(away.clone()),
        }
    }

    fn note(&self, result: Result<(), String>, now: i64) {
        let mut state = self.state.lock().unwrap_or_else(|e| e.into_inner());
        match (result, &mut *state) {
            (Ok(()), State::There) => {}
            (Ok(()), State::Unreached(_)) => *state = State::There,
            (Ok(()), State::Away(_)) => {
                tracing::info!("storage is back");
                *state = State::There;
            }
            (Err(error), State::Away(known)) => known.error = error,
            (Err(error), State::Unreached(known)) if now - known.since < STARTING_US => known.error = error,
            (Err(error), known) => {
                tracing::warn!(%error, "storage is away; answers go on");
                let since = if let State::Unreached(known) = known { known.since } else { now };
                *state = State::Away(Away { since, error });
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
        if result.is_ok() {
            site.overrides.save(&site).await;
        }
        site.presence.note(result, site.now());
    }
}

async fn attempt(site: &Site) -> anyhow::Result<()> {
    site.store.migrate().await?;
    site.store.prepare_partitions(site.now()).await?;
    site.secrets.load(&site.store).await?;
    site.overrides.load(site).await?;
    let snapshot = site.store.load().await?;
    site.publisher.snapshot(site, snapshot)?;
    Ok(())
}
