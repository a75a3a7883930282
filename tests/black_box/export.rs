//! The log as files: in which columns, in which format, and that each says the same.

use std::fs;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Site, check_words, in_words, lab, run, volley};

const WEIGHTS: &str = "10.10.25.46=6,10.10.26.40=3,10.10.23.40=1";

fn sha256(octets: &[u8]) -> String {
    Sha256::digest(octets).iter().map(|octet| format!("{octet:02x}")).collect()
}

fn header(csv: &str) -> Vec<&str> {
    csv.lines().next().expect("a header").split(',').collect()
}

#[test]
fn every_export_of_a_log_says_the_same_and_is_judged_alike() {
    let site = Site::with_lab();
    volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 50);
    site.split_of(100);
    let file = |name: &str, args: &[&str]| {
        let path = site.path(name).to_string_lossy().into_owned();
        let ran = site.cli(&[&["logs", "export", "-o", &path], args].concat()).success();
        let octets = fs::read(&path).expect("reading the export");
        let said = format!("rows=100 sha256={}\n", sha256(&octets));
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", said.as_str()), "{args:?}");
        (String::from_utf8_lossy(&octets).into_owned(), path)
    };
    let (_, compact) = file("compact.csv", &[]);
    let (text, avi) = file("avi.csv", &["--columns", "avi"]);
    let names = header(&text);
    assert_eq!((names.len(), names[60], names[61]), (87, "dns_fqdn", "dns_ips"));
    let verdict = |path: &str, column: &str| {
        let judged = run(&["split", "--csv", path, "--expect", WEIGHTS]).success().stdout;
        assert!(judged.contains(&format!("column \"{column}\", 100 rows, 0 without an address")), "{judged}");
        // The first line names file and column.
        judged.lines().skip(1).map(|line| line.replace(path, "")).collect::<Vec<_>>()
    };
    assert_eq!(verdict(&avi, "dns_ips"), verdict(&compact, "answers"));

    let (text, _) = file("log.ndjson", &["--format", "ndjson"]);
    let rows: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect("a line of JSON")).collect();
    let mut csv = csv::Reader::from_path(&compact).expect("opening the export");
    let records: Vec<csv::StringRecord> = csv.records().map(|r| r.expect("a record")).collect();
    assert_eq!(rows.len(), records.len());
    for (row, record) in rows.iter().zip(&records) {
        let said = (row["ts"].as_str(), row["client_port"].to_string(), row["answers"].as_str());
        assert_eq!(said, (Some(&record[0]), record[3].to_owned(), Some(&record[13])));
        assert_eq!((&row["ecs"], &row["significant"]), (&json!(null), &json!(false)));
    }
    // The file says itself what it is, at both ends (Apache Parquet, "File format").
    let (_, path) = file("log.parquet", &["--format", "parquet"]);
    let octets = fs::read(&path).expect("reading the export");
    assert!(octets.starts_with(b"PAR1") && octets.ends_with(b"PAR1"));
    let (text, _) = file("few.csv", &["--columns", "stands_for,class,fqdn"]);
    assert_eq!(header(&text), ["stands_for", "class", "fqdn"]);
    assert_eq!(text.lines().nth(1), Some(format!("1,non_significant,{}", lab::SERVICE).as_str()));
}

#[test]
fn columns_and_formats_there_are_not_are_refused_with_those_there_are() {
    let site = Site::with_lab();
    for (args, words) in [
        (["--columns", "ts,colour"], &["--columns", "ts,colour", "colour", "compact, avi", "stands_for"][..]),
        (["--columns", "ts,fqdn,ts"], &["--columns", "column ts is there twice"]),
        (["--format", "xlsx"], &["--format", "xlsx", "csv, ndjson, parquet"]),
    ] {
        let refused = site.cli(&[&["logs", "export"][..], &args].concat());
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "a usage error: {refused:?}");
        check_words(&refused.stderr, words);
    }
}

#[test]
fn rest_names_the_format_of_what_it_sends_and_the_parameter_that_is_wrong() {
    let site = Site::with_lab();
    let get = |query: &str| site.http.get(&format!("/api/v1/logs/export.csv?since=1h{query}"));
    for (query, media_type, end) in [
        ("", "text/csv; charset=utf-8; header=present", ".csv\""),
        ("&format=csv&columns=avi", "text/csv; charset=utf-8; header=present", ".csv\""),
        ("&format=ndjson&columns=ts,class", "application/x-ndjson", ".ndjson\""),
        ("&format=parquet&columns=avi", "application/vnd.apache.parquet", ".parquet\""),
    ] {
        let reply = get(query).with_status(200);
        assert_eq!(reply.header("content-type"), media_type, "{query}");
        assert!(reply.header("content-disposition").ends_with(end), "{query}");
    }
    for (query, words) in [
        ("&format=xlsx", &["format", "\"xlsx\"", "csv, ndjson or parquet"][..]),
        (
            "&columns=ts,colour",
            &["columns", "\"ts,colour\"", "no column \"colour\"", "compact, avi", "latency_us"],
        ),
        ("&columns=", &["columns", "compact, avi"]),
    ] {
        check_words(&in_words(&get(query).problem(400)), words);
    }
}
