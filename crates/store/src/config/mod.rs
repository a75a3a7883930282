//! The configuration: loaded whole, changed by one transaction that is one revision.

mod load;
mod revisions;
mod write;

use model::config::Config;
use model::plan::Plan;
use model::snapshot::{Generation, Snapshot};
use model::{Problems, check};
use sqlx::{PgConnection, Row};

use crate::error::StoreError;
use crate::pools::Store;

/// Who changes the configuration, why, and on what they rely.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// Name of the user or token.
    pub actor: String,
    /// `console`, `rest` or `cli`.
    pub source: String,
    /// Why, in the actor's words.
    pub reason: String,
    /// The generation the actor had seen; none to change whatever is there.
    pub expected: Option<Generation>,
    /// Only plan.
    pub dry_run: bool,
    /// Now, microseconds since 1970 UTC.
    pub at: i64,
}

/// What an edit did.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The configuration afterwards; for a dry run, as it would be.
    pub snapshot: Snapshot,
    /// What differs.
    pub plan: Plan,
    /// Whether anything does; an edit without effect makes no revision.
    pub changed: bool,
}

/// Why an edit changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The configuration would be wrong.
    #[error(transparent)]
    Invalid(#[from] Problems),
    /// Somebody else was faster.
    #[error("the configuration is at generation {actual}, not {expected}")]
    Conflict {
        /// What the actor had seen.
        expected: Generation,
        /// What is in force.
        actual: Generation,
    },
    /// Storage.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for EditError {
    fn from(error: sqlx::Error) -> Self {
        EditError::Store(error.into())
    }
}

/// Longest reason kept, characters.
const MAX_REASON: usize = 500;

impl Store {
    /// The configuration as it is.
    pub async fn load(&self) -> Result<Snapshot, StoreError> {
        let mut tx = self.config.begin().await?;
        // One view of all tables, whatever is committed meanwhile.
        sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut *tx).await?;
        let snapshot = snapshot(&mut tx, false).await?;
        tx.commit().await?;
        Ok(snapshot)
    }

    /// Changes the configuration by `edit`, checks all of it, and stores what differs as one revision.
    ///
    /// Edits wait for one another; each sees the result of the one before.
    pub async fn edit(
        &self,
        meta: Edit,
        edit: impl FnOnce(&mut Config) -> Result<(), Problems> + Send,
    ) -> Result<Edited, EditError> {
        let mut tx = self.config.begin().await?;
        let before = snapshot(&mut tx, true).await?;
        if let Some(expected) = meta.expected.filter(|e| *e != before.generation) {
            return Err(EditError::Conflict { expected, actual: before.generation });
        }
        let mut config = before.config.clone();
        edit(&mut config)?;
        config.sort();
        check::check(&config)?;
        let plan = Plan::between(&before.config, &config);
        if plan.is_empty() {
            return Ok(Edited { snapshot: before, plan, changed: false });
        }
        let generation = before.generation + 1;
        let after = Snapshot { epoch: before.epoch, generation, at: meta.at, config };
        if !meta.dry_run {
            write::objects(&mut tx, &after, &plan).await?;
            let reason: String = meta.reason.trim().chars().filter(|c| *c != '\0').take(MAX_REASON).collect();
            let meta = Edit { reason, ..meta };
            revisions::record(&mut tx, &self.site, &after, &meta, &plan).await?;
            tx.commit().await?;
        }
        Ok(Edited { snapshot: after, plan, changed: true })
    }
}

async fn snapshot(connection: &mut PgConnection, lock: bool) -> Result<Snapshot, StoreError> {
    let sql = if lock {
        "SELECT epoch, generation, at, logging FROM meta FOR UPDATE"
    } else {
        "SELECT epoch, generation, at, logging FROM meta"
    };
    let row = sqlx::query(sql).fetch_one(&mut *connection).await?;
    let logging = serde_json::from_value(row.try_get("logging")?).map_err(StoreError::unreadable)?;
    let config = load::config(connection, logging).await?;
    Ok(Snapshot {
        epoch: row.try_get::<i64, _>("epoch")? as u64,
        generation: row.try_get::<i64, _>("generation")? as u64,
        at: row.try_get("at")?,
        config,
    })
}
