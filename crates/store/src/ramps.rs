//! Canary ramps: each as it is, and what happened to it.

use model::canary::{CanaryRamp, RampLine};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use crate::error::StoreError;
use crate::pools::Store;

type Result<T> = std::result::Result<T, StoreError>;

/// Ramps of one list at most.
const LISTED: i64 = 200;
/// Lines of one history at most.
const LINES: i64 = 500;

impl Store {
    /// Keeps a new ramp of this site with its first line, and gives its number.
    pub async fn add_ramp(&self, ramp: &CanaryRamp, line: &RampLine) -> Result<i64> {
        let sql =
            "INSERT INTO ramps (site, service, pool, phase, body) VALUES ($1, $2, $3, $4, $5) RETURNING id";
        let mut tx = self.config.begin().await?;
        let id: i64 = sqlx::query_scalar(sql)
            .bind(&self.site)
            .bind(ramp.spec.service.to_string())
            .bind(ramp.spec.pool.as_str())
            .bind(ramp.phase.as_str())
            .bind(Json(ramp))
            .fetch_one(&mut *tx)
            .await?;
        add_line(&mut tx, id, line).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Keeps a ramp as it is now, and what happened to it.
    ///
    /// # Errors
    /// [`StoreError::is_taken`] when another ramp of its pool is active.
    pub async fn keep_ramp(&self, ramp: &CanaryRamp, line: Option<&RampLine>) -> Result<()> {
        let mut tx = self.config.begin().await?;
        sqlx::query("UPDATE ramps SET phase = $2, body = $3 WHERE id = $1")
            .bind(ramp.id)
            .bind(ramp.phase.as_str())
            .bind(Json(ramp))
            .execute(&mut *tx)
            .await?;
        if let Some(line) = line {
            add_line(&mut tx, ramp.id, line).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A ramp of this site.
    pub async fn ramp(&self, id: i64) -> Result<Option<CanaryRamp>> {
        let sql = "SELECT id, body FROM ramps WHERE site = $1 AND id = $2";
        let row = sqlx::query(sql).bind(&self.site).bind(id).fetch_optional(&self.config).await?;
        row.as_ref().map(ramp).transpose()
    }

    /// Ramps of this site, the newest first; of one service, or of all.
    pub async fn ramps(&self, service: Option<&str>) -> Result<Vec<CanaryRamp>> {
        let sql = "SELECT id, body FROM ramps WHERE site = $1 AND ($2::text IS NULL OR service = $2) \
                   ORDER BY id DESC LIMIT $3";
        let rows =
            sqlx::query(sql).bind(&self.site).bind(service).bind(LISTED).fetch_all(&self.config).await?;
        rows.iter().map(ramp).collect()
    }

    /// Numbers of the ramps of this site that go on by themselves, or were about to when the server ended.
    pub async fn moving_ramps(&self) -> Result<Vec<i64>> {
        let sql = "SELECT id FROM ramps WHERE site = $1 \
                   AND (phase IN ('running', 'stepping_down') OR body ? 'moving') ORDER BY id";
        Ok(sqlx::query_scalar(sql).bind(&self.site).fetch_all(&self.config).await?)
    }

    /// What happened to a ramp, the newest first.
    pub async fn ramp_history(&self, id: i64) -> Result<Vec<RampLine>> {
        let sql = "SELECT at, deed, step, share, generation, actor, text FROM ramp_history WHERE ramp = $1 \
                   ORDER BY id DESC LIMIT $2";
        let rows = sqlx::query(sql).bind(id).bind(LINES).fetch_all(&self.config).await?;
        rows.iter().map(line).collect()
    }

    /// Forgets a ramp with its history; false when there is none of this number.
    pub async fn remove_ramp(&self, id: i64) -> Result<bool> {
        let query = sqlx::query("DELETE FROM ramps WHERE site = $1 AND id = $2").bind(&self.site).bind(id);
        Ok(query.execute(&self.config).await?.rows_affected() == 1)
    }
}

async fn add_line(connection: &mut sqlx::PgConnection, id: i64, line: &RampLine) -> Result<()> {
    let sql = "INSERT INTO ramp_history (ramp, at, deed, step, share, generation, actor, text) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(sql)
        .bind(id)
        .bind(line.at)
        .bind(line.deed.as_str())
        .bind(line.step.map(|step| step as i32))
        .bind(line.share)
        .bind(line.generation.map(|generation| generation as i64))
        .bind(line.by.replace('\0', ""))
        .bind(line.text.replace('\0', ""))
        .execute(connection)
        .await?;
    Ok(())
}

fn ramp(row: &PgRow) -> Result<CanaryRamp> {
    let ramp = row.try_get::<Json<CanaryRamp>, _>("body")?.0;
    Ok(CanaryRamp { id: row.try_get("id")?, ..ramp })
}

fn line(row: &PgRow) -> Result<RampLine> {
    let deed = serde_json::Value::String(row.try_get("deed")?);
    Ok(RampLine {
        at: row.try_get("at")?,
        deed: serde_json::from_value(deed).map_err(StoreError::unreadable)?,
        step: row.try_get::<Option<i32>, _>("step")?.map(|step| step as usize),
        share: row.try_get("share")?,
        generation: row.try_get::<Option<i64>, _>("generation")?.map(|generation| generation as u64),
        by: row.try_get("actor")?,
        text: row.try_get("text")?,
    })
}
