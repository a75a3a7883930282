//! Pages of the log: rows newest first, their number, and how they lie in time.

use api::view::LogLine;
use sqlx::{AssertSqlSafe, Row};

use super::columns::{COMPACT_COLUMNS, Column, MORE_COLUMNS, rcode};
use super::{LogQuery, condition, timestamp};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// Rows newest first, those before (time, id) if given. Paging by key costs the same on the last page as on the
    /// first, and neither skips nor repeats a row while new ones arrive.
    pub async fn rows(
        &self,
        query: &LogQuery,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<LogLine>, StoreError> {
        // The time is read as a number.
        let columns: Vec<&Column> = COMPACT_COLUMNS.iter().skip(1).chain(MORE_COLUMNS.iter()).collect();
        let expressions: Vec<&str> = columns.iter().map(|column| column.cell.as_str()).collect();
        let page = match before {
            Some((at, id)) => {
                format!(" AND (at, id) < ({}::timestamptz, {id})", condition::literal(&timestamp(at)))
            }
            None => String::new(),
        };
        // The expressions are computed for the rows of the page alone: the inner query has found them by index.
        let sql = format!(
            "SELECT id, (extract(epoch FROM at) * 1000000)::bigint, {} FROM \
             (SELECT * FROM query_log WHERE {}{page} ORDER BY at DESC, id DESC LIMIT {limit}) page \
             ORDER BY at DESC, id DESC",
            expressions.join(", "),
            condition::of(query, &self.site)
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.read).await?;
        let line = |row: &sqlx::postgres::PgRow| {
            let mut cells = Vec::with_capacity(columns.len());
            for (i, column) in columns.iter().enumerate() {
                cells.push((column.name.to_owned(), row.try_get::<String, _>(i + 2)?));
            }
            Ok(LogLine { id: row.try_get(0)?, at: row.try_get(1)?, cells })
        };
        rows.iter().map(line).collect()
    }

    /// How many rows there are.
    pub async fn count(&self, query: &LogQuery) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM query_log WHERE {}", condition::of(query, &self.site));
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.read).await?;
        Ok(count as u64)
    }

    /// Rows by step of `step` microseconds and response code: (start, code, rows).
    pub async fn histogram(
        &self,
        query: &LogQuery,
        step: i64,
    ) -> Result<Vec<(i64, String, u64)>, StoreError> {
        let step = step.max(1);
        let sql = format!(
            "SELECT start, {}, rows FROM (\
               SELECT (extract(epoch FROM at) * 1000000)::bigint / {step} * {step} AS start, rcode, count(*) AS rows \
               FROM query_log WHERE {} GROUP BY 1, 2) bars ORDER BY start, rcode",
            rcode("rcode"),
            condition::of(query, &self.site)
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.read).await?;
        let bar = |row: &sqlx::postgres::PgRow| {
            Ok((row.try_get(0)?, row.try_get(1)?, row.try_get::<i64, _>(2)? as u64))
        };
        rows.iter().map(bar).collect()
    }
}
