//! The responder against real packets, read back by an independent parser.

mod client;
mod edns;
mod generated;
mod large;
mod listen;
mod paths;
mod protocol;
mod rate;
mod reference;
mod rules;
mod secure;
mod split;
mod tcp;
mod transfer;
mod views;
mod wild;
mod wire;
mod zone;

use std::net::SocketAddr;
use std::sync::Arc;

use dns::{Cookies, Identity, Options, Policy, Responder, Serving};
use model::config::Config;
use model::event::{EventReceiver, QueryEvent};
use model::health::{Health, HealthTable, MemberKey};
use model::snapshot::Snapshot;
use serde_json::json;

/// 2026-11-20T08:00:00Z
pub const NOW: i64 = 1_795_161_600_000_000;

/// A zone with one of everything, and the lab's service in it.
pub fn config() -> Config {
    let record =
        |name: &str, rr_type: &str, data: &[&str]| json!({"name": name, "type": rr_type, "data": data});
    let big: Vec<String> = (0..60).map(|n| format!("192.0.2.{n}")).collect();
    let big: Vec<&str> = big.iter().map(String::as_str).collect();
    let member = |address: &str, weight: u32| json!({"address": address, "weight": weight});
    serde_json::from_value(json!({
        "zones": [
            {
                "name": "example.org", "ttl": 60, "name_servers": ["ns1.example.net", "ns2.example.net"],
                "soa": {"rname": "dns@example.org", "negative_ttl": 20},
                "records": [
                    record("test", "A", &["192.0.2.1", "192.0.2.2"]),
                    record("text", "TXT", &["\"hello world\""]),
                    record("big", "A", &big),
                    record("odd", "TYPE1000", &["\\# 2 abcd"]),
                    record("a.b.ent", "A", &["192.0.2.3"]),
                    record("*.wild", "A", &["192.0.2.4"]),
                    record("there.wild", "TXT", &["x"]),
                    record("*.only", "A", &["192.0.2.5"]),
                    record("alias", "CNAME", &["test"]),
                    record("alias2", "CNAME", &["alias"]),
                    record("away", "CNAME", &["www.example.com."]),
                    record("dangling", "CNAME", &["nowhere"]),
                    record("nodata", "CNAME", &["text"]),
                    record("steered", "CNAME", &["hello"]),
                    record("*.aliased", "CNAME", &["test"]),
                    record("loop1", "CNAME", &["loop2"]),
                    record("loop2", "CNAME", &["loop1"]),
                    record("dot\\.label", "A", &["192.0.2.6"]),
                    // Delegated, with servers inside and outside, and an address beside those of the servers.
                    record("child", "NS", &["ns.child.example.org.", "ns.sibling.example.org.", "ns1.example.net."]),
                    record("child", "DS", &["\\# 6 0001080201ff"]),
                    record("ns.child", "A", &["192.0.2.10"]),
                    record("ns.child", "AAAA", &["2001:db8::10"]),
                    record("www.child", "A", &["192.0.2.11"]),
                    record("sibling", "NS", &["ns.sibling.example.org."]),
                    record("ns.sibling", "A", &["192.0.2.12"]),
                    record("to-child", "CNAME", &["www.child.example.org."]),
                    // Renamed, into the zone and out of it.
                    record("old", "DNAME", &["ent"]),
                    record("old", "TXT", &["moved"]),
                    record("gone", "DNAME", &["example.com."]),
                    record("inner.sub", "DS", &["\\# 6 0002080201ff"]),
                    record("s", "DNAME", &["a-longer-name.example.org."]),
                    record("ring1", "DNAME", &["ring2"]),
                    record("ring2", "DNAME", &["ring1"]),
                    record("apps", "TXT", &["applications"]),
                    record("static.apps", "TXT", &["by itself"]),
                ],
            },
            {"name": "inner.sub.example.org", "records": [record("@", "A", &["192.0.2.7"])]},
            {"name": "quiet.example.net", "unhandled": "drop", "records": [record("www", "A", &["192.0.2.8"])]},
        ],
        "services": [
            {
                "name": "hello.example.org", "ttl": 2,
                "pools": [{"name": "a", "members": [member("10.0.0.1", 6), member("10.0.0.2", 3), member("10.0.0.3", 1)]}],
            },
            {"name": "off.example.org", "enabled": false, "pools": [{"name": "a", "members": [member("10.0.0.9", 1)]}]},
            {"name": "down.example.org", "pools": [{"name": "a", "members": [member("10.0.0.7", 1)]}]},
            {
                "name": "*.apps.example.org", "ttl": 3,
                "pools": [{"name": "a", "members": [member("10.0.0.5", 1)]}],
            },
            {
                "name": "*.deep.apps.example.org", "ttl": 3,
                "pools": [{"name": "a", "members": [member("10.0.0.6", 1)]}],
            },
            {
                "name": "both.example.org",
                "pools": [{"name": "a", "members": [member("10.0.0.4", 1), member("2001:db8::4", 1)]}],
            },
        ],
    }))
    .expect("the configuration of the tests")
}

pub struct Running {
    pub responder: Responder,
    pub rings: Vec<EventReceiver>,
    pub address: SocketAddr,
}

pub fn serving(config: Config, generation: u64, previous: Option<&Serving>, workers: usize) -> Arc<Serving> {
    with_down(config, generation, previous, workers, |service| service == "down.example.org")
}

/// A view in which every member of these services is down.
pub fn with_down(
    config: Config,
    generation: u64,
    previous: Option<&Serving>,
    workers: usize,
    is_down: impl Fn(&str) -> bool,
) -> Arc<Serving> {
    let mut health = HealthTable { epoch: 5, ..HealthTable::default() };
    for service in config.services.iter().filter(|service| is_down(&service.name.to_string())) {
        for (pool, member) in service.pools.iter().flat_map(|p| p.members.iter().map(move |m| (p, m))) {
            let key = MemberKey::of(service, pool, member).expect("an address");
            health.members.insert(key, Health::Down);
        }
    }
    let snapshot = Arc::new(Snapshot { epoch: 1, generation, at: NOW, config });
    Arc::new(Serving::build(snapshot, Arc::new(health), previous, workers, 7, NOW).expect("a view"))
}

/// A server that says who it is.
pub fn policy() -> Policy {
    let text = |text: &str| Some(text.to_owned());
    let identity = Identity { nsid: text("here"), version: text("9.9"), id: text("east") };
    Policy { identity, cookies: Cookies::new([7; 16], None), ..Policy::default() }
}

/// Takes the events that the workers have reported, worker by worker.
pub fn reported(rings: &mut [EventReceiver]) -> Vec<QueryEvent> {
    let mut events = Vec::new();
    for ring in rings {
        while ring.read(usize::MAX, |event| events.push(event.unpack())) > 0 {}
    }
    events
}

pub async fn start() -> Running {
    start_with(policy()).await
}

/// Under a policy.
pub async fn start_with(policy: Policy) -> Running {
    run(&[SocketAddr::from(([127, 0, 0, 1], 0))], policy).await
}

/// At these addresses.
pub async fn start_at(listen: &[SocketAddr]) -> Running {
    run(listen, Policy::default()).await
}

async fn run(listen: &[SocketAddr], policy: Policy) -> Running {
    let options = Options { listen: listen.to_vec(), workers: 2, ..Options::default() };
    let view = serving(config(), 42, None, options.worker_slots());
    let (responder, rings) = Responder::start(options, view, policy).await.expect("a responder");
    let address = responder.addresses()[0];
    Running { responder, rings, address }
}
