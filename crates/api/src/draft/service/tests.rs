use super::*;

fn draft() -> ServiceDraft {
    let member = |address: &str, weight: &str| MemberDraft {
        address: address.into(),
        weight: weight.into(),
        enabled: true,
        ..MemberDraft::default()
    };
    let mut draft = ServiceDraft { name: "hello.example.org".into(), ..ServiceDraft::new() };
    draft.pools[0].members = vec![member("192.0.2.1", "6"), member("192.0.2.2", "3"), MemberDraft::default()];
    draft
}

#[test]
fn a_form_read_from_a_service_gives_the_service_back() {
    let service = draft().parse().unwrap();
    assert_eq!(service.pools[0].members.len(), 2);
    assert_eq!(ServiceDraft::of(&service).parse().unwrap(), service);
}

#[test]
fn problems_stand_beside_their_fields() {
    let mut bad = draft();
    bad.pools[0].members[0].weight = "1001".into();
    bad.pools[0].members[1].address = "10.0.0".into();
    bad.ttl = "soon".into();
    let fields: Vec<String> = bad.parse().unwrap_err().0.into_iter().map(|p| p.field).collect();
    assert_eq!(fields, ["ttl", "pools.0.members.0.weight", "pools.0.members.1.address"]);
}

#[test]
fn problems_of_the_check_find_their_fields() {
    let mut problems = Problems::default();
    problems.push("services[hello.example.org].pools[pool-1].members[1].location", "x", "unknown");
    problems.push("services[hello.example.org].name", "x", "in no zone");
    let placed = draft().beside_fields(problems);
    assert_eq!(placed.0[0].field, "pools.0.members.1.location");
    assert_eq!(placed.0[1].field, "name");
}

#[test]
fn buttons_add_and_remove_rows() {
    let post = |pairs: &[(&str, &str)]| Form::new(pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())));
    let rows = [("pools.0.members.0.address", "a"), ("pools.0.members.1.address", "b")];
    let added = ServiceDraft::from_form(&post(&[&rows[..], &[("add_member", "0")]].concat()));
    assert_eq!(added.pools[0].members.len(), 3);
    let removed = ServiceDraft::from_form(&post(&[&rows[..], &[("remove", "pools.0.members.0")]].concat()));
    assert_eq!(removed.pools[0].members[0].address, "b");
}

#[test]
fn no_field_of_a_service_is_lost_in_its_form() {
    let service: Service = serde_json::from_value(serde_json::json!({
        "name": "hello.example.org", "description": "greets", "enabled": false, "wildcard": true, "ttl": 5,
        "answers": 2, "down_response": {"fallback": ["192.0.2.9"]}, "monitors": ["http"], "min_members": 2,
        "pool_choice": "geo", "manual_resume": true, "ramp": {"duration": "5m", "steps": 4},
        "topology": [{"name": "office", "clients": {"cidr": ["10.0.0.0/8"], "country": ["ES"], "continent": ["EU"],
            "asn": [3352]}, "to": ["first", "site1"]}],
        "pools": [{"name": "first", "priority": 20, "algorithm": "topology", "fallback": "consistent_hash",
            "mask": {"v4": 20, "v6": 48}, "weight": 7, "enabled": false, "draining": true, "members": [
                {"address": "192.0.2.1", "public_address": "203.0.113.1", "location": "s1", "weight": 6,
                 "preference": 3, "enabled": false, "draining": true}]},
            {"name": "second", "members": [{"fqdn": "app.example.net", "answer": "cname"}]}]
    }))
    .unwrap();
    assert_eq!(ServiceDraft::of(&service).parse().unwrap(), service);
}

#[test]
fn a_member_is_an_address_or_a_full_name() {
    for (text, good) in [
        ("192.0.2.1", true),
        ("2001:db8::1", true),
        ("app.example.net", true),
        ("10.0.0", false),
        ("10.0.0.256", false),
        ("2001:db8::x", false),
        ("localhost", false),
    ] {
        let mut draft = draft();
        draft.pools[0].members[0].address = text.into();
        assert_eq!(draft.parse().is_ok(), good, "{text}");
    }
}
