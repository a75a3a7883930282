//! Secrets, sealed before they come here.

use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::StoreError;
use crate::pools::Store;

type Result<T> = std::result::Result<T, StoreError>;

/// A sealed secret.
#[derive(Clone)]
pub struct SecretRow {
    /// The name it is known by.
    pub name: String,
    /// The sealed octets.
    pub sealed: Vec<u8>,
    /// When it was set, microseconds since 1970 UTC.
    pub updated: i64,
    /// By whom.
    pub updated_by: String,
}

impl Store {
    /// All secrets by their names.
    pub async fn secrets(&self) -> Result<Vec<SecretRow>> {
        let rows = sqlx::query("SELECT name, sealed, updated, updated_by FROM secrets ORDER BY name");
        let secret = |row: &PgRow| {
            Ok(SecretRow {
                name: row.try_get("name")?,
                sealed: row.try_get("sealed")?,
                updated: row.try_get("updated")?,
                updated_by: row.try_get("updated_by")?,
            })
        };
        rows.fetch_all(&self.config).await?.iter().map(secret).collect()
    }

    /// Sets a secret, and notes in the audit trail that it was set.
    pub async fn put_secret(&self, name: &str, sealed: &[u8], by: &str, now: i64) -> Result<()> {
        let sql = "INSERT INTO secrets (name, sealed, updated, updated_by) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (name) DO UPDATE SET sealed = $2, updated = $3, updated_by = $4";
        sqlx::query(sql).bind(name).bind(sealed).bind(now).bind(by).execute(&self.config).await?;
        self.audit(now, by, "secret.set", name, "").await
    }

    /// Removes a secret, and notes it; false when there is none of this name.
    pub async fn remove_secret(&self, name: &str, by: &str, now: i64) -> Result<bool> {
        let query = sqlx::query("DELETE FROM secrets WHERE name = $1").bind(name);
        let removed = query.execute(&self.config).await?.rows_affected() == 1;
        if removed {
            self.audit(now, by, "secret.remove", name, "").await?;
        }
        Ok(removed)
    }
}
