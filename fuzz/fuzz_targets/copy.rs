//! Rows of the query log as PostgreSQL copies them out, cut into pieces at any place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use store::{CopyReader, CsvRows, ExportColumns, JsonRows};

fuzz_target!(|input: (u8, &[u8])| {
    let (piece, octets) = input;
    let mut reader = CopyReader::default();
    let (mut csv, mut json) = (CsvRows::new(ExportColumns::default()), JsonRows::new(ExportColumns::default()));
    let (mut lines, mut objects) = (Vec::new(), Vec::new());
    for piece in octets.chunks(usize::from(piece) + 1) {
        if reader.push(piece).is_err() {
            return;
        }
        let batch = reader.take();
        if csv.rows(&batch, &mut lines).is_err() || json.rows(&batch, &mut objects).is_err() {
            return;
        }
    }
    for line in objects.split(|octet| *octet == b'\n').filter(|line| !line.is_empty()) {
        let value: serde_json::Value = serde_json::from_slice(line).expect("a line of JSON");
        assert_eq!(value.as_object().map(serde_json::Map::len), Some(18));
    }
});
