use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use model::event::Transport;
use model::row::{Class, CounterRow, LogRow, SegmentStart};
use model::rrtype::{Family, Rcode, RrType};
use model::split::SplitMode;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::classify::reason;

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![any::<[u8; 4]>().prop_map(IpAddr::from), any::<[u8; 16]>().prop_map(IpAddr::from)]
}

fn row() -> impl Strategy<Value = LogRow> {
    let names = ("[ -~]{0,60}", "(|[0-9.;:+]{1,40})");
    let significance = proptest::sample::select([&[""], &reason::ALL[..]].concat());
    let member = (
        proptest::option::of("[a-z.]{1,20}"),
        proptest::option::of("[a-z]{1,9}"),
        proptest::option::of(address()),
    );
    let kind = (0usize..5, 0usize..3, any::<u16>(), any::<u16>(), any::<u16>());
    let numbers = (any::<i64>(), any::<u64>(), any::<u32>(), any::<u32>(), any::<u32>());
    let ecs = proptest::option::of((address(), 0u8..=32));
    (names, significance, member, kind, numbers, address(), ecs).prop_map(
        |(names, significance, member, kind, numbers, client, ecs)| LogRow {
            at: numbers.0,
            client,
            port: kind.2,
            transport: Transport::ALL[kind.0],
            fqdn: names.0,
            qtype: RrType(kind.3),
            rcode: Rcode(kind.4),
            class: Class::ALL[kind.1],
            significance,
            service: member.0.map(Arc::from),
            pool: member.1.map(Arc::from),
            member: member.2,
            answers: names.1,
            ttl: numbers.2,
            ecs: ecs.map(|(address, length)| ipnet::IpNet::new(address, length).unwrap()),
            generation: numbers.1,
            latency_us: numbers.3,
            stands_for: numbers.4,
        },
    )
}

fn plain(port: u16) -> LogRow {
    LogRow {
        at: 1_795_464_000_000_000,
        client: [198, 51, 100, 7].into(),
        port,
        transport: Transport::Udp,
        fqdn: "a.example.org".to_owned(),
        qtype: RrType::A,
        rcode: Rcode::NOERROR,
        class: Class::NonSignificant,
        significance: "",
        service: Some("a.example.org".into()),
        pool: Some("p".into()),
        member: Some([192, 0, 2, 1].into()),
        answers: "192.0.2.1".to_owned(),
        ttl: 2,
        ecs: None,
        generation: 1,
        latency_us: 10,
        stands_for: 1,
    }
}

fn ports(spill: &Spill) -> Vec<u16> {
    let mut ports = Vec::new();
    while let Some(first) = spill.first() {
        if let First::Batch { rows, .. } = first {
            ports.extend(rows.iter().map(|row| row.port));
        }
        spill.done();
    }
    ports
}

fn files(dir: &TempDir) -> usize {
    std::fs::read_dir(dir.path())
        .unwrap()
        .filter(|e| e.as_ref().unwrap().path().extension().is_some())
        .count()
}

proptest! {
    #[test]
    fn rows_are_read_as_they_were_written(rows in proptest::collection::vec(row(), 0..20)) {
        prop_assert_eq!(rows::decode(&rows::encode(&rows)), Some(rows));
    }

    #[test]
    fn damaged_rows_are_refused_or_read_and_never_do_harm(
        rows in proptest::collection::vec(row(), 1..5),
        place in any::<prop::sample::Index>(),
        bit in 0u8..8,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut octets = rows::encode(&rows);
        let place = place.index(octets.len());
        octets[place] ^= 1 << bit;
        let _ = rows::decode(&octets);
        octets.truncate(cut.index(octets.len()));
        let _ = rows::decode(&octets);
        let _ = counts::decode(&octets);
    }
}

#[test]
fn counts_are_read_as_they_were_written() {
    let names = |name: &str| Some(Arc::from(name));
    let kept = KeptCounts {
        segments: vec![SegmentStart {
            service: "a.example.org".to_owned(),
            at: 5,
            generation: 2,
            health_epoch: 3,
            mode: SplitMode::Exact,
            members: Vec::new(),
        }],
        batches: vec![CountBatch {
            number: 7,
            counters: vec![CounterRow {
                bucket: -10,
                zone: names("example.org"),
                service: None,
                pool: names("p"),
                member: Some("2001:db8::1".parse().unwrap()),
                family: Family::V6,
                rcode: Rcode::NXDOMAIN,
                generation: 2,
                health_epoch: 3,
                count: 9,
            }],
            accounts: AccountRow::of(&[plain(1), plain(2)], Outcome::SiteThrottle),
        }],
    };
    assert_eq!(counts::decode(&counts::encode(&kept)), Some(kept.clone()));
    let dir = tempfile::tempdir().unwrap();
    let spill = Spill::open(dir.path(), 1 << 20, 0).unwrap();
    spill.write_counts(2, &kept).unwrap();
    spill.write_counts(1, &KeptCounts::default()).unwrap();
    assert_eq!(spill.oldest(), Some(7));
    let again = Spill::open(dir.path(), 1 << 20, 0).unwrap();
    assert_eq!(again.take_earlier_counts(), Some(kept));
    assert!(again.has_counts() && again.floor() >= 7);
    again.remove_counts().unwrap();
    assert!(Spill::open(dir.path(), 1 << 20, 0).unwrap().take_earlier_counts().is_none());
}

#[test]
fn segments_are_read_in_order_over_restarts_and_removed_when_all_of_them_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let spill = Spill::open(dir.path(), 1 << 20, 0).unwrap();
    let batch = |n: u16| (0..500).map(|i| plain(n * 500 + i)).collect::<Vec<_>>();
    for n in 1..=4 {
        spill.append(spill.floor() + u64::from(n), &batch(n)).unwrap();
    }
    assert_eq!((spill.rows(), spill.earlier_rows()), (2000, 0));
    // The last thing a run does with what it had in hand, older than all that.
    spill.keep(spill.floor(), &batch(0)).unwrap();
    drop(spill);
    let again = Spill::open(dir.path(), 1 << 20, 0).unwrap();
    assert_eq!((again.rows(), again.earlier_rows()), (2500, 2500));
    again.append(again.floor() + 1, &batch(5)).unwrap();
    assert!(files(&dir) > 3);
    assert_eq!(ports(&again), (0..3000).collect::<Vec<u16>>());
    assert_eq!((files(&dir), again.rows(), again.earlier_rows(), again.octets()), (0, 0, 0, 0));
}

#[test]
fn a_torn_tail_and_a_broken_batch_cost_themselves_alone() {
    let dir = tempfile::tempdir().unwrap();
    let spill = Spill::open(dir.path(), 1 << 20, 0).unwrap();
    (1..=3).for_each(|n| spill.append(u64::from(n), &[plain(n), plain(n + 10)]).unwrap());
    let path = lock(&spill.segments)[0].path.clone();
    let mut octets = std::fs::read(&path).unwrap();
    let middle = octets.len() / 2;
    octets[middle] ^= 1;
    std::fs::write(&path, &octets).unwrap();
    // Noticed while it runs: the rows of that batch are known to be lost.
    spill.done();
    let Some(First::Broken { rows: 2, accounts, earlier: false }) = spill.first() else {
        panic!("not noticed")
    };
    assert_eq!(accounts, AccountRow::of(&[plain(2), plain(12)], Outcome::Storage));
    octets.truncate(octets.len() - 1);
    std::fs::write(&path, octets).unwrap();
    assert_eq!(ports(&Spill::open(dir.path(), 1 << 20, 0).unwrap()), [1, 11]);
}

#[test]
fn the_bound_holds_and_room_that_was_given_back_is_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let spill = Spill::open(dir.path(), 100_000, 0).unwrap();
    let batch: Vec<LogRow> = (0..100).map(plain).collect();
    let mut number = 0;
    let fill = |number: &mut u64| {
        let before = *number;
        loop {
            *number += 1;
            match spill.append(*number, &batch) {
                Ok(()) => assert!(spill.octets() <= 100_000),
                Err(NotTaken::Full) => return *number - before - 1,
                Err(NotTaken::Failed(error)) => panic!("{error}"),
            }
        }
    };
    let first = fill(&mut number);
    assert!(first > 3, "{first}");
    (0..first / 2 + 1).for_each(|_| spill.done());
    assert!(fill(&mut number) > 0);
    let off = Spill::open(dir.path(), 0, 0).unwrap();
    assert!(off.earlier_rows() > 0 && matches!(off.append(u64::MAX, &batch), Err(NotTaken::Full)));
}

#[test]
fn a_disk_that_fails_is_told_and_leaves_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let spill = Spill::open(dir.path(), 1 << 20, 0).unwrap();
    spill.append(1, &[plain(1)]).unwrap();
    // A file that every write fails on, as on a full disk.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    lock(&spill.segments)[0].open = Some((full, Instant::now()));
    assert!(matches!(spill.append(2, &[plain(2)]), Err(NotTaken::Failed(_))));
    spill.append(3, &[plain(3)]).unwrap();
    assert_eq!(ports(&spill), [1, 3]);
}

#[test]
fn runs_that_were_killed_are_known_until_they_are_settled_and_no_number_comes_again() {
    let dir = tempfile::tempdir().unwrap();
    let at = 1_795_464_000_000_000;
    let open = |now| Spill::open(dir.path(), 1 << 20, now).unwrap();
    assert_eq!(open(at).unsettled_since(), None);
    // Killed twice, and the clock was set back.
    assert_eq!(open(at - 50_000_000).unsettled_since(), Some(at));
    let third = open(at + 5);
    assert_eq!(third.unsettled_since(), Some(at));
    assert!(third.floor() > at as u64);
    third.settled(at + 5).unwrap();
    assert_eq!(open(at + 9).unsettled_since(), Some(at + 5));
    let last = open(at + 10);
    last.settled(at + 10).unwrap();
    last.end(77 + at as u64).unwrap();
    let clean = open(at + 11);
    assert_eq!((clean.unsettled_since(), clean.floor()), (None, 77 + at as u64));
}

#[test]
fn parts_of_a_frame_have_numbers_of_their_own() {
    fn parts(from: usize, to: usize, seen: &mut HashSet<u64>) {
        assert!(seen.insert(part_number(1_795_464_000_000_000, from, to)), "{from}..{to}");
        if to - from > 1 {
            let half = from + (to - from) / 2;
            parts(from, half, seen);
            parts(half, to, seen);
        }
    }
    let mut seen = HashSet::new();
    parts(0, FRAME_ROWS, &mut seen);
    assert_eq!(seen.len(), 2 * FRAME_ROWS - 1);
    assert!(seen.iter().all(|number| number >> PART_BITS == 1_795_464_000_000_000));
}
