//! Rows straight from PostgreSQL to the reader. Every format begins with the same stream: PostgreSQL sends values in
//! binary, [`Batches`] are whole rows of them, and whoever writes a file makes its cells of [`Column`]s.

mod avi;
pub mod binary;
mod choice;
mod column;
mod csv;
mod ndjson;
mod pump;
mod text;

pub use binary::{Batch, Record};
pub use choice::{ExportColumns, ExportFormat};
pub use column::{Cell, Column, Kind};
pub use csv::CsvRows;
pub use ndjson::JsonRows;
pub use pump::Batches;

use super::{LogQuery, condition};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// The rows of the log, oldest first: at equal times in the order they were stored, none twice and none left out.
    /// Dropping the stream frees PostgreSQL's process.
    pub async fn export(&self, query: &LogQuery) -> Result<Batches, StoreError> {
        let sql = format!(
            "COPY (SELECT {} FROM query_log WHERE {} ORDER BY at, id) TO STDOUT (FORMAT binary)",
            binary::COLUMNS,
            condition::of(query, &self.site)
        );
        pump::start(&self.export, self.config.clone(), sql).await
    }
}
