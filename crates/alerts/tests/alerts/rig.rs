//! An engine with what a server would give it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alerts::{Engine, Network, Options, Outside, Pace};
use model::config::{Channel, Config};
use model::occurrence::{Delivery, Kind, Occurrence};
use serde_json::{Value, json};
use zeroize::Zeroizing;

pub const NOW: i64 = 1_608_485_017_473_894;

/// What is given to the engine, and what it gave back.
pub struct Rig {
    pub secrets: HashMap<String, String>,
    pub allow: Vec<&'static str>,
    pub own: Vec<std::net::SocketAddr>,
    pub scripts: Option<PathBuf>,
    pub pace: Pace,
    pub queue: usize,
    pub deliveries: Arc<Mutex<Vec<Delivery>>>,
    pub told: Arc<tokio::sync::Notify>,
}

impl Rig {
    pub fn new() -> Rig {
        let pace = Pace { pause: Duration::from_millis(20), ..Pace::default() };
        Rig {
            secrets: HashMap::new(),
            allow: vec!["127.0.0.0/8"],
            own: Vec::new(),
            scripts: None,
            pace,
            queue: 16,
            deliveries: Arc::default(),
            told: Arc::default(),
        }
    }

    pub fn secret(mut self, name: &str, value: &str) -> Rig {
        self.secrets.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn start(&self, config: &Config) -> Engine {
        let secrets = self.secrets.clone();
        let own = self.own.clone();
        let (deliveries, told) = (self.deliveries.clone(), self.told.clone());
        let next = AtomicI64::new(100);
        let options = Options {
            outside: Outside {
                site: "leader".parse().unwrap(),
                clock: Arc::new(|| NOW),
                started: NOW - 5_000_000,
                secrets: Arc::new(move |name| secrets.get(name.as_str()).cloned().map(Zeroizing::new)),
                network: Network {
                    allow: self.allow.iter().map(|n| n.parse().unwrap()).collect(),
                    own: Arc::new(move || own.clone()),
                },
                scripts: self.scripts.clone(),
            },
            pace: self.pace,
            queue: self.queue,
            number: Arc::new(move || next.fetch_add(1, Ordering::Relaxed)),
            report: Arc::new(move |delivery| {
                deliveries.lock().unwrap().push(delivery);
                told.notify_one();
            }),
        };
        Engine::start(options, config)
    }

    /// Waits until so many deliveries were reported, and gives them.
    pub async fn deliveries(&self, count: usize) -> Vec<Delivery> {
        let wait = async {
            loop {
                let known = self.deliveries.lock().unwrap().clone();
                if known.len() >= count {
                    return known;
                }
                self.told.notified().await;
            }
        };
        let known = self.deliveries.clone();
        tokio::time::timeout(Duration::from_secs(30), wait)
            .await
            .unwrap_or_else(|_| panic!("{count} deliveries are awaited: {:?}", known.lock().unwrap()))
    }
}

/// A configuration with these channels, and one rule that tells all of them of every event.
pub fn config(channels: Value) -> Config {
    let channels: Vec<Channel> = serde_json::from_value(channels).unwrap();
    let kinds: Vec<Kind> = Kind::choices().collect();
    let names: Vec<_> = channels.iter().map(|c| c.name.clone()).collect();
    let rule = json!({"name": "all", "events": kinds, "channels": names, "level": "low", "throttle": "0s"});
    let config =
        Config { channels, alert_rules: vec![serde_json::from_value(rule).unwrap()], ..Config::default() };
    model::check::check(&config).unwrap();
    config
}

/// One channel named `c`.
pub fn channel(via: Value) -> Config {
    config(json!([{"name": "c", "via": via}]))
}

pub fn event(id: i64, kind: Kind) -> Arc<Occurrence> {
    let text = match kind {
        Kind::GsUp => "The service hello.avi.iberia.local is now up and running.",
        Kind::GsDown => "The service hello.avi.iberia.local is now down.",
        _ => "The member 10.10.23.40 of hello.avi.iberia.local is now down: \"refused\" <x>.",
    };
    let is_member = matches!(kind, Kind::GsMemberDown | Kind::GsMemberUp);
    let details = if is_member { json!({"failure": "CONNECTION_REFUSED"}) } else { json!({}) };
    let subject = if is_member { "hello.avi.iberia.local 10.10.23.40" } else { "hello.avi.iberia.local" };
    Arc::new(Occurrence {
        id,
        at: NOW,
        kind,
        level: kind.level(),
        site: "leader".parse().unwrap(),
        service: Some("hello.avi.iberia.local".parse().unwrap()),
        pool: is_member.then(|| "hello-10".parse().unwrap()),
        member: is_member.then(|| "10.10.23.40".parse().unwrap()),
        member_site: None,
        subject: subject.to_owned(),
        text: text.to_owned(),
        details: details.as_object().unwrap().clone(),
        generation: 3,
        health_epoch: 4,
    })
}
