//! Somebody hears of it: each turn is one event and one message, whatever the other receivers do.

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Backends, Hook, Outer, Site, Transport, lab, until, volley};

const MEMBERS: [&str; 3] = ["127.0.0.51", "127.0.0.52", "127.0.0.53"];
/// Members are checked each second and two checks decide; the rest is for a busy machine.
const NOTICED: Duration = Duration::from_secs(20);

const SETTINGS: &str =
    "dns = [\"127.0.0.1:0\"]\n[health]\nallow = [\"127.0.0.0/8\"]\n[alerts]\nallow = [\"127.0.0.1/32\"]\n";

/// The lab with members that exist and are checked each second, and a rule that tells these receivers of every turn.
fn configuration(port: u16, receivers: &[(&str, std::net::SocketAddr)]) -> String {
    let mut text = lab::moved_to(MEMBERS, port);
    for (piece, with) in [
        ("interval: 10s", "interval: 1s"),
        ("timeout: 4s", "timeout: 500ms"),
        ("failures: 3", "failures: 2"),
        ("successes: 3", "successes: 2"),
    ] {
        text = lab::edited(&text, piece, with);
    }
    let template = "{\"title\": \"{{title}}\", \"text\": \"{{text}}\", \"member\": \"{{member}}\"}";
    let channel = |(name, address): &(&str, std::net::SocketAddr)| json!({"name": name, "via": {"json": {"url": format!("http://{address}/"), "template": template}}});
    let channels: Vec<Value> = receivers.iter().map(channel).collect();
    let names: Vec<&str> = receivers.iter().map(|(name, _)| *name).collect();
    let rule = json!({"name": "turns", "channels": names, "events": ["GS_UP", "GS_DOWN", "GS_MEMBER_UP", "GS_MEMBER_DOWN"]});
    format!("{text}\nchannels: {}\nalert_rules: {}\n", json!(channels), json!([rule]))
}

fn turns(hook: &Hook) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    hook.bodies().iter().map(|body| (text(&body["title"]), text(&body["member"]))).collect()
}

/// Waits for so many messages in all, and gives those behind the first `seen`, in the order of their names.
fn next(hook: &Hook, seen: usize, count: usize) -> Vec<(String, String)> {
    let mut new = until(&format!("{count} messages behind {seen}"), NOTICED, || {
        let all = turns(hook);
        (all.len() >= seen + count).then(|| all[seen..].to_vec())
    });
    new.sort();
    new
}

fn named(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(title, member)| ((*title).to_owned(), (*member).to_owned())).collect()
}

#[test]
fn in_a_blackout_each_turn_is_one_message_and_a_dead_receiver_delays_none() {
    let backends = Backends::start(MEMBERS);
    let hook = Hook::start();
    // Connections are taken by the kernel and never answered.
    let dead = TcpListener::bind("127.0.0.1:0").expect("a listener on loopback");
    let site = Site::with_settings(SETTINGS);
    let receivers = [("alive", hook.address), ("dead", dead.local_addr().expect("its address"))];
    site.apply(&configuration(backends.port, &receivers));
    until("first verdicts", NOTICED, || {
        let list = site.http.get("/api/v1/health").with_status(200).json();
        let up = list.as_array().expect("a list").iter().filter(|m| m["health"] == "UP").count();
        (up == 3).then_some(())
    });
    assert_eq!(turns(&hook), [], "being judged for the first time is no event");

    backends.set_well(0, false);
    assert_eq!(next(&hook, 0, 1), named(&[("GS_MEMBER_DOWN", MEMBERS[0])]));
    assert!(hook.bodies()[0]["text"].as_str().expect("a text").contains("RESPONSE_CODE_MISMATCH"));

    (1..3).for_each(|member| backends.set_well(member, false));
    let expected = [("GS_MEMBER_DOWN", MEMBERS[1]), ("GS_MEMBER_DOWN", MEMBERS[2]), ("GS_SERVICE_DOWN", "")];
    assert_eq!(next(&hook, 1, 3), named(&expected));
    assert!(hook.bodies()[3]["text"].as_str().expect("a text").contains("fail_open"));

    (0..3).for_each(|member| backends.set_well(member, true));
    let expected = [
        ("GS_MEMBER_UP", MEMBERS[0]),
        ("GS_MEMBER_UP", MEMBERS[1]),
        ("GS_MEMBER_UP", MEMBERS[2]),
        ("GS_SERVICE_UP", ""),
    ];
    assert_eq!(next(&hook, 4, 4), named(&expected));
    assert_eq!(turns(&hook).len(), 8, "one message for each turn");

    let path = format!("/api/v1/events?service={}&kinds=GS_DOWN,GS_UP", lab::SERVICE);
    let events = until("both turns of the service among the events", NOTICED, || {
        let events = site.http.get(&path).with_status(200).json()["events"].clone();
        (events.as_array().map(Vec::len) == Some(2)).then_some(events)
    });
    let kinds = (&events[0]["kind"], &events[1]["kind"]);
    assert_eq!(kinds, (&json!("GS_UP"), &json!("GS_DOWN")), "newest first");

    let log = until("eight deliveries in the log", NOTICED, || {
        let log = site.http.get("/api/v1/deliveries?channel=alive").with_status(200).json();
        let log = log["deliveries"].as_array().expect("a list").clone();
        (log.len() == 8).then_some(log)
    });
    for delivery in log {
        assert_eq!((&delivery["outcome"], &delivery["code"]), (&json!("delivered"), &json!("200")));
        assert!(delivery["took_us"].as_u64().expect("a time") > 0);
    }
}

#[test]
fn while_storage_is_away_alerts_go_out_and_events_are_kept_when_it_is_back() {
    let backends = Backends::start(MEMBERS);
    let hook = Hook::start();
    let mut outer = Outer::start();
    let site = Site::with_settings_at(outer.url(), SETTINGS);
    site.apply(&configuration(backends.port, &[("alive", hook.address)]));
    until("first verdicts", NOTICED, || {
        let list = site.http.get("/api/v1/health").with_status(200).json();
        let up = list.as_array().expect("a list").iter().filter(|m| m["health"] == "UP").count();
        (up == 3).then_some(())
    });
    outer.kill();
    backends.set_well(0, false);
    assert_eq!(next(&hook, 0, 1), named(&[("GS_MEMBER_DOWN", MEMBERS[0])]));
    until("the site knows that storage is away", NOTICED, || {
        site.said().contains("STORAGE_AWAY").then_some(())
    });
    outer.start_again();
    let events = until("the events", Duration::from_secs(60), || {
        let reply = site.http.get("/api/v1/events?kinds=GS_MEMBER_DOWN,STORAGE_AWAY,STORAGE_BACK");
        let events = (reply.status == 200).then(|| reply.json())?["events"].as_array()?.clone();
        (events.len() == 3).then_some(events)
    });
    let kinds: std::collections::BTreeSet<&str> =
        events.iter().filter_map(|event| event["kind"].as_str()).collect();
    assert_eq!(kinds.len(), 3, "{events:?}");
    until("the delivery in the log", NOTICED, || {
        let log = site.http.get("/api/v1/deliveries").with_status(200).json();
        (log["deliveries"].as_array().expect("a list").len() == 1).then_some(())
    });
}

#[test]
fn a_channel_is_tried_and_tells_what_came_of_it() {
    let hook = Hook::start();
    let site = Site::with_settings(SETTINGS);
    let via = json!({"json": {"url": format!("http://{}/", hook.address)}});
    site.http.json("POST", "/api/v1/channels", &json!({"name": "noc", "via": via})).with_status(201);
    let delivery = site.http.json("POST", "/api/v1/channels/noc/test", &json!({})).with_status(200).json();
    assert_eq!(
        (&delivery["outcome"], &delivery["code"], &delivery["rule"]),
        (&json!("delivered"), &json!("200"), &Value::Null)
    );
    let body = until("the message", NOTICED, || hook.bodies().into_iter().next());
    assert_eq!(body["event"], "TEST");

    let own = json!({"json": {"url": site.http.base()}});
    site.http.json("POST", "/api/v1/channels", &json!({"name": "own", "via": own})).with_status(201);
    let delivery = site.http.json("POST", "/api/v1/channels/own/test", &json!({})).with_status(200).json();
    assert_eq!(delivery["outcome"], "failed");
    assert!(delivery["note"].as_str().expect("a note").contains("this server listens there"), "{delivery}");
    // What was sent is told at once, and written a moment later.
    until("two deliveries in the log", NOTICED, || {
        let log = site.http.get("/api/v1/deliveries").with_status(200).json();
        (log["deliveries"].as_array().expect("a list").len() == 2).then_some(())
    });

    let unknown = json!({"name": "s", "via": {"slack": {"url_secret": "nobody-set-this"}}});
    let refused = site.http.json("POST", "/api/v1/channels", &unknown).problem(422);
    assert!(refused.to_string().contains("nobody-set-this"), "{refused}");
    site.http.json("POST", "/api/v1/channels/absent/test", &json!({})).problem(404);
}

#[test]
fn a_split_that_fails_is_told_of_once() {
    let hook = Hook::start();
    let mut outer = Outer::start();
    let mut site = Site::with_settings_at(outer.url(), SETTINGS);
    let template = "{\"title\": \"{{title}}\", \"text\": \"{{text}}\", \"member\": \"{{member}}\"}";
    let via = json!({"json": {"url": format!("http://{}/", hook.address), "template": template}});
    let rule = json!({"name": "splits", "channels": ["hook"], "events": ["SPLIT_FAIL"]});
    let text = lab::unmonitored();
    site.apply(&format!(
        "{text}\nchannels: {}\nalert_rules: {}\n",
        json!([{"name": "hook", "via": via}]),
        json!([rule])
    ));
    volley(site.dns(), lab::SERVICE, &[Transport::Udp], 200);
    assert_eq!(site.split_of(200)["verdict"], "PASS");
    assert!(site.stop().success());
    // A responder that broke its schedule is what no test can have: its counters are made to say so.
    let sql = "UPDATE answer_counters SET count = count + 50 WHERE member = '10.10.23.40'";
    let done = Command::new("psql").args([&outer.url(), "-qc", sql]).output().expect("psql");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    site.start_again();
    let failed = || -> Vec<Value> {
        let told = hook.bodies().into_iter();
        told.filter(|body| body["title"].as_str().is_some_and(|title| title.contains("SPLIT"))).collect()
    };
    // A look that meets storage in the middle of its start is made again after a minute.
    let told = until("the message", Duration::from_secs(90), || failed().first().cloned());
    let text = told["text"].as_str().expect("a text");
    assert!(text.contains(lab::SERVICE) && text.contains("10.10.23.40"), "{text}");
    // The same segment is not told of again, when it has grown and is looked at by the same process.
    volley(site.dns(), lab::SERVICE, &[Transport::Udp], 20);
    let events = site.http.get("/api/v1/events?kinds=SPLIT_FAIL").with_status(200).json();
    assert_eq!((events["events"].as_array().map(Vec::len), failed().len()), (Some(1), 1), "{events}");
}
