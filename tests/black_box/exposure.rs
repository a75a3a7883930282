//! What the server shows of itself: headers of every response, and no secret in anything it prints.

use std::collections::HashSet;

use crate::harness::session::{PASSWORD, cookie, first_sign_in, page, sign_in};
use crate::harness::{Database, Reply, Site, Start, lab, shared_database};

#[test]
fn every_response_carries_the_security_headers_and_pages_run_only_their_own_scripts() {
    let site = Site::with_lab();
    let http = site.http.stranger();
    let session = first_sign_in(&site);
    let pages = ["/", "/services", "/zones", "/monitors", "/logs", "/changes", "/account", "/no-such-page"];
    let mut nonces = HashSet::new();
    for path in pages {
        let reply = page(&http, path, &session);
        check_headers(path, &reply);
        let policy = reply.header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        {
            assert!(policy.contains(part), "{part} in {policy} of {path}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        let nonce = policy.split_once("'nonce-").and_then(|(_, rest)| rest.split_once('\''));
        let (nonce, _) = nonce.unwrap_or_else(|| panic!("no nonce in {policy} of {path}"));
        for tag in reply.body.split("<script").skip(1) {
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "a script without the nonce on {path}");
        }
        assert!(nonces.insert(nonce.to_owned()), "the nonce of {path} was used before");
    }
    for path in ["/healthz/live", "/metrics", "/style.css", "/api/v1/services", "/sign-in"] {
        check_headers(path, &http.get(path));
    }
    http.send("TRACE", "/", |request| request).with_status(405);
}

fn check_headers(path: &str, reply: &Reply) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(reply.header(name), value, "{name} of {path}");
    }
    assert!(reply.header("content-security-policy").contains("default-src 'none'"), "{path}");
    assert_eq!(reply.header("server"), "", "{path}");
}

#[test]
fn no_secret_is_ever_printed_however_much_the_server_says() {
    let url = shared_database().replacen("steelyard@", "steelyard:database-word@", 1);
    assert!(url.contains("database-word"), "{url}");
    let variables = vec![("RUST_LOG", "debug".to_owned())];
    let mut site = Site::with(Start { database: Database::At(url), variables });
    site.apply(&lab::unmonitored());
    let http = site.http.stranger();
    let session = first_sign_in(&site);
    let signed_in = cookie(&sign_in(&http, &[]).with_status(303));
    page(&http, "/account", &session).with_status(200);
    let made = site.cli(&["token", "create", "--role", "viewer"]).success().stdout;
    site.http.stranger().with_token(made.trim()).get("/api/v1/services").with_status(200);
    http.form("/sign-in", &[("name", "admin"), ("password", "a wrong password")], &[]).with_status(401);
    let local = site.http.token().to_owned();
    assert!(site.stop().success());
    let said = site.said();
    assert!(said.contains("DEBUG"), "the server was told to say much");
    let value = |cookie: &str| cookie.split_once('=').map(|(_, value)| value.to_owned()).expect("a cookie");
    let secrets = [
        ("the database's password", "database-word".to_owned()),
        ("a password", PASSWORD.to_owned()),
        ("a wrong password", "a wrong password".to_owned()),
        ("a session", value(&session)),
        ("another session", value(&signed_in)),
        ("a token", made.trim().to_owned()),
        ("the owner's token", local),
    ];
    for (what, secret) in secrets {
        let line = said.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{what} was printed");
    }
}
