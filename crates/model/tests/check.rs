//! Bad configurations: each problem names the field, the value and the remedy.

use model::check::check;
use model::config::Config;
use serde_json::{Value, json};

fn lab() -> Value {
    json!({
        "locations": [{"name": "s1az1"}],
        "zones": [{"name": "example.org", "name_servers": ["ns.example.net"],
                   "records": [{"name": "test", "type": "A", "data": ["192.0.2.9"]}]}],
        "monitors": [{"name": "http", "type": "http", "port": 80}],
        "services": [{"name": "hello.example.org", "monitors": ["http"], "pools": [{"name": "p", "members": [
            {"address": "192.0.2.1", "location": "s1az1", "weight": 6}, {"address": "192.0.2.2"}]}]}],
    })
}

fn problems_after(path: &str, value: Value) -> String {
    let mut lab = lab();
    *lab.pointer_mut(path).expect("the path is in the lab") = value;
    let config: Config = serde_json::from_value(lab).expect("each value is valid on its own");
    check(&config).expect_err("a problem is expected").to_string()
}

#[test]
fn the_lab_has_no_problem() {
    check(&serde_json::from_value(lab()).unwrap()).unwrap();
}

#[test]
fn names_the_field_the_value_and_the_remedy() {
    let cases = [
        ("/services/0/name", json!("hello.example.com"), "services[hello.example.com].name", "example.org"),
        ("/services/0/name", json!("test.example.org"), "services[test.example.org].name", "static A record"),
        ("/services/0/monitors/0", json!("htp"), "services[hello.example.org].monitors", "did you mean http"),
        ("/services/0/pools/0/members/1/address", json!("192.0.2.1"), "members[1].address", "already"),
        ("/services/0/pools/0/members/0/location", json!("s1az2"), "members[0].location", "s1az1"),
        ("/services/0/pools/0/members", json!([]), "pools[p].members", "at least one member"),
        ("/zones/0/records/0/data/0", json!("nonsense"), "zones[example.org].records[0].data", "IPv4"),
        ("/zones/0/records/0/type", json!("SOA"), "records[0].data", "zone's own fields"),
        ("/monitors/0/port", json!(0), "monitors[http].port", "1 to 65535"),
        ("/locations/0", json!({"name": "s1az1", "site": "x"}), "locations[s1az1].site", "define it"),
    ];
    for (path, value, field, remedy) in cases {
        let said = problems_after(path, value);
        assert!(said.contains(field) && said.contains(remedy), "{path}: {said}");
    }
}

#[test]
fn a_cname_stands_alone() {
    let records = json!([
        {"name": "a", "type": "CNAME", "data": ["b"]}, {"name": "a", "type": "TXT", "data": ["x"]}]);
    assert!(problems_after("/zones/0/records", records).contains("CNAME stands alone"));
}

#[test]
fn a_weight_outside_its_range_is_refused_where_it_is_read() {
    for weight in [-1, 1001] {
        let mut lab = lab();
        lab["services"][0]["pools"][0]["members"][0]["weight"] = json!(weight);
        let error = serde_json::from_value::<Config>(lab).unwrap_err().to_string();
        assert_eq!(error, format!("weight {weight} is out of range: give a whole number from 0 to 1000"));
    }
}

#[test]
fn an_unknown_key_is_refused() {
    let mut lab = lab();
    lab["services"][0]["tll"] = json!(2);
    let error = serde_json::from_value::<Config>(lab).unwrap_err().to_string();
    assert!(error.contains("unknown field `tll`"), "{error}");
}

#[test]
fn a_transfer_names_somebody_and_nobody_twice() {
    let with = |transfer: Value| {
        let mut lab = lab();
        lab["zones"][0]["transfer"] = transfer;
        let config: Config = serde_json::from_value(lab).expect("each value is valid on its own");
        check(&config).map_err(|problems| problems.to_string())
    };
    assert!(with(json!({"secondaries": [{"address": "192.0.2.1", "key": "a.example"}]})).is_ok());
    assert!(with(json!({"allow": ["192.0.2.0/24"], "notify": false})).is_ok());
    let cases = [
        (json!({}), "transfer: nobody may transfer"),
        (json!({"secondaries": [{"address": "192.0.2.1"}, {"address": "192.0.2.1:53"}]}), "is there already"),
        (json!({"secondaries": [{"address": "0.0.0.0"}]}), "secondaries[0.0.0.0].address"),
        (json!({"allow": vec!["192.0.2.0/24"; 101]}), "at most 100"),
    ];
    for (transfer, expected) in cases {
        let said = with(transfer).unwrap_err();
        assert!(said.contains(expected), "{said}");
    }
}
