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

#[tokio::test]
async fn answers_without_an_account_are_settled_as_lost_and_no_others() {
    let (store, _database) = store().await;
    let account = |bucket, outcome, count| AccountRow {
        bucket,
        service: Some("hello.example.org".into()),
        class: Some(Class::NonSignificant),
        outcome,
        count,
    };
    let later = NOW + 3 * BUCKET_US;
    // Of a bucket 7 of 10 are known, of the next all; then counts that were merged into the first bucket of ten minutes.
    let merged = NOW + 600_000_000;
    let counters = [
        counter(NOW, 1, Rcode::NOERROR, 6),
        counter(NOW, 2, Rcode::NOERROR, 4),
        counter(later, 1, Rcode::NOERROR, 5),
        counter(merged, 1, Rcode::NOERROR, 100),
    ];
    let accounts = [
        account(NOW, Outcome::Stored, 4),
        account(NOW, Outcome::SiteThrottle, 3),
        account(later, Outcome::Stored, 5),
        account(merged + BUCKET_US, Outcome::Stored, 60),
        account(merged + 2 * BUCKET_US, Outcome::Stored, 40),
    ];
    store.add_counts(1, &counters, &accounts).await.unwrap();
    let (from, to) = (NOW, merged + 10 * BUCKET_US);
    let totals = async || store.totals(Some("hello.example.org"), from, to).await.unwrap();
    assert_eq!(totals().await.answered, 115);
    // Nothing outside the window is touched, and what was settled once is settled.
    assert_eq!(store.settle_accounts(later, to).await.unwrap(), 0);
    assert_eq!(store.settle_accounts(from, to).await.unwrap(), 3);
    assert_eq!(store.settle_accounts(from, to).await.unwrap(), 0);
    let totals = totals().await;
    let dropped = totals.dropped;
    assert_eq!((totals.logged, dropped.storage, dropped.site_throttle), (109, 3, 3));
    let first = store.totals(Some("hello.example.org"), NOW, NOW + BUCKET_US).await.unwrap();
    assert_eq!((first.answered, first.logged, first.dropped.storage), (10, 4, 3));
}
