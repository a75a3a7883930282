//! A connection that is made again, with growing waits, for as long as the stream runs.

use std::time::Duration;

/// First and longest wait before another attempt.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// The waits of one stream, and whether its trouble was told.
pub(crate) struct Trouble<'a> {
    name: &'a str,
    next: Duration,
    told: bool,
}

impl<'a> Trouble<'a> {
    pub(crate) fn new(name: &'a str) -> Self {
        Trouble { name, next: WAITS.0, told: false }
    }

    /// The receiver takes rows.
    pub(crate) fn over(&mut self) {
        if std::mem::replace(&mut self.told, false) {
            tracing::info!(stream = self.name, "the receiver of the query log is back");
        }
        self.next = WAITS.0;
    }

    /// Says it once, and waits.
    pub(crate) async fn wait(&mut self, error: impl std::fmt::Display) {
        if !std::mem::replace(&mut self.told, true) {
            tracing::warn!(stream = self.name, %error, "a receiver of the query log is away: its rows wait, then are lost");
        }
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 2).min(WAITS.1);
    }
}
