//! CSV straight from PostgreSQL to the reader: nothing is held here but the piece on its way.

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use sqlx::postgres::PgPoolCopyExt;

use super::columns::COMPACT;
use super::{LogQuery, condition};
use crate::error::StoreError;
use crate::pools::Store;

impl Store {
    /// The rows as RFC 4180 CSV with a header, oldest first, in the `compact` columns.
    pub async fn export_csv(
        &self,
        query: &LogQuery,
    ) -> Result<BoxStream<'static, Result<Bytes, StoreError>>, StoreError> {
        let columns: Vec<String> = COMPACT.iter().map(|(name, sql)| format!("{sql} AS {name}")).collect();
        let sql = format!(
            "COPY (SELECT {} FROM query_log WHERE {} ORDER BY at, id) TO STDOUT (FORMAT csv, HEADER)",
            columns.join(", "),
            condition::of(query, &self.site)
        );
        let stream = self.export.copy_out_raw(&sql).await?;
        Ok(stream.map_err(StoreError::from).boxed())
    }
}
