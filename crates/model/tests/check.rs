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
        (
            "/services/0/name",
            json!("test.example.org"),
            "services[test.example.org].name",
            "static A record \"test\" of zone example.org",
        ),
        ("/services/0/name", json!("a.*.example.org"), "services[a.*.example.org].name", "first one"),
        ("/services/0/monitors/0", json!("htp"), "services[hello.example.org].monitors", "did you mean http"),
        ("/services/0/pools/0/members/1/address", json!("192.0.2.1"), "members[1].address", "already"),
        ("/services/0/pools/0/members/0/location", json!("s1az2"), "members[0].location", "s1az1"),
        ("/services/0/pools/0/members", json!([]), "pools[p].members", "at least one member"),
        ("/zones/0/records/0/data/0", json!("nonsense"), "zones[example.org].records[0].data", "IPv4"),
        ("/zones/0/records/0/type", json!("SOA"), "records[0].data", "zone's own fields"),
        ("/monitors/0/port", json!(0), "monitors[http].port", "1 to 65535"),
        ("/locations/0", json!({"name": "s1az1", "site": "x"}), "locations[s1az1].site", "define it"),
        (
            "/locations/0",
            json!({"name": "s1az1", "latitude": 91, "longitude": 0}),
            "s1az1].latitude",
            "-90 to 90",
        ),
        (
            "/locations/0",
            json!({"name": "s1az1", "latitude": 40.42}),
            "locations[s1az1].longitude",
            "or neither",
        ),
        (
            "/locations/0",
            json!({"name": "s1az1", "longitude": 2.17}),
            "locations[s1az1].latitude",
            "or neither",
        ),
    ];
    for (path, value, field, remedy) in cases {
        let said = problems_after(path, value);
        assert!(said.contains(field) && said.contains(remedy), "{path}: {said}");
    }
}

#[test]
fn what_cannot_steer_is_named() {
    let cases = [
        ("", json!({}), "members[1].address", "an address or an fqdn"),
        ("", json!({"address": "192.0.2.1"}), "members[1].address", "already"),
        ("", json!({"address": "192.0.2.2", "fqdn": "a.test"}), "members[1].address", "remove one"),
        ("", json!({"address": "192.0.2.2", "answer": "cname"}), "members[1].answer", "an fqdn"),
        ("", json!({"fqdn": "a.test", "answer": "cname"}), "members[1].answer", "pool of their own"),
        ("", json!({"fqdn": "hello.example.org"}), "members[1].fqdn", "member of itself"),
        ("", json!({"address": "192.0.2.2", "public_address": "2001:db8::1"}), "public_address", "family"),
        ("wildcard", json!(true), "services[hello.example.org].name", "static CNAME record"),
        ("topology", json!([{"clients": {}, "to": ["p"]}]), "topology[0].clients", "for nobody"),
        ("topology", json!([{"clients": {"asn": [1]}, "to": []}]), "topology[0].to", "nowhere"),
        ("topology", json!([{"clients": {"asn": [1]}, "to": ["q"]}]), "topology[0].to", "did you mean p"),
        ("topology", json!([{"clients": {"asn": [1]}, "to": ["s1az1"]}]), "topology[0].to", "algorithm"),
        ("ramp", json!({"duration": "1s", "steps": 1}), "ramp.steps", "2 to 20"),
        ("ramp", json!({"duration": "2d", "steps": 2}), "ramp.duration", "1s to 1d"),
    ];
    for (field, value, path, remedy) in cases {
        let mut lab = lab();
        if field == "wildcard" {
            let alias = json!({"name": "*.hello", "type": "CNAME", "data": ["mail.example.net."]});
            lab["zones"][0]["records"].as_array_mut().unwrap().push(alias);
        }
        match field {
            "" => lab["services"][0]["pools"][0]["members"][1] = value.clone(),
            field => lab["services"][0][field] = value.clone(),
        }
        let config: Config = serde_json::from_value(lab).unwrap();
        let said = check(&config).expect_err(&format!("{field} {value}")).to_string();
        assert!(said.contains(path) && said.contains(remedy), "{value}: {said}");
    }
    let group = |name: &str| json!({"name": name, "cidr": ["10.0.0.0/8"], "addresses": "private"});
    let mut twice = lab();
    twice["client_groups"] = json!([group("a"), group("b")]);
    let config: Config = serde_json::from_value(twice).unwrap();
    assert!(check(&config).unwrap_err().to_string().contains("client_groups[b].cidr"));
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

/// The problems of a zone `example.org` with these records: (name, type, data).
fn of_records(records: &[(&str, &str, &str)]) -> Vec<(String, String)> {
    let sets: Vec<Value> = records
        .iter()
        .map(|(name, rr_type, data)| json!({"name": name, "type": rr_type, "data": [data]}))
        .collect();
    let mut lab = lab();
    lab["zones"][0]["records"] = json!(sets);
    let problems = check(&serde_json::from_value(lab).unwrap()).err().unwrap_or_default();
    problems.0.into_iter().map(|p| (p.field, p.message)).collect()
}

#[test]
fn a_record_set_and_its_place_have_to_fit() {
    let check = |records: &[(&str, &str, &str)], field: &str, part: &str| {
        let problems = of_records(records);
        let [(at, message)] = problems.as_slice() else { panic!("{records:?}: {problems:?}") };
        assert!(at.ends_with(field) && message.contains(part), "{records:?}: {problems:?}");
    };
    check(&[("@", "CNAME", "www.example.net")], "records[0].type", "apex");
    check(&[("a", "DNAME", "b.example.net"), ("x.y.a", "A", "192.0.2.1")], "records[1].name", "6672");
    check(
        &[("@", "DNAME", "b.example.net"), ("hello2", "A", "192.0.2.1")][..1],
        "services[hello.example.org].name",
        "redirects",
    );
    check(&[("a", "DS", "1 8 2 00")], "records[0].type", "DS stands where");
    check(&[("@", "DS", "1 8 2 00")], "records[0].type", "DS stands where");
    check(&[("@", "NS", "ns.example.net")], "records[0].type", "name_servers");
    check(&[("*", "NS", "ns.example.net")], "records[0].type", "wildcard");
    check(&[("hello", "NS", "ns.example.net")], "services[hello.example.org].name", "never asked");
    check(&[("a", "A", "192.0.2.1"), ("A", "A", "192.0.2.2")], "records[1].name", "already");
    let fine = [
        ("a", "NS", "ns.a"),
        ("ns.a", "A", "192.0.2.1"),
        ("a", "DS", "1 8 2 00"),
        ("b", "DNAME", "b.example.net"),
        ("b", "TXT", "beside"),
        ("*.c", "CNAME", "hello"),
        ("hello", "TXT", "beside a service"),
        ("d", "HTTPS", "1 . alpn=h2"),
    ];
    assert_eq!(of_records(&fine), []);
}

#[test]
fn aliases_that_go_in_circles_are_refused_once_with_every_name() {
    let check = |records: &[(&str, &str, &str)], circle: &str| {
        let problems = of_records(records);
        let [(_, message)] = problems.as_slice() else { panic!("{records:?}: {problems:?}") };
        assert!(message.contains(circle), "{records:?}: {problems:?}");
    };
    check(&[("a", "CNAME", "a")], "a.example.org -> a.example.org: ");
    check(
        &[("a", "CNAME", "b"), ("b", "CNAME", "c"), ("c", "CNAME", "b"), ("d", "CNAME", "a")],
        "b.example.org -> c.example.org -> b.example.org: ",
    );
    check(&[("*.w", "CNAME", "x.w.example.org")], "*.w.example.org -> *.w.example.org: ");
    check(&[("d", "DNAME", "x.d.example.org")], "d.example.org -> d.example.org: ");
    check(
        &[("d", "DNAME", "e"), ("e", "DNAME", "q.d.example.org")],
        "d.example.org -> e.example.org -> d.example.org: ",
    );
    // An empty non-terminal and another name below it keep the wildcard from answering for x.w.
    assert_eq!(of_records(&[("*.w", "CNAME", "x.w.example.org"), ("y.x.w", "A", "192.0.2.1")]), []);
    assert_eq!(of_records(&[("a", "CNAME", "b"), ("c", "CNAME", "b"), ("b", "CNAME", "example.com")]), []);
}

#[test]
fn circles_are_found_over_zones_and_through_services() {
    let mut lab = lab();
    lab["zones"][0]["records"] = json!([{"name": "a", "type": "CNAME", "data": ["b.example.net"]}]);
    lab["zones"].as_array_mut().unwrap().push(json!(
        {"name": "example.net", "records": [{"name": "b", "type": "CNAME", "data": ["hello.example.org"]}]}));
    check(&serde_json::from_value(lab.clone()).unwrap()).unwrap();
    lab["services"][0]["down_response"] = json!({"cname": "a.example.org"});
    let said = check(&serde_json::from_value(lab).unwrap()).unwrap_err().to_string();
    let circle = "a.example.org -> b.example.net -> hello.example.org -> a.example.org: ";
    assert!(said.contains(circle), "{said}");
}

/// A service whose members are answered as aliases of these names.
fn alias_service(name: &str, targets: &[&str]) -> Value {
    let members: Vec<Value> = targets.iter().map(|t| json!({"fqdn": t, "answer": "cname"})).collect();
    json!({"name": name, "pools": [{"name": "p", "members": members}]})
}

#[test]
fn circles_are_found_through_members_that_are_answered_as_aliases() {
    let said = |services: &[Value], records: Value| {
        let mut lab = lab();
        lab["services"] = json!(services);
        lab["zones"][0]["records"] = records;
        let config: Config = serde_json::from_value(lab).unwrap();
        check(&config).err().map(|problems| problems.0).unwrap_or_default()
    };
    let one = |services: &[Value], records: Value, field: &str, circle: &str| {
        let problems = said(services, records);
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.field, field);
        assert!(problem.message.starts_with(circle), "{problem}");
    };
    // The second way of two, and back by a record.
    one(
        &[alias_service("a.example.org", &["www.example.com", "b.example.org"])],
        json!([{"name": "b", "type": "CNAME", "data": ["a"]}]),
        "zones[example.org].records[0].data",
        "b.example.org -> a.example.org -> b.example.org: ",
    );
    // Two services that name each other, one of them twice by way of a third.
    let both = [
        alias_service("a.example.org", &["b.example.org", "c.example.org"]),
        alias_service("b.example.org", &["a.example.org"]),
    ];
    let forth = json!([{"name": "c", "type": "CNAME", "data": ["www.example.com"]}]);
    one(
        &both,
        forth,
        "services[a.example.org].pools[p].members[0].fqdn",
        "a.example.org -> b.example.org -> a.example.org: ",
    );
    // Back by the down response, which is answered while no member is up.
    let mut down = alias_service("b.example.org", &["www.example.com"]);
    down["down_response"] = json!({"cname": "a.example.org"});
    let two = [alias_service("a.example.org", &["b.example.org"]), down];
    assert_eq!(said(&two, json!([])).len(), 1);
    // A service that answers what is below it answers its own alias there.
    let mut wide = alias_service("w.example.org", &["x.y.w.example.org"]);
    wide["wildcard"] = json!(true);
    let circle = "w.example.org -> w.example.org: ";
    one(&[wide.clone()], json!([]), "services[w.example.org].pools[p].members[0].fqdn", circle);
    assert_eq!(said(&[wide], json!([{"name": "x.y.w", "type": "A", "data": ["192.0.2.1"]}])), []);
    // Many ways that all end are no circle, and neither is a name that is resolved here.
    let ends = [
        alias_service("a.example.org", &["b.example.org", "c.example.org"]),
        alias_service("b.example.org", &["d.example.org", "c.example.org"]),
        alias_service("c.example.org", &["d.example.org"]),
        json!({"name": "d.example.org", "pools": [{"name": "p", "members": [{"fqdn": "a.example.org"}]}]}),
    ];
    assert_eq!(said(&ends, json!([])), []);
}

#[test]
fn a_wildcard_may_be_a_service_and_the_apex_no_alias() {
    let mut lab = lab();
    lab["services"][0]["name"] = json!("*.apps.example.org");
    check(&serde_json::from_value(lab.clone()).unwrap()).unwrap();
    lab["services"][0]["name"] = json!("example.org");
    check(&serde_json::from_value(lab.clone()).unwrap()).unwrap();
    lab["services"][0]["down_response"] = json!({"cname": "a.example.net"});
    let said = check(&serde_json::from_value(lab).unwrap()).unwrap_err().to_string();
    assert!(said.contains("no CNAME may stand"), "{said}");
}

#[test]
fn a_set_that_fits_no_answer_is_refused() {
    let many: Vec<String> = (0..6000).map(|i| format!("10.0.{}.{}", i / 250, i % 250)).collect();
    assert!(problems_after("/zones/0/records/0/data", json!(many)).contains("use fewer records"));
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

#[test]
fn channels_and_rules_that_cannot_work_are_refused() {
    let channel = |via: Value| json!({"name": "c", "via": via});
    let posts = |json: Value| channel(json!({"json": json}));
    let mail = |field: &str, value: Value| {
        let mut mail = json!({"host": "mx.example.net", "from": "a@example.org", "to": ["b@example.org"]});
        mail[field] = value;
        channel(json!({"email": mail}))
    };
    let cases = [
        (posts(json!({})), "via.json.url", "url_secret"),
        (posts(json!({"url": "https://a/", "url_secret": "x"})), "via.json.url_secret", "not both"),
        (posts(json!({"url": "ftp://a/"})), "via.json.url", "https://"),
        (posts(json!({"url": "https://u:pw@a/"})), "via.json.url", "no user or password"),
        (
            posts(json!({"url": "https://a/", "template": "{{txt}}"})),
            "via.json.template",
            "did you mean {{text}}?",
        ),
        (
            posts(json!({"url": "https://a/", "template": "{\"a\": {{text}}}"})),
            "via.json.template",
            "no JSON",
        ),
        (
            posts(json!({"url": "https://a/", "headers": [{"name": "authorization", "value": "pw@"}]})),
            "headers[authorization].value",
            "the secret's name",
        ),
        (
            posts(json!({"url": "https://a/", "headers": [{"name": "Host", "value": "x"}]})),
            "headers[Host]",
            "remove it",
        ),
        (posts(json!({"url": "https://a/", "headers": [{"name": "X"}]})), "headers[X]", "give value"),
        (mail("to", json!([])), "via.email.to", "at least one"),
        (mail("to", json!(["nobody"])), "via.email.to", "noc@example.org"),
        (mail("user", json!("u")), "via.email.password_secret", "both or none"),
        (channel(json!({"syslog": {"address": "log"}})), "via.syslog.address", "host and port"),
        (channel(json!({"syslog": {"address": "log:1", "ca": "x"}})), "via.syslog.ca", "tls"),
        (
            channel(json!({"snmp": {"address": "n", "version": {"v3": {"user": "", "auth_secret": "s"}}}})),
            "version.v3.user",
            "1 to 32",
        ),
    ];
    for (channel, field, remedy) in cases {
        let mut lab = lab();
        lab["channels"] = json!([channel]);
        let said = check(&serde_json::from_value(lab).unwrap()).expect_err("a problem").to_string();
        assert!(said.contains(field) && said.contains(remedy), "{channel}: {said}");
        assert!(!said.contains("pw@"), "{said}");
    }
    let rules = [
        (json!({"events": [], "channels": ["c"]}), "events", "at least one event"),
        (json!({"events": ["TEST"], "channels": ["c"]}), "events", "no rule"),
        (json!({"events": ["GS_UP"], "channels": ["d"]}), "channels", "no channel of this name"),
        (json!({"events": ["GS_UP"], "channels": []}), "channels", "at least one channel"),
        (
            json!({"events": ["GS_UP"], "channels": ["c"], "services": ["helo.example.org"]}),
            "services",
            "did you mean",
        ),
        (json!({"events": ["GS_UP"], "channels": ["c"], "threshold": 0}), "threshold", "1 to 1000"),
        (json!({"events": ["GS_UP"], "channels": ["c"], "window": "0s"}), "window", "1s to 1d"),
    ];
    for (mut rule, field, remedy) in rules {
        rule["name"] = json!("r");
        let mut lab = lab();
        lab["channels"] = json!([channel(json!({"script": {"name": "x"}}))]);
        lab["alert_rules"] = json!([rule]);
        let said = check(&serde_json::from_value(lab).unwrap()).expect_err("a problem").to_string();
        assert!(said.contains(&format!("alert_rules[r].{field}")) && said.contains(remedy), "{rule}: {said}");
    }
}
