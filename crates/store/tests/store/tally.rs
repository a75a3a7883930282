//! Counts by counters, by rows and by a sample; sums of counters over ten minutes; indexes of days that are over.

use std::collections::BTreeMap;
use std::time::Duration;

use api::view::{Basis, By};
use model::counter::{BUCKET_US, bucket_of};
use model::filter::Field;
use model::row::{AccountRow, Class, CounterRow, LogRow, Outcome};
use model::rrtype::{Family, Rcode};
use sqlx::Connection;
use store::Store;
use test_support::Database;

use crate::log::{DAY, NOON, query, row};
use crate::store;

const LONG: Duration = Duration::from_secs(60);
const HOUR: i64 = 3_600_000_000;

/// The counters of rows.
fn counts(rows: &[LogRow]) -> Vec<CounterRow> {
    let counters = rows.iter().map(|row| CounterRow {
        bucket: bucket_of(row.at),
        zone: Some("example.org".into()),
        service: row.service.clone(),
        pool: row.pool.clone(),
        member: row.member,
        family: Family::of_type(row.qtype),
        rcode: row.rcode,
        generation: row.generation,
        health_epoch: 1,
        count: 1,
    });
    counters.collect()
}

/// Two hours and a bit of rows, one a second, every 40th NXDOMAIN of no service.
async fn two_hours() -> (Store, Database, Vec<LogRow>) {
    let (store, database) = store().await;
    store.prepare_partitions(NOON).await.unwrap();
    let rows: Vec<LogRow> = (0..7_500_i64)
        .map(|n| {
            let plain = row(NOON + n * 1_000_000 + 1, "a.example.org", (n % 3) as u8);
            match n % 40 {
                7 => LogRow {
                    rcode: Rcode::NXDOMAIN,
                    class: Class::Significant,
                    significance: "name does not exist",
                    service: None,
                    pool: None,
                    member: None,
                    ..plain
                },
                _ => plain,
            }
        })
        .collect();
    store.store_rows(1, &rows).await.unwrap();
    store.add_counts(2, &counts(&rows), &[]).await.unwrap();
    (store, database, rows)
}

/// Rows by step and value as they were made.
fn truth(
    rows: &[LogRow],
    (from, to): (i64, i64),
    step: i64,
    value: fn(&LogRow) -> String,
) -> Vec<(i64, String, u64)> {
    let mut sums = BTreeMap::new();
    for row in rows.iter().filter(|row| (from..to).contains(&row.at)) {
        *sums.entry((row.at / step * step, value(row))).or_insert(0) += 1;
    }
    sums.into_iter().map(|((start, value), rows)| (start, value, rows)).collect()
}

fn member(row: &LogRow) -> String {
    row.member.map(|member| member.to_string()).unwrap_or_default()
}

/// Times of all rows of a query, by pages.
async fn times(store: &Store, query: &store::LogQuery) -> Vec<i64> {
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = store.page(query, before, 20, LONG).await.unwrap();
        seen.extend(page.rows.iter().map(|row| row.at));
        match page.next {
            Some(next) => before = Some(next),
            None => return seen,
        }
    }
}

#[tokio::test]
async fn what_counters_rule_out_hides_no_row() {
    let (store, database, mut rows) = two_hours().await;
    // A code that two periods have, and rows of another whose counts were lost.
    let rare = |n: i64, rcode| LogRow { rcode, ..row(NOON + n * 60_000_000 + 5, "a.example.org", 1) };
    let counted: Vec<LogRow> = [3, 4, 77].map(|n| rare(n, Rcode::SERVFAIL)).to_vec();
    store.store_rows(7, &counted).await.unwrap();
    store.add_counts(8, &counts(&counted), &[]).await.unwrap();
    let lost: Vec<LogRow> = [5, 91].map(|n| rare(n, Rcode::REFUSED)).to_vec();
    store.store_rows(9, &lost).await.unwrap();
    rows.extend(counted.into_iter().chain(lost));
    store.add_up_periods(NOON + 3 * HOUR, 1000).await.unwrap();
    for (rcode, text) in [
        (Rcode::SERVFAIL, "rcode = SERVFAIL"),
        (Rcode::REFUSED, "rcode = REFUSED"),
        (Rcode::NXDOMAIN, "rcode = NXDOMAIN"),
        (Rcode::FORMERR, "rcode = FORMERR"),
        (Rcode::SERVFAIL, "rcode = SERVFAIL and fqdn = a.example.org"),
    ] {
        let mut wanted: Vec<i64> = rows.iter().filter(|row| row.rcode == rcode).map(|row| row.at).collect();
        wanted.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(times(&store, &query(NOON, NOON + 3 * HOUR, text)).await, wanted, "{text}");
    }
    // It is by the counters that a period is passed over, and only if they know all of its rows: a sum that is wrong
    // hides what it denies, but not beside the row whose count was lost.
    let mut other = sqlx::PgConnection::connect(database.url()).await.unwrap();
    let wrong = "UPDATE answer_periods SET rcode = 5 WHERE rcode = 2";
    sqlx::query(wrong).execute(&mut other).await.unwrap();
    let at = |n: i64| NOON + n * 60_000_000 + 5;
    assert_eq!(times(&store, &query(NOON, NOON + 2 * HOUR, "rcode = SERVFAIL")).await, [at(4), at(3)]);
}

#[tokio::test]
async fn counters_and_rows_say_the_same_of_every_window_and_step() {
    let (store, _database, rows) = two_hours().await;
    let windows = [
        (NOON, NOON + 3 * HOUR),
        (NOON + 123_456_789, NOON + HOUR + 987_654_321),
        (NOON + 3, NOON + 7_000_000),
        (NOON + 1_500_000, NOON + 2 * HOUR),
    ];
    for added_up in [false, true] {
        if added_up {
            assert_eq!(store.add_up_periods(NOON + 2 * HOUR, 1000).await.unwrap(), 11);
            assert_eq!(store.add_up_periods(NOON + 2 * HOUR, 1000).await.unwrap(), 0);
        }
        for (from, to) in windows {
            for step in [BUCKET_US, 60_000_000, 600_000_000, HOUR] {
                let bars =
                    store.bars(&query(from, to, ""), By::Field(Field::Member), step, LONG).await.unwrap();
                assert_eq!(
                    bars.points,
                    truth(&rows, (from, to), step, member),
                    "{from} {to} {step} {added_up}"
                );
                let counted = if to - from < BUCKET_US { Basis::Exact } else { Basis::Counted };
                assert_eq!(bars.basis, counted, "{from} {to} {step} {added_up}");
            }
            let nxdomain = query(from, to, "rcode = NXDOMAIN");
            let count = store.count_within(&nxdomain, LONG).await.unwrap();
            assert_eq!(count.rows, store.count(&nxdomain).await.unwrap());
            let totals = store.totals(None, from, to).await.unwrap();
            let (first, last) = (bucket_of(from), bucket_of(to + BUCKET_US - 1));
            let answered = rows.iter().filter(|row| (first..last).contains(&row.at)).count() as u64;
            assert_eq!((totals.answered, totals.logged), (answered, answered), "{from} {to} {added_up}");
        }
    }
    let top = store.top(&query(NOON, NOON + 3 * HOUR, ""), By::Field(Field::Rcode), 1, LONG).await.unwrap();
    assert_eq!((top.values[0].value.as_str(), top.values[0].rows), ("NOERROR", 7_312));
    assert_eq!((top.other, top.distinct, top.basis), (188, Some(2), Basis::Counted));
    let one = store.totals(Some("hello.example.org"), NOON, NOON + 3 * HOUR).await.unwrap();
    assert_eq!((one.answered, one.logged), (7_312, 7_312));
}

#[tokio::test]
async fn where_answers_have_no_row_rows_are_counted_and_not_answers() {
    let (store, _database, rows) = two_hours().await;
    // Answers of the second ten minutes whose rows a throttle left out.
    let left_out = NOON + 900_000_000;
    let mut answer = counts(&rows[..1]).remove(0);
    (answer.bucket, answer.count) = (left_out, 50);
    let account = AccountRow {
        bucket: left_out,
        service: answer.service.clone(),
        class: Some(Class::NonSignificant),
        outcome: Outcome::ServiceThrottle,
        count: 50,
    };
    store.add_counts(3, &[answer], &[account]).await.unwrap();
    for added_up in [false, true] {
        if added_up {
            store.add_up_periods(NOON + 2 * HOUR, 1000).await.unwrap();
        }
        for step in [BUCKET_US, 600_000_000] {
            let (from, to) = (NOON, NOON + 2 * HOUR);
            let bars = store.bars(&query(from, to, ""), By::Field(Field::Member), step, LONG).await.unwrap();
            assert_eq!(bars.points, truth(&rows, (from, to), step, member), "{step} {added_up}");
            assert_eq!(bars.suppressed, [(left_out / step * step, 50)]);
            let totals = store.totals(None, from, to).await.unwrap();
            assert_eq!((totals.answered, totals.logged, totals.dropped.service_throttle), (7_250, 7_200, 50));
        }
    }
}

#[tokio::test]
async fn an_increment_that_comes_late_is_in_the_sums() {
    let (store, _database, rows) = two_hours().await;
    store.add_up_periods(NOON + 2 * HOUR, 1000).await.unwrap();
    let all = query(NOON, NOON + 2 * HOUR, "");
    let late = LogRow { at: NOON + 5, ..rows[0].clone() };
    store.store_rows(4, std::slice::from_ref(&late)).await.unwrap();
    store.add_counts(5, &counts(&[late]), &[]).await.unwrap();
    assert_eq!(store.count_within(&all, LONG).await.unwrap().rows, 7_201);
    assert_eq!(store.add_up_periods(NOON + 2 * HOUR, 1000).await.unwrap(), 1);
    assert_eq!(store.count_within(&all, LONG).await.unwrap().rows, 7_201);
    // An answer whose row is lost is found out when its account is settled.
    let answer = CounterRow { bucket: NOON + HOUR, count: 3, ..counts(&rows[..1]).remove(0) };
    store.add_counts(6, &[answer], &[]).await.unwrap();
    store.add_up_periods(NOON + 2 * HOUR, 1000).await.unwrap();
    assert_eq!(store.settle_accounts(NOON, NOON + 2 * HOUR).await.unwrap(), 3);
    let totals = store.totals(None, NOON, NOON + 2 * HOUR).await.unwrap();
    assert_eq!((totals.answered, totals.logged, totals.dropped.storage), (7_204, 7_201, 3));
    store.drop_expired(NOON + 9 * DAY, model::Span::seconds(86_400)).await.unwrap();
    assert_eq!(store.totals(None, NOON, NOON + HOUR).await.unwrap().answered, 0);
}

#[tokio::test]
async fn of_too_many_rows_a_sample_is_looked_at_and_comes_near() {
    let (store, database) = store().await;
    store.prepare_partitions(NOON).await.unwrap();
    let mut connection = sqlx::PgConnection::connect(database.url()).await.unwrap();
    // Two hundred thousand rows by PostgreSQL itself, one in ten by TCP; to its planner each costs as much as a thousand.
    let fill = "INSERT INTO query_log (at, site, client, port, transport, fqdn, qtype, rcode, class, significance, \
                  answers, ttl, generation, latency_us, stands_for) \
                SELECT $1::text::timestamptz + n * interval '200 milliseconds', 'leader', '192.0.2.1', 53, \
                  (n % 10 = 3)::int, 'a.example.org', 1, 0, 2, '', '', 30, 1, 9, 2 FROM generate_series(0, 199999) n";
    sqlx::query(fill).bind("2026-11-20 08:00:00+00").execute(&mut connection).await.unwrap();
    sqlx::query("ANALYZE query_log").execute(&mut connection).await.unwrap();
    let dear =
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET cpu_tuple_cost = 10', current_database()); END $$";
    sqlx::query(dear).execute(&mut connection).await.unwrap();
    let tcp = query(NOON, NOON + DAY, "transport = tcp");
    let count = store.count_within(&tcp, LONG).await.unwrap();
    assert_eq!(count.basis, Basis::Estimated);
    // A sample of 25,000 rows or more: a standard deviation is less than 2 % of this count, and five are never seen.
    assert!((18_000..22_000).contains(&count.rows), "{count:?}");
    let top = store.top(&query(NOON, NOON + DAY, ""), By::Field(Field::Transport), 1, LONG).await.unwrap();
    assert_eq!((top.values[0].value.as_str(), top.distinct, top.basis), ("udp", None, Basis::Estimated));
    assert!((170_000..190_000).contains(&top.values[0].rows), "{top:?}");
    assert!(top.values[0].stands_for.abs_diff(2 * top.values[0].rows) < 2, "{top:?}");
}

#[tokio::test]
async fn days_that_are_over_are_indexed_once_and_today_is_not() {
    let (store, database, _rows) = two_hours().await;
    let indexed = store.index_closed_days(NOON + DAY).await.unwrap();
    assert_eq!(indexed.days.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2026-11-20"]);
    assert_eq!(indexed.without_trigram, None);
    assert_eq!(store.index_closed_days(NOON + DAY).await.unwrap().days, []);
    let mut connection = sqlx::PgConnection::connect(database.url()).await.unwrap();
    let sql = "SELECT tablename, count(*) FROM pg_indexes WHERE tablename ~ '^query_log_2026' GROUP BY 1 ORDER BY 1";
    let indexes: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
    let expected = [("20261120", 5), ("20261121", 1), ("20261122", 1), ("20261123", 1)];
    let expected: Vec<_> = expected.map(|(day, n)| (format!("query_log_{day}"), n)).to_vec();
    assert_eq!(indexes, expected);
    // One that was left half built is made anew.
    let spoil =
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'query_log_20261120_client'::regclass";
    sqlx::query(spoil).execute(&mut connection).await.unwrap();
    assert_eq!(store.index_closed_days(NOON + DAY).await.unwrap().days.len(), 1);
    let found = store.page(&query(NOON, NOON + DAY, "client_ip = 192.0.2.1"), None, 9, LONG).await.unwrap();
    assert_eq!(found.rows.len(), 9);
}
