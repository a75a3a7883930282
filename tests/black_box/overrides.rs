//! Overrides of measured health: in force at once, beside the measurement, until they are taken back or expire.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Site, lab, until, volley};

const MEMBERS: [&str; 3] = ["127.0.0.51", "127.0.0.52", "127.0.0.53"];

/// The lab with nobody watching: every member is answered as configured.
fn unwatched() -> Site {
    let site = Site::start();
    let text = lab::moved_to(MEMBERS, 80);
    site.apply(&lab::edited(&text, "    monitors: [http-hello]\n", ""));
    site
}

fn member(address: &str) -> Value {
    json!({"member": {"service": lab::SERVICE, "pool": "hello-10", "member": address}})
}

/// The next answers are these, exactly.
fn split(site: &Site, counts: [u64; 3]) {
    let total: u64 = counts.iter().sum();
    assert_eq!(volley(site.dns(), lab::SERVICE, &[Udp, Tcp], total / 2), lab::tally(MEMBERS, counts));
}

fn standing(site: &Site, address: &str) -> Value {
    let members = site.http.get("/api/v1/members").with_status(200).json();
    let found = members.as_array().and_then(|all| all.iter().find(|m| m["address"] == address));
    found.cloned().expect("the member")
}

#[test]
fn a_member_forced_down_is_out_of_the_next_answer_and_back_in_the_one_after_it_is_taken_back() {
    let site = unwatched();
    split(&site, [60, 30, 10]);
    let new = json!({"target": member(MEMBERS[0]), "forced": "DOWN", "reason": "new release"});
    let made = site.http.json("POST", "/api/v1/overrides", &new).with_status(201).json();
    assert_eq!((&made["by"], &made["reason"]), (&json!("local"), &json!("new release")));
    split(&site, [0, 30, 10]);
    let seen = standing(&site, MEMBERS[0]);
    assert_eq!(
        (&seen["health"], &seen["forced"], &seen["measured"]),
        (&json!("DOWN"), &json!("DOWN"), &json!("UNKNOWN"))
    );
    let list = site.http.get("/api/v1/overrides").json();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    let page = site.http.get("/api/v1/explain?name=hello.avi.iberia.local").json();
    assert_eq!(page["answers"][0][0], MEMBERS[1], "{page}");

    let lift = json!({"target": member(MEMBERS[0])});
    site.http.json("POST", "/api/v1/overrides/lift", &lift).with_status(204);
    split(&site, [60, 30, 10]);
    site.http.json("POST", "/api/v1/overrides/lift", &lift).problem(404);
}

#[test]
fn an_override_expires_by_itself_and_the_narrowest_decides() {
    let site = unwatched();
    let set = |target: Value, forced: &str, lasts: Option<&str>| {
        let mut new = json!({"target": target, "forced": forced});
        if let Some(lasts) = lasts {
            new["for"] = json!(lasts);
        }
        site.http.json("POST", "/api/v1/overrides", &new).with_status(201);
    };
    set(json!({"site": "site1"}), "DOWN", None);
    split(&site, [0, 0, 10]);
    set(member(MEMBERS[1]), "UP", None);
    split(&site, [0, 30, 10]);
    set(json!({"location": "s2"}), "DOWN", Some("1s"));
    until("the override expires", Duration::from_secs(20), || {
        (standing(&site, MEMBERS[2])["forced"] == Value::Null).then_some(())
    });
    split(&site, [0, 30, 10]);
}

#[test]
fn overrides_survive_a_restart_and_the_loss_of_the_copy_on_disk() {
    let mut site = unwatched();
    let new = json!({"target": member(MEMBERS[0]), "forced": "DOWN", "for": "1h", "reason": "failing disk"});
    site.http.json("POST", "/api/v1/overrides", &new).with_status(201);
    site.stop();
    std::fs::remove_file(site.path("overrides.json")).expect("the copy on disk");
    site.start_again();
    until("storage gives it back", Duration::from_secs(20), || {
        (standing(&site, MEMBERS[0])["forced"] == "DOWN").then_some(())
    });
    split(&site, [0, 30, 10]);
    let list = site.http.get("/api/v1/overrides").json();
    assert_eq!(list[0]["reason"], "failing disk", "{list}");
}

#[test]
fn a_wrong_override_is_refused_by_its_field() {
    let site = unwatched();
    let refused = |body: Value, field: &str| {
        let problem = site.http.json("POST", "/api/v1/overrides", &body).problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    };
    refused(json!({"target": member("127.0.0.99"), "forced": "DOWN"}), "target");
    refused(json!({"target": {"site": "nowhere"}, "forced": "DOWN"}), "target");
    refused(json!({"target": member(MEMBERS[0]), "forced": "UNKNOWN"}), "forced");
    refused(json!({"target": member(MEMBERS[0]), "forced": "DOWN", "for": "500d"}), "for");
    split(&site, [60, 30, 10]);
}
