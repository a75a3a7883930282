//! Exports in the columns that were asked for, as CSV and as lines of JSON.

use std::net::IpAddr;

use futures::TryStreamExt;
use model::event::Transport;
use model::filter::Filter;
use model::row::{Class, LogRow};
use model::rrtype::{Rcode, RrType};
use serde_json::{Value, json};
use sqlx::Connection;
use store::{Batch, CsvRows, ExportColumns, ExportFormat, JsonRows, LogQuery, Store};

use crate::store;

/// 2026-11-20T08:00:00Z
const NOON: i64 = 1_795_161_600_000_000;
/// Backslashes, quotes, a control octet in presentation form, a comma, and what a spreadsheet takes for a formula.
const ODD: &str = r#"=a\"b\010c\\,\009n.example.org"#;

fn plain() -> LogRow {
    LogRow {
        at: NOON,
        client: IpAddr::from([192, 0, 2, 7]),
        port: 5000,
        transport: Transport::Udp,
        fqdn: "hello.example.org".into(),
        qtype: RrType::A,
        rcode: Rcode::NOERROR,
        class: Class::Filtered,
        significance: "",
        service: Some("hello.example.org".into()),
        pool: Some("a".into()),
        member: Some(IpAddr::from([10, 0, 0, 7])),
        answers: "10.0.0.7;10.0.0.8".into(),
        ttl: 30,
        ecs: None,
        generation: 3,
        latency_us: 12,
        stands_for: 4,
    }
}

/// Another that has none of what the first has.
fn bare() -> LogRow {
    LogRow {
        at: NOON + 1,
        client: "2001:db8::1".parse().unwrap(),
        transport: Transport::Quic,
        fqdn: ODD.into(),
        qtype: RrType(1000),
        rcode: Rcode::DROPPED,
        class: Class::Significant,
        significance: "no answer was given",
        service: None,
        pool: None,
        member: None,
        answers: String::new(),
        ecs: Some("2001:db8::/56".parse().unwrap()),
        latency_us: 1_234_567,
        stands_for: 1,
        ..plain()
    }
}

async fn batches(store: &Store) -> Vec<Batch> {
    let query = LogQuery { from: NOON, to: NOON + 86_400_000_000, filter: Filter::All };
    store.export(&query).await.unwrap().try_collect().await.unwrap()
}

async fn export(store: &Store, format: ExportFormat, columns: &str) -> String {
    let columns = ExportColumns::parse(columns).unwrap();
    let batches = batches(store).await;
    let mut out = Vec::new();
    match format {
        ExportFormat::Ndjson => {
            let mut rows = JsonRows::new(columns);
            batches.iter().for_each(|batch| rows.rows(batch, &mut out).unwrap());
        }
        _ => {
            let mut rows = CsvRows::new(columns);
            rows.header(&mut out);
            batches.iter().for_each(|batch| rows.rows(batch, &mut out).unwrap());
        }
    }
    String::from_utf8(out).unwrap()
}

async fn lines(store: &Store, columns: &str) -> Vec<Value> {
    let text = export(store, ExportFormat::Ndjson, columns).await;
    assert!(text.is_empty() || text.ends_with('\n'), "{text:?}");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

#[tokio::test]
async fn csv_has_the_columns_that_were_asked_for_in_their_order() {
    let (store, _database) = store().await;
    store.store_rows(1, &[plain(), bare()]).await.unwrap();
    assert_eq!(
        export(&store, ExportFormat::Csv, "stands_for, class,fqdn,significant").await,
        "stands_for,class,fqdn,significant\n\
         4,filtered,hello.example.org,false\n\
         1,significant,\"'=a\\\"\"b\\010c\\\\,\\009n.example.org\",true\n"
    );
}

#[tokio::test]
async fn lines_of_json_hold_names_as_they_are_and_values_with_their_types() {
    let (store, _database) = store().await;
    assert_eq!(lines(&store, "compact").await, Vec::<Value>::new());
    store.store_rows(1, &[plain(), bare()]).await.unwrap();
    let compact = [
        json!({
            "ts": "2026-11-20T08:00:00.000000Z", "site": "leader", "client_ip": "192.0.2.7", "client_port": 5000,
            "transport": "udp", "fqdn": "hello.example.org", "qtype": "A", "rcode": "NOERROR", "significant": false,
            "significance": null, "service": "hello.example.org", "pool": "a", "member": "10.0.0.7",
            "answers": "10.0.0.7;10.0.0.8", "ttl": 30, "ecs": null, "generation": 3, "latency_us": 12,
        }),
        json!({
            "ts": "2026-11-20T08:00:00.000001Z", "site": "leader", "client_ip": "2001:db8::1", "client_port": 5000,
            "transport": "doq", "fqdn": ODD, "qtype": "TYPE1000", "rcode": "DROPPED", "significant": true,
            "significance": "no answer was given", "service": null, "pool": null, "member": null,
            "answers": null, "ttl": 30, "ecs": "2001:db8::/56", "generation": 3, "latency_us": 1_234_567,
        }),
    ];
    assert_eq!(lines(&store, "compact").await, compact);
    let chosen = export(&store, ExportFormat::Ndjson, "stands_for,class").await;
    assert_eq!(
        chosen,
        "{\"stands_for\":4,\"class\":\"filtered\"}\n{\"stands_for\":1,\"class\":\"significant\"}\n"
    );
}

#[tokio::test]
async fn octets_that_no_name_holds_come_through_json_as_well() {
    let (store, _database) = store().await;
    let wild: String = (1..=0x9f_u8).map(char::from).chain("\\.\u{2028}\u{1f600}".chars()).collect();
    let names = [wild.as_str(), "\\.", "\"", "\u{1}\u{2}", "\\N", "\r\n"];
    let rows: Vec<LogRow> = names.iter().map(|name| LogRow { fqdn: (*name).into(), ..plain() }).collect();
    store.store_rows(1, &rows).await.unwrap();
    let expected: Vec<Value> = names.iter().map(|name| json!({ "fqdn": name })).collect();
    assert_eq!(lines(&store, "fqdn").await, expected);
}

#[tokio::test]
async fn the_columns_of_avi_hold_what_a_row_knows_and_nothing_else() {
    let (store, _database) = store().await;
    let missing = LogRow { rcode: Rcode::NXDOMAIN, at: NOON + 2, transport: Transport::Tls, ..bare() };
    let fixed = LogRow { service: None, pool: None, member: None, at: NOON + 3, ..plain() };
    store.store_rows(1, &[plain(), bare(), missing, fixed]).await.unwrap();
    let rows = lines(&store, "avi").await;
    let known = |row: &Value| -> Value {
        let cells =
            row.as_object().unwrap().iter().filter(|(name, cell)| *name != "log_id" && !cell.is_null());
        cells.map(|(name, cell)| (name.clone(), cell.clone())).collect::<serde_json::Map<_, _>>().into()
    };
    assert!(rows.iter().all(|row| row["log_id"].is_u64() && row.as_object().unwrap().len() == 87));
    assert_eq!(
        known(&rows[0]),
        json!({
            "adf": false, "significant": false, "udf": true, "virtualservice": "leader", "service_engine": "leader",
            "client_ip": "192.0.2.7", "client_src_port": 5000, "start_timestamp": "2026-11-20T08:00:00.000000Z",
            "report_timestamp": "2026-11-20T08:00:00.000012Z", "total_time": 0.012, "server_ip": "10.0.0.7",
            "dns_fqdn": "hello.example.org", "dns_ips": "10.0.0.7;10.0.0.8", "dns_qtype": "DNS_RECORD_A",
            "gslbservice_name": "hello.example.org", "gslbpool_name": "a", "dns_etype": "DNS_ENTRY_GSLB",
            "dns_response": {"response_code": "DNS_RCODE_NOERROR"}, "protocol": "PROTOCOL_UDP",
        })
    );
    assert_eq!(
        known(&rows[1]),
        json!({
            "adf": true, "significant": true, "significance": "no answer was given", "udf": false,
            "virtualservice": "leader", "service_engine": "leader", "client_ip6": "2001:db8::1",
            "client_src_port": 5000, "start_timestamp": "2026-11-20T08:00:00.000001Z",
            "report_timestamp": "2026-11-20T08:00:01.234568Z", "total_time": 1234.567, "dns_fqdn": ODD,
            "dns_qtype": "DNS_RECORD_TYPE1000", "protocol": "PROTOCOL_UDP",
        })
    );
    assert_eq!(rows[2]["dns_response"], json!({"response_code": "DNS_RCODE_NXDOMAIN"}));
    assert_eq!((&rows[2]["dns_etype"], &rows[2]["protocol"]), (&Value::Null, &json!("PROTOCOL_TCP")));
    assert_eq!(rows[3]["dns_etype"], "DNS_ENTRY_STATIC");

    let text = export(&store, ExportFormat::Csv, "avi").await;
    let lines: Vec<&str> = text.lines().collect();
    let names: Vec<&str> = lines[0].split(',').collect();
    assert_eq!((names.len(), names[60], names[61]), (87, "dns_fqdn", "dns_ips"));
    assert_eq!(lines.len(), 5);
    assert!(lines[1].starts_with("false,false,,true,leader,,192.0.2.7,,5000,,"), "{}", lines[1]);
    assert!(
        lines[1].contains(r#",a,"{""response_code"":""DNS_RCODE_NOERROR""}",DNS_ENTRY_GSLB,"#),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].contains(r#","'=a\""b\010c\\,\009n.example.org",,DNS_RECORD_TYPE1000,"#),
        "{}",
        lines[2]
    );
}

/// Cells alone on their lines: readers of CSV would skip one of nothing, and COPY would end at the other.
#[tokio::test]
async fn a_column_alone_has_a_line_for_each_row() {
    let (store, _database) = store().await;
    let rows = ["", "\\.", "a"].map(|name| LogRow { fqdn: name.into(), ..plain() });
    store.store_rows(1, &rows).await.unwrap();
    assert_eq!(export(&store, ExportFormat::Csv, "fqdn").await, "fqdn\n\"\"\n\"\\.\"\na\n");
}

#[tokio::test]
async fn pages_and_exports_show_the_same_cells() {
    let (store, _database) = store().await;
    let mapped = LogRow { client: "::ffff:192.0.2.1".parse().unwrap(), rcode: Rcode(77), ..plain() };
    let old = LogRow { client: "::192.0.2.1".parse().unwrap(), fqdn: "@\"a,b\"\r\n".into(), ..bare() };
    store.store_rows(1, &[plain(), bare(), mapped, old]).await.unwrap();
    let query = LogQuery { from: NOON, to: NOON + 86_400_000_000, filter: Filter::All };
    let long = std::time::Duration::from_secs(60);
    let mut pages = store.page(&query, None, 10, long).await.unwrap().rows;
    pages.reverse();
    let names: Vec<String> = pages[0].cells.iter().map(|(name, _)| name.clone()).collect();
    let text = export(&store, ExportFormat::Csv, &names.join(",")).await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), names);
    let records: Vec<csv::StringRecord> = reader.records().map(|record| record.unwrap()).collect();
    assert_eq!(records.len(), pages.len());
    for (record, line) in records.iter().zip(&pages) {
        let cells: Vec<&str> = line.cells.iter().map(|(_, cell)| cell.as_str()).collect();
        assert_eq!(record.iter().collect::<Vec<_>>(), cells);
    }
}

#[tokio::test]
async fn rows_of_one_moment_are_neither_left_out_nor_repeated() {
    let (store, _database) = store().await;
    for batch in 0..4_u64 {
        let row = |n: u64| LogRow { fqdn: format!("{}.example.org", batch * 2000 + n), ..plain() };
        let rows: Vec<LogRow> = (0..2000).map(row).collect();
        store.store_rows(batch + 1, &rows).await.unwrap();
    }
    let batches = batches(&store).await;
    assert!(batches.len() > 4, "{} batches are too few to tell", batches.len());
    let records = batches.iter().flat_map(Batch::records).map(|record| record.unwrap());
    let seen: Vec<(i64, String)> = records.map(|record| (record.id, record.fqdn.to_owned())).collect();
    let names: Vec<String> = (0..8000).map(|n| format!("{n}.example.org")).collect();
    assert_eq!(seen.iter().map(|(_, name)| name).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
    assert!(seen.is_sorted_by(|a, b| a.0 < b.0));
}

#[tokio::test]
async fn a_reader_that_goes_away_frees_the_process_of_postgresql() {
    let (store, database) = store().await;
    let rows: Vec<LogRow> = (0..5000).map(|_| plain()).collect();
    for batch in 0..20 {
        store.store_rows(batch + 1, &rows).await.unwrap();
    }
    let query = LogQuery { from: NOON, to: NOON + 86_400_000_000, filter: Filter::All };
    let mut stream = store.export(&query).await.unwrap();
    assert!(stream.try_next().await.unwrap().is_some());
    let mut watcher = sqlx::PgConnection::connect(database.url()).await.unwrap();
    let copies = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
                  AND query LIKE 'COPY (SELECT%'";
    let running: i64 = sqlx::query_scalar(copies).fetch_one(&mut watcher).await.unwrap();
    assert_eq!(running, 1, "it waits for its reader");
    drop(stream);
    let freed = async {
        while sqlx::query_scalar::<_, i64>(copies).fetch_one(&mut watcher).await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), freed).await.expect("the COPY goes on");
    // The next export has a connection of its own.
    assert_eq!(batches(&store).await.iter().map(Batch::rows).sum::<u64>(), 100_000);
}
