//! The query log: written in batches, read by time.

mod bars;
mod clients;
mod columns;
mod condition;
mod copy;
mod count;
mod counted;
mod export;
mod group;
mod indexes;
mod networks;
mod partitions;
mod periods;
mod reading;
mod rows;
mod ruled_out;
mod sample;
mod slices;
mod split;
mod tally;
mod top;
mod values;
mod write;

pub use export::{
    Batch, Batches, Cell, Column as ExportColumn, CsvRows, ExportColumns, ExportFormat, JsonRows, Kind,
    Record, binary::Reader as CopyReader,
};
pub use indexes::Indexed;
use model::filter::Filter;

/// Which rows of the log.
#[derive(Clone, Debug)]
pub struct LogQuery {
    /// Start, microseconds since 1970 UTC.
    pub from: i64,
    /// End, not included.
    pub to: i64,
    /// What they must pass.
    pub filter: Filter,
}

/// Microseconds since 1970 UTC as PostgreSQL's text of a `timestamptz`.
fn timestamp(at: i64) -> String {
    let at = chrono::DateTime::from_timestamp_micros(at).unwrap_or_default();
    at.format("%Y-%m-%d %H:%M:%S%.6f+00").to_string()
}

/// Codes and types are stored as the protocol's numbers, which SQL has no unsigned type for.
const fn code(number: u16) -> i16 {
    number as i16
}
