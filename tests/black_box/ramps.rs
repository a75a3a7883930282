//! Canary ramps under real load: up step by step, back when the canary dies, and never against an operator.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Backends, Hook, Site, lab, signal, until, until_right};

/// A busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(90);
const SETTINGS: &str =
    "dns = [\"127.0.0.1:0\"]\n[health]\nallow = [\"127.0.0.0/8\"]\n[alerts]\nallow = [\"127.0.0.1/32\"]\n";

/// The lab with members that exist and are checked each second; two checks decide.
fn watched(members: [&str; 3], port: u16) -> String {
    let pieces = [
        ("interval: 10s", "interval: 1s"),
        ("timeout: 4s", "timeout: 500ms"),
        ("failures: 3", "failures: 2"),
        ("successes: 3", "successes: 1"),
    ];
    let text = lab::moved_to(members, port);
    pieces.iter().fold(text, |text, (piece, with)| lab::edited(&text, piece, with))
}

fn until_all_up(site: &Site) {
    until("three members up", PATIENCE, || {
        let list = site.http.get("/api/v1/health").with_status(200).json();
        let up = list.as_array().expect("a list").iter().filter(|m| m["health"] == "UP").count();
        (up == 3).then_some(())
    });
}

/// dnsperf, asking for the lab's service until it is dropped.
struct Load(Child);

impl Load {
    fn start(site: &Site) -> Load {
        let queries = site.path("queries");
        std::fs::write(&queries, format!("{} A\n", lab::SERVICE)).expect("writing the queries");
        let (port, queries) = (site.dns().port().to_string(), queries.to_string_lossy().into_owned());
        let args =
            ["-s", "127.0.0.1", "-p", &port, "-d", &queries, "-l", "600", "-Q", "300", "-c", "2", "-T", "1"];
        let command = Command::new("dnsperf").args(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Load(command.expect("dnsperf starts: install it"))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn weights(site: &Site) -> Vec<u64> {
    let service = site.http.get(&format!("/api/v1/services/{}", lab::SERVICE)).with_status(200).json();
    let members = service["pools"][0]["members"].as_array().expect("members").clone();
    members.iter().map(|m| m["weight"].as_u64().unwrap_or(1)).collect()
}

fn request(canary: &str, steps: &[u64], dwell: &str, on_failure: &str) -> Value {
    json!({"service": lab::SERVICE, "pool": "hello-10", "members": [canary], "steps": steps, "dwell": dwell,
           "on_failure": on_failure})
}

/// Makes a ramp and starts it.
fn started(site: &Site, request: &Value) -> u64 {
    let id = site.http.json("POST", "/api/v1/ramps", request).with_status(201).json()["id"]
        .as_u64()
        .expect("a number");
    operate(site, id, "start");
    id
}

fn operate(site: &Site, id: u64, deed: &str) -> Value {
    site.http
        .json("POST", &format!("/api/v1/ramps/{id}/{deed}?reason=test"), &json!({}))
        .with_status(200)
        .json()
}

/// The ramp once it is in a phase.
fn until_phase(site: &Site, id: u64, phase: &str) -> Value {
    until_right(&format!("a ramp that is {phase}"), PATIENCE, || {
        let reply = site.http.get(&format!("/api/v1/ramps/{id}"));
        let view = if reply.status == 200 { reply.json() } else { return Err(reply.body) };
        if view["ramp"]["phase"] == phase { Ok(view) } else { Err(view.to_string()) }
    })
}

#[test]
fn under_load_a_ramp_climbs_by_revisions_that_pass_and_asks_before_each_next_step() {
    const MEMBERS: [&str; 3] = ["127.0.0.71", "127.0.0.72", "127.0.0.73"];
    let backends = Backends::start(MEMBERS);
    let hook = Hook::start();
    let site = Site::with_settings(SETTINGS);
    site.apply(&watched(MEMBERS, backends.port));
    until_all_up(&site);
    let before = site.generation();

    let mut asked = request(MEMBERS[2], &[5, 20, 50], "1s", "pause");
    asked["gates"] = json!({"webhook": {"url": format!("http://{}/", hook.address)}});
    let plan = site.http.json("POST", "/api/v1/ramps?dry_run=true", &asked).with_status(200).json();
    assert_eq!((&plan["id"], &plan["steps"][0]["share"]), (&Value::Null, &json!(0.05)));
    assert!(
        plan["warnings"][0]
            .as_str()
            .expect("a warning")
            .contains("TTL of 2 s is longer than the dwell of 1s")
    );
    assert_eq!(site.http.get("/api/v1/ramps").with_status(200).json(), json!([]), "a dry run keeps nothing");
    assert_eq!(weights(&site), [6, 3, 1]);

    let load = Load::start(&site);
    let id = started(&site, &asked);
    assert_eq!(weights(&site), [38, 19, 3], "in force when the start answers");
    site.http.json("POST", "/api/v1/ramps", &asked).with_status(201);
    let second = format!("/api/v1/ramps/{}/start", id + 1);
    site.http.json("POST", &second, &json!({})).problem(409);
    let done = until_phase(&site, id, "done");
    drop(load);
    assert_eq!(weights(&site), [2, 1, 3]);

    // Newest first: done, three steps, planned.
    let history = done["history"].as_array().expect("a history");
    let deeds: Vec<&str> = history.iter().filter_map(|line| line["deed"].as_str()).collect();
    assert_eq!(deeds, ["done", "step", "step", "step", "planned"], "{done}");
    let generations: Vec<u64> = history.iter().rev().filter_map(|line| line["generation"].as_u64()).collect();
    assert_eq!(generations, [before + 1, before + 2, before + 3]);
    for (i, generation) in generations.iter().enumerate() {
        let revision = site.http.get(&format!("/api/v1/revisions/{generation}")).with_status(200).json();
        assert_eq!(
            (&revision["line"]["source"], revision["changes"].as_array().map(Vec::len)),
            (&json!("ramp"), Some(1))
        );
        let reason = revision["line"]["reason"].as_str().expect("a reason");
        assert!(reason.contains(&format!("step {} of 3", i + 1)), "{reason}");
    }
    // Each step was judged by its own weights.
    let split = site.http.get(&format!("/api/v1/split/{}", lab::SERVICE)).with_status(200).json();
    for (generation, [_, _, canary]) in generations.iter().zip([[38, 19, 3], [8, 4, 3], [2, 1, 3]]) {
        let segments = split["segments"].as_array().expect("segments");
        let segment = segments.iter().find(|segment| segment["generation"] == *generation);
        let segment = segment.unwrap_or_else(|| panic!("no segment of generation {generation}: {split}"));
        let member =
            segment["members"].as_array().and_then(|all| all.iter().find(|m| m["address"] == MEMBERS[2]));
        assert_eq!(
            (&segment["verdict"], &member.expect("the canary")["weight"]),
            (&json!("PASS"), &json!(canary))
        );
    }
    let bodies = hook.bodies();
    let steps: Vec<u64> = bodies.iter().filter_map(|body| body["step"].as_u64()).collect();
    assert_eq!(steps, [1, 2, 3]);
    assert_eq!((&bodies[0]["observed"]["verdict"], &bodies[0]["share"]), (&json!("PASS"), &json!(0.05)));
    assert!(bodies[0]["observed"]["answered"].as_u64() >= bodies[0]["observed"]["needed"].as_u64());
    let events = until("the ramp's events", PATIENCE, || {
        let path = format!("/api/v1/events?service={}&kinds=RAMP_STEP,RAMP_DONE", lab::SERVICE);
        let events = site.http.get(&path).with_status(200).json()["events"].as_array()?.clone();
        (events.len() == 4).then_some(events)
    });
    assert_eq!(events[0]["kind"], "RAMP_DONE");
}

#[test]
fn a_canary_that_dies_pauses_the_ramp_or_sends_it_down_and_an_abort_restores_the_weights() {
    const MEMBERS: [&str; 3] = ["127.0.0.74", "127.0.0.75", "127.0.0.76"];
    let mut backends = Backends::start(MEMBERS);
    let site = Site::start();
    site.apply(&watched(MEMBERS, backends.port));
    until_all_up(&site);
    let id = started(&site, &request(MEMBERS[2], &[5, 20, 50], "1h", "pause"));
    operate(&site, id, "next");
    assert_eq!(weights(&site), [8, 4, 3]);
    backends.kill(2);
    let paused = until_phase(&site, id, "paused");
    let why = paused["ramp"]["why"].as_str().expect("a reason");
    assert!(why.contains(&format!("{} is down", MEMBERS[2])), "{why}");
    assert_eq!(weights(&site), [8, 4, 3], "a pause leaves the weights");
    let aborted = operate(&site, id, "abort");
    assert_eq!(aborted["ramp"]["phase"], "aborted");
    assert_eq!(weights(&site), [6, 3, 1]);
    site.http.json("POST", &format!("/api/v1/ramps/{id}/resume"), &json!({})).problem(409);

    backends.start_again(2, MEMBERS[2]);
    until_all_up(&site);
    let id = started(&site, &request(MEMBERS[2], &[5, 20, 50], "1s", "step_down"));
    operate(&site, id, "next");
    backends.kill(2);
    let failed = until_phase(&site, id, "failed");
    assert_eq!(weights(&site), [6, 3, 1]);
    let history = failed["history"].as_array().expect("a history");
    let deeds: Vec<&str> = history.iter().rev().filter_map(|line| line["deed"].as_str()).collect();
    assert_eq!(deeds, ["planned", "step", "step", "step_down", "failed"], "{failed}");
    until("the event of its end", PATIENCE, || {
        let path = format!("/api/v1/events?service={}&kinds=RAMP_ABORTED", lab::SERVICE);
        let events = site.http.get(&path).with_status(200).json()["events"].as_array()?.clone();
        (events.len() == 2).then_some(())
    });
}

#[test]
fn a_killed_server_goes_on_where_the_ramp_was_and_an_operator_s_change_pauses_it() {
    let mut site = Site::with_lab();
    let canary = lab::MEMBERS[2];
    let said =
        site.cli(&["ramp", "start", lab::SERVICE, "--member", canary, "--steps", "5,20", "--dwell", "1h"]);
    let said = said.success().stdout;
    assert!(said.contains("10.10.25.46=38 10.10.26.40=19 10.10.23.40=3"), "{said}");
    assert!(said.contains("is running: step 1 of 2, 5.00 % by weight"), "{said}");
    let path = "/api/v1/ramps/1";
    let before = site.http.get(path).with_status(200).json();
    signal(site.pid(), "KILL");
    until("the end of the server", PATIENCE, || (!site.runs()).then_some(()));
    site.start_again();
    let after = site.http.get(path).with_status(200).json();
    assert_eq!(after["ramp"], before["ramp"], "all of it is in the database");
    assert_eq!(weights(&site), [38, 19, 3]);

    let member = format!("/api/v1/members/{}/hello-10/{canary}", lab::SERVICE);
    site.http.json("PATCH", &member, &json!({"weight": 5})).with_status(200);
    let paused = until_phase(&site, 1, "paused");
    let why = paused["ramp"]["why"].as_str().expect("a reason");
    let generation = site.generation();
    assert!(why.contains(&format!("changed in generation {generation} by ")), "{why}");
    assert_eq!(weights(&site), [38, 19, 5], "it never fights an operator");
    site.cli(&["ramp", "resume", lab::SERVICE]).success();
    assert_eq!(weights(&site), [38, 19, 3], "unless one says so");
    let status = site.cli(&["ramp", "status", lab::SERVICE]).success().stdout;
    assert!(status.contains("health   go    10.10.23.40 is not monitored: taken for up."), "{status}");
    site.cli(&["ramp", "abort", lab::SERVICE, "--reason", "enough"]).success();
    assert_eq!(weights(&site), [6, 3, 1]);
    site.http.send("DELETE", path, |request| request).with_status(204);
    assert_eq!(site.http.get(path).status, 404);
}

#[test]
fn a_ramp_that_cannot_be_is_refused_with_its_field() {
    let site = Site::with_lab();
    let wrong = request("10.10.23.41", &[5, 1], "1s", "pause");
    let problem = site.http.json("POST", "/api/v1/ramps", &wrong).problem(422);
    let fields: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|e| e["field"].as_str()).collect();
    assert_eq!(fields, ["steps", "members.0"], "{problem}");
    let mut unknown = request(lab::MEMBERS[2], &[5], "1s", "pause");
    unknown["gates"] = json!({"webhook": {"url_secret": "nowhere"}});
    let problem = site.http.json("POST", "/api/v1/ramps", &unknown).problem(422);
    assert!(
        problem["detail"].as_str().expect("a detail").contains("steelyard secret set nowhere"),
        "{problem}"
    );
    unknown["gates"]["webhok"] = json!({});
    let problem = site.http.json("POST", "/api/v1/ramps", &unknown).problem(422);
    assert!(problem["detail"].as_str().expect("a detail").contains("webhok"), "{problem}");
    assert_eq!(site.http.get("/api/v1/ramps").with_status(200).json(), json!([]));
}
