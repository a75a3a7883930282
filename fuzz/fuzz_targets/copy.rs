//! Rows of the query log as PostgreSQL copies them out, cut into pieces at any place: raw octets behind a header, or
//! rows of the right form with any values.
#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use store::{CopyReader, CsvRows, ExportColumns, JsonRows};

/// Numbers of 8, 4 and 2 octets, texts, and addresses.
type Row<'a> = ([i64; 6], [i32; 2], [i16; 3], [&'a str; 4], [Option<&'a str>; 2], [Option<(IpAddr, u8)>; 3]);

fuzz_target!(|input: (u8, Vec<Row>, &[u8])| {
    let (piece, rows, rest) = input;
    let mut octets = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    rows.iter().for_each(|row| write(row, &mut octets));
    octets.extend_from_slice(rest);
    let mut reader = CopyReader::default();
    let (mut csv, mut json) = (CsvRows::new(ExportColumns::default()), JsonRows::new(ExportColumns::default()));
    let (mut lines, mut objects, mut whole) = (Vec::new(), Vec::new(), 0);
    for piece in octets.chunks(usize::from(piece) + 1) {
        if reader.push(piece).is_err() {
            return;
        }
        let batch = reader.take();
        if csv.rows(&batch, &mut lines).is_err() || json.rows(&batch, &mut objects).is_err() {
            return;
        }
        whole += batch.rows();
    }
    assert!(whole >= rows.len() as u64);
    let objects = objects.split(|octet| *octet == b'\n').filter(|line| !line.is_empty());
    let objects = objects.map(|line| serde_json::from_slice::<serde_json::Value>(line).expect("a line of JSON"));
    let objects: Vec<_> = objects.collect();
    assert_eq!(objects.len() as u64, whole);
    assert!(objects.iter().all(|row| row.as_object().is_some_and(|fields| fields.len() == 18)));
});

fn write(row: &Row<'_>, out: &mut Vec<u8>) {
    let (long, int, short, text, maybe, address) = row;
    out.extend(20_i16.to_be_bytes());
    let mut field = |octets: Option<&[u8]>| {
        out.extend(octets.map_or(-1, |octets| octets.len() as i32).to_be_bytes());
        out.extend(octets.unwrap_or_default());
    };
    field(Some(&long[0].to_be_bytes()));
    field(Some(&long[1].to_be_bytes()));
    field(Some(text[0].as_bytes()));
    field(address[0].map(inet).as_deref());
    field(Some(&int[0].to_be_bytes()));
    field(Some(&short[0].to_be_bytes()));
    field(Some(text[1].as_bytes()));
    field(Some(&int[1].to_be_bytes()));
    field(Some(&short[1].to_be_bytes()));
    field(Some(&short[2].to_be_bytes()));
    field(Some(text[2].as_bytes()));
    field(maybe[0].map(str::as_bytes));
    field(maybe[1].map(str::as_bytes));
    field(address[1].map(inet).as_deref());
    field(Some(text[3].as_bytes()));
    field(Some(&long[2].to_be_bytes()));
    field(address[2].map(inet).as_deref());
    long[3..].iter().for_each(|number| field(Some(&number.to_be_bytes())));
}

fn inet((address, length): (IpAddr, u8)) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => [&[2, length, 0, 4], &v4.octets()[..]].concat(),
        IpAddr::V6(v6) => [&[3, length, 0, 16], &v6.octets()[..]].concat(),
    }
}
