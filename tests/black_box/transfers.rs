//! Zone transfers, with Knot DNS as the secondary.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use serde_json::json;

use crate::harness::{
    Database, Knot, Scrape, Site, Start, folder, lab, session, shared_database, until_right,
};

const ZONE: &str = "avi.iberia.local";
const KEY: &str = "xfr.iberia.local";
/// 32 octets.
const SECRET: &str = "c3RlZWx5YXJkLWFuZC1rbm90LXNoYXJlLXRoaXMtMzI=";
/// A secondary that is told of a change follows within seconds; its own clock would take hours.
const SOON: Duration = Duration::from_secs(30);

/// A site whose settings file has the key.
fn site_with_key(settings: &std::path::Path, mode: u32) -> Site {
    let secret = settings.join("secret");
    fs::write(&secret, SECRET).expect("writing a secret");
    fs::set_permissions(&secret, fs::Permissions::from_mode(mode)).expect("guarding a secret");
    let file = settings.join("steelyard.toml");
    fs::write(&file, format!("[[tsig]]\nname = \"{KEY}\"\nsecret_file = \"secret\"\n"))
        .expect("writing settings");
    let path: &'static str = file.to_str().expect("a path that is text").to_owned().leak();
    let variables = vec![("STEELYARD_CONFIG", path)];
    Site::with(Start {
        database: Database::At(shared_database()),
        variables: variables.into_iter().map(|(key, value)| (key, value.to_owned())).collect(),
    })
}

/// The lab, whose zone the secondary may transfer.
fn lab_with(transfer: &str) -> String {
    lab::edited(
        &lab::unmonitored(),
        &format!("  - name: {ZONE}\n"),
        &format!("  - name: {ZONE}\n    transfer: {transfer}\n"),
    )
}

#[test]
fn knot_transfers_the_zone_is_told_of_changes_and_follows() {
    let settings = folder();
    let site = site_with_key(settings.path(), 0o600);
    let mut knot = Knot::place();
    site.apply(&lab_with(&format!("{{secondaries: [{{address: '{}', key: {KEY}}}]}}", knot.address)));
    knot.start(site.dns(), ZONE, KEY, SECRET);
    let mut copy = knot.client();

    let mut follows = |generation: u64| {
        let what = format!("Knot to have generation {generation}");
        until_right(&what, SOON, || {
            let answer = copy.ask(ZONE, RecordType::SOA);
            let serial = (answer.code() == ResponseCode::NoError).then(|| u64::from(answer.serial()));
            if serial == Some(generation) { Ok(()) } else { Err(format!("{serial:?}, {:?}", answer.code())) }
        });
        assert_eq!(site.generation(), generation);
        let mut addresses = copy.ask(lab::SERVICE, RecordType::A).addresses();
        addresses.sort();
        (copy.ask(&format!("test.{ZONE}"), RecordType::A).addresses(), addresses)
    };
    let mut all = lab::MEMBERS.map(str::to_owned).to_vec();
    all.sort();
    assert_eq!(follows(1), (vec!["10.10.24.200".to_owned()], all.clone()));

    // A record changes, and a member goes: each is a generation, and a NOTIFY.
    let changed = lab_with(&format!("{{secondaries: [{{address: '{}', key: {KEY}}}]}}", knot.address));
    site.apply(&lab::edited(&changed, "data: [10.10.24.200]", "data: [10.10.24.201]"));
    assert_eq!(follows(2), (vec!["10.10.24.201".to_owned()], all.clone()));
    let member = format!("/api/v1/members/{}/hello-10/{}", lab::SERVICE, lab::MEMBERS[0]);
    site.http.json("PATCH", &member, &json!({"enabled": false})).with_status(200);
    all.retain(|address| address != lab::MEMBERS[0]);
    assert_eq!(follows(3).1, all);

    until_right("the answers to NOTIFY to be counted", SOON, || {
        let count = Scrape::of(&site.http).sum("steelyard_notify_total", &[("outcome", "acknowledged")]);
        if count >= 2.0 { Ok(()) } else { Err(format!("{count}")) }
    });
    assert!(
        !site.said().contains(SECRET) && !site.cli(&["export", "config"]).success().stdout.contains(SECRET)
    );
}

#[test]
fn a_key_that_is_not_there_is_refused_where_it_is_named() {
    let settings = folder();
    let site = site_with_key(settings.path(), 0o644);
    assert!(site.said().contains("every user of this machine can read this TSIG secret"), "{}", site.said());
    let other = lab_with("{allow: [127.0.0.0/8], key: other.iberia.local}");
    let refused = site.cli_with_input(&["apply", "-f", "-"], &other);
    let said = refused.failure();
    for word in [&format!("zones[{ZONE}].transfer.key"), "other.iberia.local", &format!("or use {KEY}")] {
        assert!(said.contains(word), "{said}");
    }
    assert_eq!(site.generation(), 0);
    site.apply(&lab_with(&format!("{{allow: [127.0.0.0/8], key: {KEY}}}")));
    let zone = site.http.get(&format!("/api/v1/zones/{ZONE}")).with_status(200).json();
    assert_eq!(zone["transfer"], json!({"allow": ["127.0.0.0/8"], "key": KEY}));
}

#[test]
fn dig_transfers_the_zone_and_takes_every_signature_for_good() {
    let settings = folder();
    let site = site_with_key(settings.path(), 0o600);
    site.apply(&lab_with(&format!("{{allow: [127.0.0.0/8], key: {KEY}}}")));
    let dig = |key: &str| {
        let port = site.dns().port().to_string();
        let mut command = Command::new("dig");
        command.args(["@127.0.0.1", "-p", &port, "-y", key, ZONE, "AXFR", "+noall", "+answer", "+comments"]);
        let output = command.output().expect("starting dig: cargo xtask test installs its package");
        String::from_utf8(output.stdout).expect("dig prints text") + &String::from_utf8_lossy(&output.stderr)
    };
    let whole = dig(&format!("hmac-sha256:{KEY}:{SECRET}"));
    let records = whole.lines().filter(|line| !line.starts_with(';') && !line.is_empty()).count();
    // Twice the SOA, three name servers, the record, three members.
    assert_eq!(records, 2 + 3 + 1 + 3, "{whole}");
    assert!(!whole.to_lowercase().contains("could not be validated") && !whole.contains("failed"), "{whole}");
    let wrong = dig(&format!("hmac-sha256:{KEY}:{}", SECRET.replace('c', "d")));
    assert!(wrong.contains("Transfer failed") && !wrong.contains("10.10.24.200"), "{wrong}");
}

#[test]
fn the_console_says_who_may_transfer_and_its_form_keeps_it() {
    let settings = folder();
    let site = site_with_key(settings.path(), 0o600);
    site.apply(&lab_with(&format!("{{secondaries: [{{address: 192.0.2.53, key: {KEY}}}], notify: false}}")));
    let session = session::first_sign_in(&site);
    let shown = session::page(&site.http, &format!("/zones/{ZONE}"), &session).with_status(200).body;
    for piece in ["192.0.2.53", KEY, "current fallback set", "Secondaries are not told of changes"] {
        assert!(shown.contains(piece), "{piece} in {shown}");
    }
    let post = |secondaries: &str| {
        let fields = [
            ("generation", "1"),
            ("name", ZONE),
            ("ttl", "30"),
            ("negative_ttl", "30"),
            ("unhandled", "nxdomain"),
            ("records", "test A 10.10.24.200"),
            ("refresh", "1"),
            ("retry", "1"),
            ("expire", "1"),
            ("secondaries", secondaries),
            ("allow", "198.51.100.0/24"),
            ("transfer_key", ""),
            ("notify", "on"),
        ];
        site.http.form(&format!("/zones/{ZONE}/edit"), &fields, &[("cookie", &session)])
    };
    let wrong = post("ns.example.org");
    assert!(wrong.status >= 400 && wrong.body.contains("is no address of a server"), "{wrong:?}");
    let unknown = post("192.0.2.53 other.iberia.local");
    assert!(unknown.status >= 400 && unknown.body.contains("this site has no TSIG key"), "{unknown:?}");
    post(&format!("192.0.2.53 {KEY}\r\n[2001:db8::53]:5353\r\n")).with_status(303);
    let zone = site.http.get(&format!("/api/v1/zones/{ZONE}")).with_status(200).json();
    let secondaries = json!([{"address": "192.0.2.53", "key": KEY}, {"address": "[2001:db8::53]:5353"}]);
    assert_eq!(zone["transfer"], json!({"secondaries": secondaries, "allow": ["198.51.100.0/24"]}));
}
