//! Queues, retries, and channels that do not delay one another.

use std::time::{Duration, Instant};

use alerts::Pace;
use model::occurrence::{Kind, Outcome};
use serde_json::json;
use tokio::net::TcpListener;

use crate::receiver::receiver;
use crate::rig::{Rig, channel, config, event};

#[tokio::test]
async fn what_failed_is_tried_again_until_it_is_taken() {
    let (address, mut requests) = receiver(&["500 Oops", "429 Slow Down", "200 OK"]).await;
    let rig = Rig::new();
    let engine = rig.start(&channel(json!({"json": {"url": format!("http://{address}/")}})));
    engine.take(&event(1, Kind::GsDown));
    let seen: Vec<(u8, Outcome, String)> =
        rig.deliveries(3).await.into_iter().map(|d| (d.attempt, d.outcome, d.code)).collect();
    let expected =
        [(1, Outcome::Retrying, "500"), (2, Outcome::Retrying, "429"), (3, Outcome::Delivered, "200")];
    assert_eq!(seen, expected.map(|(attempt, outcome, code)| (attempt, outcome, code.to_owned())));
    for _ in 0..3 {
        requests.recv().await.unwrap();
    }
}

#[tokio::test]
async fn what_would_fail_again_the_same_way_is_not_tried_again_and_tries_come_to_an_end() {
    let (gone, _requests) = receiver(&["410 Gone"]).await;
    let (moved, _requests) = receiver(&["302 Found\r\nLocation: http://127.0.0.1:1/"]).await;
    let (broken, _requests) = receiver(&["503 Away"]).await;
    let mut rig = Rig::new();
    rig.pace.tries = 2;
    let post =
        |name: &str, address| json!({"name": name, "via": {"json": {"url": format!("http://{address}/")}}});
    let secret = json!({"name": "secret", "via": {"slack": {"url_secret": "unset"}}});
    let channels = json!([post("gone", gone), post("moved", moved), post("broken", broken), secret]);
    let engine = rig.start(&config(channels));
    engine.take(&event(1, Kind::GsDown));
    let mut seen = rig.deliveries(5).await;
    seen.sort_by_key(|d| (d.channel.to_string(), d.attempt));
    let seen: Vec<_> =
        seen.iter().map(|d| (d.channel.as_str(), d.attempt, d.outcome, d.code.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("broken", 1, Outcome::Retrying, "503"),
            ("broken", 2, Outcome::Failed, "503"),
            ("gone", 1, Outcome::Failed, "410"),
            ("moved", 1, Outcome::Failed, "302"),
            ("secret", 1, Outcome::Failed, ""),
        ]
    );
}

#[tokio::test]
async fn a_receiver_that_never_answers_delays_no_other_and_its_full_queue_drops_with_a_count() {
    // Connections are taken by the kernel and never answered.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = silent.local_addr().unwrap();
    let (alive, mut requests) = receiver(&["200 OK"]).await;
    let mut rig = Rig::new();
    rig.queue = 2;
    rig.pace = Pace { deadline: Duration::from_secs(20), ..rig.pace };
    let post =
        |name: &str, address| json!({"name": name, "via": {"json": {"url": format!("http://{address}/")}}});
    let engine = rig.start(&config(json!([post("dead", dead), post("alive", alive)])));
    let begun = Instant::now();
    for n in 0..6 {
        engine.take(&event(n, if n % 2 == 0 { Kind::GsDown } else { Kind::GsUp }));
        let body = requests.recv().await.unwrap().json();
        assert_eq!(body["events"][0]["id"], n);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "the dead receiver's deadline was waited for");
    let delivered = rig.deliveries(9).await;
    let count = |name: &str, outcome| {
        delivered.iter().filter(|d| d.channel.as_str() == name && d.outcome == outcome).count()
    };
    assert_eq!((count("alive", Outcome::Delivered), count("dead", Outcome::Dropped)), (6, 3));
    let queues = engine.queues();
    let dead = queues.iter().find(|q| q.channel.as_str() == "dead").unwrap();
    assert_eq!((dead.waiting, dead.dropped), (2, 3));
    engine.shutdown(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn a_channel_that_is_switched_off_gets_nothing_and_a_changed_one_gets_the_next() {
    let (first, mut at_first) = receiver(&["200 OK"]).await;
    let (second, mut at_second) = receiver(&["200 OK"]).await;
    let rig = Rig::new();
    let to = |address| channel(json!({"json": {"url": format!("http://{address}/")}}));
    let engine = rig.start(&to(first));
    engine.take(&event(1, Kind::GsDown));
    assert_eq!(at_first.recv().await.unwrap().json()["events"][0]["id"], 1);
    let mut off = to(first);
    off.channels[0].enabled = false;
    engine.reconfigure(&off);
    engine.take(&event(2, Kind::GsUp));
    engine.reconfigure(&to(second));
    engine.take(&event(3, Kind::GsDown));
    assert_eq!(at_second.recv().await.unwrap().json()["events"][0]["id"], 3);
    engine.shutdown(Duration::from_secs(5)).await;
    assert!(at_first.try_recv().is_err());
    assert_eq!(rig.deliveries(2).await.len(), 2);
}
