//! The log looked into from outside: histogram, ranks, values, and a row with those around it.

use serde_json::{Value, json};

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Site, check_words, in_words, lab, volley};

#[test]
fn rest_gives_what_the_rows_add_up_to() {
    let site = Site::with_lab();
    volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 50);
    site.split_of(100);
    let get = |path: &str| -> Value { site.http.get(&format!("/api/v1/logs{path}")).with_status(200).json() };
    let bars = get("/histogram?since=1h&by=member");
    let points = bars["points"].as_array().expect("points");
    let rows = |of: &Value| of[2].as_u64().expect("rows");
    assert_eq!(points.iter().map(rows).sum::<u64>(), 100, "{bars}");
    assert_eq!((&bars["suppressed"], &bars["searched_to"]), (&json!([]), &json!(null)), "{bars}");
    assert!(["exact", "counted"].contains(&bars["basis"].as_str().unwrap_or_default()), "{bars}");

    let top = get("/top?since=1h&by=transport&n=1");
    assert_eq!(
        (&top["values"][0]["rows"], &top["other"], &top["distinct"]),
        (&50.into(), &50.into(), &2.into())
    );
    let top = get("/top?since=1h&by=client_network&filter=transport%20%3D%20udp");
    assert_eq!(top["values"], json!([{"value": "127.0.0.0/24", "rows": 50, "stands_for": 50}]));

    assert_eq!(get("/values?field=service&prefix=HEL"), json!([lab::SERVICE]));
    assert_eq!(get("/values?field=rcode"), json!(["NOERROR"]));

    let page = get("?since=1h&limit=10&filter=transport%20%3D%20tcp");
    assert_eq!((page["rows"].as_array().map(Vec::len), &page["searched_to"]), (Some(10), &json!(null)));
    let row = &page["rows"][5];
    let near = get(&format!("/rows/{}-{}?around=3&near=client", row["at"], row["id"]));
    assert_eq!(&near["row"], row);
    let count = |side: &str| near[side].as_array().map(Vec::len);
    assert_eq!((count("before"), count("after")), (Some(3), Some(3)), "{near}");
}

#[test]
fn what_cannot_be_asked_is_refused_by_its_parameter() {
    let site = Site::with_lab();
    let refused = |path: &str, words: &[&str]| {
        check_words(&in_words(&site.http.get(&format!("/api/v1/logs{path}")).problem(400)), words);
    };
    refused("/histogram?by=colour", &["by", "colour", "client_ip"]);
    refused("/histogram?since=1h&step=15s", &["step", "15s", "tens of seconds"]);
    refused("/histogram?since=7d&step=10s", &["step", "10s", "longer"]);
    refused("/values?field=servise", &["field", "did you mean service?"]);
    refused("/rows/yesterday", &["row", "1795161600000000-4711"]);
    refused("/rows/1-1?near=pool", &["near", "all, client or service"]);
    refused("/top?filter=fqdn%20~%20%22(%22", &["filter"]);
    site.http.get("/api/v1/logs/rows/1-1").problem(404);
}
