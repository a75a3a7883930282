//! Generated zones and queries.

use model::config::Config;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Types that are generated and asked for.
pub const TYPES: [(&str, u16); 8] = [
    ("A", 1),
    ("NS", 2),
    ("CNAME", 5),
    ("TXT", 16),
    ("AAAA", 28),
    ("DNAME", 39),
    ("DS", 43),
    ("TYPE1000", 1000),
];

/// Apexes: a zone, one within it, and one beside.
pub const ZONES: [&str; 3] = ["z.test", "a.b.z.test", "other.test"];

/// Names that meet each other: few labels, some of them wildcards.
fn labels() -> impl Strategy<Value = String> {
    let label = prop::sample::select(vec!["a", "b", "c", "*", "d"]);
    prop::collection::vec(label, 0..4).prop_map(|labels| labels.join("."))
}

/// A name in, under or beside the zones.
pub fn any_name() -> impl Strategy<Value = String> {
    let apex =
        prop::sample::select(vec!["z.test", "z.test", "z.test", "b.z.test", "other.test", "foreign.example"]);
    (labels(), apex).prop_map(|(labels, apex)| join(&labels, apex))
}

fn join(labels: &str, apex: &str) -> String {
    if labels.is_empty() { apex.to_owned() } else { format!("{labels}.{apex}") }
}

fn data(rr_type: &str, target: &str, number: u8) -> Value {
    match rr_type {
        "A" => json!([format!("192.0.2.{number}"), "198.51.100.1"]),
        "AAAA" => json!([format!("2001:db8::{number:x}")]),
        "TXT" => json!([format!("\"{number}\"")]),
        "DS" => json!(["\\# 6 0001080201ff"]),
        "TYPE1000" => json!(["\\# 2 abcd"]),
        "NS" => json!([format!("{target}."), "ns.elsewhere.example."]),
        _ => json!([format!("{target}.")]),
    }
}

/// Configurations in which everything meets everything, what `check` would refuse included where it can be answered.
pub fn configs() -> impl Strategy<Value = Config> {
    let kind = prop::sample::select(TYPES.map(|(name, _)| name).to_vec());
    let record = (0usize..3, labels(), kind, any_name(), 1u8..250, 1u32..600);
    let service = (any_name(), any::<bool>(), any::<bool>(), 0u8..7);
    (prop::collection::vec(record, 0..14), prop::collection::vec(service, 0..4), any::<bool>()).prop_map(
        |(records, services, drop)| {
            let mut zones: Vec<Value> = ZONES
                .iter()
                .enumerate()
                .map(|(i, apex)| {
                    let unhandled = if drop && i == 2 { "drop" } else { "nxdomain" };
                    json!({"name": apex, "ttl": 300, "name_servers": ["ns.elsewhere.example"],
                           "unhandled": unhandled, "records": []})
                })
                .collect();
            let mut seen: Vec<(String, &str)> = Vec::new();
            for (zone, labels, kind, target, number, ttl) in records {
                let owner = join(&labels, ZONES[zone]);
                let clash = |other: &str| seen.iter().any(|(o, t)| *o == owner && *t == other);
                let alone = kind == "CNAME" && seen.iter().any(|(o, _)| *o == owner);
                let at_apex = ZONES.contains(&owner.as_str()) && matches!(kind, "NS" | "CNAME");
                if clash(kind) || clash("CNAME") || alone || at_apex || kind == "DNAME" && owner.contains('*') {
                    continue;
                }
                let name = if labels.is_empty() { "@".to_owned() } else { labels };
                let set = json!({"name": name, "type": kind, "ttl": ttl, "data": data(kind, &target, number)});
                zones[zone]["records"].as_array_mut().expect("records").push(set);
                seen.push((owner, kind));
            }
            let mut named: Vec<String> = Vec::new();
            let mut steered: Vec<Value> = Vec::new();
            for (name, v4, v6, down) in services {
                let taken = |t: &str| seen.iter().any(|(o, s)| *o == name && *s == t);
                let within = ZONES.iter().any(|apex| name == *apex || name.ends_with(&format!(".{apex}")));
                if !within || named.contains(&name) || ["A", "AAAA", "CNAME"].into_iter().any(taken) || !(v4 || v6) {
                    continue;
                }
                let mut members = Vec::new();
                if v4 {
                    members.push(json!({"address": "10.0.0.1", "weight": 2}));
                    members.push(json!({"address": "10.0.0.2", "weight": 1}));
                }
                if v6 {
                    members.push(json!({"address": "2001:db8::a", "weight": 1}));
                }
                // As many as fit no datagram without EDNS.
                if down == 6 {
                    members.extend((0..40).map(|n| json!({"address": format!("10.0.1.{n}"), "weight": 1})));
                }
                let response = match down {
                    0 => json!("all_records"),
                    1 => json!("empty"),
                    2 => json!("none"),
                    3 => json!({"cname": "a.z.test"}),
                    4 => json!({"fallback": ["198.51.100.9", "2001:db8::9"]}),
                    _ => json!("fail_open"),
                };
                named.push(name.clone());
                steered.push(json!({"name": name, "ttl": 5, "down_response": response, "answers": if down > 4 { 0 } else { 1 },
                    "pools": [{"name": "p", "members": members}]}));
            }
            serde_json::from_value(json!({"zones": zones, "services": steered})).expect("a configuration")
        },
    )
}

/// A query: name, type, and what its OPT record holds, if it has one.
#[derive(Clone, Debug)]
pub struct Query {
    pub name: String,
    pub qtype: u16,
    pub upper: bool,
    pub edns: Option<(u16, Vec<u8>)>,
}

pub fn queries() -> impl Strategy<Value = Vec<Query>> {
    let qtype = prop_oneof![
        8 => prop::sample::select(TYPES.map(|(_, number)| number).to_vec()),
        1 => prop::sample::select(vec![6u16, 255, 252, 65, 0, 41]),
    ];
    let option = prop::sample::select(vec![
        vec![],
        vec![0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2],
        vec![0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8],
        vec![0, 3, 0, 0],
        vec![0xff, 0xf0, 0, 1, 9],
        vec![0, 10, 0, 8, 9, 9, 9, 9, 9, 9, 9, 9, 0, 8, 0, 8, 0, 2, 32, 0, 0x20, 1, 0xd, 0xb8],
    ]);
    let edns = prop::option::of((512u16..4096, option));
    let query = (any_name(), qtype, any::<bool>(), edns).prop_map(|(name, qtype, upper, edns)| Query {
        name,
        qtype,
        upper,
        edns,
    });
    prop::collection::vec(query, 1..24)
}
