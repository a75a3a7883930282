//! Rows of the log become the octets of a file, a piece at a time.

use analytics::parquet::{self, Parquet, Value};
use anyhow::Context;
use axum::body::Bytes;
use futures::{Stream, TryStreamExt};
use store::{Batch, Batches, Cell, CsvRows, ExportColumns, ExportFormat, JsonRows, Kind};

/// A part of a file.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its octets.
    pub octets: Bytes,
    /// Rows read so far. What a Parquet file holds of them may still be in memory, up to one row group.
    pub rows: u64,
}

enum Encoder {
    Csv(CsvRows),
    Json(JsonRows),
    Parquet(ExportColumns, Box<Parquet>),
}

/// The file in pieces. With the stream the rows' source is dropped as well.
pub fn pieces(
    batches: Batches,
    format: ExportFormat,
    columns: ExportColumns,
) -> anyhow::Result<impl Stream<Item = anyhow::Result<Piece>> + Send> {
    let mut head = Vec::new();
    let encoder = match format {
        ExportFormat::Csv => {
            let rows = CsvRows::new(columns);
            rows.header(&mut head);
            Encoder::Csv(rows)
        }
        ExportFormat::Ndjson => Encoder::Json(JsonRows::new(columns)),
        ExportFormat::Parquet => {
            let kinds: Vec<_> = columns.list().iter().map(|c| (c.name, kind(c.kind))).collect();
            let file = Parquet::new(&kinds).context("the Parquet file could not be begun")?;
            Encoder::Parquet(columns, Box::new(file))
        }
    };
    let begun = (Some(encoder), batches, head, 0);
    Ok(futures::stream::try_unfold(begun, |(mut encoder, mut batches, mut octets, mut rows)| async move {
        while let Some(working) = encoder.take() {
            let batch = batches.try_next().await?;
            rows += batch.as_ref().map_or(0, Batch::rows);
            encoder = next(working, batch, &mut octets).await?;
            if !octets.is_empty() {
                let piece = Piece { octets: Bytes::from(std::mem::take(&mut octets)), rows };
                return Ok(Some((piece, (encoder, batches, octets, rows))));
            }
        }
        Ok(None)
    }))
}

/// Adds a batch; without one the file ends, and so does its encoder.
async fn next(
    encoder: Encoder,
    batch: Option<Batch>,
    octets: &mut Vec<u8>,
) -> anyhow::Result<Option<Encoder>> {
    match (encoder, batch) {
        (Encoder::Csv(mut rows), Some(batch)) => {
            rows.rows(&batch, octets)?;
            Ok(Some(Encoder::Csv(rows)))
        }
        (Encoder::Json(mut rows), Some(batch)) => {
            rows.rows(&batch, octets)?;
            Ok(Some(Encoder::Json(rows)))
        }
        (Encoder::Csv(_) | Encoder::Json(_), None) => Ok(None),
        (Encoder::Parquet(columns, mut file), Some(batch)) => {
            add(&columns, &mut file, &batch)?;
            if file.is_full() {
                // Compressing a group takes longer than a thread of the console may be kept.
                let (group, back) = tokio::task::spawn_blocking(move || (file.group(), file)).await?;
                *octets = group?;
                file = back;
            }
            Ok(Some(Encoder::Parquet(columns, file)))
        }
        (Encoder::Parquet(_, file), None) => {
            *octets = tokio::task::spawn_blocking(move || file.finish()).await??;
            Ok(None)
        }
    }
}

fn add(columns: &ExportColumns, file: &mut Parquet, batch: &Batch) -> anyhow::Result<()> {
    let mut scratch = Vec::new();
    for record in batch.records() {
        let record = record?;
        for (place, column) in columns.list().iter().enumerate() {
            let value = match column.cell(&record) {
                Cell::Integer(number) | Cell::Moment(number) => Value::Integer(number),
                Cell::Thousandths(number) => Value::Decimal(number as f64 / 1000.0),
                Cell::Flag(flag) => Value::Flag(flag),
                cell => cell.text(&mut scratch).map_or(Value::None, Value::Text),
            };
            file.push(place, value);
        }
        file.end_row();
    }
    Ok(())
}

fn kind(kind: Kind) -> parquet::Kind {
    match kind {
        Kind::Text => parquet::Kind::Text,
        Kind::Integer => parquet::Kind::Integer,
        Kind::Thousandths => parquet::Kind::Decimal,
        Kind::Flag => parquet::Kind::Flag,
        Kind::Moment => parquet::Kind::Moment,
    }
}
