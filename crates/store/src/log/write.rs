//! Rows, counters, accounts and segments on their way in. Every batch arrives once, however often it is offered.

use model::row::{AccountRow, Class, CounterRow, LogRow, Outcome, SegmentStart};
use model::split::SplitMode;
use sqlx::PgConnection;

use super::{code, copy, periods, timestamp};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// Stores a batch of rows, and accounts for each of them as stored.
    pub async fn store_rows(&self, batch: u64, rows: &[LogRow]) -> Result<(), StoreError> {
        let encoded = copy::encode(&self.site, rows);
        let mut tx = self.log.begin().await?;
        if !self.is_new(&mut tx, batch).await? {
            return Ok(());
        }
        let sql = format!("COPY query_log ({}) FROM STDIN (FORMAT binary)", copy::COLUMNS);
        let mut writer = tx.copy_in_raw(&sql).await?;
        writer.send(encoded).await?;
        writer.finish().await?;
        periods::reopen(&mut tx, &self.site, rows.iter().map(|row| row.at)).await?;
        add_accounts(&mut tx, &self.site, &AccountRow::of(rows, Outcome::Stored)).await?;
        Ok(tx.commit().await?)
    }

    /// Adds increments to counters and accounts.
    pub async fn add_counts(
        &self,
        batch: u64,
        counters: &[CounterRow],
        accounts: &[AccountRow],
    ) -> Result<(), StoreError> {
        let mut tx = self.log.begin().await?;
        if !self.is_new(&mut tx, batch).await? {
            return Ok(());
        }
        let buckets = counters.iter().map(|row| row.bucket).chain(accounts.iter().map(|row| row.bucket));
        periods::reopen(&mut tx, &self.site, buckets).await?;
        add_counters(&mut tx, &self.site, counters).await?;
        add_accounts(&mut tx, &self.site, accounts).await?;
        Ok(tx.commit().await?)
    }

    /// Accounts for answers of this site in the buckets from `from` to `to` (microseconds since 1970 UTC, `to` not
    /// included) of which nothing is known but that they were counted: their rows are lost. Gives how many they were.
    ///
    /// Counts may have been merged into coarser buckets than accounts, at most into days: no more is added to a day than
    /// it lacks as a whole.
    pub async fn settle_accounts(&self, from: i64, to: i64) -> Result<u64, StoreError> {
        let sql = "WITH known AS ( \
                     SELECT bucket, service, count FROM answer_counters \
                     WHERE site = $1 AND bucket >= $2::timestamptz AND bucket < $3::timestamptz \
                     UNION ALL \
                     SELECT bucket, service, -count FROM log_accounts \
                     WHERE site = $1 AND bucket >= $2::timestamptz AND bucket < $3::timestamptz), \
                   gaps AS (SELECT bucket, service, sum(count)::bigint AS gap FROM known GROUP BY 1, 2), \
                   days AS ( \
                     SELECT bucket, service, gap, \
                            sum(gap) OVER day AS lacks, \
                            sum(greatest(gap, 0)) OVER (day ORDER BY bucket ROWS UNBOUNDED PRECEDING) AS upto \
                     FROM gaps \
                     WINDOW day AS (PARTITION BY service, date_trunc('day', bucket, 'UTC'))), \
                   lost AS ( \
                     SELECT bucket, service, least(gap, lacks - (upto - gap))::bigint AS count \
                     FROM days WHERE gap > 0 AND lacks > upto - gap), \
                   added AS ( \
                     INSERT INTO log_accounts (bucket, site, service, class, outcome, count) \
                     SELECT bucket, $1, service, NULL, $4, count FROM lost \
                     ON CONFLICT ON CONSTRAINT log_accounts_key \
                     DO UPDATE SET count = log_accounts.count + EXCLUDED.count) \
                   SELECT coalesce(sum(count), 0)::bigint FROM lost";
        let mut tx = self.log.begin().await?;
        periods::reopen_between(&mut tx, &self.site, from, to).await?;
        let lost: i64 = sqlx::query_scalar(sql)
            .bind(&self.site)
            .bind(timestamp(from))
            .bind(timestamp(to))
            .bind(number_of(Outcome::Storage))
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(lost as u64)
    }

    /// Notes where segments start.
    pub async fn add_segments(&self, starts: &[SegmentStart]) -> Result<(), StoreError> {
        let mut tx = self.log.begin().await?;
        for start in starts {
            let sql = "INSERT INTO segments (site, service, generation, health_epoch, at, mode, members) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
            let mode = match start.mode {
                SplitMode::Exact => "exact",
                SplitMode::Random => "random",
                SplitMode::Hashed => "hashed",
                SplitMode::ByClient => "by_client",
            };
            sqlx::query(sql)
                .bind(&self.site)
                .bind(&start.service)
                .bind(start.generation as i64)
                .bind(start.health_epoch as i64)
                .bind(start.at)
                .bind(mode)
                .bind(serde_json::to_value(&start.members).map_err(StoreError::unreadable)?)
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    async fn is_new(&self, connection: &mut PgConnection, batch: u64) -> Result<bool, StoreError> {
        let sql = "INSERT INTO written_batches (site, batch) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let done = sqlx::query(sql).bind(&self.site).bind(batch as i64).execute(connection).await?;
        Ok(done.rows_affected() == 1)
    }
}

async fn add_counters(
    connection: &mut PgConnection,
    site: &str,
    rows: &[CounterRow],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    // Grouped, since one statement may not update a row twice.
    let sql = "INSERT INTO answer_counters \
                 (bucket, site, zone, service, pool, member, family, rcode, generation, health_epoch, count) \
               SELECT bucket::timestamptz, $1, zone, service, pool, member::inet, family, rcode, generation, epoch, \
                      sum(count)::bigint \
               FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::smallint[], \
                           $8::smallint[], $9::bigint[], $10::bigint[], $11::bigint[]) \
                    AS t (bucket, zone, service, pool, member, family, rcode, generation, epoch, count) \
               GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 \
               ON CONFLICT ON CONSTRAINT answer_counters_key \
               DO UPDATE SET count = answer_counters.count + EXCLUDED.count";
    let shared = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
    sqlx::query(sql)
        .bind(site)
        .bind(rows.iter().map(|r| timestamp(r.bucket)).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| shared(&r.zone)).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| shared(&r.service)).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| shared(&r.pool)).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.member.map(|m| m.to_string())).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.family.index() as i16).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| code(r.rcode.0)).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.generation as i64).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.health_epoch as i64).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.count as i64).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// The number of an outcome in storage.
fn number_of(outcome: Outcome) -> i16 {
    Outcome::ALL.iter().position(|o| *o == outcome).unwrap_or(0) as i16
}

async fn add_accounts(
    connection: &mut PgConnection,
    site: &str,
    rows: &[AccountRow],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO log_accounts (bucket, site, service, class, outcome, count) \
               SELECT bucket::timestamptz, $1, service, class, outcome, sum(count)::bigint \
               FROM unnest($2::text[], $3::text[], $4::smallint[], $5::smallint[], $6::bigint[]) \
                    AS t (bucket, service, class, outcome, count) \
               GROUP BY 1, 2, 3, 4, 5 \
               ON CONFLICT ON CONSTRAINT log_accounts_key \
               DO UPDATE SET count = log_accounts.count + EXCLUDED.count";
    let class =
        |row: &AccountRow| row.class.and_then(|c| Class::ALL.iter().position(|k| *k == c)).map(|i| i as i16);
    sqlx::query(sql)
        .bind(site)
        .bind(rows.iter().map(|r| timestamp(r.bucket)).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.service.as_deref().map(str::to_owned)).collect::<Vec<_>>())
        .bind(rows.iter().map(class).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| number_of(row.outcome)).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.count as i64).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}
