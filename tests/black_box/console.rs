//! The console's doors: the first sign-in, sessions, forms from elsewhere, headers, and what must never be printed.

use std::collections::HashSet;

use hickory_proto::rr::RecordType;

use crate::harness::{Database, Http, Reply, Site, Start, Transport, lab, shared_database};

const PASSWORD: &str = "correct horse battery";

/// The cookie a reply sets, as a browser sends it back.
fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

/// The code the server printed when it was ready.
fn code(site: &Site) -> String {
    site.ready_line()["code"].as_str().expect("a one-time code").to_owned()
}

fn welcome(http: &Http, code: &str, name: &str) -> Reply {
    http.form("/welcome", &[("code", code), ("name", name), ("password", PASSWORD)], &[])
}

fn sign_in(http: &Http, headers: &[(&str, &str)]) -> Reply {
    http.form("/sign-in", &[("name", "admin"), ("password", PASSWORD)], headers)
}

/// A page as the holder of this cookie sees it.
fn page(http: &Http, path: &str, cookie: &str) -> Reply {
    http.send("GET", path, |request| request.header("cookie", cookie))
}

#[test]
fn the_first_code_makes_one_user_and_is_worthless_from_then_on() {
    let mut site = Site::start();
    let (http, code) = (site.http.stranger(), code(&site));
    assert_eq!(http.get("/sign-in").with_status(303).header("location"), "/welcome");
    welcome(&http, "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-F", "admin").with_status(422);
    let typed = code.to_lowercase().replace('-', " ");
    let entered = welcome(&http, &typed, "admin").with_status(303);
    page(&http, "/", &cookie(&entered)).with_status(200);
    let again = welcome(&http, &code, "second").with_status(422);
    assert!(again.body.contains("it was used already") && cookie(&again).is_empty(), "{again:?}");
    assert_eq!(http.get("/welcome").with_status(303).header("location"), "/sign-in");

    assert!(site.stop().success());
    site.start_again();
    assert_eq!(site.ready_line()["code"], serde_json::Value::Null, "there is a user already");
    page(&site.http.stranger(), "/", &cookie(&entered)).with_status(200);
}

#[test]
fn a_session_is_a_cookie_no_script_can_read_and_ends_when_it_is_told_to() {
    let site = Site::with_lab();
    let http = site.http.stranger();
    let first = cookie(&welcome(&http, &code(&site), "admin").with_status(303));
    let reply = sign_in(&http, &[]).with_status(303);
    let attributes: HashSet<&str> = reply.header("set-cookie").split("; ").skip(1).collect();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
        assert!(attributes.contains(attribute), "{attribute} in {attributes:?}");
    }
    let second = cookie(&reply);
    assert_ne!(first, second, "each sign-in is a session of its own");
    let https = sign_in(&http, &[("x-forwarded-proto", "https")]).with_status(303);
    let https = https.header("set-cookie");
    assert!(https.starts_with("__Host-") && https.ends_with("; Secure"), "{https}");

    assert_eq!(page(&http, "/services", "").with_status(303).header("location"), "/sign-in?next=%2Fservices");
    let services = page(&http, "/services", &second).with_status(200);
    assert!(services.body.contains(lab::SERVICE));
    let rest = page(&http, "/api/v1/services", &second).with_status(200);
    assert_eq!(rest.json()[0]["name"], lab::SERVICE, "a session opens REST as well");
    http.form("/sign-out", &[], &[("cookie", &second)]).with_status(303);
    page(&http, "/services", &second).with_status(303);
    page(&http, "/api/v1/services", &second).problem(401);
    page(&http, "/services", &first).with_status(200);
    let elsewhere = [("name", "admin"), ("password", PASSWORD), ("next", "//evil.example/")];
    assert_eq!(http.form("/sign-in", &elsewhere, &[]).with_status(303).header("location"), "/");
}

#[test]
fn a_form_or_a_call_from_a_foreign_page_is_refused() {
    let site = Site::with_lab();
    let http = site.http.stranger();
    let session = cookie(&welcome(&http, &code(&site), "admin").with_status(303));
    let delete = format!("/services/{}/delete", lab::SERVICE);
    let member = format!("/api/v1/members/{}/hello-10/{}", lab::SERVICE, lab::MEMBERS[0]);
    let foreign = [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ];
    for header in foreign {
        sign_in(&http, &[header]).with_status(403);
        http.form(&delete, &[("generation", "1")], &[header, ("cookie", &session)]).with_status(403);
        let call = http.send("PATCH", &member, |request| {
            request.header(header.0, header.1).header("cookie", &session).body("{\"weight\": 9}")
        });
        call.problem(403);
    }
    assert_eq!(site.generation(), 1);
    assert_eq!(site.client(Transport::Udp).ask(lab::SERVICE, RecordType::A).ttl(), 2, "it is still there");
    sign_in(&http, &[("sec-fetch-site", "same-origin")]).with_status(303);
    sign_in(&http, &[("origin", site.http.base())]).with_status(303);
}

#[test]
fn every_response_carries_the_security_headers_and_pages_run_only_their_own_scripts() {
    let site = Site::with_lab();
    let http = site.http.stranger();
    let session = cookie(&welcome(&http, &code(&site), "admin").with_status(303));
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
fn guessing_a_password_slows_down_for_known_and_unknown_users_alike() {
    let site = Site::start();
    let http = site.http.stranger();
    welcome(&http, &code(&site), "admin").with_status(303);
    let guess = |name: &str| http.form("/sign-in", &[("name", name), ("password", "a wrong password")], &[]);
    let (known, unknown) = (guess("admin").with_status(401), guess("nobody").with_status(401));
    let plain = |reply: &Reply| reply.body.matches("Name or password is wrong.").count();
    assert_eq!((plain(&known), plain(&unknown)), (1, 1));
    let refused = (0..10).map(|_| guess("admin")).find(|reply| reply.status == 429);
    assert!(refused.is_some_and(|reply| reply.body.contains("Too many failed attempts")));
    assert_eq!(sign_in(&http, &[]).status, 429, "the right password does not help the guesser now");
}

#[test]
fn no_secret_is_ever_printed_however_much_the_server_says() {
    let url = shared_database().replacen("steelyard@", "steelyard:database-word@", 1);
    let variables = vec![("RUST_LOG", "debug")];
    let mut site = Site::with(Start { database: Database::At(url), variables });
    site.apply(&lab::unmonitored());
    let http = site.http.stranger();
    let session = cookie(&welcome(&http, &code(&site), "admin").with_status(303));
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
