use model::config::Monitor;
use serde_json::{Value, json};

use super::MonitorDraft;

fn monitor(value: Value) -> Monitor {
    serde_json::from_value(value).unwrap()
}

/// A monitor of each type with every field its type has.
fn each_type() -> Vec<Monitor> {
    let pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
    let tls = json!({
        "verify": false, "server_name": "x.test", "ca": pem, "client_certificate": pem,
        "client_key": {"secret": "key"}, "minimum_days": 7,
    });
    [
        json!({"name": "a", "type": "http", "port": 8080, "request": "POST / HTTP/1.1", "host": "h.test",
               "headers": [{"name": "X-A", "value": "b: c"}, {"name": "X-B", "secret": "s"}], "request_body": "{}\n",
               "expect_status": [200, "3xx"], "expect_body": " ok ", "expect_body_regex": "o.", "maintenance_status": [503],
               "follow_redirects": 2, "auth": {"basic": {"user": "u", "password": {"secret": "p"}}},
               "interval": "30s", "timeout": "1s", "failures": 1, "successes": 9,
               "flap": {"changes": 5, "window": "1m", "hold": "20s"}}),
        json!({"name": "b", "type": "https", "tls": tls, "auth": {"bearer": {"secret": "t"}}}),
        json!({"name": "c", "type": "tcp", "port": 25, "send": r"QUIT\r\n", "expect": "221 "}),
        json!({"name": "d", "type": "tcp", "port": 25, "half_open": true}),
        json!({"name": "e", "type": "tls", "port": 853, "tls": {"minimum_days": 30}}),
        json!({"name": "f", "type": "udp", "port": 514, "send": r"\x00"}),
        json!({"name": "g", "type": "dns", "query": {"name": "a.test", "type": "MX", "answer": "10 m.test."}}),
        json!({"name": "h", "type": "dns", "query": {"name": "a.test", "rcode": "NXDOMAIN"}}),
        json!({"name": "i", "type": "icmp"}),
        json!({"name": "j", "type": "grpc", "port": 50051, "service": "s", "tls": {}}),
        json!({"name": "k", "type": "grpc", "port": 50051}),
        json!({"name": "l", "type": "script", "script": {"name": "x", "args": ["-a", "b c"], "env": {"A": "b=c"}}}),
    ]
    .map(monitor)
    .to_vec()
}

#[test]
fn every_type_reads_back_from_its_form() {
    for monitor in each_type() {
        assert_eq!(MonitorDraft::of(&monitor).parse().unwrap(), monitor);
    }
}

#[test]
fn what_another_type_left_in_the_form_is_ignored() {
    let mut draft = MonitorDraft::of(&each_type()[0]);
    draft.kind = "icmp".into();
    draft.follow_redirects = "nonsense".into();
    let parsed = draft.parse().unwrap();
    assert_eq!((parsed.port, parsed.request, parsed.headers.len()), (None, None, 0));
    let mut draft = MonitorDraft::new();
    (draft.name, draft.kind) = ("m".into(), "script".into());
    let fields: Vec<String> = draft.parse().unwrap_err().0.into_iter().map(|p| p.field).collect();
    assert_eq!(fields, ["script_name"]);
}

#[test]
fn each_wrong_field_is_named() {
    let mut draft = MonitorDraft::of(&each_type()[0]);
    draft.port = "0".into();
    draft.headers = "no colon".into();
    draft.maintenance_status = "9xx".into();
    draft.flap_hold = "soon".into();
    let fields: Vec<String> = draft.parse().unwrap_err().0.into_iter().map(|p| p.field).collect();
    assert_eq!(fields, ["port", "headers", "maintenance_status", "flap_hold"]);
}
