//! The query log's way into storage.

use model::row::{AccountRow, CounterRow, LogRow, SegmentStart};
use querylog::{Sink, SinkError};
use store::{Store, StoreError};

/// Writes to PostgreSQL.
#[derive(Clone, Debug)]
pub struct StoreSink {
    store: Store,
}

impl StoreSink {
    /// A sink into `store`.
    pub fn new(store: Store) -> StoreSink {
        StoreSink { store }
    }
}

fn sink_error(error: StoreError) -> SinkError {
    if error.is_away() { SinkError::Away(error.to_string()) } else { SinkError::Refused(error.to_string()) }
}

impl Sink for StoreSink {
    async fn store(&self, batch: u64, rows: &[LogRow]) -> Result<(), SinkError> {
        self.store.store_rows(batch, rows).await.map_err(sink_error)
    }

    async fn count(
        &self,
        batch: u64,
        counters: &[CounterRow],
        accounts: &[AccountRow],
    ) -> Result<(), SinkError> {
        self.store.add_counts(batch, counters, accounts).await.map_err(sink_error)
    }

    async fn segments(&self, starts: &[SegmentStart]) -> Result<(), SinkError> {
        self.store.add_segments(starts).await.map_err(sink_error)
    }
}
