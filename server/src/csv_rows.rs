//! Counting the records of a CSV stream as it passes.

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
}
