//! The tools people reach for: dig, and dnsperf under load. Both are installed by `cargo xtask test`.

use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Site, lab};

/// What a tool prints when it is pointed at the site.
fn output(tool: &str, server: &str, port: u16, args: &[&str]) -> String {
    let port = port.to_string();
    let output = Command::new(tool).args(server.split(' ')).args(["-p", &port]).args(args).output();
    let output = output.unwrap_or_else(|e| panic!("{tool} does not start ({e}): install it"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{tool} {args:?} ended with {}: {stdout}{stderr}", output.status);
    stdout
}

#[test]
fn dig_reads_answers_as_everybody_types_it() {
    let site = Site::with_lab();
    for how in [&["+notcp"][..], &["+tcp"]] {
        let record = output(
            "dig",
            "@127.0.0.1",
            site.dns().port(),
            &[how, &["test.avi.iberia.local", "+short"]].concat(),
        );
        assert_eq!(record, "10.10.24.200\n");
        let full = output("dig", "@127.0.0.1", site.dns().port(), &[how, &[lab::SERVICE, "AAAA"]].concat());
        for piece in ["status: NOERROR", "flags: qr aa rd;", "ANSWER: 0, AUTHORITY: 1", "EDNS: version: 0"] {
            assert!(full.contains(piece), "{piece} in {full}");
        }
        assert!(!full.contains("Warning") && !full.contains("WARNING: Message"), "{full}");
    }
}

#[test]
fn dnsperf_loses_no_query_and_every_one_of_them_is_counted() {
    let site = Site::with_lab();
    let queries = site.path("queries").to_string_lossy().into_owned();
    std::fs::write(&queries, format!("{} A\n", lab::SERVICE)).expect("writing the queries");
    let mut total = 0;
    for mode in ["udp", "tcp"] {
        let args = ["-d", &queries, "-m", mode, "-n", "10000", "-c", "8", "-T", "2", "-t", "10"];
        let said = output("dnsperf", "-s 127.0.0.1", site.dns().port(), &args);
        for piece in ["Queries completed:    10000 (100.00%)", "Queries lost:         0 (0.00%)"] {
            assert!(said.contains(piece), "{piece} in {said}");
        }
        assert!(said.contains("NOERROR 10000 (100.00%)"), "{said}");
        total += 10_000;
        let split = site.split_of(total);
        assert_eq!((&split["totals"]["answered"], &split["verdict"]), (&total.into(), &"PASS".into()));
        assert_eq!(split["segments"][0]["statistic"], 0.0, "{split}");
    }
}

#[test]
fn dnsperf_loses_no_query_while_weights_change_ten_times_a_second() {
    let site = Site::with_lab();
    let queries = site.path("queries").to_string_lossy().into_owned();
    std::fs::write(&queries, format!("{} A\n", lab::SERVICE)).expect("writing the queries");
    let args = ["-d", &queries, "-l", "5", "-Q", "2000", "-c", "4", "-T", "1", "-t", "10"];
    let member = format!("/api/v1/members/{}/hello-10/{}", lab::SERVICE, lab::MEMBERS[2]);
    let before = site.generation();
    let port = site.dns().port();
    let (said, changes) = thread::scope(|scope| {
        let dnsperf = scope.spawn(move || output("dnsperf", "-s 127.0.0.1", port, &args));
        let mut changes = 0;
        while !dnsperf.is_finished() {
            changes += 1;
            let weight = 1 + changes % 20;
            site.http.json("PATCH", &member, &json!({"weight": weight})).with_status(200);
            // The rate of the changes, and nothing that is waited for.
            thread::sleep(Duration::from_millis(100));
        }
        (dnsperf.join().expect("dnsperf ends well"), changes)
    });
    assert!(said.contains("Queries lost:         0 (0.00%)"), "{said}");
    assert!(said.contains("(100.00%)") && !said.contains("SERVFAIL"), "{said}");
    assert!(changes >= 10, "{changes} changes were made meanwhile");
    assert_eq!(site.generation(), before + changes);
}
