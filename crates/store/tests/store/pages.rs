//! Rows read back in pages, around one, and as they come; bars, ranks and values over them.

use std::net::IpAddr;
use std::time::Duration;

use api::view::{Basis, By, LogLine, Near};
use model::filter::{self, Field};
use model::row::{AccountRow, Class, LogRow, Outcome};
use model::rrtype::Rcode;
use store::{LogQuery, Store};

use crate::log::{DAY, NOON, query, row};
use crate::store;

const LONG: Duration = Duration::from_secs(30);

/// Two days of rows at uneven distances, some at the same microsecond; every 50th is SERVFAIL.
async fn two_days() -> (Store, test_support::Database) {
    let (store, database) = store().await;
    store.prepare_partitions(NOON).await.unwrap();
    let rows: Vec<LogRow> = (0..400_i64)
        .map(|n| LogRow {
            rcode: if n % 50 == 7 { Rcode::SERVFAIL } else { Rcode::NOERROR },
            client: IpAddr::from([192, 0, (n % 3) as u8, (n % 7) as u8]),
            fqdn: format!("{}.example.org", if n % 2 == 0 { "Even" } else { "odd" }),
            service: (n % 4 != 0).then(|| "hello.example.org".into()),
            stands_for: 1 + (n % 2) as u32,
            ..row(NOON + n / 3 * n / 3 * 12_000_000, "a.example.org", 1)
        })
        .collect();
    store.store_rows(1, &rows).await.unwrap();
    (store, database)
}

fn keys(rows: &[LogLine]) -> Vec<(i64, i64)> {
    rows.iter().map(|row| (row.at, row.id)).collect()
}

fn cell<'a>(row: &'a LogLine, name: &str) -> &'a str {
    row.cells.iter().find(|(column, _)| column == name).map(|(_, text)| text.as_str()).unwrap()
}

async fn pages(store: &Store, query: &LogQuery, limit: i64) -> Vec<(i64, i64)> {
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = store.page(query, before, limit, LONG).await.unwrap();
        assert_eq!(page.searched_to, None);
        seen.extend(keys(&page.rows));
        match page.next {
            Some(next) => before = Some(next),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn pages_hold_every_row_once_newest_first_whatever_their_size() {
    let (store, _database) = two_days().await;
    for (text, expected) in [("", 400), ("rcode = SERVFAIL", 8), ("client_port = 1", 0)] {
        let query = query(NOON - DAY, NOON + 9 * DAY, text);
        let all = pages(&store, &query, 1000).await;
        assert_eq!(all.len(), expected, "{text}");
        assert!(all.windows(2).all(|pair| pair[0] > pair[1]));
        assert_eq!(pages(&store, &query, 7).await, all);
    }
    let part = query(NOON + 60_000_000, NOON + DAY, "");
    assert!(pages(&store, &part, 5).await.iter().all(|(at, _)| (part.from..part.to).contains(at)));
}

#[tokio::test]
async fn a_search_whose_time_is_up_says_how_far_it_came_and_goes_on_from_there() {
    let (store, _database) = two_days().await;
    let query = query(NOON, NOON + 100_000_000, "client_ip = 192.0.1.0/24");
    let whole = pages(&store, &query, 100).await;
    assert!(whole.len() > 1);
    let (mut seen, mut before, mut ended) = (Vec::new(), None, 0);
    loop {
        let page = store.page(&query, before, 100, Duration::ZERO).await.unwrap();
        seen.extend(keys(&page.rows));
        if let Some(to) = page.searched_to {
            ended += 1;
            assert_eq!(page.next, Some((to, 0)));
            assert!(page.rows.iter().all(|row| row.at >= to));
        }
        let Some(next) = page.next else { break };
        assert!(before.is_none_or(|before| next < before), "it goes on");
        before = Some(next);
    }
    assert!(ended > 0);
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn what_came_since_is_followed_oldest_first() {
    let (store, _database) = two_days().await;
    let all = query(NOON, NOON + 9 * DAY, "client_ip = 192.0.1.0/24");
    let mut expected = pages(&store, &all, 1000).await;
    expected.reverse();
    let (mut seen, mut after) = (Vec::new(), (NOON, 0));
    loop {
        let page = store.newer(&all, after, 10).await.unwrap();
        seen.extend(keys(&page.rows));
        after = page.next.unwrap();
        if page.rows.len() < 10 {
            break;
        }
    }
    assert_eq!(seen, expected);
    assert_eq!(store.newer(&all, after, 10).await.unwrap().next, Some(after), "nothing is new");
}

#[tokio::test]
async fn a_row_is_found_again_with_those_around_it() {
    let (store, _database) = two_days().await;
    let all = pages(&store, &query(NOON, NOON + 9 * DAY, ""), 1000).await;
    let (at, id) = all[200];
    assert_eq!(store.row(at, id).await.unwrap().map(|row| (row.at, row.id)), Some((at, id)));
    assert_eq!(store.row(at, id + 100_000).await.unwrap(), None);
    let around = store.around(at, id, 3, Near::All, LONG).await.unwrap();
    let mut near: Vec<_> = all[197..=203].to_vec();
    near.reverse();
    let (before, row, after) = (keys(&around.before), around.row.unwrap(), keys(&around.after));
    assert_eq!([before, vec![(row.at, row.id)], after].concat(), near);
    for (near, column) in [(Near::Client, "client_ip"), (Near::Service, "service")] {
        let around = store.around(at, id, 5, near, LONG).await.unwrap();
        assert_eq!((around.before.len(), around.after.len()), (5, 5));
        let same = |other: &LogLine| cell(other, column) == cell(&row, column);
        assert!(around.before.iter().chain(&around.after).all(same), "{column}");
    }
}

#[tokio::test]
async fn bars_and_ranks_are_what_the_rows_are() {
    let (store, _database) = two_days().await;
    for text in ["", "rcode = SERVFAIL", "fqdn ~ even and client_ip = 192.0.2.0/24"] {
        let query = query(NOON + 25_000_000, NOON + 9 * DAY, text);
        let rows = store.page(&query, None, 1000, LONG).await.unwrap().rows;
        let count = store.count_within(&query, LONG).await.unwrap();
        assert_eq!((count.rows, count.basis), (rows.len() as u64, Basis::Exact));
        for (by, column) in [
            (By::Field(Field::Rcode), "rcode"),
            (By::Field(Field::Service), "service"),
            (By::Field(Field::Transport), "transport"),
            (By::Field(Field::Qtype), "qtype"),
            (By::Field(Field::Member), "member"),
            (By::Field(Field::ClientIp), "client_ip"),
            (By::Field(Field::Significant), "significant"),
            (By::Class, "class"),
        ] {
            let step = 3_600_000_000;
            let bars = store.bars(&query, by, step, LONG).await.unwrap();
            let mut expected = std::collections::BTreeMap::new();
            let mut ranks = std::collections::BTreeMap::new();
            for row in &rows {
                let value = cell(row, column).to_owned();
                *expected.entry((row.at / step * step, value.clone())).or_insert(0) += 1;
                let rank: &mut (u64, u64) = ranks.entry(value).or_default();
                rank.0 += 1;
                rank.1 += cell(row, "stands_for").parse::<u64>().unwrap();
            }
            let points: Vec<_> = expected.into_iter().map(|((at, value), n)| (at, value, n)).collect();
            assert_eq!(bars.points, points, "{text} by {by}");
            let top = store.top(&query, by, 2, LONG).await.unwrap();
            assert_eq!(top.distinct, Some(ranks.len() as u64), "{text} by {by}");
            for value in &top.values {
                assert_eq!(ranks.remove(&value.value), Some((value.rows, value.stands_for)), "{by}");
            }
            assert_eq!(top.other, ranks.values().map(|rank| rank.0).sum::<u64>());
            let least = top.values.iter().map(|value| value.rows).min().unwrap_or(0);
            assert!(ranks.values().all(|rank| rank.0 <= least));
        }
    }
    let whole = query(NOON, NOON + 9 * DAY, "");
    let networks = store.top(&whole, By::ClientNetwork, 9, LONG).await.unwrap();
    let mut named: Vec<_> = networks.values.iter().map(|v| v.value.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["192.0.0.0/24", "192.0.1.0/24", "192.0.2.0/24"]);
    let names = store.top(&whole, By::Field(Field::Fqdn), 9, LONG).await.unwrap();
    assert_eq!(names.values[0].value, "even.example.org");
}

#[tokio::test]
async fn what_has_no_row_is_in_the_bars_of_the_services_that_were_asked_for() {
    let (store, _database) = two_days().await;
    let account = |bucket: i64, service: Option<&str>, outcome, count| AccountRow {
        bucket,
        service: service.map(Into::into),
        class: Some(Class::NonSignificant),
        outcome,
        count,
    };
    let accounts = [
        account(NOON, Some("Hello.example.org"), Outcome::ServiceThrottle, 5),
        account(NOON, Some("hello.example.org"), Outcome::Stored, 100),
        account(NOON + 60_000_000, None, Outcome::SiteThrottle, 7),
        account(NOON + 70_000_000, Some("other.example.org"), Outcome::Queue, 9),
    ];
    store.add_counts(2, &[], &accounts).await.unwrap();
    let suppressed = async |from: i64, text: &str| {
        let query = LogQuery { from, to: NOON + DAY, filter: filter::parse(text).unwrap() };
        store.bars(&query, By::Class, 60_000_000, LONG).await.unwrap().suppressed
    };
    assert_eq!(suppressed(NOON, "").await, [(NOON, 5), (NOON + 60_000_000, 16)]);
    assert_eq!(suppressed(NOON, "service = hello.example.org and ttl > 3").await, [(NOON, 5)]);
    // A bucket that lies in the window in part counts as a whole.
    assert_eq!(suppressed(NOON + 75_000_000, "").await, [(NOON + 60_000_000, 9)]);
    assert_eq!(suppressed(NOON + 80_000_000, "").await, []);
}

#[tokio::test]
async fn values_that_were_seen_complete_what_is_typed() {
    let (store, _database) = two_days().await;
    let values =
        async |field, prefix: &str, n| store.values(field, prefix, (NOON, NOON + 9 * DAY), n).await.unwrap();
    assert_eq!(values(Field::Fqdn, "EV", 9).await, ["even.example.org"]);
    assert_eq!(values(Field::Rcode, "", 9).await, ["NOERROR", "SERVFAIL"]);
    assert_eq!(values(Field::Rcode, "s", 9).await, ["SERVFAIL"]);
    assert_eq!(values(Field::Service, "", 9).await, ["hello.example.org"]);
    assert_eq!(values(Field::ClientIp, "192.0.1.", 3).await.len(), 3);
    assert_eq!(values(Field::Fqdn, "%", 9).await, [""; 0]);
    assert_eq!(values(Field::Fqdn, "'", 9).await, [""; 0]);
}
