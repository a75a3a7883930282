//! Changes as history: nobody overwrites what they have not seen, and every change can be undone.

use hickory_proto::rr::RecordType;
use serde_json::json;

use crate::harness::{Site, Transport, lab};

const MEMBER: &str = "/api/v1/members/hello.avi.iberia.local/hello-10/10.10.25.46";

#[test]
fn a_write_with_an_old_etag_is_refused_and_changes_nothing() {
    let site = Site::with_lab();
    let path = format!("/api/v1/services/{}", lab::SERVICE);
    let seen = site.http.get(&path).with_status(200);
    assert_eq!(seen.header("etag"), "\"1\"");
    let patch = |etag: &str, weight: u64| {
        let body = json!({"weight": weight});
        site.http.send("PATCH", MEMBER, |request| request.header("if-match", etag).json(&body))
    };
    let done = patch("\"1\"", 7).with_status(200);
    assert_eq!(done.header("etag"), "\"2\"");
    let refused = patch("\"1\"", 8).problem(412);
    let detail = refused["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("generation 1, 2 is in force"), "{refused}");
    assert_eq!(site.generation(), 2);
    let weight = |site: &Site| site.http.get(&path).json()["pools"][0]["members"][0]["weight"].clone();
    assert_eq!(weight(&site), 7);
    patch("soon", 9).problem(400);
    patch("*", 9).with_status(200);
    assert_eq!((weight(&site), site.generation()), (json!(9), 3));
}

#[test]
fn a_revert_brings_the_state_before_a_change_back() {
    let site = Site::with_lab();
    let mut client = site.client(Transport::Udp);
    let before = site.cli(&["export", "config"]).success().stdout;
    let changed = lab::edited(&lab::unmonitored(), "data: [10.10.24.200]", "data: [10.10.24.201]");
    site.apply(&lab::edited(&changed, "weight: 6", "weight: 60"));
    assert_eq!(client.ask("test.avi.iberia.local", RecordType::A).addresses(), ["10.10.24.201"]);

    let reverted = site.http.send("POST", "/api/v1/revisions/2/revert", |request| request).with_status(200);
    assert_eq!((&reverted.json()["generation"], site.generation()), (&json!(3), 3));
    assert_eq!(client.ask("test.avi.iberia.local", RecordType::A).addresses(), ["10.10.24.200"]);
    assert_eq!(site.cli(&["export", "config"]).success().stdout, before);

    let revision = site.http.get("/api/v1/revisions/3").with_status(200).json();
    assert_eq!(revision["line"]["reason"], "Revert of generation 2", "{revision}");
    let list = site.http.get("/api/v1/revisions").with_status(200).json();
    let generations: Vec<u64> =
        list.as_array().expect("a list").iter().filter_map(|r| r["generation"].as_u64()).collect();
    assert_eq!(generations, [3, 2, 1]);
    site.http.send("POST", "/api/v1/revisions/99/revert", |request| request).problem(404);
}

#[test]
fn a_dry_run_shows_the_plan_and_changes_nothing() {
    let site = Site::with_lab();
    let dry = site.http.json("PATCH", &format!("{MEMBER}?dry_run=true"), &json!({"weight": 9}));
    let plan = dry.with_status(200).json();
    assert_eq!(plan["plan"]["changes"][0]["name"], lab::SERVICE, "{plan}");
    let path = format!("/api/v1/services/{}", lab::SERVICE);
    let weight = site.http.get(&path).json()["pools"][0]["members"][0]["weight"].clone();
    assert_eq!((weight, site.generation()), (json!(6), 1));
}

#[test]
fn of_many_writers_who_saw_the_same_state_one_wins() {
    let site = Site::with_lab();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let writer = |weight: u64| {
            let http = site.http.stranger().with_token(site.http.token());
            scope.spawn(move || {
                let body = json!({"weight": weight});
                http.send("PATCH", MEMBER, |request| request.header("if-match", "\"1\"").json(&body)).status
            })
        };
        let writers: Vec<_> = (10..18).map(writer).collect();
        writers.into_iter().map(|w| w.join().expect("a writer gets an answer")).collect()
    });
    let won = statuses.iter().filter(|status| **status == 200).count();
    let lost = statuses.iter().filter(|status| **status == 412).count();
    assert_eq!((won, lost, site.generation()), (1, 7, 2), "{statuses:?}");
}
