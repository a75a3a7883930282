//! The history: one line for each change, with the state of every object before and after.

use api::view::{RevisionDetail, RevisionLine};
use model::plan::{Change, Plan};
use model::snapshot::{Generation, Snapshot};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::Edit;
use crate::error::StoreError;
use crate::pools::Store;

/// Writes the revision of an edit.
pub async fn record(
    connection: &mut PgConnection,
    site: &str,
    after: &Snapshot,
    meta: &Edit,
    plan: &Plan,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO revisions (generation, epoch, site, actor, source, reason, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(after.generation as i64)
        .bind(after.epoch as i64)
        .bind(site)
        .bind(&meta.actor)
        .bind(&meta.source)
        .bind(&meta.reason)
        .bind(meta.at)
        .execute(&mut *connection)
        .await?;
    for (position, change) in plan.changes.iter().enumerate() {
        let sql = "INSERT INTO revision_changes (generation, position, kind, name, before, after) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        sqlx::query(sql)
            .bind(after.generation as i64)
            .bind(position as i32)
            .bind(change.kind.as_str())
            .bind(&change.name)
            .bind(&change.before)
            .bind(&change.after)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn line(row: &PgRow) -> Result<RevisionLine, StoreError> {
    Ok(RevisionLine {
        generation: row.try_get::<i64, _>("generation")? as u64,
        actor: row.try_get("actor")?,
        at: row.try_get("at")?,
        reason: row.try_get("reason")?,
        source: row.try_get("source")?,
    })
}

impl Store {
    /// Revisions, newest first, those before `before` if given.
    pub async fn revisions(
        &self,
        before: Option<Generation>,
        limit: i64,
    ) -> Result<Vec<RevisionLine>, StoreError> {
        let before = before.map_or(i64::MAX, |g| g.min(i64::MAX as u64) as i64);
        let sql = "SELECT generation, actor, at, reason, source FROM revisions WHERE generation < $1 \
                   ORDER BY generation DESC LIMIT $2";
        let rows = sqlx::query(sql).bind(before).bind(limit).fetch_all(&self.config).await?;
        rows.iter().map(line).collect()
    }

    /// One revision with everything it changed.
    pub async fn revision(&self, generation: Generation) -> Result<Option<RevisionDetail>, StoreError> {
        let generation = generation.min(i64::MAX as u64) as i64;
        let sql = "SELECT generation, actor, at, reason, source FROM revisions WHERE generation = $1";
        let Some(row) = sqlx::query(sql).bind(generation).fetch_optional(&self.config).await? else {
            return Ok(None);
        };
        let sql =
            "SELECT kind, name, before, after FROM revision_changes WHERE generation = $1 ORDER BY position";
        let rows = sqlx::query(sql).bind(generation).fetch_all(&self.config).await?;
        let change = |row: &PgRow| {
            let kind = serde_json::Value::String(row.try_get("kind")?);
            Ok(Change {
                kind: serde_json::from_value(kind).map_err(StoreError::unreadable)?,
                name: row.try_get("name")?,
                before: row.try_get("before")?,
                after: row.try_get("after")?,
            })
        };
        let changes = rows.iter().map(change).collect::<Result<_, StoreError>>()?;
        Ok(Some(RevisionDetail { line: line(&row)?, changes }))
    }
}
