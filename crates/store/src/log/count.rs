//! How many rows there are.

use std::time::Duration;

use api::view::RowCount;
use sqlx::AssertSqlSafe;

use super::reading::Reading;
use super::tally::{Ask, tally};
use super::{LogQuery, condition};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// How many rows there are, each looked at, however long that takes.
    pub async fn count(&self, query: &LogQuery) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM query_log WHERE {}", condition::of(query, &self.site));
        let count: i64 =
            sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch_one(&self.read).await?;
        Ok(count as u64)
    }

    /// How many rows there are, as well as that can be known within a budget of time.
    pub async fn count_within(&self, query: &LogQuery, budget: Duration) -> Result<RowCount, StoreError> {
        let mut reading = Reading::begin(self, budget).await?;
        let tally = tally(&mut reading, &self.site, &Ask { query, by: None, step: None }).await?;
        let rows: f64 = tally.cells.values().map(|cell| cell.rows).sum();
        Ok(RowCount { rows: rows.round() as u64, basis: tally.basis, searched_to: tally.searched_to })
    }
}
