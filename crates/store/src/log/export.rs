//! Rows straight from PostgreSQL to the reader: nothing is held here but the piece on its way.

mod avi;
mod choice;

use bytes::{Bytes, BytesMut};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use sqlx::postgres::PgPoolCopyExt;

pub use choice::{ExportColumns, ExportFormat};

use super::{LogQuery, condition};
use crate::error::StoreError;
use crate::pools::Store;

/// PostgreSQL sends a message for each row; passed on one by one, each would become a chunk of the response.
const PIECE: usize = 64 << 10;

impl Store {
    /// The rows in this format and these columns, oldest first.
    pub async fn export(
        &self,
        query: &LogQuery,
        format: ExportFormat,
        columns: &ExportColumns,
    ) -> Result<BoxStream<'static, Result<Bytes, StoreError>>, StoreError> {
        let rows = condition::of(query, &self.site);
        let sql = match format {
            ExportFormat::Csv => csv(columns, &rows),
            ExportFormat::Ndjson => ndjson(columns, &rows),
        };
        let stream = self.export.copy_out_raw(&sql).await?;
        Ok(in_pieces(stream.map_err(StoreError::from)).boxed())
    }
}

fn csv(columns: &ExportColumns, rows: &str) -> String {
    let cells: Vec<String> =
        columns.0.iter().map(|c| format!("NULLIF({}, '') AS {}", c.cell, c.name)).collect();
    format!(
        "COPY (SELECT {} FROM query_log WHERE {rows} ORDER BY at, id) TO STDOUT (FORMAT csv, HEADER)",
        cells.join(", ")
    )
}

/// In JSON no control octet stands for itself: with two of them as delimiter and quote, CSV of one column has nothing
/// to quote and leaves backslashes alone. What comes is the JSON of each row and a line end.
fn ndjson(columns: &ExportColumns, rows: &str) -> String {
    let values: Vec<String> = columns.0.iter().map(|c| format!("{} AS {}", c.value, c.name)).collect();
    format!(
        "COPY (SELECT row_to_json(line) FROM \
         (SELECT {} FROM query_log WHERE {rows} ORDER BY at, id) line) \
         TO STDOUT (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')",
        values.join(", ")
    )
}

/// The same octets in fewer, larger pieces.
fn in_pieces<E>(
    stream: impl Stream<Item = Result<Bytes, E>> + Unpin + Send,
) -> impl Stream<Item = Result<Bytes, E>> + Send {
    let held = (stream.fuse(), BytesMut::with_capacity(PIECE));
    futures::stream::try_unfold(held, |(mut stream, mut piece)| async move {
        while piece.len() < PIECE {
            match stream.try_next().await? {
                Some(row) => piece.extend_from_slice(&row),
                None if piece.is_empty() => return Ok(None),
                None => break,
            }
        }
        Ok(Some((piece.split().freeze(), (stream, piece))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pieces_hold_the_same_octets_and_an_error_ends_them() {
        let rows = |n: usize| (0..n).map(|i| Ok::<_, ()>(Bytes::from(format!("{i},{}\n", "x".repeat(100)))));
        let joined: Vec<Bytes> = in_pieces(futures::stream::iter(rows(2000))).try_collect().await.unwrap();
        assert!(joined.len() < 6, "{}", joined.len());
        let whole: Vec<u8> = rows(2000).flat_map(|row| row.unwrap()).collect();
        assert_eq!(joined.concat(), whole);
        let broken = futures::stream::iter(rows(3).chain([Err(())]));
        assert_eq!(in_pieces(broken).collect::<Vec<_>>().await, [Err(())]);
    }
}
