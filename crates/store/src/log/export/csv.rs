//! Rows as CSV (RFC 4180) that spreadsheets can open: no cell is taken for a formula.

use super::binary::Batch;
use super::choice::ExportColumns;
use super::column::Cell;
use super::text::{self, Moments};
use crate::error::StoreError;

/// What a spreadsheet could take for the start of a formula: tab, CR, `+`, `-`, `=`, `@` (OWASP, "CSV Injection").
const FORMULA: [u8; 6] = [b'\t', b'\r', b'+', b'-', b'=', b'@'];

/// Writes rows, the header before them.
#[derive(Clone, Debug)]
pub struct CsvRows {
    columns: ExportColumns,
    moments: Moments,
}

impl CsvRows {
    /// With these columns.
    pub fn new(columns: ExportColumns) -> CsvRows {
        CsvRows { columns, moments: Moments::default() }
    }

    /// The names of the columns.
    pub fn header(&self, out: &mut Vec<u8>) {
        let names: Vec<&str> = self.columns.list().iter().map(|column| column.name).collect();
        out.extend_from_slice(names.join(",").as_bytes());
        out.push(b'\n');
    }

    /// The rows of a batch.
    pub fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) -> Result<(), StoreError> {
        for record in batch.records() {
            let record = record?;
            let begun = out.len();
            for column in self.columns.list() {
                written(column.cell(&record), &mut self.moments, out);
                out.push(b',');
            }
            // The comma after the last cell is where the line ends.
            out.pop();
            if self.columns.list().len() == 1 {
                alone(begun, out);
            }
            out.push(b'\n');
        }
        Ok(())
    }
}

fn written(cell: Cell<'_>, moments: &mut Moments, out: &mut Vec<u8>) {
    match cell {
        Cell::None => {}
        Cell::Foreign(text) => {
            let guarded = text.as_bytes().first().is_some_and(|first| FORMULA.contains(first));
            quoted(if guarded { "'" } else { "" }, text, out);
        }
        Cell::Text(text) | Cell::Json(text) => quoted("", text, out),
        Cell::Name(prefix, name, number) => text::name(out, prefix, name, number),
        Cell::Address(address) => text::address(out, address),
        Cell::Network(network) => text::network(out, network),
        Cell::Integer(number) => text::integer(out, number),
        Cell::Thousandths(number) => text::thousandths(out, number),
        Cell::Flag(flag) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
        Cell::Moment(at) => moments.write(out, at),
    }
}

/// The only cell of a line, from `begun` on: readers skip a line of nothing, and PostgreSQL takes `\.` for the end.
fn alone(begun: usize, out: &mut Vec<u8>) {
    if matches!(&out[begun..], b"" | b"\\.") {
        out.insert(begun, b'"');
        out.push(b'"');
    }
}

/// A text behind a mark, in quotes when something in it would end the cell.
fn quoted(mark: &str, text: &str, out: &mut Vec<u8>) {
    // All octets are looked at, so that the compiler may look at several at once.
    let special = |found: bool, octet: &u8| found | matches!(octet, b',' | b'"' | b'\n' | b'\r');
    if !text.as_bytes().iter().fold(false, special) {
        out.extend_from_slice(mark.as_bytes());
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(mark.as_bytes());
    for (i, part) in text.split('"').enumerate() {
        if i > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}
