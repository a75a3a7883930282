use model::occurrence::Delivery;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::{DeliveryQuery, parse};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// Keeps attempts to deliver; as with events, each once.
    pub async fn append_deliveries(&self, deliveries: &[Delivery]) -> Result<(), StoreError> {
        let sql = "INSERT INTO deliveries (site, id, at, channel, rule, level, subject, events, attempt, outcome, code, \
                   took_us, next_at, note) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING";
        let mut tx = self.log.begin().await?;
        for delivery in deliveries {
            sqlx::query(sql)
                .bind(delivery.site.as_str())
                .bind(delivery.id)
                .bind(delivery.at)
                .bind(delivery.channel.as_str())
                .bind(delivery.rule.as_ref().map(|rule| rule.as_str()))
                .bind(delivery.level.as_str())
                .bind(delivery.subject.replace('\0', ""))
                .bind(&delivery.events)
                .bind(i16::from(delivery.attempt))
                .bind(delivery.outcome.as_str())
                .bind(delivery.code.replace('\0', ""))
                .bind(delivery.took_us as i64)
                .bind(delivery.next_at)
                .bind(delivery.note.replace('\0', ""))
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Deliveries, newest first.
    pub async fn deliveries(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>, StoreError> {
        let sql = "SELECT * FROM deliveries WHERE (at, id) < ($1, $2) AND ($3::text IS NULL OR channel = $3) \
                   AND ($4::text IS NULL OR rule = $4) AND ($5::text IS NULL OR outcome = $5) \
                   AND ($6::bigint IS NULL OR $6 = ANY (events)) ORDER BY at DESC, id DESC LIMIT $7";
        let before = query.before.unwrap_or((i64::MAX, i64::MAX));
        let rows = sqlx::query(sql)
            .bind(before.0)
            .bind(before.1)
            .bind(&query.channel)
            .bind(&query.rule)
            .bind(query.outcome.map(|outcome| outcome.as_str()))
            .bind(query.event)
            .bind(query.limit)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(delivery).collect()
    }
}

fn delivery(row: &PgRow) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        site: parse(row.try_get("site")?)?,
        channel: parse(row.try_get("channel")?)?,
        rule: row.try_get::<Option<String>, _>("rule")?.map(parse).transpose()?,
        level: parse(row.try_get("level")?)?,
        subject: row.try_get("subject")?,
        events: row.try_get("events")?,
        attempt: row.try_get::<i16, _>("attempt")? as u8,
        outcome: parse(row.try_get("outcome")?)?,
        code: row.try_get("code")?,
        took_us: row.try_get::<i64, _>("took_us")? as u64,
        next_at: row.try_get("next_at")?,
        note: row.try_get("note")?,
    })
}
