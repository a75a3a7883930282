//! Rows as Apache Parquet, a row group at a time: memory is bounded by one group, however many rows there are.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    BooleanChunkedBuilder, ChunkedBuilder, Column, DataFrame, DataType, Field, Float64Type, Int64Type,
    IntoColumn, IntoSeries, ParquetCompression, ParquetWriter, PolarsResult, PrimitiveChunkedBuilder, Schema,
    StringChunkedBuilder, TimeUnit, TimeZone,
};

/// Most rows of a group. Readers skip whole groups by their smallest and greatest values.
pub const GROUP: usize = 65_536;
/// Most cells of a group, which are what memory is taken for: about 80 octets each while the group is compressed.
const CELLS: usize = 600_000;

/// What a column holds. Every column may hold nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// 64 bits, signed.
    Integer,
    /// Floating point, 64 bits.
    Decimal,
    /// True or false.
    Flag,
    /// A moment in UTC, to the microsecond.
    Moment,
}

/// One value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    None,
    /// UTF-8.
    Text(&'a str),
    /// A whole number, or microseconds since 1970 UTC.
    Integer(i64),
    /// A number.
    Decimal(f64),
    /// True or false.
    Flag(bool),
}

/// A file in the making. What it writes is taken by the caller, piece by piece.
pub struct Parquet {
    columns: Vec<(String, Builder)>,
    rows: usize,
    group: usize,
    writer: BatchedWriter<Written>,
    written: Written,
}

/// Octets of the file that were not taken yet.
#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(|e| e.into_inner()))
    }
}

impl Write for Written {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(|e| e.into_inner()).extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Parquet {
    /// An empty file of these columns.
    pub fn new(columns: &[(&str, Kind)]) -> io::Result<Parquet> {
        let fields = columns.iter().map(|(name, kind)| Field::new((*name).into(), kind.data_type()));
        let schema: Schema = fields.collect();
        let written = Written::default();
        // One column after the other: the pages of all at once would be the group a second time.
        let writer = ParquetWriter::new(written.clone()).with_compression(ParquetCompression::Snappy);
        let writer = writer.set_parallel(false).batched(&schema).map_err(io::Error::other)?;
        let group = (CELLS / columns.len().max(1)).clamp(1, GROUP);
        let columns = columns.iter().map(|(name, kind)| ((*name).to_owned(), Builder::new(name, *kind)));
        Ok(Parquet { columns: columns.collect(), rows: 0, group, writer, written })
    }

    /// Adds a value to the column at this place. One that is not of its kind is nothing.
    pub fn push(&mut self, column: usize, value: Value<'_>) {
        if let Some((_, builder)) = self.columns.get_mut(column) {
            builder.push(value);
        }
    }

    /// Ends a row: each column has been given its value.
    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    /// Whether the rows so far are a group.
    pub fn is_full(&self) -> bool {
        self.rows >= self.group
    }

    /// Writes the rows so far as a group, and gives the file's next octets.
    pub fn group(&mut self) -> io::Result<Vec<u8>> {
        if self.rows > 0 {
            self.rows = 0;
            let columns = self.columns.iter_mut().map(|(name, builder)| builder.finish(name));
            let frame = columns.collect::<PolarsResult<Vec<Column>>>().and_then(DataFrame::new_infer_height);
            frame.and_then(|frame| self.writer.write_batch(&frame)).map_err(io::Error::other)?;
        }
        Ok(self.written.take())
    }

    /// The last octets.
    pub fn finish(mut self) -> io::Result<Vec<u8>> {
        let mut last = self.group()?;
        self.writer.finish().map_err(io::Error::other)?;
        last.append(&mut self.written.take());
        Ok(last)
    }
}

impl Kind {
    fn data_type(self) -> DataType {
        match self {
            Kind::Text => DataType::String,
            Kind::Integer => DataType::Int64,
            Kind::Decimal => DataType::Float64,
            Kind::Flag => DataType::Boolean,
            Kind::Moment => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        }
    }
}

enum Builder {
    Text(StringChunkedBuilder),
    Integer(PrimitiveChunkedBuilder<Int64Type>),
    Decimal(PrimitiveChunkedBuilder<Float64Type>),
    Flag(BooleanChunkedBuilder),
    Moment(PrimitiveChunkedBuilder<Int64Type>),
}

impl Builder {
    /// Grows as rows come: columns that stay empty cost little.
    fn new(name: &str, kind: Kind) -> Builder {
        match kind {
            Kind::Text => Builder::Text(StringChunkedBuilder::new(name.into(), 0)),
            Kind::Integer => Builder::Integer(PrimitiveChunkedBuilder::new(name.into(), 0)),
            Kind::Decimal => Builder::Decimal(PrimitiveChunkedBuilder::new(name.into(), 0)),
            Kind::Flag => Builder::Flag(BooleanChunkedBuilder::new(name.into(), 0)),
            Kind::Moment => Builder::Moment(PrimitiveChunkedBuilder::new(name.into(), 0)),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Builder::Text(_) => Kind::Text,
            Builder::Integer(_) => Kind::Integer,
            Builder::Decimal(_) => Kind::Decimal,
            Builder::Flag(_) => Kind::Flag,
            Builder::Moment(_) => Kind::Moment,
        }
    }

    fn push(&mut self, value: Value<'_>) {
        match (self, value) {
            (Builder::Text(builder), Value::Text(text)) => builder.append_value(text),
            (Builder::Integer(builder) | Builder::Moment(builder), Value::Integer(number)) => {
                builder.append_value(number);
            }
            (Builder::Decimal(builder), Value::Decimal(number)) => builder.append_value(number),
            (Builder::Flag(builder), Value::Flag(flag)) => builder.append_value(flag),
            (Builder::Text(builder), _) => builder.append_null(),
            (Builder::Integer(builder) | Builder::Moment(builder), _) => builder.append_null(),
            (Builder::Decimal(builder), _) => builder.append_null(),
            (Builder::Flag(builder), _) => builder.append_null(),
        }
    }

    /// The column so far; the next begins empty.
    fn finish(&mut self, name: &str) -> PolarsResult<Column> {
        let kind = self.kind();
        let column = match std::mem::replace(self, Builder::new(name, kind)) {
            Builder::Text(builder) => builder.finish().into_series(),
            Builder::Integer(builder) => builder.finish().into_series(),
            Builder::Decimal(builder) => builder.finish().into_series(),
            Builder::Flag(builder) => builder.finish().into_series(),
            Builder::Moment(builder) => builder.finish().into_series().cast(&kind.data_type())?,
        };
        Ok(column.into_column())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use polars::prelude::{AnyValue, ParquetReader, SerReader};

    use super::*;

    #[test]
    fn groups_come_back_as_one_frame_with_its_types() {
        let kinds = [
            ("at", Kind::Moment),
            ("name", Kind::Text),
            ("n", Kind::Integer),
            ("ms", Kind::Decimal),
            ("is", Kind::Flag),
            ("nothing", Kind::Text),
        ];
        let mut file = Vec::new();
        let mut parquet = Parquet::new(&kinds).unwrap();
        let rows = GROUP as i64 + 3;
        let (mut groups, mut name) = (0, String::new());
        for i in 0..rows {
            name.clear();
            name.push_str(&format!("host{}.example.org", i % 7));
            let text = if i % 5 == 0 { Value::None } else { Value::Text(&name) };
            let values = [
                Value::Integer(1_795_161_600_000_000 + i),
                text,
                Value::Integer(i),
                Value::Decimal(i as f64 / 1000.0),
                Value::Flag(i % 2 == 0),
                Value::None,
            ];
            values.into_iter().enumerate().for_each(|(column, value)| parquet.push(column, value));
            parquet.end_row();
            if parquet.is_full() {
                groups += 1;
                file.append(&mut parquet.group().unwrap());
            }
        }
        file.append(&mut parquet.finish().unwrap());
        assert_eq!(groups, 1, "what is full is written while rows still come");
        let frame = ParquetReader::new(Cursor::new(file)).finish().unwrap();
        assert_eq!(frame.shape(), (rows as usize, 6));
        let types = kinds.map(|(_, kind)| kind.data_type());
        assert_eq!(frame.dtypes(), types);
        let last = rows - 1;
        let cell = |name: &str| frame.column(name).unwrap().get(last as usize).unwrap().into_static();
        assert_eq!(cell("n"), AnyValue::Int64(last));
        assert_eq!(cell("ms"), AnyValue::Float64(last as f64 / 1000.0));
        assert_eq!(cell("is"), AnyValue::Boolean(last % 2 == 0));
        assert_eq!(cell("name").get_str(), Some(format!("host{}.example.org", last % 7).as_str()));
        let at = frame.column("at").unwrap().cast(&DataType::Int64).unwrap();
        assert_eq!(at.get(last as usize).unwrap(), AnyValue::Int64(1_795_161_600_000_000 + last));
        assert_eq!(frame.column("nothing").unwrap().null_count(), rows as usize);
        assert_eq!(frame.column("name").unwrap().null_count(), (rows as usize).div_ceil(5));
    }

    #[test]
    fn a_file_without_rows_still_names_its_columns() {
        let file = Parquet::new(&[("fqdn", Kind::Text)]).unwrap().finish().unwrap();
        let frame = ParquetReader::new(Cursor::new(file)).finish().unwrap();
        assert_eq!((frame.height(), frame.get_column_names()[0].as_str()), (0, "fqdn"));
    }
}
