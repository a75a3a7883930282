//! How rows lie in time.

use std::collections::BTreeMap;
use std::time::Duration;

use api::view::{Bars, By};
use model::counter::BUCKET_US;
use sqlx::Row;

use super::counted::{Table, admits};
use super::reading::Reading;
use super::tally::{Ask, tally};
use super::{LogQuery, condition};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// Rows by step of `step` microseconds (whole tens of seconds) and value, with what is missing of them, as well as
    /// that can be known within a budget of time.
    pub async fn bars(
        &self,
        query: &LogQuery,
        by: By,
        step: i64,
        budget: Duration,
    ) -> Result<Bars, StoreError> {
        let step = whole(step);
        let mut reading = Reading::begin(self, budget).await?;
        let suppressed = self.suppressed(&mut reading, query, step).await?;
        let tally = tally(&mut reading, &self.site, &Ask { query, by: Some(by), step: Some(step) }).await?;
        let points =
            tally.cells.into_iter().map(|((start, value), cell)| (start, value, cell.rows.round() as u64));
        Ok(Bars {
            step,
            points: points.filter(|(.., rows)| *rows > 0).collect(),
            suppressed,
            basis: tally.basis,
            searched_to: tally.searched_to,
        })
    }

    /// Answers without a row by step, of the services a filter admits. A bucket that lies in the window in part counts
    /// as a whole.
    async fn suppressed(
        &self,
        reading: &mut Reading,
        query: &LogQuery,
        step: i64,
    ) -> Result<Vec<(i64, u64)>, StoreError> {
        let from = query.from.div_euclid(BUCKET_US) * BUCKET_US;
        let to = (query.to + BUCKET_US - 1).div_euclid(BUCKET_US) * BUCKET_US;
        let cover = reading.cover(&self.site, from, to, Some(step)).await?;
        let of = |table: &str, time: &str, stretch: String| {
            format!(
                "SELECT {} AS start, count FROM {table} WHERE site = {} AND outcome <> 0 AND {stretch} AND {}",
                step_of(time, step),
                condition::literal(&self.site),
                admits(&query.filter, Table::Accounts).sql(),
            )
        };
        let sql = format!(
            "SELECT start, sum(count)::bigint FROM ({} UNION ALL {}) missing GROUP BY 1 ORDER BY 1",
            of("account_periods", "period", cover.periods_sql()),
            of("log_accounts", "bucket", cover.gaps_sql())
        );
        let found = reading.fetch(sql).await?.unwrap_or_default();
        let mut steps = BTreeMap::new();
        for row in &found {
            steps.insert(row.try_get::<i64, _>(0)?, row.try_get::<i64, _>(1)? as u64);
        }
        Ok(steps.into_iter().collect())
    }
}

/// A step that buckets of counters fit into.
fn whole(step: i64) -> i64 {
    (step.max(1) + BUCKET_US - 1) / BUCKET_US * BUCKET_US
}

/// The start of the step a time lies in, microseconds.
fn step_of(time: &str, step: i64) -> String {
    format!("(extract(epoch FROM {time}) * 1000000)::bigint / {step} * {step}")
}
