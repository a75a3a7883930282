//! Operators' overrides of measured health: the present ones; what was decided and taken back is in the audit trail.

use model::health::Override;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use crate::error::StoreError;
use crate::pools::Store;

type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// All overrides, expired ones as well.
    pub async fn overrides(&self) -> Result<Vec<Override>> {
        let rows = sqlx::query("SELECT body FROM overrides").fetch_all(&self.config).await?;
        let one = |row: &PgRow| Ok(row.try_get::<Json<Override>, _>("body")?.0);
        rows.iter().map(one).collect()
    }

    /// Keeps these and no others.
    pub async fn keep_overrides(&self, all: &[Override]) -> Result<()> {
        let mut tx = self.config.begin().await?;
        sqlx::query("DELETE FROM overrides").execute(&mut *tx).await?;
        for one in all {
            sqlx::query("INSERT INTO overrides (target, body) VALUES ($1, $2)")
                .bind(Json(&one.target))
                .bind(Json(one))
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }
}
