//! Where the log goes.

use std::future::Future;

use model::row::{AccountRow, CounterRow, LogRow, SegmentStart};

/// Why something was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// Storage is not there, or nobody knows whether it took the batch: the same batch is offered again.
    #[error("storage is away: {0}")]
    Away(String),
    /// Storage is there and took nothing of the batch: it is offered again in halves.
    #[error("storage refused: {0}")]
    Refused(String),
}

/// Storage for the query log. Each call is all or nothing.
///
/// A batch number is given to one batch only, of rows or of counts, over restarts as well. When a commit went through and its
/// acknowledgement was lost, the same number comes again with the same content: a sink that remembers the numbers it
/// has taken makes every row and every count arrive exactly once.
pub trait Sink: Send + Sync + 'static {
    /// Stores rows, and accounts for each of them as stored, both or neither.
    fn store(&self, batch: u64, rows: &[LogRow]) -> impl Future<Output = Result<(), SinkError>> + Send;

    /// Adds increments of counters and of accounts.
    fn count(
        &self,
        batch: u64,
        counters: &[CounterRow],
        accounts: &[AccountRow],
    ) -> impl Future<Output = Result<(), SinkError>> + Send;

    /// Records where segments start; the same start may come again. Always called before the counters of a segment.
    fn segments(&self, starts: &[SegmentStart]) -> impl Future<Output = Result<(), SinkError>> + Send;
}
