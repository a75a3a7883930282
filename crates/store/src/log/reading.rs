//! Reading the log within a budget of time: all statements of one question see the same rows, and one that takes too
//! long is ended by the server.

use std::time::{Duration, Instant};

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Postgres, Row, Transaction};

use super::LogQuery;
use super::condition::{literal, patterns};
use crate::error::StoreError;
use crate::pools::Store;

/// A statement is given no less, milliseconds: PostgreSQL takes 0 for no limit, and less than this finds nothing.
const LEAST_MS: u128 = 5;

/// One question to the log.
pub struct Reading {
    tx: Transaction<'static, Postgres>,
    end: Instant,
}

impl Reading {
    /// Begins now; what is asked is answered within `budget`, or is not.
    pub async fn begin(store: &Store, budget: Duration) -> Result<Reading, StoreError> {
        let end = Instant::now() + budget;
        let mut tx = store.read.begin().await?;
        // Compiling a statement takes longer than most of these run.
        let settings = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL jit = off";
        sqlx::raw_sql(settings).execute(&mut *tx).await?;
        Ok(Reading { tx, end })
    }

    /// What is left of the budget.
    pub fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// The rows of a statement; none when time is up.
    pub async fn fetch(&mut self, sql: String) -> Result<Option<Vec<PgRow>>, StoreError> {
        self.fetch_within(sql, self.left()).await
    }

    /// The same with a limit of its own.
    pub async fn fetch_within(
        &mut self,
        sql: String,
        limit: Duration,
    ) -> Result<Option<Vec<PgRow>>, StoreError> {
        let limit = limit.as_millis();
        if limit < LEAST_MS {
            return Ok(None);
        }
        // A statement that was ended spoils its transaction, but not what was before the savepoint.
        let before = format!("SAVEPOINT attempt; SET LOCAL statement_timeout = {limit}");
        sqlx::raw_sql(AssertSqlSafe(before)).execute(&mut *self.tx).await?;
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_all(&mut *self.tx).await;
        match rows.map_err(StoreError::from) {
            Ok(rows) => Ok(Some(rows)),
            Err(error) if error.is_timeout() => {
                sqlx::raw_sql("ROLLBACK TO SAVEPOINT attempt").execute(&mut *self.tx).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The part of a query's window in which there can be rows: from the first to the last of the log; none when
    /// there is nothing in it. A regular expression that PostgreSQL does not take is refused here, rows or none.
    pub async fn extent(&mut self, query: &LogQuery) -> Result<Option<(i64, i64)>, StoreError> {
        let us = |edge: &str| format!("(extract(epoch FROM {edge}(at)) * 1000000)::bigint");
        let tried: Vec<String> = patterns(&query.filter)
            .into_iter()
            .map(|pattern| format!(", '' ~ {}", literal(pattern)))
            .collect();
        let sql = format!("SELECT {}, {}{} FROM query_log", us("min"), us("max"), tried.concat());
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *self.tx).await?;
        let (Some(first), Some(last)) =
            (row.try_get::<Option<i64>, _>(0)?, row.try_get::<Option<i64>, _>(1)?)
        else {
            return Ok(None);
        };
        let (from, to) = (query.from.max(first), query.to.min(last + 1));
        Ok((from < to).then_some((from, to)))
    }

    /// What the planner thinks of a statement: its cost, and how many rows it gives.
    pub async fn plan(&mut self, sql: &str) -> Result<(f64, f64), StoreError> {
        let sql = format!("EXPLAIN (FORMAT JSON) {sql}");
        let plan: serde_json::Value =
            sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false).fetch_one(&mut *self.tx).await?;
        let number = |key: &str| plan[0]["Plan"][key].as_f64();
        let unreadable = || StoreError::unreadable("a plan of PostgreSQL");
        Ok((number("Total Cost").ok_or_else(unreadable)?, number("Plan Rows").ok_or_else(unreadable)?))
    }
}
