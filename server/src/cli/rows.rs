//! Counting the rows of an export as it passes, apart from what the server says of them.

use store::ExportFormat;

/// Rows of a stream.
#[derive(Debug)]
pub enum Rows {
    /// Records of CSV after its header.
    Csv(CsvRows),
    /// Lines: no line end stands inside a line of JSON.
    Lines(u64),
    /// Not to be counted from outside: columns of many rows, compressed.
    Columns,
}

impl Rows {
    /// Of this format, none yet.
    pub fn of(format: ExportFormat) -> Rows {
        match format {
            ExportFormat::Csv => Rows::Csv(CsvRows::default()),
            ExportFormat::Ndjson => Rows::Lines(0),
            ExportFormat::Parquet => Rows::Columns,
        }
    }

    /// Takes the next piece of the stream.
    pub fn take(&mut self, piece: &[u8]) {
        match self {
            Rows::Csv(rows) => rows.take(piece),
            Rows::Lines(ends) => *ends += memchr::memchr_iter(b'\n', piece).count() as u64,
            Rows::Columns => {}
        }
    }

    /// Rows that passed whole.
    pub fn count(&self) -> Option<u64> {
        match self {
            Rows::Csv(rows) => Some(rows.count()),
            Rows::Lines(ends) => Some(*ends),
            Rows::Columns => None,
        }
    }
}

/// Counts line ends outside quotation marks (RFC 4180); the first record is the header and does not count.
#[derive(Debug, Default)]
pub struct CsvRows {
    ends: u64,
    quoted: bool,
}

impl CsvRows {
    /// Takes the next piece of the stream.
    pub fn take(&mut self, piece: &[u8]) {
        for at in memchr::memchr2_iter(b'"', b'\n', piece) {
            if piece[at] == b'"' {
                self.quoted = !self.quoted;
            } else if !self.quoted {
                self.ends += 1;
            }
        }
    }

    /// Records that passed whole.
    pub fn count(&self) -> u64 {
        self.ends.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_counted_across_pieces_and_inside_quotes() {
        let mut rows = CsvRows::default();
        for piece in ["a,b\n1,\"x", "\ny\"\n2,", "z\n"] {
            rows.take(piece.as_bytes());
        }
        assert_eq!(rows.count(), 2);
    }

    #[test]
    fn lines_of_json_are_counted_whatever_quotes_they_hold() {
        let mut rows = Rows::of(ExportFormat::Ndjson);
        for piece in ["{\"fqdn\":\"a\\\"b\"", "}\n{}", "\n{}\n"] {
            rows.take(piece.as_bytes());
        }
        assert_eq!(rows.count(), Some(3));
    }
}
