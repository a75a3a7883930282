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
    assert!(shown.contains("<dt>stands_for</dt><dd>1</dd>"), "a row says how many answers it stands for");
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
