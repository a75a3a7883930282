//! Stops and starts: a stop is clean and loses nothing that was counted, whenever it comes.

use std::time::Duration;

use serde_json::json;

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Site, Stream, accounted, lab, postgres, signal, until, volley};

#[test]
fn a_stop_under_load_loses_no_counted_answer_and_takes_its_postgresql_along() {
    let mut site = Site::with_private_database();
    site.apply(&lab::unmonitored());
    let volleyed: u64 = volley(site.dns(), lab::SERVICE, &[Udp, Udp, Tcp], 300).values().sum();
    let stream = Stream::start(site.dns(), lab::SERVICE);
    until("a stream of answers", Duration::from_secs(20), || (stream.answered() > 300).then_some(()));
    let data = site.path("postgres");
    assert!(postgres::postmaster(&data).is_some());

    let status = site.stop();
    assert!(status.success(), "{status}: {}", site.said());
    let seen = stream.end();
    assert_eq!(seen.broken_off.len(), 2, "both clients noticed: {seen:?}");
    assert_eq!(postgres::postmaster(&data), None, "{}", site.said());
    assert!(!site.path("local-access.json").exists(), "nobody is let in by a token of a server that is gone");

    site.start_again();
    let answered = volleyed + seen.answered;
    let split = site.split_of(answered);
    assert_eq!((&split["totals"]["answered"], accounted(&split)), (&json!(answered), answered), "{split}");
    assert_eq!(split["totals"]["logged"], answered, "{split}");
    let further: u64 = volley(site.dns(), lab::SERVICE, &[Udp], 50).values().sum();
    let split = site.split_of(answered + further);
    assert_eq!(
        (&split["verdict"], &split["totals"]["answered"]),
        (&json!("PASS"), &json!(answered + further))
    );
    assert_eq!(site.generation(), 1);
}

#[test]
fn a_stop_in_the_middle_of_a_start_is_clean_and_leaves_no_postgresql_behind() {
    let mut site = Site::with_private_database();
    assert!(site.stop().success(), "{}", site.said());
    site.start_again_unready();
    let data = site.path("postgres");
    until("a postmaster", Duration::from_secs(30), || postgres::postmaster(&data));
    let status = site.stop();
    assert!(status.success(), "{status}: {}", site.said());
    assert_eq!(postgres::postmaster(&data), None, "{}", site.said());
}

#[test]
fn a_hangup_neither_stops_the_server_nor_interrupts_answers() {
    let mut site = Site::with_lab();
    let stream = Stream::start(site.dns(), lab::SERVICE);
    signal(site.pid(), "HUP");
    let heard = || site.said().contains("SIGHUP").then_some(());
    until("the hangup to be heard", Duration::from_secs(20), heard);
    let seen = stream.stop();
    assert_eq!(seen.broken_off, Vec::<String>::new());
    assert!(site.runs());
}

#[test]
fn two_servers_never_share_a_data_directory() {
    let site = Site::start();
    let second = site.cli(&["serve", "--http", "127.0.0.1:0", "--dns", "127.0.0.1:0"]);
    let remedy = "another server is running on it: stop it, or choose another";
    assert!(second.failure().contains(remedy), "{second:?}");
    assert_eq!(site.http.get("/healthz/ready").status, 200);
}
