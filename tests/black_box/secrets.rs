//! Secrets: set once, sealed at once, and shown to nobody.

use serde_json::json;

use crate::harness::{Site, run_with_input};

const SECRET: &str = "https://hooks.example.com/services/T0/B0/not-to-be-seen";

/// Whether any file directly in the data directory holds these octets.
fn on_disk(site: &Site, text: &str) -> bool {
    let files = std::fs::read_dir(site.data_dir()).expect("the data directory");
    let contents = files.filter_map(|file| std::fs::read(file.ok()?.path()).ok());
    contents.into_iter().any(|octets| octets.windows(text.len()).any(|w| w == text.as_bytes()))
}

#[test]
fn a_secret_is_set_replaced_listed_by_name_and_never_shown() {
    let mut site = Site::start();
    let set = site.cli_with_input(&["secret", "set", "slack-ops"], &format!("{SECRET}\n"));
    assert_eq!(set.success().stdout, "Secret slack-ops is set.\n");
    site.http.json("PUT", "/api/v1/secrets/slack-ops", &json!({"value": SECRET})).with_status(204);
    let list = site.http.get("/api/v1/secrets").with_status(200);
    assert_eq!(list.json()[0]["name"], "slack-ops");
    assert_eq!(list.json()[0]["used_by"], json!([]));
    assert!(!list.body.contains("hooks.example.com"), "{list:?}");
    let listed = site.cli(&["secret", "list"]).success().stdout;
    assert!(listed.contains("slack-ops") && listed.contains("nothing names it"), "{listed}");
    assert!(!on_disk(&site, "not-to-be-seen") && on_disk(&site, "slack-ops"));

    site.stop();
    site.start_again();
    assert_eq!(site.http.get("/api/v1/secrets").json()[0]["name"], "slack-ops");
    assert!(!site.said().contains("not-to-be-seen"));
    assert_eq!(
        site.cli(&["secret", "remove", "slack-ops"]).success().stdout,
        "Secret slack-ops is forgotten.\n"
    );
    assert_eq!(site.http.get("/api/v1/secrets").json(), json!([]));
}

#[test]
fn a_wrong_secret_is_refused_in_words_that_do_not_repeat_it() {
    let site = Site::start();
    let reply = site.http.json("PUT", "/api/v1/secrets/no%20name", &json!({"value": SECRET})).problem(422);
    assert_eq!(reply["errors"][0]["field"], "name");
    assert!(!reply.to_string().contains("hooks"));
    let long = "x".repeat(40_000);
    let reply = site.http.json("PUT", "/api/v1/secrets/long", &json!({"value": long})).problem(422);
    assert!(reply["detail"].as_str().unwrap_or_default().contains("1 to 32768 octets"), "{reply}");
    assert!(!reply.to_string().contains("xxx"));
    site.http.send("DELETE", "/api/v1/secrets/nothing", |request| request).problem(404);
    let empty = site.cli(&["secret", "set", "empty"]);
    assert!(empty.failure().contains("no secret on standard input"), "{empty:?}");
    let stranger =
        run_with_input(&["secret", "set", "a", "--server", site.http.base(), "--token", "no"], "x");
    assert!(stranger.failure().contains("send a valid token"), "{stranger:?}");
}
