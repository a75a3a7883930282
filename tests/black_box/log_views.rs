//! Saved views of the log: one's own for everybody, shared ones by operators.

use serde_json::{Value, json};

use crate::harness::{Http, Site};

fn bearer(site: &Site, role: &str) -> Http {
    let made = site.cli(&["token", "create", "--role", role, "--name", role]).success();
    site.http.stranger().with_token(made.stdout.trim())
}

fn view(name: &str, shared: bool) -> Value {
    json!({"name": name, "query": "since=1h&filter=rcode%20%3D%20SERVFAIL", "shared": shared})
}

#[test]
fn a_viewer_saves_for_itself_and_an_operator_for_everybody() {
    let site = Site::start();
    let (viewer, operator) = (bearer(&site, "viewer"), bearer(&site, "operator"));
    let own = viewer.json("POST", "/api/v1/log-views", &view("Own", false)).with_status(201).json();
    let denied = viewer.json("POST", "/api/v1/log-views", &view("All", true)).problem(403);
    assert!(
        denied["detail"].as_str().unwrap_or_default().contains("sharing a view needs operator"),
        "{denied}"
    );
    let taken = viewer.json("POST", "/api/v1/log-views", &view("Own", false)).problem(409);
    assert_eq!(taken["errors"][0]["field"], "name");

    let shared = operator.json("POST", "/api/v1/log-views", &view("All", true)).with_status(201).json();
    let names = |http: &Http| -> Vec<String> {
        let list = http.get("/api/v1/log-views").with_status(200).json();
        let names = list.as_array().into_iter().flatten();
        names.filter_map(|view| view["name"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(names(&viewer), ["Own", "All"]);
    assert_eq!(names(&operator), ["All"]);

    let path = |view: &Value| format!("/api/v1/log-views/{}", view["id"]);
    viewer.json("PUT", &path(&shared), &view("Mine now", false)).problem(403);
    operator.json("PUT", &path(&own), &view("Mine now", false)).problem(404);
    let begun =
        viewer.json("PUT", &path(&own), &json!({"name": "Own", "query": "since=5m", "default": true}));
    let begun = begun.with_status(200).json();
    assert_eq!((&begun["default"], &begun["query"]), (&json!(true), &json!("since=5m")));
    viewer.send("DELETE", &path(&shared), |request| request).problem(403);
    viewer.send("DELETE", &path(&own), |request| request).with_status(204);
    viewer.send("DELETE", &path(&own), |request| request).problem(404);
}

#[test]
fn a_view_that_leads_elsewhere_is_refused_by_its_field() {
    let site = Site::start();
    for (body, field) in [
        (json!({"name": "", "query": "since=1h"}), "name"),
        (json!({"name": "a", "query": "since=1h\r\nLocation: https://example.org"}), "query"),
        (json!({"name": "a", "query": ""}), "query"),
    ] {
        let problem = site.http.json("POST", "/api/v1/log-views", &body).problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    site.http.json("POST", "/api/v1/log-views", &json!({"name": "a"})).problem(422);
}
