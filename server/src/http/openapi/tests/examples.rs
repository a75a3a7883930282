//! Examples are what their schemas describe, and together with a maximal configuration they show every property.

use std::collections::BTreeSet;

use model::config::Config;
use serde_json::{Value, json};

use super::{Checker, document};
use crate::declarative;

const LAB: &str = include_str!("../../../../../examples/lab.yaml");

/// A configuration in which every field has a value other than its default.
const MAXIMAL: &str = "
sites:
  - {name: north, role: follower, dns: ['192.0.2.1:53', '[2001:db8::1]:53'], enabled: false, draining: true, weight: 3}
locations:
  - {name: here, site: north, cidr: [192.0.2.0/24, '2001:db8::/32'], latitude: -1.5, longitude: 170, enabled: false,
     draining: true, weight: 0}
client_groups:
  - {name: inside, cidr: [10.0.0.0/8, 'fd00::/8'], addresses: private}
zones:
  - name: example.org
    soa: {mname: ns.example.org, rname: j.doe@example.org, refresh: 1, retry: 2, expire: 3, negative_ttl: 4}
    name_servers: [ns.example.org]
    ttl: 60
    unhandled: drop
    records:
      - {name: '@', type: MX, ttl: 5, data: [10 mail.example.org.]}
      - {name: x, type: TYPE1000, data: ['\\# 1 00']}
    transfer:
      secondaries: [{address: '192.0.2.53:5353', key: own.example.org}]
      allow: [198.51.100.0/24]
      key: xfr.example.org
      notify: false
monitors:
  - {name: web, type: http, port: 80, request: GET /x HTTP/1.1, host: example.org, expect_status: [200, 3xx],
     interval: 20s, timeout: 500ms, failures: 1, successes: 50}
  - {name: open, type: tcp, port: 443, send: 'PING\\r\\n', expect: PONG}
  - {name: half, type: tcp, port: 443, half_open: true}
  - name: secure
    type: https
    request: POST /x HTTP/1.1
    headers: [{name: X-A, value: b}, {name: X-Key, secret: key}]
    request_body: '{}'
    expect_body: fine
    expect_body_regex: 'f[a-z]+e'
    maintenance_status: [503]
    follow_redirects: 2
    auth: {basic: {user: me, password: {secret: pw}}}
    flap: {changes: 4, window: 10m, hold: 1m}
    tls:
      verify: true
      server_name: x.example.org
      ca: \"-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\\n\"
      client_certificate: \"-----BEGIN CERTIFICATE-----\\nAA==\\n-----END CERTIFICATE-----\\n\"
      client_key: {secret: key}
      minimum_days: 7
  - {name: blind, type: tls, port: 853, tls: {verify: false}}
  - {name: token, type: http, auth: {bearer: {secret: token}}}
  - {name: udp, type: udp, port: 514, send: x}
  - {name: dns, type: dns, query: {name: example.org, type: MX, answer: 10 mail.example.org.}}
  - {name: gone, type: dns, query: {name: example.org, rcode: NXDOMAIN}}
  - {name: ping, type: icmp}
  - {name: rpc, type: grpc, port: 50051, service: shop, host: shop.example.org, tls: {}}
  - {name: own, type: script, script: {name: check, args: [a], env: {A: b}}}
services:
  - name: a.example.org
    description: shop
    enabled: false
    ttl: 0
    answers: 0
    down_response: {fallback: [192.0.2.9]}
    monitors: [web, open]
    pools:
      - name: main
        priority: 100
        algorithm: random
        enabled: false
        draining: true
        weight: 9
        fallback: preference_order
        mask: {v4: 16, v6: 48}
        members: [{address: 192.0.2.7, location: here, weight: 0, enabled: false}, {address: '2001:db8::7'}]
  - {name: b.example.org, down_response: {cname: a.example.net}, pools: [{name: p, members: [{address: 192.0.2.8}]}]}
  - {name: c.example.org, down_response: empty, pools: [{name: p, members: [{address: 192.0.2.8}]}]}
  - name: d.example.org
    wildcard: true
    min_members: 2
    pool_choice: geo
    manual_resume: true
    ramp: {duration: 5m, steps: 20}
    topology:
      - {name: iberia, clients: {cidr: [10.1.0.0/16], country: [ES, pt], continent: [EU], asn: [64500]}, to: [p, here]}
    pools:
      - name: p
        algorithm: topology
        members:
          - {address: 192.0.2.8, public_address: 198.51.100.8, preference: 128, draining: true}
          - {fqdn: app.example.net}
  - {name: e.example.org, pools: [{name: q, members: [{fqdn: cdn.example.net, answer: cname}]}]}
channels:
  - {name: slack, enabled: false, via: {slack: {url_secret: hook}}}
  - {name: teams, via: {teams: {url_secret: hook}}}
  - {name: json, via: {json: {url: 'https://example.net/x', template: '{\"a\": \"{{text}}\"}', hmac_secret: key,
     headers: [{name: X-Team, value: ops}, {name: Authorization, secret: bearer}]}}}
  - {name: other, via: {json: {url_secret: hook}}}
  - {name: mail, via: {email: {host: mx.example.net, port: 2525, tls: tls, user: ops, password_secret: mail,
     from: gslb@example.org, to: [noc@example.org]}}}
  - {name: log, via: {syslog: {address: 'log.example.net:6514', transport: tls, facility: local7,
     ca: '-----BEGIN CERTIFICATE-----'}}}
  - {name: old, via: {snmp: {address: nms.example.net, version: {v2c: {community_secret: community}}}}}
  - {name: new, via: {snmp: {address: 'nms.example.net:1162', version: {v3: {user: ops, auth: sha512, auth_secret: key,
     engine_id: 80001f8804737465656c}}}}}
  - {name: pager, via: {pagerduty: {routing_key_secret: key, url: 'https://events.eu.pagerduty.com/v2/enqueue'}}}
  - {name: own, via: {script: {name: slack.py}}}
alert_rules:
  - {name: all, enabled: false, events: [GS_DOWN, GS_UP], services: [a.example.org], sites: [north],
     members: [192.0.2.7], threshold: 3, window: 60s, throttle: 0s, level: high, channels: [slack, mail]}
logging:
  service_throttle: {significant: 1, filtered: 2, non_significant: 3}
  site_throttle: {significant: 4, filtered: 5, non_significant: 6}
  retention: 30d
  event_retention: 365d
  retention_gib: 50
  filters:
  - {name: lab, match: 'client_ip in (10.0.0.0/8)'}
  - {name: friday, match: 'service = a.example.org', until: '2026-11-27T18:00:00Z'}
  full_until: '2026-11-25T18:00:00Z'
";

fn read(text: &str) -> Config {
    let config = declarative::read(text).unwrap();
    model::check::check(&config).unwrap();
    config
}

fn properties(document: &Value) -> BTreeSet<(String, String)> {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let of = |name: &String, schema: &Value| {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        properties.map(|(property, _)| (name.clone(), property.clone())).collect::<Vec<_>>()
    };
    schemas.iter().flat_map(|(name, schema)| of(name, schema)).collect()
}

#[test]
fn the_lab_and_a_maximal_configuration_are_what_the_schemas_describe() {
    let document = document();
    let mut checker = Checker::new(&document);
    checker.named("Config", &json!(read(LAB))).unwrap();
    checker.named("Config", &json!(read(MAXIMAL))).unwrap();
    let configured: BTreeSet<&String> = checker.seen.iter().map(|(schema, _)| schema).collect();
    let wanted = properties(&document).into_iter().filter(|(schema, _)| configured.contains(schema));
    let unseen: Vec<_> = wanted.filter(|property| !checker.seen.contains(property)).collect();
    assert!(unseen.is_empty(), "no configuration has {unseen:?}");
    // Each part of the model that a configuration can have.
    assert_eq!(configured.len(), 40);
}

#[test]
fn every_schema_has_an_example_that_fits_it_and_all_properties_are_shown() {
    let document = document();
    let mut checker = Checker::new(&document);
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let examples = schema.get("examples").and_then(Value::as_array);
        let examples = examples.unwrap_or_else(|| panic!("{name} has no example"));
        examples.iter().for_each(|example| checker.named(name, example).unwrap());
    }
    checker.named("Config", &json!(read(MAXIMAL))).unwrap();
    checker.named("TailEvent", &json!({"missed": 128})).unwrap();
    checker.named("MemberPatch", &json!({"weight": null, "enabled": false})).unwrap();
    let unseen: Vec<_> = properties(&document).difference(&checker.seen).cloned().collect();
    assert!(unseen.is_empty(), "nothing shows {unseen:?}");
}

#[test]
fn examples_of_parameters_headers_and_failures_fit_their_schemas() {
    let document = document();
    let mut checker = Checker::new(&document);
    for kind in ["parameters", "headers"] {
        for (key, component) in document["components"][kind].as_object().unwrap() {
            if let Some(example) = component.get("example") {
                checker.check(key, &component["schema"], example).unwrap();
            }
        }
    }
    for (key, response) in document["components"]["responses"].as_object().unwrap() {
        let content = &response["content"]["application/problem+json"];
        checker.check(key, &content["schema"], &content["example"]).unwrap();
    }
}

#[test]
fn the_examples_are_the_lab() {
    let schemas = &document()["components"]["schemas"];
    let example = |name: &str| schemas[name]["examples"][0].clone();
    let lab = read(LAB);
    assert_eq!(example("Config"), json!(lab));
    assert_eq!(example("Service")["name"], "hello.avi.iberia.local");
    assert_eq!(example("SplitReport")["verdict"], "PASS");
    assert_eq!(example("SplitReport")["segments"][0]["members"][0]["expected_share"], 0.6);
    assert_eq!(example("Explanation")["outcome"], "weighted_round_robin");
    assert_eq!(example("Explanation")["answers"].as_array().unwrap().len(), 3);
    assert_eq!(example("ProblemDetails")["errors"][0]["field"], "monitors[http-hello].timeout");
}

#[test]
fn the_export_in_the_example_has_the_compact_columns() {
    let paths = &document()["paths"];
    let csv = &paths["/logs/export.csv"]["get"]["responses"]["200"]["content"]["text/csv"]["example"];
    let columns = "ts,site,client_ip,client_port,transport,fqdn,qtype,rcode,significant,significance,service,pool,\
                   member,answers,ttl,ecs,generation,latency_us";
    assert_eq!(csv.as_str().unwrap().lines().next(), Some(columns));
    assert!(csv.as_str().unwrap().contains("\n2026-11-20T08:00:00.000000Z,leader,10.10.24.7,53124,udp,"));
}
