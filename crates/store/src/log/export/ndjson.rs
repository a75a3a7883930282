//! Rows as lines of JSON, each an object with the types of JSON.

use super::binary::Batch;
use super::choice::ExportColumns;
use super::column::Cell;
use super::text::{self, Moments};
use crate::error::StoreError;

/// Writes rows.
#[derive(Clone, Debug)]
pub struct JsonRows {
    columns: ExportColumns,
    /// What stands before each cell.
    names: Vec<Vec<u8>>,
    moments: Moments,
}

impl JsonRows {
    /// With these columns.
    pub fn new(columns: ExportColumns) -> JsonRows {
        let before = |(i, name)| format!("{}\"{name}\":", if i == 0 { '{' } else { ',' }).into_bytes();
        let names = columns.list().iter().map(|column| column.name).enumerate().map(before).collect();
        JsonRows { columns, names, moments: Moments::default() }
    }

    /// The rows of a batch.
    pub fn rows(&mut self, batch: &Batch, out: &mut Vec<u8>) -> Result<(), StoreError> {
        for record in batch.records() {
            let record = record?;
            for (column, name) in self.columns.list().iter().zip(&self.names) {
                out.extend_from_slice(name);
                value(column.cell(&record), &mut self.moments, out);
            }
            out.extend_from_slice(b"}\n");
        }
        Ok(())
    }
}

fn value(cell: Cell<'_>, moments: &mut Moments, out: &mut Vec<u8>) {
    match cell {
        Cell::None | Cell::Foreign("") | Cell::Text("") => out.extend_from_slice(b"null"),
        Cell::Foreign(text) | Cell::Text(text) => escaped(text, out),
        Cell::Json(object) => out.extend_from_slice(object.as_bytes()),
        Cell::Integer(number) => text::integer(out, number),
        Cell::Thousandths(number) => text::thousandths(out, number),
        Cell::Flag(flag) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
        // None of these has anything to escape.
        Cell::Name(prefix, name, number) => within(out, |out| text::name(out, prefix, name, number)),
        Cell::Address(address) => within(out, |out| text::address(out, address)),
        Cell::Network(network) => within(out, |out| text::network(out, network)),
        Cell::Moment(at) => within(out, |out| moments.write(out, at)),
    }
}

fn within(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// A string of JSON (RFC 8259 section 7).
fn escaped(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let octets = text.as_bytes();
    let mut begun = 0;
    for (i, octet) in octets.iter().enumerate() {
        let short = match octet {
            b'"' | b'\\' => *octet,
            8 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            12 => b'f',
            b'\r' => b'r',
            0..32 => 0,
            _ => continue,
        };
        out.extend_from_slice(&octets[begun..i]);
        begun = i + 1;
        match short {
            0 => text::written(out, format_args!("\\u{octet:04x}")),
            short => out.extend_from_slice(&[b'\\', short]),
        }
    }
    out.extend_from_slice(&octets[begun..]);
    out.push(b'"');
}
