//! The history of exports: what was asked, and what came of it. The rows themselves are [`Store::export`]'s.

use api::export::{ExportEnd, ExportKind, ExportLine, ExportState, NewExport};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::StoreError;
use crate::pools::Store;

type Result<T> = std::result::Result<T, StoreError>;

const LINE: &str = "SELECT id, kind, format, columns, filter, window_from, window_to, actor, state, total, rows, bytes, \
                    sha256, error, asked, started, ended, expires FROM exports WHERE site = $1 ";

impl Store {
    /// Notes a new export and gives its number. A job waits; a direct one runs at once.
    pub async fn add_export(&self, new: &NewExport) -> Result<i64> {
        let state = match new.kind {
            ExportKind::Job => ExportState::Queued,
            ExportKind::Direct => ExportState::Running,
        };
        let sql = "INSERT INTO exports (site, kind, format, columns, filter, window_from, window_to, actor, state, \
                   asked, started) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
        let query = sqlx::query_scalar(sql).bind(&self.site).bind(new.kind.as_str()).bind(&new.format);
        let query = query.bind(&new.columns).bind(new.filter.replace('\0', "")).bind(new.from).bind(new.to);
        let started = Some(new.asked).filter(|_| new.kind == ExportKind::Direct);
        let query = query.bind(&new.actor).bind(state.as_str()).bind(new.asked).bind(started);
        Ok(query.fetch_one(&self.config).await?)
    }

    /// Notes that a waiting export begins; false when it does not wait any more.
    pub async fn begin_export(&self, id: i64, at: i64) -> Result<bool> {
        let sql = "UPDATE exports SET state = 'running', started = $3 \
                   WHERE site = $1 AND id = $2 AND state = 'queued'";
        let query = sqlx::query(sql).bind(&self.site).bind(id).bind(at);
        Ok(query.execute(&self.config).await?.rows_affected() == 1)
    }

    /// Notes how many rows an export is about.
    pub async fn set_export_total(&self, id: i64, total: u64) -> Result<()> {
        let query = sqlx::query("UPDATE exports SET total = $3 WHERE site = $1 AND id = $2");
        query.bind(&self.site).bind(id).bind(total as i64).execute(&self.config).await?;
        Ok(())
    }

    /// Notes how an export ended. One that has ended already stays as it is.
    pub async fn end_export(&self, id: i64, end: &ExportEnd) -> Result<bool> {
        let sql = "UPDATE exports SET state = $3, rows = $4, bytes = $5, sha256 = $6, error = $7, ended = $8, \
                   expires = $9 WHERE site = $1 AND id = $2 AND state IN ('queued', 'running')";
        let query = sqlx::query(sql).bind(&self.site).bind(id).bind(end.state.as_str());
        let query = query.bind(end.rows as i64).bind(end.bytes as i64).bind(&end.sha256);
        let query = query.bind(end.error.as_ref().map(|error| error.replace('\0', "")));
        let query = query.bind(end.at).bind(end.expires);
        Ok(query.execute(&self.config).await?.rows_affected() == 1)
    }

    /// The newest exports first, those before number `before` if given.
    pub async fn exports(&self, before: Option<i64>, limit: i64) -> Result<Vec<ExportLine>> {
        let sql = format!("{LINE} AND id < $2 ORDER BY id DESC LIMIT $3");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&self.site);
        let query = query.bind(before.unwrap_or(i64::MAX)).bind(limit);
        query.fetch_all(&self.config).await?.iter().map(line).collect()
    }

    /// One export.
    pub async fn export_line(&self, id: i64) -> Result<Option<ExportLine>> {
        let sql = format!("{LINE} AND id = $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&self.site).bind(id);
        query.fetch_optional(&self.config).await?.as_ref().map(line).transpose()
    }

    /// The export that has waited longest.
    pub async fn next_export(&self) -> Result<Option<ExportLine>> {
        let sql = format!("{LINE} AND state = 'queued' ORDER BY id LIMIT 1");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&self.site);
        query.fetch_optional(&self.config).await?.as_ref().map(line).transpose()
    }

    /// How many exports wait.
    pub async fn waiting_exports(&self) -> Result<u64> {
        let query = sqlx::query_scalar("SELECT count(*) FROM exports WHERE site = $1 AND state = 'queued'");
        Ok(query.bind(&self.site).fetch_one(&self.config).await.map(|count: i64| count as u64)?)
    }

    /// Fails what ran when the process ended that was started before `started`; what waited still waits.
    pub async fn fail_interrupted_exports(&self, started: i64, why: &str) -> Result<u64> {
        let sql = "UPDATE exports SET state = 'failed', error = $3, ended = $2 \
                   WHERE site = $1 AND state = 'running' AND started < $2";
        let query = sqlx::query(sql).bind(&self.site).bind(started).bind(why);
        Ok(query.execute(&self.config).await?.rows_affected())
    }

    /// Marks the exports whose files are past their time.
    pub async fn expire_exports(&self, now: i64) -> Result<u64> {
        let sql = "UPDATE exports SET state = 'expired' WHERE site = $1 AND state = 'done' AND expires <= $2";
        let query = sqlx::query(sql).bind(&self.site).bind(now);
        Ok(query.execute(&self.config).await?.rows_affected())
    }

    /// Numbers of the exports that have a file, or are about to have one.
    pub async fn exports_with_files(&self) -> Result<Vec<i64>> {
        let sql = "SELECT id FROM exports WHERE site = $1 AND kind = 'job' AND state IN ('running', 'done')";
        Ok(sqlx::query_scalar(sql).bind(&self.site).fetch_all(&self.config).await?)
    }

    /// Forgets an export that has ended; false when there is none of this number.
    pub async fn forget_export(&self, id: i64) -> Result<bool> {
        let sql = "DELETE FROM exports WHERE site = $1 AND id = $2 AND state NOT IN ('queued', 'running')";
        let query = sqlx::query(sql).bind(&self.site).bind(id);
        Ok(query.execute(&self.config).await?.rows_affected() == 1)
    }

    /// Forgets what ended before `before` and has no file any more.
    pub async fn forget_exports(&self, before: i64) -> Result<u64> {
        let sql =
            "DELETE FROM exports WHERE site = $1 AND ended < $2 AND (state <> 'done' OR kind = 'direct')";
        let query = sqlx::query(sql).bind(&self.site).bind(before);
        Ok(query.execute(&self.config).await?.rows_affected())
    }
}

fn line(row: &PgRow) -> Result<ExportLine> {
    let number = |name: &str| row.try_get::<i64, _>(name).map(|number| number as u64);
    let state: String = row.try_get("state")?;
    let state = ExportState::of(&state)
        .ok_or_else(|| StoreError::unreadable(format!("an export has the state {state:?}")))?;
    Ok(ExportLine {
        id: row.try_get("id")?,
        kind: ExportKind::of(row.try_get("kind")?),
        format: row.try_get("format")?,
        columns: row.try_get("columns")?,
        filter: row.try_get("filter")?,
        from: row.try_get("window_from")?,
        to: row.try_get("window_to")?,
        actor: row.try_get("actor")?,
        state,
        total: row.try_get::<Option<i64>, _>("total")?.map(|total| total as u64),
        rows: number("rows")?,
        bytes: number("bytes")?,
        sha256: row.try_get("sha256")?,
        error: row.try_get("error")?,
        asked: row.try_get("asked")?,
        started: row.try_get("started")?,
        ended: row.try_get("ended")?,
        expires: row.try_get("expires")?,
    })
}
