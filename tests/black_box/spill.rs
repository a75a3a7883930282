//! Rows that wait on disk while PostgreSQL is away survive the server.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{
    Database, Hook, Outer, Scrape, Site, Start, accounted, lab, until, until_right, volley,
};

const PATIENCE: Duration = Duration::from_secs(60);
/// What has to be on disk before the server is killed.
const SPILLED: u64 = 3000;

fn gauge(site: &Site, name: &str) -> u64 {
    Scrape::of(&site.http).sum(name, &[]) as u64
}

#[test]
fn rows_spilled_before_a_kill_are_stored_once_and_every_answer_has_its_account() {
    let mut outer = Outer::start();
    let bounds = [("STEELYARD_LOG_MEMORY", "1MiB"), ("STEELYARD_LOG_SPILL", "64MiB")];
    let variables = bounds.map(|(name, value)| (name, value.to_owned())).to_vec();
    let mut site = Site::with(Start { database: Database::At(outer.url()), variables });
    site.apply(&lab::unmonitored());
    volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 100);
    site.split_of(200);

    outer.kill();
    let mut asked = 200;
    let spilled = loop {
        volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 250);
        asked += 500;
        let spilled = gauge(&site, "steelyard_log_spilled_rows");
        if spilled >= SPILLED {
            break spilled;
        }
        assert!(asked < 100_000, "{spilled} of {asked} rows are on disk: {}", site.said());
    };
    assert!(gauge(&site, "steelyard_log_spilled_bytes") > spilled * 64);
    site.kill();

    // PostgreSQL is still away: what was spilled is found, and waits.
    site.start_again_unready();
    until("the spill to be found", PATIENCE, || {
        site.said().contains("an earlier run spilled will be stored first").then_some(())
    });
    outer.start_again();
    site.wait_until_ready();
    until("the spill to be stored", PATIENCE, || {
        (gauge(&site, "steelyard_log_spilled_rows") == 0).then_some(())
    });
    let recovered = gauge(&site, "steelyard_log_recovered_rows_total");
    assert!(recovered >= spilled, "{recovered} of {spilled}");
    volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 50);

    let split = until_right("every answer to have its account", PATIENCE, || {
        let split = site.split_of(200 + spilled);
        let totals = split["totals"].clone();
        if totals["answered"] == accounted(&split) { Ok(split) } else { Err(totals.to_string()) }
    });
    let totals = &split["totals"];
    let count = |value: &Value| value.as_u64().expect("a count");
    let (answered, logged) = (count(&totals["answered"]), count(&totals["logged"]));
    assert!(logged >= 200 + spilled + 100, "{totals}");
    assert!(answered <= asked + 100, "{asked} were asked: {totals}");
    assert_eq!(count(&totals["dropped"]["storage"]), answered - logged, "{totals}");
    assert_ne!(split["verdict"], "FAIL", "{split}");

    // The rows themselves: as many as there are accounts for, and none twice.
    let path = site.path("log.ndjson").to_string_lossy().into_owned();
    site.cli(&["logs", "export", "--format", "ndjson", "-o", &path]).success();
    let text = std::fs::read_to_string(&path).expect("reading the export");
    let rows: HashSet<(String, String)> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"))
        .map(|row| (row["ts"].to_string(), format!("{} {}", row["client_port"], row["transport"])))
        .collect();
    assert_eq!((rows.len() as u64, text.lines().count() as u64), (logged, logged));
    let left = std::fs::read_dir(site.path("spill")).expect("the spill").count();
    assert_eq!(left, 1, "nothing but the mark of the run is left on disk");
}

#[test]
fn rows_that_find_no_room_are_told_of_while_postgresql_is_away_and_kept_as_an_event() {
    let mut outer = Outer::start();
    let hook = Hook::start();
    let settings = "dns = [\"127.0.0.1:0\"]\n[log]\nmemory = \"1MiB\"\nspill = 0\n\
                    [alerts]\nallow = [\"127.0.0.1/32\"]\n";
    let site = Site::with_settings_at(outer.url(), settings);
    let template = "{\"title\": \"{{title}}\", \"text\": \"{{text}}\"}";
    let url = format!("http://{}/", hook.address);
    let channel = json!({"name": "hook", "via": {"json": {"url": url, "template": template}}});
    let rule = json!({"name": "losses", "channels": ["hook"], "events": ["LOG_LOSS", "LOG_LOSS_OVER"]});
    site.apply(&format!("{}\nchannels: [{channel}]\nalert_rules: [{rule}]\n", lab::unmonitored()));

    outer.kill();
    let mut asked = 0;
    let told = loop {
        volley(site.dns(), lab::SERVICE, &[Udp, Tcp], 250);
        asked += 500;
        if let Some(body) = hook.bodies().into_iter().next() {
            break body;
        }
        assert!(asked < 400_000, "nobody was told of lost rows: {}", site.said());
    };
    assert_eq!(told["title"], "LOG_LOSS", "{told}");
    let said = told["text"].as_str().expect("a text").to_owned();
    assert!(said.contains("rows of the query log"), "{said}");

    outer.start_again();
    let event = until("the event to be kept", PATIENCE, || {
        let reply = site.http.get("/api/v1/events?kinds=LOG_LOSS");
        let events = (reply.status == 200).then(|| reply.json())?["events"].as_array()?.clone();
        events.into_iter().next()
    });
    assert_eq!(event["text"].as_str(), Some(said.as_str()), "{event}");
    let totals = until_right("every answer to have its account", PATIENCE, || {
        let split = site.split_of(1);
        let totals = split["totals"].clone();
        if totals["answered"] == asked && accounted(&split) == asked {
            Ok(totals)
        } else {
            Err(totals.to_string())
        }
    });
    assert!(totals["dropped"]["storage"].as_u64() >= event["data"]["lost"].as_u64(), "{event} {totals}");
}

#[test]
fn a_spill_of_no_size_is_refused_with_its_remedy() {
    let ran = crate::harness::run(&["serve", "--log-spill", "1GB", "--data-dir", "/nonexistent"]);
    assert!(ran.stderr.contains("--log-spill") && ran.stderr.contains("1GiB"), "{ran:?}");
}
