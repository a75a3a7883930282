//! Where no row can pass a filter: periods that the lossless counters have no such answer in.

use model::filter::Filter;
use sqlx::Row;

use super::condition;
use super::counted::{Condition, Table, admits};
use super::periods::{PERIOD_US, merged, ranges};
use super::reading::Reading;
use crate::error::StoreError;

impl Reading {
    /// Stretches of [from, to), in time, that hold no row the filter passes; nothing where counters cannot tell, or
    /// not within a quarter of the time left.
    ///
    /// A period speaks for its rows only if every one of them has its answer among the counters: if all that became
    /// of rows adds up to what was answered.
    pub async fn ruled_out(
        &mut self,
        site: &str,
        filter: &Filter,
        (from, to): (i64, i64),
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        let wanted = match admits(filter, Table::Counters) {
            Condition::Always => return Ok(Vec::new()),
            condition => condition,
        };
        let (site, window) = (condition::literal(site), ranges("period", &[(from, to)]));
        let sql = format!(
            "SELECT (extract(epoch FROM period) * 1000000)::bigint FROM counted_periods c \
             WHERE site = {site} AND {window} \
               AND answered = (SELECT coalesce(sum(count), 0) FROM account_periods a \
                               WHERE a.site = {site} AND a.period = c.period) \
               AND period NOT IN (SELECT period FROM answer_periods WHERE site = {site} AND {window} AND {}) \
             ORDER BY period",
            wanted.sql()
        );
        let found = self.fetch_within(sql, self.left() / 4).await?.unwrap_or_default();
        let starts: Result<Vec<i64>, StoreError> = found.iter().map(|row| Ok(row.try_get(0)?)).collect();
        Ok(merged(starts?.into_iter().map(|at| (at, at + PERIOD_US))))
    }
}
