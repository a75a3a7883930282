//! Weights changed while queries run: in force for the next query, exact from there, and judged apart.

use serde_json::{Value, json};

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Site, lab, volley};

/// The service as REST shows it, with other weights.
fn reweighted(site: &Site, weights: [u64; 3]) -> Value {
    let path = format!("/api/v1/services/{}", lab::SERVICE);
    let mut service = site.http.get(&path).with_status(200).json();
    for (member, weight) in
        service["pools"][0]["members"].as_array_mut().expect("members").iter_mut().zip(weights)
    {
        member["weight"] = json!(weight);
    }
    service
}

#[test]
fn a_canary_of_one_in_forty_one_gets_exactly_that_from_the_next_query_on() {
    let mut site = Site::with_lab();
    let before = volley(site.dns(), lab::SERVICE, &[Udp, Udp, Tcp], 300);
    assert_eq!(before, lab::tally(lab::MEMBERS, [540, 270, 90]));

    let pid = site.pid();
    let path = format!("/api/v1/services/{}", lab::SERVICE);
    site.http.json("PUT", &path, &reweighted(&site, [20, 20, 1])).with_status(200);
    let after = volley(site.dns(), lab::SERVICE, &[Udp, Udp, Udp, Tcp, Tcp], 820);
    assert_eq!(after, lab::tally(lab::MEMBERS, [2000, 2000, 100]));
    assert_eq!(site.client(Udp).ask(lab::SERVICE, hickory_proto::rr::RecordType::A).ttl(), 2);
    assert!(site.runs() && site.pid() == pid);

    let split = site.split_of(900 + 4100 + 1);
    assert_eq!((&split["verdict"], &split["totals"]["answered"]), (&json!("PASS"), &json!(5001)));
    let segments = split["segments"].as_array().expect("segments");
    let seen: Vec<(Vec<u64>, u64, &str)> = segments.iter().map(judged).collect();
    assert_eq!(seen, [(vec![6, 3, 1], 900, "PASS"), (vec![20, 20, 1], 4101, "PASS")]);
    assert_eq!((&segments[0]["generation"], &segments[1]["generation"]), (&json!(1), &json!(2)));
}

/// Weights, answers and verdict of a segment.
fn judged(segment: &Value) -> (Vec<u64>, u64, &str) {
    let members = segment["members"].as_array().expect("members");
    let weights = members.iter().map(|m| m["weight"].as_u64().expect("a weight")).collect();
    let answered = segment["answered"].as_u64().expect("answers");
    (weights, answered, segment["verdict"].as_str().expect("a verdict"))
}

#[test]
fn one_member_is_patched_alone_and_the_very_next_answer_knows() {
    let site = Site::with_lab();
    let mut client = site.client(Udp);
    let path = |member: &str| format!("/api/v1/members/{}/hello-10/{member}", lab::SERVICE);
    for round in 0..3 {
        for (weight, expected) in [(0, true), (6, false)] {
            site.http.json("PATCH", &path(lab::MEMBERS[0]), &json!({"weight": weight})).with_status(200);
            let without = (0..10).all(|_| client.address(lab::SERVICE) != lab::MEMBERS[0]);
            assert_eq!(without, expected, "round {round}, weight {weight}");
        }
    }
    site.http.json("PATCH", &path(lab::MEMBERS[1]), &json!({"enabled": false})).with_status(200);
    let tally = volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 35);
    assert_eq!(tally, lab::tally(lab::MEMBERS, [60, 0, 10]));
    site.http.json("PATCH", &path("10.9.9.9"), &json!({"weight": 1})).problem(404);
}
