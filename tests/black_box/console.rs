//! The console's doors: the first sign-in, sessions, forms from elsewhere, guessed passwords.

use std::collections::HashSet;

use hickory_proto::rr::RecordType;

use crate::harness::session::{PASSWORD, code, cookie, first_sign_in, page, sign_in, welcome};
use crate::harness::{Reply, Site, Transport, lab};

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
    let first = first_sign_in(&site);
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
    let session = first_sign_in(&site);
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
fn guessing_a_password_slows_down_for_known_and_unknown_users_alike() {
    let site = Site::start();
    let http = site.http.stranger();
    first_sign_in(&site);
    let guess = |name: &str| http.form("/sign-in", &[("name", name), ("password", "a wrong password")], &[]);
    let (known, unknown) = (guess("admin").with_status(401), guess("nobody").with_status(401));
    let plain = |reply: &Reply| reply.body.matches("Name or password is wrong.").count();
    assert_eq!((plain(&known), plain(&unknown)), (1, 1));
    let refused = (0..10).map(|_| guess("admin")).find(|reply| reply.status == 429);
    assert!(refused.is_some_and(|reply| reply.body.contains("Too many failed attempts")));
    assert_eq!(sign_in(&http, &[]).status, 429, "the right password does not help the guesser now");
}
