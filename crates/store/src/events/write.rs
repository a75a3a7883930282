use model::Span;
use model::occurrence::Occurrence;

use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// Keeps events. One that is there already is not kept twice, so that a call nobody knows the end of is made again.
    pub async fn append_events(&self, events: &[Occurrence]) -> Result<(), StoreError> {
        let sql = "INSERT INTO events (site, id, at, kind, level, service, pool, member, member_site, subject, text, \
                   details, generation, health_epoch) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING";
        let mut tx = self.log.begin().await?;
        for event in events {
            sqlx::query(sql)
                .bind(event.site.as_str())
                .bind(event.id)
                .bind(event.at)
                .bind(event.kind.as_str())
                .bind(event.level.as_str())
                .bind(event.service.as_ref().map(ToString::to_string))
                .bind(event.pool.as_ref().map(|pool| pool.as_str()))
                .bind(event.member)
                .bind(event.member_site.as_ref().map(|site| site.as_str()))
                .bind(event.subject.replace('\0', ""))
                .bind(event.text.replace('\0', ""))
                .bind(sqlx::types::Json(&event.details))
                .bind(event.generation as i64)
                .bind(event.health_epoch as i64)
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Forgets events and deliveries that are older than the retention.
    pub async fn forget_events(&self, now: i64, retention: Span) -> Result<(), StoreError> {
        let end = now - retention.as_millis() as i64 * 1000;
        for sql in ["DELETE FROM events WHERE at < $1", "DELETE FROM deliveries WHERE at < $1"] {
            sqlx::query(sql).bind(end).execute(&self.log).await?;
        }
        Ok(())
    }
}
