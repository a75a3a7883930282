//! Indexes of days that are over. The day that is written has none but its time: each would cost every row; a day that
//! is over is indexed once, beside readers and late writers.

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, PgConnection};

use super::partitions::{day_in, day_of, name_of};
use crate::error::StoreError;
use crate::pools::Store;

/// Name after the partition's, and what is indexed. Sizes and times are in `docs/benchmarks.md`.
const PLAIN: [(&str, &str); 3] = [
    ("client", "btree (client)"),
    ("fqdn", "btree (lower(fqdn))"),
    ("rcode", "btree (rcode) WHERE rcode <> 0"),
];
/// For parts of names and regular expressions; needs the extension pg_trgm.
const TRIGRAM: (&str, &str) = ("trigram", "gin (lower(fqdn) gin_trgm_ops)");

/// What was indexed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexed {
    /// Days that were completed.
    pub days: Vec<NaiveDate>,
    /// Why there is no trigram index: what PostgreSQL said of the extension.
    pub without_trigram: Option<String>,
}

impl Store {
    /// Builds what is missing on days before the one of `now`, the newest first.
    pub async fn index_closed_days(&self, now: i64) -> Result<Indexed, StoreError> {
        let mut indexed = Indexed::default();
        let mut connection = self.export.acquire().await?;
        let sql = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid \
                   WHERE i.inhparent = 'query_log'::regclass";
        let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *connection).await?;
        let today = day_of(now);
        let mut days: Vec<NaiveDate> = names.iter().filter_map(|name| day_in(name)).collect();
        days.retain(|day| *day < today);
        days.sort_unstable_by(|a, b| b.cmp(a));
        let mut wanted = PLAIN.to_vec();
        match trigrams(&mut connection).await {
            Ok(()) => wanted.push(TRIGRAM),
            Err(StoreError::Refused { message, .. }) => indexed.without_trigram = Some(message),
            Err(error) => return Err(error),
        }
        for day in days {
            let table = name_of(day);
            let mut built = false;
            for (suffix, definition) in &wanted {
                built |= build(&mut connection, &table, suffix, definition).await?;
            }
            if built {
                // What is in an index over an expression is estimated by statistics of its own.
                sqlx::query(AssertSqlSafe(format!("ANALYZE {table}"))).execute(&mut *connection).await?;
                indexed.days.push(day);
            }
        }
        Ok(indexed)
    }
}

async fn trigrams(connection: &mut PgConnection) -> Result<(), StoreError> {
    let there = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')";
    if !sqlx::query_scalar::<_, bool>(there).fetch_one(&mut *connection).await? {
        sqlx::query("CREATE EXTENSION IF NOT EXISTS pg_trgm").execute(connection).await?;
    }
    Ok(())
}

/// Builds an index unless it is there; one that was left half built is made anew.
async fn build(
    connection: &mut PgConnection,
    table: &str,
    suffix: &str,
    definition: &str,
) -> Result<bool, StoreError> {
    let name = format!("{table}_{suffix}");
    let valid: Option<bool> =
        sqlx::query_scalar("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)")
            .bind(&name)
            .fetch_optional(&mut *connection)
            .await?;
    if valid == Some(true) {
        return Ok(false);
    }
    let mut steps = Vec::new();
    if valid.is_some() {
        steps.push(format!("DROP INDEX {name}"));
    }
    steps.push("SET maintenance_work_mem = '128MB'".to_owned());
    steps.push(format!("CREATE INDEX CONCURRENTLY {name} ON {table} USING {definition}"));
    steps.push("RESET maintenance_work_mem".to_owned());
    for sql in steps {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    Ok(true)
}
