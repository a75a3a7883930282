//! Values that a field has had, for whoever types a filter.

use std::time::Duration;

use api::view::By;
use model::filter::Field;
use sqlx::Row;

use super::reading::Reading;
use super::{LogQuery, condition, group};
use crate::error::StoreError;
use crate::pools::Store;

/// Completion that comes later than this is of no use.
const BUDGET: Duration = Duration::from_millis(250);
/// The newest rows that are looked at.
const RECENT: u32 = 50_000;

impl Store {
    /// At most `n` values of a field that begin with `prefix`, the most frequent first, out of the newest rows of the
    /// window; without ASCII case. Nothing when time is up.
    pub async fn values(
        &self,
        field: Field,
        prefix: &str,
        window: (i64, i64),
        n: usize,
    ) -> Result<Vec<String>, StoreError> {
        let mut reading = Reading::begin(self, BUDGET).await?;
        let query = LogQuery { from: window.0, to: window.1, filter: model::filter::Filter::All };
        let group = group::of(By::Field(field));
        let sql = format!(
            "SELECT value FROM (SELECT {} AS value, rows FROM \
               (SELECT {}, count(*) AS rows FROM \
                 (SELECT * FROM query_log WHERE {} ORDER BY at DESC, id DESC LIMIT {RECENT}) recent GROUP BY 1) ranks \
             ) labelled WHERE value <> '' AND starts_with(lower(value), lower({})) \
             ORDER BY rows DESC, value LIMIT {n}",
            group.label,
            group.column(),
            condition::of(&query, &self.site),
            condition::literal(prefix)
        );
        let found = reading.fetch(sql).await?.unwrap_or_default();
        found.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}
