//! Changes of members' standings: appended, read newest first, kept for a time.

use std::net::IpAddr;

use api::health::HealthChangeLine;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use crate::error::StoreError;
use crate::pools::Store;

type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Appends changes, all or none.
    pub async fn add_health_changes(&self, changes: &[HealthChangeLine]) -> Result<()> {
        let sql = "INSERT INTO health_changes (at, site, service, pool, member, address, before, after, cause, monitor, \
                   failure, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let mut tx = self.config.begin().await?;
        for change in changes {
            sqlx::query(sql)
                .bind(change.at)
                .bind(&change.site)
                .bind(change.service.to_string())
                .bind(change.pool.as_str())
                .bind(&change.member)
                .bind(change.address)
                .bind(Json(&change.before))
                .bind(Json(&change.after))
                .bind(&change.cause)
                .bind(change.monitor.as_ref().map(|m| m.as_str()))
                .bind(change.failure.map(|f| f.as_str()))
                .bind(change.detail.replace('\0', ""))
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Changes since `from`, microseconds, the newest first; of one service or all, of one member or all.
    pub async fn health_changes(
        &self,
        service: Option<&str>,
        member: Option<&str>,
        from: i64,
        limit: i64,
    ) -> Result<Vec<HealthChangeLine>> {
        let sql = "SELECT * FROM health_changes WHERE at >= $1 AND ($2::text IS NULL OR service = $2) \
                   AND ($3::text IS NULL OR member = $3) ORDER BY at DESC, id DESC LIMIT $4";
        let rows = sqlx::query(sql).bind(from).bind(service).bind(member).bind(limit);
        rows.fetch_all(&self.config).await?.iter().map(line).collect()
    }

    /// Removes changes before a time, microseconds.
    pub async fn forget_health_changes(&self, before: i64) -> Result<()> {
        sqlx::query("DELETE FROM health_changes WHERE at < $1").bind(before).execute(&self.config).await?;
        Ok(())
    }
}

fn line(row: &PgRow) -> Result<HealthChangeLine> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let failure: Option<String> = row.try_get("failure")?;
    let monitor: Option<String> = row.try_get("monitor")?;
    Ok(HealthChangeLine {
        at: row.try_get("at")?,
        site: text("site")?,
        service: text("service")?.parse().map_err(StoreError::unreadable)?,
        pool: text("pool")?.parse().map_err(StoreError::unreadable)?,
        member: text("member")?,
        address: row.try_get::<IpAddr, _>("address")?,
        before: row.try_get::<Json<_>, _>("before")?.0,
        after: row.try_get::<Json<_>, _>("after")?.0,
        cause: text("cause")?,
        monitor: monitor.map(|m| m.parse()).transpose().map_err(StoreError::unreadable)?,
        failure: failure
            .map(|code| serde_json::from_value(code.into()))
            .transpose()
            .map_err(StoreError::unreadable)?,
        detail: text("detail")?,
    })
}
