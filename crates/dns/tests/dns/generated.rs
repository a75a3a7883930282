//! Generated zones and queries.

use model::config::{Config, Found, Resolved};
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
    let service = (any_name(), any::<bool>(), any::<bool>(), 0u8..7, 0u8..12);
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
            for (name, v4, v6, down, how) in services {
                let taken = |t: &str| seen.iter().any(|(o, s)| *o == name && *s == t);
                let within = ZONES.iter().any(|apex| name == *apex || name.ends_with(&format!(".{apex}")));
                if !within || named.contains(&name) || ["A", "AAAA", "CNAME"].into_iter().any(taken) || !(v4 || v6) {
                    continue;
                }
                let mut members = Vec::new();
                if v4 {
                    members.push(json!({"address": "10.0.0.1", "weight": 2, "location": "west", "public_address": "192.0.2.77"}));
                    members.push(json!({"address": "10.0.0.2", "weight": 1, "location": "east", "draining": how % 5 == 4}));
                }
                if v6 {
                    members.push(json!({"address": "2001:db8::a", "weight": 1, "preference": 2}));
                }
                let algorithms =
                    ["round_robin", "random", "consistent_hash", "preference_order", "geo", "topology"];
                let mut pools = vec![json!({"name": "p", "algorithm": algorithms[usize::from(how) % 6]})];
                // Answered by names, in the place of the addresses or where there are none of a family.
                if how > 8 {
                    let names = ["a.z.test", "b.a.z.test", "cdn.example"].map(|name| json!({"fqdn": name, "answer": "cname"}));
                    let priority = if how == 9 { 20 } else { 5 };
                    pools.push(json!({"name": "n", "priority": priority, "members": names}));
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
                pools[0]["members"] = json!(members);
                steered.push(json!({"name": name, "ttl": 5, "down_response": response, "answers": if down > 4 { 0 } else { 1 },
                    "wildcard": how % 3 == 2 && !name.starts_with('*'), "min_members": how % 4, "pools": pools,
                    "pool_choice": if how == 7 { "geo" } else { "priority" },
                    "topology": [{"clients": {"cidr": ["192.0.2.0/25", "2001:db8::/33"]}, "to": ["east", "west"]}]}));
            }
            let config = json!({
                "zones": zones, "services": steered,
                "locations": [
                    {"name": "west", "cidr": ["192.0.0.0/12"], "latitude": 40.0, "longitude": -3.0},
                    {"name": "east", "cidr": ["2001:db8::/34"], "latitude": 41.0, "longitude": 2.0},
                ],
                "client_groups": [{"name": "inside", "cidr": ["192.0.2.0/28"], "addresses": "private"}],
            });
            let config: Config = serde_json::from_value(config).expect("a configuration");
            config.with_addresses(&resolved()).unwrap_or(config)
        },
    )
}

/// What the names of members stand for.
fn resolved() -> Resolved {
    let mut resolved = Resolved::default();
    for (name, last) in [("a.z.test", 1), ("b.a.z.test", 2), ("cdn.example", 3)] {
        let found = Found { v4: Some([10, 9, 9, last].into()), v6: None };
        resolved.set(name.parse().expect("a name"), found);
    }
    resolved
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
        vec![0, 8, 0, 8, 0, 1, 32, 0, 192, 0, 2, 200],
        vec![0, 8, 0, 6, 0, 1, 16, 0, 192, 0],
        vec![0, 8, 0, 4, 0, 1, 0, 0],
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
