//! The blackout of the source articles: members are really killed under a steady loop of queries.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Backends, Client, Hook, Site, lab, until, volley};

const MEMBERS: [&str; 3] = ["127.0.0.61", "127.0.0.62", "127.0.0.63"];
const SETTINGS: &str =
    "dns = [\"127.0.0.1:0\"]\n[health]\nallow = [\"127.0.0.0/8\"]\n[alerts]\nallow = [\"127.0.0.1/32\"]\n";
/// Failures x interval + timeout + 1 s, of the monitor below.
const BOUND: Duration = Duration::from_millis(3 * 2000 + 1000 + 1000);
/// What else takes its time on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

/// The lab with members that exist, in a fifth of its time, and its four alerts to a receiver in Slack's form.
fn configuration(port: u16) -> String {
    let mut text = lab::moved_to(MEMBERS, port);
    for (piece, with) in [("interval: 10s", "interval: 2s"), ("timeout: 4s", "timeout: 1s")] {
        text = lab::edited(&text, piece, with);
    }
    let events = ["GS_UP", "GS_DOWN", "GS_MEMBER_UP", "GS_MEMBER_DOWN"];
    let rules: Vec<Value> =
        events.map(|event| json!({"name": event, "events": [event], "channels": ["slack"]})).to_vec();
    let channels = json!([{"name": "slack", "via": {"slack": {"url_secret": "slack-url"}}}]);
    format!("{text}\nchannels: {channels}\nalert_rules: {}\n", json!(rules))
}

/// What the receiver was sent: titles with their sentences.
fn messages(hook: &Hook) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |body: &Value| (text(&body["fields"][0]["title"]), text(&body["fields"][0]["value"]));
    hook.bodies().iter().map(one).collect()
}

fn titles(hook: &Hook) -> Vec<String> {
    let mut titles: Vec<String> = messages(hook).into_iter().map(|(title, _)| title).collect();
    titles.sort();
    titles
}

fn up(site: &Site) -> usize {
    let list = site.http.get("/api/v1/health").with_status(200).json();
    list.as_array().expect("a list").iter().filter(|m| m["health"] == "UP").count()
}

/// Asks until the member was not named for so many answers in a row; gives when it was named last, if it was.
fn gone(client: &mut Client, member: &str, killed: Instant) -> Duration {
    let (mut last, mut without) = (Duration::ZERO, 0);
    while without < 40 {
        if client.address(lab::SERVICE) == member {
            (last, without) = (killed.elapsed(), 0);
        } else {
            without += 1;
        }
        assert!(killed.elapsed() < PATIENCE, "{member} is still answered");
        std::thread::sleep(Duration::from_millis(50));
    }
    last
}

#[test]
fn a_killed_member_leaves_within_the_bound_the_rest_share_exactly_and_each_turn_is_told_once() {
    let mut backends = Backends::start(MEMBERS);
    let hook = Hook::start();
    let site = Site::with_settings(SETTINGS);
    let url = format!("http://{}/services/T0/B0/token", hook.address);
    site.cli_with_input(&["secret", "set", "slack-url"], &url).success();
    site.apply(&configuration(backends.port));
    until("first verdicts", PATIENCE, || (up(&site) == 3).then_some(()));
    let mut client = site.client(Udp);
    let split = |counts: [u64; 3]| {
        let total: u64 = counts.iter().sum();
        assert_eq!(volley(site.dns(), lab::SERVICE, &[Udp, Tcp], total / 2), lab::tally(MEMBERS, counts));
    };
    split([60, 30, 10]);

    backends.kill(0);
    let left = gone(&mut client, MEMBERS[0], Instant::now());
    assert!(left <= BOUND, "{left:?} until the last answer that names it");
    split([0, 30, 10]);
    until("the message", PATIENCE, || (!hook.bodies().is_empty()).then_some(()));
    let (title, sentence) = messages(&hook).swap_remove(0);
    assert_eq!(title, "GS_MEMBER_DOWN");
    assert!(sentence.contains(MEMBERS[0]) && sentence.contains("CONNECTION_REFUSED"), "{sentence}");

    // All down: the down response, fail open, by the weights of all three.
    (1..3).for_each(|member| backends.kill(member));
    let service_down = || titles(&hook).contains(&"GS_SERVICE_DOWN".to_owned());
    until("the service is told to be down", PATIENCE, || service_down().then_some(()));
    split([60, 30, 10]);
    assert_eq!(titles(&hook), ["GS_MEMBER_DOWN", "GS_MEMBER_DOWN", "GS_MEMBER_DOWN", "GS_SERVICE_DOWN"]);

    for (member, address) in MEMBERS.into_iter().enumerate() {
        backends.start_again(member, address);
    }
    until("everybody is back", PATIENCE, || (up(&site) == 3).then_some(()));
    split([60, 30, 10]);
    until("eight messages", PATIENCE, || (hook.bodies().len() >= 8).then_some(()));
    let told = titles(&hook);
    let count = |title: &str| told.iter().filter(|told| *told == title).count();
    assert_eq!((told.len(), count("GS_MEMBER_UP"), count("GS_SERVICE_UP")), (8, 3, 1), "{told:?}");
    let body = hook.bodies().into_iter().find(|body| body["fields"][0]["title"] == "GS_SERVICE_UP");
    let body = body.expect("the service is up again");
    let value = format!("The service *{}* is now up and running.", lab::SERVICE);
    assert_eq!((&body["color"], &body["fields"][0]["value"]), (&json!("#00FF00"), &json!(value)));
}

#[test]
fn the_split_across_a_failover_is_two_segments_and_both_pass() {
    let mut backends = Backends::start(MEMBERS);
    let site = Site::with_settings(SETTINGS);
    let mut text = lab::moved_to(MEMBERS, backends.port);
    for (piece, with) in
        [("interval: 10s", "interval: 1s"), ("timeout: 4s", "timeout: 500ms"), ("failures: 3", "failures: 2")]
    {
        text = lab::edited(&text, piece, with);
    }
    site.apply(&text);
    until("first verdicts", PATIENCE, || (up(&site) == 3).then_some(()));
    let ask = |counts: [u64; 3]| {
        let total: u64 = counts.iter().sum();
        assert_eq!(volley(site.dns(), lab::SERVICE, &[Udp, Tcp], total / 2), lab::tally(MEMBERS, counts));
    };
    ask([1200, 600, 200]);
    backends.kill(1);
    until("it is down", PATIENCE, || (up(&site) == 2).then_some(()));
    ask([1200, 0, 200]);

    let split = site.split_of(3400);
    let segments = split["segments"].as_array().expect("segments");
    // The moments before the first verdicts are no part of what was asked: segments without an answer say nothing.
    let answered: Vec<&Value> = segments.iter().filter(|segment| segment["answered"] != 0).collect();
    assert_eq!(answered.len(), 2, "{split}");
    for (segment, total) in answered.iter().zip([2000, 1400]) {
        assert_eq!((&segment["verdict"], &segment["answered"]), (&json!("PASS"), &json!(total)), "{segment}");
    }
    assert_eq!(split["verdict"], "PASS");
    let members = |segment: &Value| segment["members"].as_array().map(Vec::len);
    assert_eq!((members(answered[0]), members(answered[1])), (Some(3), Some(2)));
}
