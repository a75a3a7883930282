//! Whether one of the two ways into storage works, since when it does not, and why.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often refusals are written to the program's log.
const SAY_EVERY: Duration = Duration::from_secs(60);

/// A lock whose content stays valid whatever its last holder did.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) struct Presence {
    what: &'static str,
    away: Mutex<Option<(i64, String)>>,
    refusals: Mutex<(Option<Instant>, u64)>,
}

impl Presence {
    pub(crate) fn new(what: &'static str) -> Self {
        Presence { what, away: Mutex::default(), refusals: Mutex::default() }
    }

    /// Since when (microseconds since 1970 UTC) and why.
    pub(crate) fn away(&self) -> Option<(i64, String)> {
        lock(&self.away).clone()
    }

    pub(crate) fn set_away(&self, now: i64, why: String) {
        let mut away = lock(&self.away);
        if away.is_none() {
            tracing::warn!(what = self.what, error = why, "storage is away: the query log waits in memory");
        }
        let since = away.take().map_or(now, |(since, _)| since);
        *away = Some((since, why));
    }

    pub(crate) fn set_here(&self, now: i64) {
        if let Some((since, _)) = lock(&self.away).take() {
            let seconds = (now - since) / 1_000_000;
            tracing::info!(what = self.what, seconds, "storage is back: the query log is written again");
        }
    }

    /// Counts one refused item, and says so at most once a minute.
    pub(crate) fn refused(&self, item: &dyn std::fmt::Debug, why: &str) {
        let mut refusals = lock(&self.refusals);
        refusals.1 += 1;
        if refusals.0.is_none_or(|said| said.elapsed() >= SAY_EVERY) {
            let count = refusals.1;
            tracing::error!(
                what = self.what,
                error = why,
                count,
                ?item,
                "storage refused and nothing can be done"
            );
            *refusals = (Some(Instant::now()), 0);
        }
    }
}
