//! One partition for each UTC day: made days ahead, dropped whole when the retention is over.

use chrono::{DateTime, Days, NaiveDate};
use model::Span;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::error::StoreError;
use crate::pools::Store;

/// Days made ahead; a server that cannot reach its database for so long writes into the default partition.
const AHEAD: u64 = 3;
/// Key of the advisory lock that keeps two servers from making the same partition.
const LOCK: i64 = 0x5374_6565_6c79_6172;
/// How long the numbers of written batches are remembered; a batch is offered again within minutes.
const BATCHES_KEPT: &str = "1 day";

pub(super) fn day_of(at: i64) -> NaiveDate {
    DateTime::from_timestamp_micros(at).unwrap_or_default().date_naive()
}

pub(super) fn name_of(day: NaiveDate) -> String {
    format!("query_log_{}", day.format("%Y%m%d"))
}

impl Store {
    /// Makes the partitions of today and of the days ahead. Rows that fell into the default partition move over.
    pub async fn prepare_partitions(&self, now: i64) -> Result<(), StoreError> {
        let mut tx = self.export.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
        let today = day_of(now);
        let mut days: Vec<NaiveDate> =
            (0..=AHEAD).filter_map(|n| today.checked_add_days(Days::new(n))).collect();
        days.extend(days_in_default(&mut tx).await?);
        days.sort();
        days.dedup();
        for day in days {
            make(&mut tx, day).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Drops the days that ended before the retention, with the counters of that time.
    pub async fn drop_expired(&self, now: i64, retention: Span) -> Result<(), StoreError> {
        let end = day_of(now - retention.as_millis() as i64 * 1000);
        let mut tx = self.export.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
        let sql = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
                   WHERE i.inhparent = 'query_log'::regclass";
        let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *tx).await?;
        for name in names {
            if let Some(day) = day_in(&name).filter(|day| *day < end) {
                sqlx::query(AssertSqlSafe(format!("DROP TABLE {}", name_of(day)))).execute(&mut *tx).await?;
            }
        }
        for (table, time) in [
            ("answer_counters", "bucket"),
            ("log_accounts", "bucket"),
            ("answer_periods", "period"),
            ("account_periods", "period"),
            ("counted_periods", "period"),
        ] {
            let sql = format!("DELETE FROM {table} WHERE {time} < $1::date");
            sqlx::query(AssertSqlSafe(sql)).bind(end).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Forgets the numbers of batches that nobody offers again: those taken a day ago, but none that is not lower than
    /// `oldest`, the first that a server still has on disk.
    pub async fn forget_batches(&self, oldest: Option<u64>) -> Result<(), StoreError> {
        let sql = format!(
            "DELETE FROM written_batches WHERE site = $1 AND at < now() - interval '{BATCHES_KEPT}' \
             AND ($2::bigint IS NULL OR batch < $2)"
        );
        let oldest = oldest.map(|number| number as i64);
        sqlx::query(AssertSqlSafe(sql)).bind(&self.site).bind(oldest).execute(&self.export).await?;
        Ok(())
    }
}

impl Store {
    /// Drops the oldest days until all partitions together, indexes included, take no more than `bytes`; the day of
    /// `now` and those ahead stay whatever they take. Counters stay: they are small, and the split is judged by them.
    ///
    /// Gives the days that were dropped.
    pub async fn drop_beyond_size(&self, now: i64, bytes: u64) -> Result<Vec<NaiveDate>, StoreError> {
        let mut tx = self.export.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
        let sql = "SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_inherits i \
                   JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'query_log'::regclass";
        let sizes: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&mut *tx).await?;
        let mut total: u64 = sizes.iter().map(|(_, size)| *size as u64).sum();
        let today = day_of(now);
        let mut days: Vec<(NaiveDate, u64)> = sizes
            .iter()
            .filter_map(|(name, size)| Some((day_in(name)?, *size as u64)))
            .filter(|(day, _)| *day < today)
            .collect();
        days.sort();
        let mut dropped = Vec::new();
        for (day, size) in days {
            if total <= bytes {
                break;
            }
            sqlx::query(AssertSqlSafe(format!("DROP TABLE {}", name_of(day)))).execute(&mut *tx).await?;
            total -= size;
            dropped.push(day);
        }
        tx.commit().await?;
        Ok(dropped)
    }
}

/// The day of a partition. Its name is rebuilt from the day, so that nothing of the catalogue's text becomes SQL.
pub(super) fn day_in(name: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(name.strip_prefix("query_log_")?, "%Y%m%d").ok()
}

async fn days_in_default(connection: &mut PgConnection) -> Result<Vec<NaiveDate>, StoreError> {
    let sql = "SELECT DISTINCT (at AT TIME ZONE 'UTC')::date FROM query_log_default";
    Ok(sqlx::query_scalar(sql).fetch_all(connection).await?)
}

async fn make(connection: &mut PgConnection, day: NaiveDate) -> Result<(), StoreError> {
    let name = name_of(day);
    let there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(&name)
        .fetch_one(&mut *connection)
        .await?;
    let Some(next) = day.checked_add_days(Days::new(1)).filter(|_| !there) else { return Ok(()) };
    // Filled before it is attached: PostgreSQL refuses a partition whose rows lie in the default one.
    let (from, to) = (format!("{day} 00:00:00+00"), format!("{next} 00:00:00+00"));
    for sql in [
        format!("CREATE TABLE {name} (LIKE query_log INCLUDING DEFAULTS)"),
        format!(
            "WITH moved AS (DELETE FROM query_log_default WHERE at >= '{from}' AND at < '{to}' RETURNING *) \
             INSERT INTO {name} SELECT * FROM moved"
        ),
        format!("ALTER TABLE query_log ATTACH PARTITION {name} FOR VALUES FROM ('{from}') TO ('{to}')"),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::timestamp;

    #[test]
    fn a_day_is_a_day_of_utc() {
        let midnight = 1_764_028_800_000_000; // 2025-11-25T00:00:00Z
        assert_eq!(name_of(day_of(midnight - 1)), "query_log_20251124");
        assert_eq!(name_of(day_of(midnight)), "query_log_20251125");
        assert_eq!(timestamp(midnight), "2025-11-25 00:00:00.000000+00");
    }
}
