//! How rows lie in time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use api::view::{Bars, Basis, By};
use model::counter::BUCKET_US;
use sqlx::{AssertSqlSafe, Row};

use super::columns::rcode;
use super::counted::{Table, admits};
use super::reading::Reading;
use super::slices::Slices;
use super::{LogQuery, condition, group, timestamp};
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
        let mut bars = Bars { step, ..Bars::default() };
        let mut reading = Reading::begin(self, budget).await?;
        bars.suppressed = self.suppressed(&mut reading, query, step).await?;
        let Some((from, to)) = reading.extent(query).await? else { return Ok(bars) };
        let group = group::of(by);
        let mut rows: BTreeMap<(i64, String), u64> = BTreeMap::new();
        let mut slices = Slices::backwards(from, to);
        while let Some((from, to)) = slices.next() {
            let begun = Instant::now();
            let part = LogQuery { from, to, filter: query.filter.clone() };
            let sql = format!(
                "SELECT start, {}, rows FROM (SELECT {} AS start, {}, count(*) AS rows \
                 FROM query_log WHERE {} GROUP BY 1, 2) bars",
                group.label,
                step_of("at", step),
                group.column(),
                condition::of(&part, &self.site)
            );
            let Some(found) = reading.fetch(sql).await? else {
                (bars.basis, bars.searched_to) = (Basis::Partial, Some(to));
                break;
            };
            for row in &found {
                *rows.entry((row.try_get(0)?, row.try_get(1)?)).or_default() +=
                    row.try_get::<i64, _>(2)? as u64;
            }
            slices.took(begun.elapsed(), reading.left());
        }
        bars.points = rows.into_iter().map(|((start, value), rows)| (start, value, rows)).collect();
        Ok(bars)
    }

    /// Answers without a row by step, of the services a filter admits. A bucket that lies in the window in part counts
    /// as a whole.
    async fn suppressed(
        &self,
        reading: &mut Reading,
        query: &LogQuery,
        step: i64,
    ) -> Result<Vec<(i64, u64)>, StoreError> {
        let sql = format!(
            "SELECT {} AS start, sum(count)::bigint FROM log_accounts WHERE site = {} AND outcome <> 0 \
             AND bucket > {}::timestamptz - interval '10 seconds' AND bucket < {}::timestamptz AND {} \
             GROUP BY 1 ORDER BY 1",
            step_of("bucket", step),
            condition::literal(&self.site),
            condition::literal(&timestamp(query.from)),
            condition::literal(&timestamp(query.to)),
            admits(&query.filter, Table::Accounts).sql(),
        );
        let found = reading.fetch(sql).await?.unwrap_or_default();
        found.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? as u64))).collect()
    }

    /// Rows by step of `step` microseconds and response code: (start, code, rows).
    pub async fn histogram(
        &self,
        query: &LogQuery,
        step: i64,
    ) -> Result<Vec<(i64, String, u64)>, StoreError> {
        let step = step.max(1);
        let sql = format!(
            "SELECT start, {}, rows FROM (SELECT {} AS start, rcode, count(*) AS rows \
             FROM query_log WHERE {} GROUP BY 1, 2) bars ORDER BY start, rcode",
            rcode("rcode"),
            step_of("at", step),
            condition::of(query, &self.site)
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.read).await?;
        let bar = |row: &sqlx::postgres::PgRow| {
            Ok((row.try_get(0)?, row.try_get(1)?, row.try_get::<i64, _>(2)? as u64))
        };
        rows.iter().map(bar).collect()
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
