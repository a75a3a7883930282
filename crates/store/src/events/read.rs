use std::net::IpAddr;

use model::occurrence::{Kind, Level, Occurrence};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::{EventQuery, parse};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// Events, newest first.
    pub async fn events(&self, query: &EventQuery) -> Result<Vec<Occurrence>, StoreError> {
        let sql = "SELECT * FROM events WHERE at >= $1 AND at < $2 AND (at, id) < ($3, $4) \
                   AND (cardinality($5::text[]) = 0 OR kind = ANY ($5)) AND level = ANY ($6) \
                   AND ($7::text IS NULL OR service = $7) AND ($8::inet IS NULL OR member = $8) \
                   AND ($9::text IS NULL OR site = $9 OR member_site = $9) \
                   ORDER BY at DESC, id DESC LIMIT $10";
        let before = query.before.unwrap_or((i64::MAX, i64::MAX));
        let kinds: Vec<&str> = query.kinds.iter().map(|kind| kind.as_str()).collect();
        let levels = Level::ALL.iter().filter(|level| **level >= query.level);
        let levels: Vec<&str> = levels.map(|level| level.as_str()).collect();
        let rows = sqlx::query(sql)
            .bind(query.from)
            .bind(query.to)
            .bind(before.0)
            .bind(before.1)
            .bind(kinds)
            .bind(levels)
            .bind(&query.service)
            .bind(query.member)
            .bind(&query.site)
            .bind(query.limit)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(event).collect()
    }

    /// The largest number an event or a delivery of this site has; 0 when there is none.
    pub async fn last_event_number(&self) -> Result<i64, StoreError> {
        let sql = "SELECT greatest((SELECT max(id) FROM events WHERE site = $1), \
                                   (SELECT max(id) FROM deliveries WHERE site = $1), 0)";
        Ok(sqlx::query_scalar(sql).bind(&self.site).fetch_one(&self.read).await?)
    }
}

fn kind(row: &PgRow) -> Result<Kind, StoreError> {
    let kind = serde_json::Value::String(row.try_get("kind")?);
    serde_json::from_value(kind).map_err(StoreError::unreadable)
}

fn event(row: &PgRow) -> Result<Occurrence, StoreError> {
    let some = |column: &str| row.try_get::<Option<String>, _>(column);
    Ok(Occurrence {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        kind: kind(row)?,
        level: parse(row.try_get("level")?)?,
        site: parse(row.try_get("site")?)?,
        service: some("service")?.map(parse).transpose()?,
        pool: some("pool")?.map(parse).transpose()?,
        member: row.try_get::<Option<IpAddr>, _>("member")?,
        member_site: some("member_site")?.map(parse).transpose()?,
        subject: row.try_get("subject")?,
        text: row.try_get("text")?,
        details: row.try_get::<sqlx::types::Json<_>, _>("details")?.0,
        generation: row.try_get::<i64, _>("generation")? as u64,
        health_epoch: row.try_get::<i64, _>("health_epoch")? as u64,
    })
}

impl Store {
    /// The last turn of each member, pool and service of this site that has turned since the retention began, with its
    /// subject.
    pub async fn last_turns(&self) -> Result<Vec<(Kind, String)>, StoreError> {
        // A subject names what turns, and so is a member's, a pool's or a service's.
        let sql = "SELECT DISTINCT ON (subject) kind, subject FROM events WHERE site = $1 AND kind = ANY ($2) \
                   ORDER BY subject, at DESC, id DESC";
        let turns = [
            Kind::GsUp,
            Kind::GsDown,
            Kind::GsGroupUp,
            Kind::GsGroupDown,
            Kind::GsMemberUp,
            Kind::GsMemberDown,
        ];
        let rows =
            sqlx::query(sql).bind(&self.site).bind(turns.map(Kind::as_str)).fetch_all(&self.read).await?;
        rows.iter().map(|row| Ok((kind(row)?, row.try_get("subject")?))).collect()
    }
}
