//! Rows, counters, accounts and segments on their way in. Every batch arrives once, however often it is offered.

use model::row::{AccountRow, Class, CounterRow, LogRow, Outcome, SegmentStart};
use model::split::SplitMode;
use sqlx::PgConnection;

use super::{code, copy, timestamp};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// Stores a batch of rows.
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
        add_counters(&mut tx, &self.site, counters).await?;
        add_accounts(&mut tx, &self.site, accounts).await?;
        Ok(tx.commit().await?)
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
    let outcome = |row: &AccountRow| Outcome::ALL.iter().position(|o| *o == row.outcome).unwrap_or(0) as i16;
    sqlx::query(sql)
        .bind(site)
        .bind(rows.iter().map(|r| timestamp(r.bucket)).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.service.as_deref().map(str::to_owned)).collect::<Vec<_>>())
        .bind(rows.iter().map(class).collect::<Vec<_>>())
        .bind(rows.iter().map(outcome).collect::<Vec<_>>())
        .bind(rows.iter().map(|r| r.count as i64).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}
