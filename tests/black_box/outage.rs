//! PostgreSQL killed, away for long, and back: answers go on, nothing is counted twice or lost in silence.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hickory_proto::rr::RecordType;
use serde_json::{Value, json};

use crate::harness::{
    Client, Database, Outer, Scrape, Site, Start, Stream, Transport, accounted, lab, postgres, until,
};

/// How long storage may take to be noticed missing, or to be found again; generous, since nothing waits for it.
const NOTICE: Duration = Duration::from_secs(60);
/// Longest that one answer may take: shorter than any wait for a connection to storage.
const SLOWEST: Duration = Duration::from_secs(2);

fn storage_of(site: &Site) -> String {
    let ready = site.http.get("/healthz/ready").with_status(200).json();
    ready["storage"].as_str().expect("the state of storage").to_owned()
}

fn wait_for_storage(site: &Site, state: &str) {
    until(&format!("storage to be {state}"), NOTICE, || (storage_of(site) == state).then_some(()));
}

/// What has to hold after any outage: all that was answered is counted, and each row is stored or known to be lost.
fn check_accounts(site: &Site, answered: u64) -> Value {
    let split = site.split_of(answered);
    let totals = &split["totals"];
    assert_eq!(totals["answered"], answered, "{totals}");
    assert_eq!(accounted(&split), answered, "{totals}");
    assert_ne!(split["verdict"], "FAIL", "{split}");
    split
}

/// Waits until the stream got `more` answers than now.
fn goes_on(stream: &Stream, more: u64) {
    let goal = stream.answered() + more;
    until("more answers", Duration::from_secs(20), || (stream.answered() >= goal).then_some(()));
}

#[test]
fn a_killed_private_postgresql_costs_no_answer_and_comes_back_by_itself() {
    let site = Site::with_private_database();
    site.apply(&lab::unmonitored());
    let stream = Stream::start(site.dns(), lab::SERVICE);
    goes_on(&stream, 100);
    let data = site.path("postgres");
    let first = postgres::postmaster(&data).expect("a private PostgreSQL");
    postgres::kill(&data);
    goes_on(&stream, 100);
    let again =
        until("another postmaster", NOTICE, || postgres::postmaster(&data).filter(|pid| *pid != first));
    goes_on(&stream, 100);
    assert_ne!(first, again);
    // Until it takes connections, a write is refused; then it goes through.
    until("a write to go through", NOTICE, || {
        let path = format!("/api/v1/members/{}/hello-10/{}", lab::SERVICE, lab::MEMBERS[0]);
        let reply = site.http.json("PATCH", &path, &json!({"weight": 7}));
        assert!([200, 503].contains(&reply.status), "{reply:?}");
        (reply.status == 200).then_some(())
    });
    let seen = stream.stop();
    assert_eq!(seen.broken_off, Vec::<String>::new());
    assert!(seen.slowest < SLOWEST, "{seen:?}");
    wait_for_storage(&site, "there");
    check_accounts(&site, seen.answered);
}

#[test]
fn while_postgresql_is_away_writes_are_refused_answers_go_on_and_rows_follow_later() {
    let mut outer = Outer::start();
    let site = Site::with(Start { database: Database::At(outer.url()), variables: Vec::new() });
    site.apply(&lab::unmonitored());
    let stream = Stream::start(site.dns(), lab::SERVICE);
    goes_on(&stream, 100);
    let logged_before = site.split_of(100)["totals"]["logged"].as_u64().expect("rows");
    outer.kill();
    wait_for_storage(&site, "away");
    goes_on(&stream, 200);

    let path = format!("/api/v1/members/{}/hello-10/{}", lab::SERVICE, lab::MEMBERS[0]);
    let refused = site.http.json("PATCH", &path, &json!({"weight": 9})).problem(503);
    assert!(refused["detail"].as_str().unwrap_or_default().contains("nothing was changed"), "{refused}");
    let failed =
        site.cli_with_input(&["apply", "-f", "-"], &lab::edited(lab::TEXT, "weight: 6", "weight: 9"));
    assert!(failed.failure().contains("storage is away"), "{failed:?}");
    let service = site.http.get(&format!("/api/v1/services/{}", lab::SERVICE)).with_status(200).json();
    assert_eq!(service["pools"][0]["members"][0]["weight"], 6, "reading goes on");
    assert_eq!(site.http.get("/healthz/live").status, 200);
    assert_eq!(Scrape::of(&site.http).sum("steelyard_storage_away", &[]), 1.0);
    goes_on(&stream, 200);

    outer.start_again();
    wait_for_storage(&site, "there");
    site.http.json("PATCH", &path, &json!({"weight": 9})).with_status(200);
    goes_on(&stream, 100);
    let seen = stream.stop();
    assert_eq!(seen.broken_off, Vec::<String>::new());
    assert!(seen.slowest < SLOWEST, "{seen:?}");
    let split = check_accounts(&site, seen.answered);
    let logged = split["totals"]["logged"].as_u64().expect("rows");
    assert!(logged > logged_before, "rows flow again: {}", split["totals"]);
    // The queue holds far more than this outage brought: nothing had to be given up.
    assert_eq!(logged, seen.answered, "{}", split["totals"]);
}

#[test]
fn a_site_started_while_postgresql_is_gone_answers_from_its_last_good_snapshot() {
    let mut site = Site::with_lab();
    assert!(site.stop().success(), "{}", site.said());
    let dns = own_address(5353);
    let started = Instant::now();
    site.start_again_at(nowhere(), own_address(8080), dns);
    let mut client = Client::new(dns, Transport::Udp);
    let answer =
        until("an answer", Duration::from_secs(2), || client.try_ask(lab::SERVICE, RecordType::A).ok());
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!((answer.addresses().len(), answer.ttl()), (1, 2), "{answer:?}");
    let record = client.ask("test.avi.iberia.local", RecordType::A);
    assert_eq!(record.addresses(), ["10.10.24.200"]);
    let ready = until("the console", NOTICE, || site.http.try_get("/healthz/ready"));
    assert_eq!(ready.with_status(200).json(), json!({"ready": true, "storage": "away", "generation": 1}));
    assert!(site.stop().success(), "a stop in this state is a stop as any other: {}", site.said());
}

#[test]
fn a_site_with_nothing_to_answer_from_is_alive_and_not_ready() {
    let mut site = Site::with_lab();
    assert!(site.stop().success(), "{}", site.said());
    std::fs::remove_file(site.path("snapshot.json")).expect("removing the snapshot");
    let dns = own_address(5354);
    site.start_again_at(nowhere(), own_address(8081), dns);
    let ready = until("the console", NOTICE, || site.http.try_get("/healthz/ready"));
    let body = ready.with_status(503).json();
    assert_eq!(body, json!({"ready": false, "storage": "away", "generation": 0}));
    assert_eq!(site.http.get("/healthz/live").status, 200);
    let answer = Client::new(dns, Transport::Udp).ask(lab::SERVICE, RecordType::A);
    assert_eq!(answer.summary(), "Refused");
}

#[test]
fn a_damaged_snapshot_is_named_and_the_database_is_asked() {
    let mut site = Site::with_lab();
    assert!(site.stop().success(), "{}", site.said());
    std::fs::write(site.path("snapshot.json"), "steelyard-snapshot-1 0\n{}").expect("damaging the snapshot");
    site.start_again();
    assert!(site.said().contains("snapshot.json is damaged"), "{}", site.said());
    assert_eq!(site.client(Transport::Tcp).ask(lab::SERVICE, RecordType::A).ttl(), 2);
    assert_eq!(site.generation(), 1);
}

/// A database that nobody runs.
fn nowhere() -> Database {
    Database::At("postgres://steelyard@127.0.0.1:1/steelyard".to_owned())
}

/// An address for this test process alone: the one start that has to be found without its ready line.
fn own_address(port: u16) -> SocketAddr {
    let [.., high, low] = std::process::id().to_be_bytes();
    SocketAddr::from(([127, 88, high, low.clamp(1, 254)], port))
}
