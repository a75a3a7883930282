//! Counters, accounts and segments.

use std::net::IpAddr;

use model::counter::BUCKET_US;
use model::row::{AccountRow, Class, CounterRow, Outcome, SegmentStart};
use model::rrtype::{Family, Rcode};
use model::split::{SegmentMember, SplitMode};

use crate::store;

const NOW: i64 = 1_795_161_600_000_000;

fn counter(bucket: i64, last: u8, rcode: Rcode, count: u64) -> CounterRow {
    CounterRow {
        bucket,
        zone: Some("example.org".into()),
        service: Some("hello.example.org".into()),
        pool: Some("a".into()),
        member: Some(IpAddr::from([192, 0, 2, last])),
        family: Family::V4,
        rcode,
        generation: 1,
        health_epoch: 5,
        count,
    }
}

#[tokio::test]
async fn increments_add_up_once_each() {
    let (store, _database) = store().await;
    let member = |last: u8, weight: u16| SegmentMember {
        pool: "a".into(),
        address: IpAddr::from([192, 0, 2, last]),
        site: Some("s1".into()),
        weight,
        hash: None,
    };
    let segment = SegmentStart {
        service: "hello.example.org".into(),
        at: NOW - 1,
        generation: 1,
        health_epoch: 5,
        mode: SplitMode::Exact,
        members: vec![member(1, 6), member(2, 3)],
    };
    store.add_segments(std::slice::from_ref(&segment)).await.unwrap();
    store.add_segments(&[segment]).await.unwrap();
    let account = |outcome, class, count| AccountRow {
        bucket: NOW,
        service: Some("hello.example.org".into()),
        class,
        outcome,
        count,
    };
    let outside = CounterRow {
        zone: None,
        service: None,
        pool: None,
        member: None,
        ..counter(NOW, 1, Rcode::REFUSED, 4)
    };
    let counters = [
        counter(NOW, 1, Rcode::NOERROR, 6),
        counter(NOW, 1, Rcode::NOERROR, 6),
        counter(NOW, 2, Rcode::NOERROR, 6),
        outside,
    ];
    let accounts =
        [account(Outcome::Stored, Some(Class::NonSignificant), 17), account(Outcome::Queue, None, 1)];
    // The acknowledgement of the first batch was lost: it comes again.
    store.add_counts(1, &counters, &accounts).await.unwrap();
    store.add_counts(1, &counters, &accounts).await.unwrap();
    store.add_counts(2, &[counter(NOW + BUCKET_US, 9, Rcode::NOERROR, 1)], &[]).await.unwrap();

    let (from, to) = (NOW - 60_000_000, NOW + 60_000_000);
    let segments = store.observed("hello.example.org", from, to).await.unwrap();
    assert_eq!(segments.len(), 1);
    assert_eq!((segments[0].observed.clone(), segments[0].strangers, segments[0].runs), (vec![12, 6], 1, 1));
    let totals = store.totals(Some("hello.example.org"), from, to).await.unwrap();
    assert_eq!((totals.answered, totals.logged, totals.dropped.queue), (19, 17, 1));
    assert_eq!(store.totals(None, from, to).await.unwrap().answered, 23);
    assert_eq!(store.answers_by_service(from, to).await.unwrap()["hello.example.org"], 19);
    let series = store.series("hello.example.org", from, to, BUCKET_US).await.unwrap();
    assert_eq!(series[0], (NOW, "192.0.2.1".to_owned(), 12));
    let codes = store.answers_by_rcode(from, to, BUCKET_US).await.unwrap();
    assert!(codes.contains(&(NOW, "REFUSED".to_owned(), 4)), "{codes:?}");
    // A window counts the buckets it touches, and no others.
    assert_eq!(store.totals(None, NOW + BUCKET_US, to).await.unwrap().answered, 1);
}
