//! Mistakes in requests to REST: a problem that names them, and nothing is changed.

use serde_json::{Value, json};

use crate::harness::{Site, check_words, in_words, lab};

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
        check_words(&in_words(&problem), words);
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
        check_words(&in_words(&problem), words);
    }
}
