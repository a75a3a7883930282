//! How many rows there are.

use std::time::{Duration, Instant};

use api::view::{Basis, RowCount};
use sqlx::{AssertSqlSafe, Row};

use super::reading::Reading;
use super::slices::Slices;
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
        let mut count = RowCount::default();
        let mut reading = Reading::begin(self, budget).await?;
        let Some((from, to)) = reading.extent(query).await? else { return Ok(count) };
        let mut slices = Slices::backwards(from, to);
        while let Some((from, to)) = slices.next() {
            let begun = Instant::now();
            let part = LogQuery { from, to, filter: query.filter.clone() };
            let wanted = condition::of(&part, &self.site);
            let found = reading.fetch(format!("SELECT count(*) FROM query_log WHERE {wanted}")).await?;
            let Some(found) = found else {
                (count.basis, count.searched_to) = (Basis::Partial, Some(to));
                break;
            };
            for row in &found {
                count.rows += row.try_get::<i64, _>(0)? as u64;
            }
            slices.took(begun.elapsed(), reading.left());
        }
        Ok(count)
    }
}
