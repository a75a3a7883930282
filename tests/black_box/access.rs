//! Who may do what over REST and the command line: tokens, roles, users.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::session::PASSWORD;
use crate::harness::{Http, Site, lab, run, until};

const MEMBER: &str = "/api/v1/members/hello.avi.iberia.local/hello-10/10.10.25.46";

/// A client with a token made for this role on the command line.
fn bearer(site: &Site, role: &str) -> Http {
    let made = site.cli(&["token", "create", "--role", role, "--name", &format!("for {role}")]).success();
    site.http.stranger().with_token(made.stdout.trim())
}

/// Whether a list of REST has an object with this name.
fn names(list: &Value, name: &str) -> bool {
    list.as_array().expect("a list").iter().any(|object| object["name"] == name)
}

#[test]
fn nobody_comes_in_without_a_valid_token() {
    let site = Site::with_lab();
    let wrong = [
        site.http.stranger(),
        site.http.stranger().with_token(""),
        site.http.stranger().with_token("steelyard_0123456789abcdef"),
        site.http.stranger().with_token(&format!("{}x", site.http.token())),
    ];
    for http in wrong {
        for path in
            ["services", "config", "revisions", "logs", "split/hello.avi.iberia.local", "tokens", "users"]
        {
            http.get(&format!("/api/v1/{path}")).problem(401);
        }
        http.json("PATCH", MEMBER, &json!({"weight": 9})).problem(401);
        http.get("/api/v1/logs/export.csv").problem(401);
        http.get("/api/v1/logs/tail").problem(401);
    }
    let basic = site.http.stranger();
    basic.send("GET", "/api/v1/services", |r| r.basic_auth("local", Some(site.http.token()))).problem(401);
    assert_eq!(site.generation(), 1);
    let cli = run(&["export", "config", "--server", site.http.base(), "--token", "wrong"]);
    assert!(cli.failure().contains("send a valid token"), "{cli:?}");
}

#[test]
fn a_viewer_reads_an_operator_changes_and_only_an_admin_manages_access() {
    let site = Site::with_lab();
    let (viewer, operator, admin) =
        (bearer(&site, "viewer"), bearer(&site, "operator"), bearer(&site, "admin"));
    let new_user = json!({"name": "somebody", "role": "admin", "password": PASSWORD});
    let new_token = json!({"role": "admin"});
    for http in [&viewer, &operator, &admin] {
        http.get("/api/v1/services").with_status(200);
        http.get("/api/v1/config").with_status(200);
    }
    let zone = site.http.get("/api/v1/zones/avi.iberia.local").json();
    let writes = [
        ("PATCH", MEMBER, json!({"weight": 9})),
        ("PUT", "/api/v1/zones/avi.iberia.local", zone.clone()),
        ("POST", "/api/v1/zones", json!({"name": "example.org"})),
        ("DELETE", "/api/v1/services/hello.avi.iberia.local", json!({})),
        ("POST", "/api/v1/config?prune=true", json!({})),
        ("POST", "/api/v1/revisions/1/revert", json!({})),
        ("PUT", "/api/v1/settings/logging", json!({})),
    ];
    for (method, path, body) in &writes {
        let problem = viewer.json(method, path, body).problem(403);
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains("has the role viewer; this needs operator"), "{method} {path}: {problem}");
    }
    for http in [&viewer, &operator] {
        http.get("/api/v1/users").problem(403);
        http.get("/api/v1/tokens").problem(403);
        http.json("POST", "/api/v1/users", &new_user).problem(403);
        http.json("POST", "/api/v1/tokens", &new_token).problem(403);
        http.send("DELETE", "/api/v1/tokens/1", |request| request).problem(403);
    }
    assert_eq!(site.generation(), 1);
    operator.json("PATCH", MEMBER, &json!({"weight": 9})).with_status(200);
    admin.json("POST", "/api/v1/users", &new_user).with_status(201);
    assert!(names(&admin.get("/api/v1/users").with_status(200).json(), "somebody"));
    let by = site.http.get("/api/v1/revisions").json();
    assert_eq!((&by[0]["actor"], &by[0]["source"]), (&json!("token for operator"), &json!("rest")), "{by}");
}

#[test]
fn a_token_is_shown_once_listed_without_its_secret_and_worthless_when_revoked_or_expired() {
    let site = Site::start();
    let made = site.cli(&["token", "create", "--role", "viewer", "--name", "pipeline"]).success().stdout;
    let token = made.trim();
    let http = site.http.stranger().with_token(token);
    http.get("/api/v1/services").with_status(200);
    let remote = ["--server", site.http.base(), "--token", token];
    run(&[&["export", "config"], &remote[..]].concat()).success();
    let denied = run(&[&["token", "list"], &remote[..]].concat());
    assert!(denied.failure().contains("has the role viewer; this needs admin"), "{denied:?}");

    let list = site.cli(&["token", "list"]).success().stdout;
    let line = list.lines().find(|line| line.ends_with("pipeline")).expect("the token in the list");
    assert!(line.contains("viewer") && line.contains("valid") && !list.contains(token), "{list}");
    let id = line.split_whitespace().next().expect("a number");
    site.cli(&["token", "revoke", id]).success();
    http.get("/api/v1/services").problem(401);
    let list = site.cli(&["token", "list"]).success().stdout;
    assert!(list.lines().any(|line| line.contains("revoked") && line.ends_with("pipeline")), "{list}");
    assert!(site.cli(&["token", "revoke", "9999"]).failure().contains("there is no token 9999"));

    let short = site.cli(&["token", "create", "--role", "viewer", "--expires", "1s"]).success().stdout;
    let short = site.http.stranger().with_token(short.trim());
    until("the token to expire", Duration::from_secs(10), || {
        (short.get("/api/v1/services").status == 401).then_some(())
    });
    assert_eq!(site.cli(&["token", "create", "--role", "root"]).code, 2, "a usage error");
}

#[test]
fn users_are_added_with_a_password_from_standard_input_that_is_never_shown_again() {
    let site = Site::start();
    let added = site.cli_with_input(&["user", "add", "ana", "--role", "operator"], &format!("{PASSWORD}\n"));
    assert_eq!(added.success().stdout, "Added ana.\n");
    let list = site.cli(&["user", "list"]).success().stdout;
    assert_eq!(list.split_whitespace().collect::<Vec<_>>(), ["ana", "operator"]);
    let again = site.cli_with_input(&["user", "add", "ana"], PASSWORD);
    assert!(again.failure().contains("name: \"ana\": there is a user of this name"), "{again:?}");
    let short = site.cli_with_input(&["user", "add", "eva"], "too-short");
    assert!(short.failure().contains("password: give 10 to 256 characters"), "{short:?}");
    assert!(!short.stderr.contains("too-short"), "{short:?}");
    let nothing = site.cli(&["user", "add", "eva"]);
    assert!(nothing.failure().contains("no password on standard input"), "{nothing:?}");

    let sign_in = |password: &str| {
        let fields = [("name", "ana"), ("password", password)];
        site.http.stranger().form("/sign-in", &fields, &[]).status
    };
    assert_eq!((sign_in(PASSWORD), sign_in("another password")), (303, 401));
    let changed = site.cli_with_input(&["user", "passwd", "ana"], "another password");
    assert!(changed.success().stdout.contains("its sessions have ended"));
    assert_eq!((sign_in(PASSWORD), sign_in("another password")), (401, 303));
}

#[test]
fn the_owner_of_the_data_directory_needs_no_token_and_nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::with_lab();
    let access = std::fs::metadata(site.path("local-access.json")).expect("the owner's access");
    assert_eq!(access.permissions().mode() & 0o777, 0o600);
    let by = site.http.get("/api/v1/revisions").json();
    assert_eq!((&by[0]["actor"], &by[0]["source"]), (&json!("local"), &json!("cli")), "{by}");
    assert_eq!(site.http.get(&format!("/api/v1/services/{}", lab::SERVICE)).header("etag"), "\"1\"");
}
