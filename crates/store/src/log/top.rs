//! The values of a field that most rows have.

use std::time::Duration;

use api::view::{Basis, By, Top, TopValue};
use sqlx::Row;

use super::reading::Reading;
use super::{LogQuery, condition, group};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// The `n` most frequent values with their rows, as well as that can be known within a budget of time.
    pub async fn top(&self, query: &LogQuery, by: By, n: usize, budget: Duration) -> Result<Top, StoreError> {
        let mut top = Top::default();
        let mut reading = Reading::begin(self, budget).await?;
        let group = group::of(by);
        let sql = format!(
            "SELECT {}, rows, stands_for, count(*) OVER (), (sum(rows) OVER ())::bigint FROM \
             (SELECT {}, count(*) AS rows, sum(stands_for)::bigint AS stands_for \
              FROM query_log WHERE {} GROUP BY 1) ranks ORDER BY rows DESC, 1 LIMIT {n}",
            group.label,
            group.column(),
            condition::of(query, &self.site)
        );
        let Some(found) = reading.fetch(sql).await? else {
            (top.basis, top.searched_to) = (Basis::Partial, Some(query.to));
            return Ok(top);
        };
        let mut all = 0;
        for row in &found {
            let count = |at: usize| Ok::<_, StoreError>(row.try_get::<i64, _>(at)? as u64);
            top.values.push(TopValue { value: row.try_get(0)?, rows: count(1)?, stands_for: count(2)? });
            top.distinct = Some(count(3)?);
            all = count(4)?;
        }
        top.distinct = top.distinct.or(Some(0));
        top.other = all - top.values.iter().map(|value| value.rows).sum::<u64>();
        Ok(top)
    }
}
