use std::sync::Arc;

use model::event::Transport;
use model::row::{Class, LogRow};
use model::rrtype::{Rcode, RrType};
use proptest::prelude::*;

use super::*;
use crate::log::copy;

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![any::<[u8; 4]>().prop_map(IpAddr::from), any::<[u8; 16]>().prop_map(IpAddr::from)]
}

fn network() -> impl Strategy<Value = IpNet> {
    (address(), 0..=32_u8).prop_map(|(address, prefix)| IpNet::new(address, prefix).unwrap())
}

prop_compose! {
    fn row()(
        at in 0..4_000_000_000_000_000_i64,
        client in address(),
        (port, qtype, rcode) in (any::<u16>(), any::<u16>(), 0..4096_u16),
        (transport, class) in (0..5_usize, 0..3_usize),
        fqdn in "[ -~]{0,40}",
        (service, pool) in (proptest::option::of("[a-z.]{1,20}"), proptest::option::of("[a-z=+]{1,8}")),
        member in proptest::option::of(address()),
        answers in "[0-9.;]{0,30}",
        ecs in proptest::option::of(network()),
        (ttl, latency_us, stands_for) in (any::<u32>(), any::<u32>(), any::<u32>()),
    ) -> LogRow {
        LogRow {
            at, client, port, fqdn, member, answers, ttl, ecs, latency_us, stands_for,
            transport: Transport::ALL[transport],
            qtype: RrType(qtype),
            rcode: Rcode(rcode),
            class: Class::ALL[class],
            significance: "",
            service: service.map(Arc::from),
            pool: pool.map(Arc::from),
            generation: 7,
        }
    }
}

/// What PostgreSQL would send: the stream a batch is stored by, with the number it gives each row.
fn copied(rows: &[LogRow]) -> Vec<u8> {
    let mut out = copy::encode("site", &[])[..19].to_vec();
    for (id, row) in rows.iter().enumerate() {
        let alone = copy::encode("site", std::slice::from_ref(row));
        out.extend_from_slice(&(FIELDS as i16).to_be_bytes());
        out.extend_from_slice(&8_i32.to_be_bytes());
        out.extend_from_slice(&(id as i64).to_be_bytes());
        out.extend_from_slice(&alone[21..alone.len() - 2]);
    }
    out.extend_from_slice(&(-1_i16).to_be_bytes());
    out
}

fn same(record: &Record<'_>, id: usize, row: &LogRow) {
    assert_eq!((record.id, record.at, record.site), (id as i64, row.at, "site"));
    assert_eq!((record.client, record.member, record.ecs), (row.client, row.member, row.ecs));
    assert_eq!((record.fqdn, record.answers), (row.fqdn.as_str(), row.answers.as_str()));
    assert_eq!((record.service, record.pool), (row.service.as_deref(), row.pool.as_deref()));
    assert_eq!((record.port, record.qtype), (i32::from(row.port), i32::from(row.qtype.0)));
    assert_eq!((record.rcode, record.transport), (row.rcode.0 as i16, row.transport.index() as i16));
    assert_eq!(Class::ALL[record.class as usize], row.class);
    assert_eq!((record.ttl, record.generation), (i64::from(row.ttl), 7));
    assert_eq!(
        (record.latency_us, record.stands_for),
        (i64::from(row.latency_us), i64::from(row.stands_for))
    );
}

proptest! {
    #[test]
    fn rows_come_back_whatever_the_pieces(
        rows in proptest::collection::vec(row(), 0..20),
        piece in 1..300_usize,
        often in any::<bool>(),
    ) {
        let mut reader = Reader::default();
        let mut batches = Vec::new();
        for octets in copied(&rows).chunks(piece) {
            reader.push(octets).unwrap();
            if often {
                batches.push(reader.take());
            }
        }
        batches.push(reader.finish().unwrap());
        prop_assert_eq!(batches.iter().map(Batch::rows).sum::<u64>(), rows.len() as u64);
        let records: Vec<_> = batches.iter().flat_map(Batch::records).map(Result::unwrap).collect();
        prop_assert_eq!(records.len(), rows.len());
        for (id, (record, row)) in records.iter().zip(&rows).enumerate() {
            same(record, id, row);
        }
    }

    #[test]
    fn what_is_cut_off_has_no_end(rows in proptest::collection::vec(row(), 0..4), cut in 1..200_usize) {
        let octets = copied(&rows);
        let mut reader = Reader::default();
        reader.push(&octets[..octets.len() - cut.min(octets.len())]).unwrap();
        prop_assert!(reader.finish().is_err());
    }

    #[test]
    fn any_change_of_an_octet_ends_in_rows_or_in_an_error(
        rows in proptest::collection::vec(row(), 1..4),
        at in any::<proptest::sample::Index>(),
        octet in any::<u8>(),
    ) {
        let mut octets = copied(&rows);
        let at = at.index(octets.len());
        octets[at] = octet;
        let mut reader = Reader::default();
        if reader.push(&octets).is_ok() {
            let batch = reader.take();
            prop_assert!(batch.records().count() as u64 <= batch.rows());
        }
    }
}

#[test]
fn what_postgresql_does_not_write_is_refused() {
    let whole = copied(&[]);
    let with = |at: usize, octets: &[u8]| {
        let mut changed = whole.clone();
        changed[at..at + octets.len()].copy_from_slice(octets);
        let mut reader = Reader::default();
        reader.push(&changed).unwrap_err().to_string()
    };
    assert!(with(0, b"COPYPG").contains("signature"));
    assert!(with(11, &[0, 1, 0, 0]).contains("flags"));
    assert!(with(15, &[0x7f, 0, 0, 0]).contains("header of impossible length"));
    assert!(with(15, &[0xff, 0, 0, 0]).contains("header of impossible length"));
    assert!(with(19, &3_i16.to_be_bytes()).contains("number of fields"));
    let mut reader = Reader::default();
    reader.push(&whole).unwrap();
    assert!(reader.push(b"more").unwrap_err().to_string().contains("after its end"));
    let mut endless = whole[..19].to_vec();
    endless.extend_from_slice(&(FIELDS as i16).to_be_bytes());
    endless.extend_from_slice(&i32::MAX.to_be_bytes());
    assert!(Reader::default().push(&endless).unwrap_err().to_string().contains("too long"));
}
