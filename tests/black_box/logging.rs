//! What the query log keeps is an operator's to say, while it runs.

use serde_json::{Value, json};

use crate::harness::Transport::Udp;
use crate::harness::session::{first_sign_in, page};
use crate::harness::{Site, lab, volley};

const SETTINGS: &str = "/api/v1/settings/logging";

fn set(site: &Site, settings: &Value) {
    site.http.json("PUT", SETTINGS, settings).with_status(200);
}

#[test]
fn a_full_log_keeps_every_row_in_spite_of_the_limits_until_it_is_ended_in_the_console() {
    let site = Site::with_lab();
    set(&site, &json!({"service_throttle": {"non_significant": 1}}));
    let (http, cookie) = (site.http.stranger(), first_sign_in(&site));
    let form = |lasts: &str| http.form("/logs/full", &[("for", lasts)], &[("cookie", cookie.as_str())]);
    form("30m").with_status(303);
    let shown = page(&http, "/logs", &cookie).with_status(200).body;
    assert!(shown.contains("Every row is kept for another 30 min, until "), "{shown}");
    volley(site.dns(), lab::SERVICE, &[Udp], 200);
    let split = site.split_of(200);
    assert_eq!(split["totals"]["logged"], 200, "{split}");
    form("").with_status(303);
    let settings = site.http.get(SETTINGS).with_status(200).json();
    assert_eq!(settings["full_until"], Value::Null);
    let shown = page(&http, "/logs", &cookie).body;
    assert!(shown.contains("Keep every row for:"));
    let rows = site.cli(&["logs", "export", "--columns", "fqdn,stands_for", "-o", "-"]).success().stdout;
    let alone = format!("{},1", lab::SERVICE);
    assert_eq!(rows.lines().filter(|line| *line == alone).count(), 200, "a row says what it stands for");
    let refused = form("soon").body;
    assert!(refused.contains("soon"), "{refused}");
    assert_eq!(site.http.get(SETTINGS).json()["full_until"], Value::Null);
}

#[test]
fn rows_a_filter_asks_for_are_kept_where_others_are_limited() {
    let site = Site::with_lab();
    let filters = json!([{"name": "lab", "match": format!("fqdn = {}", lab::SERVICE)}]);
    set(&site, &json!({"service_throttle": {"non_significant": 1}, "filters": filters}));
    volley(site.dns(), lab::SERVICE, &[Udp], 100);
    assert_eq!(site.split_of(100)["totals"]["logged"], 100);
    let exported = site.http.get("/api/v1/settings/logging").json();
    assert_eq!(exported["filters"], filters);

    let bad = json!({"filters": [{"name": "lab", "match": "fqdn ~ \"(\""}]});
    let problem = site.http.json("PUT", SETTINGS, &bad).problem(422).to_string();
    assert!(problem.contains("logging.filters[0].match"), "{problem}");
    assert_eq!(site.http.get(SETTINGS).json()["filters"], filters, "a refused change changes nothing");
}

#[test]
fn what_the_log_keeps_is_changed_by_a_form_that_loses_nothing_typed() {
    let site = Site::with_lab();
    set(&site, &json!({"retention_gib": 40, "full_until": "2099-01-01T00:00:00Z"}));
    let (http, cookie) = (site.http.stranger(), first_sign_in(&site));
    let shown = page(&http, "/logs/policy", &cookie).with_status(200).body;
    assert!(shown.contains("name=\"retention_gib\"") && shown.contains("value=\"40\""), "{shown}");
    let mut fields = vec![
        ("service.significant", "0"),
        ("service.filtered", "0"),
        ("service.non_significant", "10"),
        ("site.significant", "100"),
        ("site.filtered", ""),
        ("site.non_significant", "50"),
        ("retention", "14d"),
        ("retention_gib", ""),
        ("filters.0.name", "campus"),
        ("filters.0.match", "client_ip in (10.0.0.0/8"),
        ("filters.0.until", "2098-01-01T00:00:00Z"),
        ("reason", "the campus moves"),
    ];
    let post = |fields: &[(&str, &str)]| http.form("/logs/policy", fields, &[("cookie", cookie.as_str())]);
    let refused = post(&fields).with_status(422).body;
    assert!(refused.contains("filters.0.match-error") && refused.contains("the campus moves"), "{refused}");
    assert_eq!(site.http.get(SETTINGS).json()["retention"], "7d", "nothing is saved by halves");
    let more = post(&[&fields[..], &[("add_filter", "1")]].concat()).with_status(200).body;
    assert!(more.contains("filters.1.name") && more.contains("2098-01-01T00:00:00Z"), "{more}");

    fields[9].1 = "client_ip in (10.0.0.0/8)";
    post(&fields).with_status(303);
    let settings = site.http.get(SETTINGS).json();
    assert_eq!(settings["service_throttle"], json!({"significant": 0, "filtered": 0, "non_significant": 10}));
    assert_eq!(settings["site_throttle"]["significant"], 100);
    assert_eq!((&settings["retention"], &settings["retention_gib"]), (&json!("14d"), &Value::Null));
    assert_eq!(settings["filters"][0]["match"], "client_ip in (10.0.0.0/8)");
    assert_eq!(settings["full_until"], "2099-01-01T00:00:00.000000Z", "what the form does not say stays");
    let revisions = site.http.get("/api/v1/revisions").json().to_string();
    assert!(revisions.contains("the campus moves"), "{revisions}");
    let notice = page(&http, "/logs", &cookie).body;
    assert!(notice.contains("href=\"/logs/policy\""), "the Logs page leads there");
}
