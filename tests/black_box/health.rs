//! Members that fall ill and recover: never answered while another is well, and never all gone.

use std::time::Duration;

use serde_json::json;

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Backends, Scrape, Site, lab, signal, until, volley};

const MEMBERS: [&str; 3] = ["127.0.0.41", "127.0.0.42", "127.0.0.43"];
/// Members are checked each second, and one check decides; the rest is for a busy machine.
const NOTICED: Duration = Duration::from_secs(10);

/// The lab with members that exist, checked each second and judged by one check.
fn watched(port: u16) -> String {
    let mut text = lab::moved_to(MEMBERS, port);
    for (piece, with) in [
        ("interval: 10s", "interval: 1s"),
        ("timeout: 4s", "timeout: 500ms"),
        ("failures: 3", "failures: 1"),
        ("successes: 3", "successes: 1"),
    ] {
        text = lab::edited(&text, piece, with);
    }
    text
}

/// Waits until the members' health is this, and answers are given by it.
fn wait_for(site: &Site, health: [&str; 3]) {
    let wanted: Vec<_> = MEMBERS.iter().map(ToString::to_string).zip(health.map(str::to_owned)).collect();
    until(&format!("health {health:?}"), NOTICED, || {
        let list = site.http.get("/api/v1/members").with_status(200).json();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let members = list.as_array().expect("a list").iter();
        let seen: Vec<_> = members.map(|m| (text(&m["address"]), text(&m["health"]))).collect();
        (seen == wanted).then_some(())
    });
}

#[test]
fn an_ill_member_leaves_the_answers_all_ill_fails_open_and_the_recovered_return() {
    let backends = Backends::start(MEMBERS);
    let site = Site::start();
    site.apply(&watched(backends.port));
    let split = |counts: [u64; 3]| {
        let total: u64 = counts.iter().sum();
        let tally = volley(site.dns(), lab::SERVICE, &[Udp, Tcp], total / 2);
        assert_eq!(tally, lab::tally(MEMBERS, counts));
    };
    wait_for(&site, ["UP", "UP", "UP"]);
    split([60, 30, 10]);

    backends.set_well(1, false);
    wait_for(&site, ["UP", "DOWN", "UP"]);
    split([60, 0, 10]);
    let up = |member: &str| Scrape::of(&site.http).sum("steelyard_member_up", &[("member", member)]);
    assert_eq!((up(MEMBERS[0]), up(MEMBERS[1])), (1.0, 0.0));

    backends.set_well(0, false);
    wait_for(&site, ["DOWN", "DOWN", "UP"]);
    split([0, 0, 10]);

    backends.set_well(2, false);
    wait_for(&site, ["DOWN", "DOWN", "DOWN"]);
    split([60, 30, 10]);
    let told = site.http.get(&format!("/api/v1/explain?name={}", lab::SERVICE)).with_status(200).json();
    assert_eq!(told["outcome"], "fail_open", "{told}");

    backends.set_well(1, true);
    wait_for(&site, ["DOWN", "UP", "DOWN"]);
    split([0, 30, 0]);
    (0..3).for_each(|member| backends.set_well(member, true));
    wait_for(&site, ["UP", "UP", "UP"]);
    split([60, 30, 10]);

    // Each of these times is judged by the weights of the members that were eligible then.
    let report = site.split_of(100 + 70 + 10 + 100 + 30 + 100);
    assert_eq!(
        (&report["verdict"], &report["totals"]["answered"]),
        (&json!("PASS"), &json!(410)),
        "{report}"
    );
}

fn killed(site: &mut Site) {
    signal(site.pid(), "KILL");
    until("its end", NOTICED, || (!site.runs()).then_some(()));
}

#[test]
fn a_site_that_starts_again_knows_who_was_dead() {
    let backends = Backends::start(MEMBERS);
    let mut site = Site::start();
    // So slow that a start without memory would answer with the dead member for a long time.
    let slow = lab::edited(&watched(backends.port), "failures: 1", "failures: 3");
    site.apply(&slow);
    wait_for(&site, ["UP", "UP", "UP"]);
    backends.set_well(0, false);
    wait_for(&site, ["DOWN", "UP", "UP"]);
    let file = site.path("health.json");
    until("the health on disk", NOTICED, || {
        std::fs::read_to_string(&file).is_ok_and(|text| text.contains(MEMBERS[0])).then_some(())
    });
    let slower = lab::edited(&slow, "interval: 1s", "interval: 60s");
    site.apply(&slower);
    killed(&mut site);
    site.start_again();
    assert_eq!(volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 20), lab::tally(MEMBERS, [0, 30, 10]));
    backends.set_well(0, true);
    killed(&mut site);
    site.start_again();
    // Its first check, at once, is proof enough.
    wait_for(&site, ["UP", "UP", "UP"]);
    assert_eq!(volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 50), lab::tally(MEMBERS, [60, 30, 10]));
}

#[test]
fn a_member_that_is_not_reachable_is_down_with_the_reason() {
    let backends = Backends::start(MEMBERS);
    let port = backends.port;
    drop(backends);
    let site = Site::start();
    site.apply(&watched(port));
    wait_for(&site, ["DOWN", "DOWN", "DOWN"]);
    let list = site.http.get("/api/v1/health").with_status(200).json();
    let checks = &list[0]["checks"][0];
    assert_eq!((&checks["monitor"], &checks["health"]), (&json!("http-hello"), &json!("DOWN")), "{list}");
    assert!(checks["failure"].as_str().is_some_and(|why| why.contains("REFUSED")), "{list}");
}

#[test]
fn a_monitor_is_tried_on_the_spot_and_changes_are_remembered_with_their_cause() {
    let backends = Backends::start(MEMBERS);
    let site = Site::start();
    site.apply(&watched(backends.port));
    wait_for(&site, ["UP", "UP", "UP"]);
    let member = json!({"service": lab::SERVICE, "pool": "hello-10", "address": MEMBERS[0]});
    let test =
        |member: &serde_json::Value| site.http.json("POST", "/api/v1/monitors/http-hello/test", member);
    let done = test(&member).with_status(200).json();
    assert_eq!((&done["passed"], &done["detail"]), (&json!(true), &json!("status 200")), "{done}");
    let steps: Vec<&str> =
        done["steps"].as_array().unwrap().iter().filter_map(|s| s["what"].as_str()).collect();
    assert_eq!(steps, ["request", "connect", "connect", "response"], "{done}");
    let stranger = json!({"service": lab::SERVICE, "pool": "hello-10", "address": "127.0.0.1"});
    assert!(test(&stranger).with_status(422).body.contains("no such member"));
    site.http.json("POST", "/api/v1/monitors/nothing/test", &member).with_status(404);

    backends.set_well(0, false);
    wait_for(&site, ["DOWN", "UP", "UP"]);
    let failed = test(&member).with_status(200).json();
    assert_eq!(failed["failure"], "RESPONSE_CODE_MISMATCH", "{failed}");
    let history = until("the change is stored", NOTICED, || {
        let path = format!("/api/v1/health/history?service={}&member={}", lab::SERVICE, MEMBERS[0]);
        let history = site.http.get(&path).with_status(200).json();
        (history["changes"][0]["after"]["measured"] == "DOWN").then_some(history)
    });
    let change = &history["changes"][0];
    assert_eq!((&change["cause"], &change["monitor"]), (&json!("check"), &json!("http-hello")), "{change}");
    assert_eq!(change["failure"], "RESPONSE_CODE_MISMATCH");
    assert_eq!(history["changes"].as_array().unwrap().len(), 2, "up, then down: {history}");
    let strip = history["strips"][0]["checks"].as_array().unwrap();
    assert!(strip.len() >= 2 && strip[0]["failure"].is_null(), "{history}");
    site.http.json("POST", "/api/v1/health/resume", &member).with_status(404);
}
