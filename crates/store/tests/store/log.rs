//! Rows in and out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use model::Span;
use model::event::Transport;
use model::filter;
use model::row::{Class, LogRow};
use model::rrtype::{Rcode, RrType};
use store::{Batch, CsvRows, ExportColumns, LogQuery, Store};

use crate::store;

/// Nobody waits so long.
const LONG: Duration = Duration::from_secs(30);
/// 2026-11-20T08:00:00Z
pub const NOON: i64 = 1_795_161_600_000_000;
pub const DAY: i64 = 86_400_000_000;

pub fn row(at: i64, fqdn: &str, last: u8) -> LogRow {
    LogRow {
        at,
        client: IpAddr::from([192, 0, 2, last]),
        port: 5000,
        transport: Transport::Udp,
        fqdn: fqdn.into(),
        qtype: RrType::A,
        rcode: Rcode::NOERROR,
        class: Class::NonSignificant,
        significance: "",
        service: Some("hello.example.org".into()),
        pool: Some("a".into()),
        member: Some(IpAddr::from([10, 0, 0, last])),
        answers: format!("10.0.0.{last};+2"),
        ttl: 30,
        ecs: None,
        generation: 3,
        latency_us: 12,
        stands_for: 1,
    }
}

pub fn query(from: i64, to: i64, text: &str) -> LogQuery {
    LogQuery { from, to, filter: filter::parse(text).unwrap() }
}

async fn csv(store: &Store, query: &LogQuery) -> String {
    let batches: Vec<Batch> = store.export(query).await.unwrap().try_collect().await.unwrap();
    let (mut rows, mut out) = (CsvRows::new(ExportColumns::default()), Vec::new());
    rows.header(&mut out);
    batches.iter().for_each(|batch| rows.rows(batch, &mut out).unwrap());
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn rows_arrive_once_and_leave_as_the_compact_columns() {
    let (store, _database) = store().await;
    store.prepare_partitions(NOON).await.unwrap();
    let odd = LogRow {
        rcode: Rcode::DROPPED,
        qtype: RrType(1000),
        transport: Transport::Tcp,
        significance: "no answer was given",
        service: None,
        pool: None,
        member: None,
        answers: String::new(),
        ecs: Some("2001:db8::/56".parse().unwrap()),
        client: "2001:db8::1".parse().unwrap(),
        ..row(NOON + 1, r#"=cmd\"\,\<b\>.example.org"#, 1)
    };
    let rows = [row(NOON, "HeLLo.example.org", 7), odd];
    store.store_rows(1, &rows).await.unwrap();
    store.store_rows(1, &rows).await.unwrap();
    let all = query(NOON, NOON + DAY, "");
    assert_eq!(store.count(&all).await.unwrap(), 2);
    assert_eq!(
        csv(&store, &all).await,
        "ts,site,client_ip,client_port,transport,fqdn,qtype,rcode,significant,significance,service,pool,member,\
         answers,ttl,ecs,generation,latency_us\n\
         2026-11-20T08:00:00.000000Z,leader,192.0.2.7,5000,udp,HeLLo.example.org,A,NOERROR,false,,\
         hello.example.org,a,10.0.0.7,10.0.0.7;+2,30,,3,12\n\
         2026-11-20T08:00:00.000001Z,leader,2001:db8::1,5000,tcp,\"'=cmd\\\"\"\\,\\<b\\>.example.org\",TYPE1000,DROPPED,\
         true,no answer was given,,,,,30,2001:db8::/56,3,12\n"
    );
}

#[tokio::test]
async fn every_kind_of_filter_selects_what_it_says() {
    let (store, _database) = store().await;
    store.prepare_partitions(NOON).await.unwrap();
    let mut rows: Vec<LogRow> = (1..=9).map(|n| row(NOON + i64::from(n), "a.example.org", n)).collect();
    rows[0].rcode = Rcode::NXDOMAIN;
    rows[1].fqdn = "B.Example.org".into();
    rows[2].service = None;
    rows[3].member = None;
    rows[4].ecs = Some("198.51.100.0/24".parse().unwrap());
    rows[5].significance = "refused";
    rows[6].transport = Transport::Tcp;
    rows[7].transport = Transport::Quic;
    store.store_rows(1, &rows).await.unwrap();
    let ids = async |text: &str| {
        let found = store.page(&query(NOON, NOON + DAY, text), None, 100, LONG).await.unwrap().rows;
        let mut ids: Vec<i64> = found.iter().map(|l| l.at - NOON).collect();
        ids.reverse();
        assert_eq!(store.count(&query(NOON, NOON + DAY, text)).await.unwrap(), ids.len() as u64, "{text}");
        ids
    };
    let cases: [(&str, &[i64]); 16] = [
        ("rcode = NXDOMAIN", &[1]),
        ("fqdn = b.example.ORG.", &[2]),
        ("fqdn ~ \"^b\\\\.\"", &[2]),
        ("service = \"\"", &[3]),
        ("not member in (10.0.0.0/8)", &[4]),
        ("ecs = 198.51.0.0/16", &[5]),
        ("significant = true", &[6]),
        ("transport = tcp", &[7]),
        ("transport = doq", &[8]),
        ("transport ~ \"^do\"", &[8]),
        ("client_ip in (192.0.2.8/31)", &[8, 9]),
        ("answers = 10.0.0.9", &[9]),
        ("client_port < 5000 or latency_us >= 13", &[]),
        ("ts >= 2026-11-20T08:00:00.000009Z", &[9]),
        ("pool != a", &[]),
        ("generation = 3 and qtype = A and (client_ip = 192.0.2.1 or client_ip = 192.0.2.2)", &[1, 2]),
    ];
    for (text, expected) in cases {
        assert_eq!(ids(text).await, expected, "{text}");
    }
    let bad = store.count(&query(NOON, NOON + DAY, "fqdn ~ \"(\"")).await.unwrap_err();
    assert!(bad.is_bad_pattern() && !bad.is_away(), "{bad:?}");
    // Without a row to try it on as well.
    let early = query(NOON - DAY, NOON - DAY / 2, "ttl = 1 and not (fqdn !~ \"(\")");
    assert!(store.page(&early, None, 1, LONG).await.unwrap_err().is_bad_pattern());
    assert!(store.count_within(&early, LONG).await.unwrap_err().is_bad_pattern());
}

#[tokio::test]
async fn pages_meet_without_a_gap_or_a_repetition() {
    let (store, _database) = store().await;
    store.prepare_partitions(NOON).await.unwrap();
    // Many rows at the same microsecond: the time alone would not tell them apart.
    let rows: Vec<LogRow> = (0..50).map(|n| row(NOON + n / 20, "a.example.org", n as u8)).collect();
    store.store_rows(1, &rows).await.unwrap();
    let all = query(NOON, NOON + DAY, "");
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page = store.page(&all, before, 7, LONG).await.unwrap().rows;
        let Some(last) = page.last() else { break };
        before = Some((last.at, last.id));
        seen.extend(page.iter().map(|l| l.id));
    }
    assert_eq!(seen.len(), 50);
    assert!(seen.windows(2).all(|w| w[0] > w[1]));
}

#[tokio::test]
async fn rows_without_a_partition_are_kept_and_move_when_it_is_made() {
    let (store, database) = store().await;
    store
        .store_rows(1, &[row(NOON, "a.example.org", 1), row(NOON + 5 * DAY, "b.example.org", 2)])
        .await
        .unwrap();
    store.prepare_partitions(NOON).await.unwrap();
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(database.url()).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM query_log_default")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(left, 0);
    assert_eq!(store.count(&query(NOON, NOON + 6 * DAY, "")).await.unwrap(), 2);
    // A week on, the first day is gone and the other is not.
    store.drop_expired(NOON + 8 * DAY, Span::seconds(7 * 86_400)).await.unwrap();
    assert_eq!(store.count(&query(NOON, NOON + 6 * DAY, "")).await.unwrap(), 1);
    store.prepare_partitions(NOON + DAY).await.unwrap();
}

#[tokio::test]
async fn the_oldest_days_go_when_the_log_takes_more_than_it_may_and_today_never_goes() {
    let (store, _database) = store().await;
    store.prepare_partitions(NOON).await.unwrap();
    let rows: Vec<LogRow> = (0..3).map(|day| row(NOON + day * DAY, "a.example.org", 1)).collect();
    store.store_rows(1, &rows).await.unwrap();
    let now = NOON + 2 * DAY;
    let left = async || store.count(&query(NOON, NOON + 6 * DAY, "")).await.unwrap();
    assert_eq!(store.drop_beyond_size(now, 1 << 40).await.unwrap(), []);
    assert_eq!(left().await, 3);
    // Each day takes its table and indexes: less than that for all together leaves what must stay.
    assert_eq!(store.drop_beyond_size(now, 1).await.unwrap().len(), 2);
    assert_eq!(left().await, 1);
    store.prepare_partitions(now).await.unwrap();
}

#[tokio::test]
async fn a_name_of_255_octets_in_its_longest_form_is_stored() {
    let (store, _database) = store().await;
    let wire: Vec<u8> = [vec![63; 1], vec![0xff; 63], vec![63], vec![b'"'; 63], vec![0]].concat();
    let name = model::name::presentation(&wire);
    let long = LogRow { service: Some(Arc::from(name.as_str())), ..row(NOON, &name, 1) };
    store.store_rows(1, &[long]).await.unwrap();
    let found = store.page(&query(NOON, NOON + DAY, ""), None, 1, LONG).await.unwrap().rows;
    assert!(found[0].cells.iter().any(|(column, text)| column == "fqdn" && *text == name));
}

#[tokio::test]
async fn rows_and_their_accounts_are_stored_together_and_once() {
    let (store, _database) = store().await;
    store.prepare_partitions(NOON).await.unwrap();
    let rows = [row(NOON, "a.example.org", 1), row(NOON + 1, "b.example.org", 2)];
    store.store_rows(7, &rows).await.unwrap();
    // Its acknowledgement was lost; a day's numbers are forgotten only when nobody can offer them again.
    store.forget_batches(Some(7)).await.unwrap();
    store.store_rows(7, &rows).await.unwrap();
    let totals = store.totals(Some("hello.example.org"), NOON, NOON + 10_000_000).await.unwrap();
    assert_eq!((totals.answered, totals.logged), (0, 2));
    assert_eq!(csv(&store, &query(NOON, NOON + 10, "")).await.lines().count(), 3);
}
