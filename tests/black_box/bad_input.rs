//! Bad input: the error names the field, the value and the remedy, and nothing is changed, whichever door it came by.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Site, folder, lab, run};

/// A piece of the lab's file, what is put in its place, and words of the error: place or field, value, remedy.
/// `LINE` stands for `line` and the number of the line the piece is in.
const MISTAKES: [(&str, &str, &[&str]); 11] = [
    (
        "weight: 6",
        "weight: -1",
        &["LINE", "pools[0].members[0].weight", "weight -1 is out of range", "a whole number from 0 to 1000"],
    ),
    (
        "weight: 6",
        "weight: 1001",
        &[
            "LINE",
            "pools[0].members[0].weight",
            "weight 1001 is out of range",
            "a whole number from 0 to 1000",
        ],
    ),
    (
        "address: 10.10.25.46",
        "address: 10.10.25",
        &["LINE", "pools[0].members[0].address", "\"10.10.25\"", "write an address such as 192.0.2.1"],
    ),
    (
        "name: hello.avi.iberia.local",
        "name: hello.example.org",
        &["services[hello.example.org].name", "is in no zone", "use a name below avi.iberia.local"],
    ),
    (
        "name: site2",
        "name: site1",
        &["sites[site1].name", "\"site1\"", "is there already", "give each a name of its own"],
    ),
    (
        "address: 10.10.26.40",
        "address: 10.10.25.46",
        &["pools[hello-10].members[1].address", "\"10.10.25.46\"", "give each member once"],
    ),
    ("    ttl: 2\n", "    tll: 2\n", &["LINE", "tll", "there is no key", "did you mean ttl?"]),
    ("location: s1az1,", "location: s1az9,", &["members[0].location", "\"s1az9\"", "did you mean s1az1?"]),
    (
        "data: [10.10.24.200]",
        "data: [10.10.24]",
        &["zones[avi.iberia.local].records[0].data", "\"10.10.24\"", "an IPv4 address such as 192.0.2.1"],
    ),
    (
        "interval: 10s",
        "interval: soon",
        &["LINE", "monitors[0].interval", "\"soon\"", "write it as 500ms, 10s, 5m, 2h or 7d"],
    ),
    ("retention: 7d", "retention: 90m", &["logging.retention", "\"90m\"", "give whole days such as 7d"]),
];

/// The words that an error has to have, with the number of the line filled in.
fn expected(piece: &str, words: &[&str]) -> Vec<String> {
    let at = lab::TEXT.find(piece).expect("the piece is in the lab");
    let number = lab::TEXT[..at].lines().count().max(1) + usize::from(lab::TEXT[..at].ends_with('\n'));
    words
        .iter()
        .map(|word| if *word == "LINE" { format!("line {number}:") } else { (*word).to_owned() })
        .collect()
}

fn check_words(error: &str, expected: &[String]) {
    expected.iter().for_each(|word| assert!(error.contains(word), "{word:?} in {error:?}"));
}

/// Every error of a problem as one text.
fn in_words(problem: &Value) -> String {
    let errors = problem["errors"].as_array().expect("errors").iter();
    errors
        .map(|e| format!("{}: {}: {}\n", e["field"], e["value"], e["message"]).replace("\\\"", "\""))
        .collect()
}

#[test]
fn a_mistake_in_a_file_is_named_the_same_by_check_config_apply_and_rest() {
    let site = Site::with_lab();
    let file = site.path("wrong.yaml").to_string_lossy().into_owned();
    for (piece, with, words) in MISTAKES {
        let wrong = lab::edited(lab::TEXT, piece, with);
        fs::write(&file, &wrong).expect("writing a file");
        let expected = expected(piece, words);
        check_words(run(&["check-config", &file]).failure(), &expected);
        check_words(site.cli(&["apply", "-f", &file]).failure(), &expected);
        let problem = site.http.send("POST", "/api/v1/config", |request| request.body(wrong)).problem(422);
        check_words(&in_words(&problem), &expected);
    }
    assert_eq!(site.generation(), 1);
    assert_eq!(site.apply(&lab::unmonitored()).stdout, "No changes.\n");
}

#[test]
fn all_mistakes_of_a_file_are_named_at_once() {
    let folder = folder();
    let file = folder.path().join("wrong.yaml").to_string_lossy().into_owned();
    let wrong = lab::edited(lab::TEXT, "address: 10.10.26.40", "address: 10.10.25.46");
    let wrong = lab::edited(&wrong, "retention: 7d", "retention: 90m");
    fs::write(&file, lab::edited(&wrong, "name: site2", "name: site1")).expect("writing a file");
    let ran = run(&["check-config", &file]);
    let words = ["give each member once", "whole days", "give each a name of its own"];
    check_words(ran.failure(), &words.map(str::to_owned));
    assert!(
        ran.stderr.lines().count() >= 3 && ran.stderr.lines().all(|line| line.starts_with(&file)),
        "{ran:?}"
    );
}

#[test]
fn a_mistake_in_an_object_sent_to_rest_changes_nothing() {
    let site = Site::with_lab();
    let member = format!("/api/v1/members/{}/hello-10/{}", lab::SERVICE, lab::MEMBERS[0]);
    let path = format!("/api/v1/services/{}", lab::SERVICE);
    let service = site.http.get(&path).json();
    let with = |pointer: &str, value: Value| {
        let mut changed = service.clone();
        *changed.pointer_mut(pointer).expect("a field of the service") = value;
        changed
    };
    let mut misspelled = service.clone();
    misspelled["tll"] = json!(2);
    let renamed = |name: &str| with("/name", json!(name));
    let range = "give a whole number from 0 to 1000";
    let wrong: [(&str, &str, Value, u16, &[&str]); 10] = [
        ("PATCH", &member, json!({"weight": -1}), 422, &["weight", "-1", range]),
        ("PATCH", &member, json!({"weight": 1001}), 422, &["weight", "1001", range]),
        ("PATCH", &member, json!({"weight": "six"}), 422, &["weight", "six", "{\"weight\": 3}"]),
        ("PATCH", &member, json!({"wieght": 1}), 422, &["wieght", "did you mean weight?"]),
        (
            "PUT",
            &path,
            with("/pools/0/members/0/weight", json!(1001)),
            422,
            &["members[0].weight", "1001", range],
        ),
        (
            "PUT",
            &path,
            with("/pools/0/members/0/address", json!("10.10.25")),
            422,
            &["members[0].address", "\"10.10.25\"", "write an address such as 192.0.2.1"],
        ),
        ("PUT", &path, misspelled, 422, &["tll", "did you mean ttl?"]),
        (
            "POST",
            "/api/v1/services",
            renamed("hello.example.org"),
            422,
            &["services[hello.example.org].name", "in no zone", "use a name below avi.iberia.local"],
        ),
        ("POST", "/api/v1/services", service.clone(), 409, &["name", lab::SERVICE, "choose another"]),
        ("POST", "/api/v1/services", renamed("HELLO.Avi.Iberia.LOCAL."), 409, &["name", "choose another"]),
    ];
    for (method, path, body, status, words) in wrong {
        let problem = site.http.json(method, path, &body).problem(status);
        check_words(&in_words(&problem), &words.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    for body in ["", "weight=6", "[]", "{\"weight\": 6} and more"] {
        site.http.send("PATCH", &member, |request| request.body(body)).problem(422);
    }
    assert_eq!((site.generation(), site.http.get(&path).json()), (1, service));
}

#[test]
fn a_request_that_no_handler_takes_is_a_problem_as_any_other() {
    let site = Site::with_lab();
    let json = [("content-type", "application/json")];
    let large = " ".repeat((16 << 20) + 1);
    for (method, path, headers, body, status, word) in [
        ("POST", "health", &[][..], "", 405, "Allow lists"),
        ("GET", "nothing", &[], "", 404, "no such resource"),
        ("GET", "revisions/first", &[], "", 400, "first"),
        ("GET", "logs?limit=many", &[], "", 400, "limit"),
        ("GET", "explain", &[], "", 400, "name"),
        ("POST", "config?dry_run=maybe", &[], "{}", 400, "dry_run"),
        ("POST", "config", &[], large.as_str(), 413, "16 MiB"),
        ("POST", "users", &[], "{}", 415, "application/json"),
        ("POST", "users", &json, "{\"name\": \"ana\"}", 422, "role"),
        ("POST", "tokens", &json, "{\"role\": \"root\"}", 422, "`viewer`, `operator`, `admin`"),
        ("POST", "tokens", &json, "{\"role\": \"viewer\", \"expires\": \"soon\"}", 422, "7d"),
    ] {
        let reply = site.http.send(method, &format!("/api/v1/{path}"), |request| {
            headers.iter().fold(request, |r, (name, value)| r.header(*name, *value)).body(body.to_owned())
        });
        let detail = reply.problem(status)["detail"].to_string();
        assert!(detail.contains(word), "{word:?} in {detail} of {method} {path}");
    }
    assert_eq!(site.http.send("POST", "/api/v1/health", |r| r).header("allow"), "GET,HEAD");
    assert_eq!(site.generation(), 1);
}

#[test]
fn a_window_or_a_filter_that_cannot_be_read_is_named() {
    let site = Site::with_lab();
    for (query, words) in [
        ("logs?since=soon", &["since", "soon", "10s, 5m, 2h"][..]),
        ("logs?from=yesterday&to=today", &["from", "yesterday", "2026-11-20T08:00:00Z"]),
        ("logs?filter=rcode%20%3D", &["filter", "rcode =", "at character"]),
        ("logs?filter=colour%20%3D%20red", &["filter", "colour"]),
        ("explain?name=hello.avi.iberia.local&type=ALIAS", &["type", "ALIAS"]),
        ("explain?name=a..b", &["name", "a..b"]),
    ] {
        let problem = site.http.get(&format!("/api/v1/{query}")).problem(400);
        check_words(&in_words(&problem), &words.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    let cli = site.cli(&["logs", "export", "--filter", "colour = red"]);
    check_words(cli.failure(), &["filter".to_owned(), "colour".to_owned()]);
    assert_eq!(site.cli(&["logs", "export", "--format", "xml"]).code, 2, "a usage error");
}

#[test]
fn a_log_that_cannot_be_judged_is_named_with_what_is_missing() {
    let folder = folder();
    let file = folder.path().join("export.csv").to_string_lossy().into_owned();
    fs::write(&file, "time,ips\nnow,10.10.25.46\n").expect("writing a log");
    let weights = "10.10.25.46=6";
    let csv = ["split", "--csv", file.as_str()];
    let judged = |more: &[&str]| run(&[&csv, more].concat());
    for (more, words) in [
        (&["--expect", weights][..], &["answers", "time", "ips"][..]),
        (&["--column", "dns_ips", "--expect", weights], &["dns_ips", "time", "ips"]),
        (&["--column", "ips", "--expect", "10.10.25.46"], &["10.10.25.46", "="]),
        (&["--column", "ips", "--expect", "10.10.25=6"], &["10.10.25", "address"]),
        (&["--column", "ips", "--expect", "10.10.25.46=1001"], &["1001", "from 0 to 1000"]),
    ] {
        check_words(judged(more).failure(), &words.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    let missing = run(&["split", "--csv", "/no/such/log.csv", "--expect", weights]);
    assert!(missing.failure().contains("/no/such/log.csv"), "{missing:?}");
    assert_eq!(judged(&[]).code, 2, "without --expect it is a usage error");
    assert_eq!(run(&["split"]).code, 2);
}

#[test]
fn a_server_that_is_not_there_is_named_with_the_remedy() {
    let nowhere = run(&["export", "config", "--server", "http://127.0.0.1:1"]);
    let expected = ["http://127.0.0.1:1", "start it with `steelyard serve`, or name it with --server"];
    check_words(nowhere.failure(), &expected.map(str::to_owned));
    let folder = folder();
    let empty = run(&["export", "config", "--data-dir", &folder.path().to_string_lossy()]);
    check_words(empty.failure(), &["local-access.json".to_owned(), "is it running".to_owned()]);
    let wrong = run(&["export", "config", "--server", "127.0.0.1:3000"]);
    check_words(wrong.failure(), &["--server".to_owned(), "give one such as http://".to_owned()]);
}
