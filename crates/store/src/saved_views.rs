//! Views of the query log that users saved under a name.

use api::view::SavedView;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::StoreError;
use crate::pools::Store;

type Result<T> = std::result::Result<T, StoreError>;

/// Views of one owner; no official reference: a menu of more is no help.
pub const MAX_VIEWS: i64 = 200;

/// What became of a view that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is kept under this number.
    As(i64),
    /// Its owner has one of this name.
    NameTaken,
    /// Its owner has [`MAX_VIEWS`] already.
    TooMany,
    /// There is no view of this number.
    Gone,
}

/// What a view says beside who owns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewText<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Whether everybody sees it.
    pub shared: bool,
    /// The query of its address.
    pub query: &'a str,
}

const COLUMNS: &str = "v.id, v.owner, v.name, v.shared, v.query, v.created, \
                       EXISTS (SELECT 1 FROM default_views d WHERE d.owner = $1 AND d.view = v.id) AS is_default";

fn view(row: &PgRow) -> Result<SavedView> {
    Ok(SavedView {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        owner: row.try_get("owner")?,
        shared: row.try_get("shared")?,
        default: row.try_get("is_default")?,
        query: row.try_get("query")?,
        created: row.try_get("created")?,
    })
}

impl Store {
    /// The views that `reader` sees: their own by name, then those that others share.
    pub async fn views(&self, reader: &str) -> Result<Vec<SavedView>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM saved_views v WHERE v.owner = $1 OR v.shared \
             ORDER BY v.owner <> $1, lower(v.name), v.owner"
        ));
        let rows = sqlx::query(sql).bind(reader).fetch_all(&self.config).await?;
        rows.iter().map(view).collect()
    }

    /// The view of this number, if `reader` sees it.
    pub async fn view(&self, reader: &str, id: i64) -> Result<Option<SavedView>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS} FROM saved_views v WHERE v.id = $2 AND (v.owner = $1 OR v.shared)"
        ));
        let row = sqlx::query(sql).bind(reader).bind(id).fetch_optional(&self.config).await?;
        row.as_ref().map(view).transpose()
    }

    /// The query with which the reader's page begins, if they chose one that they still see.
    pub async fn default_view(&self, reader: &str) -> Result<Option<String>> {
        let sql = "SELECT v.query FROM default_views d JOIN saved_views v ON v.id = d.view \
                   WHERE d.owner = $1 AND (v.owner = $1 OR v.shared)";
        Ok(sqlx::query_scalar(sql).bind(reader).fetch_optional(&self.config).await?)
    }

    /// Keeps a new view.
    pub async fn keep_view(&self, owner: &str, text: &ViewText<'_>, now: i64) -> Result<Kept> {
        let mut tx = self.config.begin().await?;
        // Two at once of one owner come one after the other, so that neither passes the bound.
        sqlx::query("SELECT pg_advisory_xact_lock(hashtext('saved_views'), hashtext($1))")
            .bind(owner)
            .execute(&mut *tx)
            .await?;
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM saved_views WHERE owner = $1")
            .bind(owner)
            .fetch_one(&mut *tx)
            .await?;
        if count >= MAX_VIEWS {
            return Ok(Kept::TooMany);
        }
        let sql = "INSERT INTO saved_views (owner, name, shared, query, created) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (owner, name) DO NOTHING RETURNING id";
        let id: Option<i64> = sqlx::query_scalar(sql)
            .bind(owner)
            .bind(text.name)
            .bind(text.shared)
            .bind(text.query)
            .bind(now)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(id.map_or(Kept::NameTaken, Kept::As))
    }

    /// Gives a view another name, query or readers; its owner stays.
    pub async fn change_view(&self, id: i64, text: &ViewText<'_>) -> Result<Kept> {
        let sql = "UPDATE saved_views SET name = $2, shared = $3, query = $4 WHERE id = $1";
        let done = sqlx::query(sql)
            .bind(id)
            .bind(text.name)
            .bind(text.shared)
            .bind(text.query)
            .execute(&self.config)
            .await
            .map_err(StoreError::from);
        match done {
            Ok(done) if done.rows_affected() == 0 => Ok(Kept::Gone),
            Ok(_) => Ok(Kept::As(id)),
            Err(error) if error.is_taken() => Ok(Kept::NameTaken),
            Err(error) => Err(error),
        }
    }

    /// Forgets a view; false when there is none of this number.
    pub async fn forget_view(&self, id: i64) -> Result<bool> {
        let done =
            sqlx::query("DELETE FROM saved_views WHERE id = $1").bind(id).execute(&self.config).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Makes the reader's page begin with a view, or with none.
    pub async fn set_default_view(&self, reader: &str, id: Option<i64>) -> Result<()> {
        match id {
            Some(id) => {
                let sql = "INSERT INTO default_views (owner, view) SELECT $1, id FROM saved_views WHERE id = $2 \
                           ON CONFLICT (owner) DO UPDATE SET view = excluded.view";
                sqlx::query(sql).bind(reader).bind(id).execute(&self.config).await?;
            }
            None => {
                sqlx::query("DELETE FROM default_views WHERE owner = $1")
                    .bind(reader)
                    .execute(&self.config)
                    .await?;
            }
        }
        Ok(())
    }
}
