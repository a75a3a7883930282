//! What happens at this site: numbered, handed to the alerts at once, and kept in storage when it is there.
//!
//! [`Events::note`] never waits. Alerts go out while storage is away, by the configuration in force; what happened and
//! what was sent of it waits in memory, bounded, until it can be written.

mod outbox;
mod standing;
mod words;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use alerts::{Engine, Network, Outside, Pace};
use ipnet::IpNet;
use model::Label;
use model::config::{Channel, Config};
use model::occurrence::{Delivery, Kind, Occurrence};
use serde_json::{Map, Value, json};
use store::Store;

use crate::clock;
use crate::secrets::Secrets;

pub use outbox::Outbox;
pub use standing::Standings;
pub use words::{config_changed, log_loss, split_failed, storage_away, storage_back, subject_of};

/// Alerts that wait for one channel at most.
const QUEUE: usize = 256;
/// How long deliveries may take when the server stops.
const DRAIN: Duration = Duration::from_secs(3);

/// Something that happened, before it has its number.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// What.
    pub kind: Kind,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// The service, pool and member it is about, and the member's site.
    pub about: About,
    /// What it is about in a word.
    pub subject: String,
    /// A sentence.
    pub text: String,
    /// What else is known.
    pub details: Map<String, Value>,
}

/// What an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The service.
    pub service: Option<model::DnsName>,
    /// Its pool.
    pub pool: Option<Label>,
    /// The member.
    pub member: Option<std::net::IpAddr>,
    /// The site the member belongs to.
    pub member_site: Option<Label>,
}

impl News {
    /// News about the site as a whole.
    pub fn of_site(kind: Kind, at: i64, subject: impl Into<String>, text: impl Into<String>) -> News {
        let (subject, text) = (subject.into(), text.into());
        News { kind, at, about: About::default(), subject, text, details: Map::new() }
    }

    /// The same with a detail.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> News {
        self.details.insert(key.to_owned(), value.into());
        self
    }
}

/// What alerts may do on this server.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Networks that webhooks and others may reach whatever they are.
    pub networks: Vec<IpNet>,
    /// The operator's directory of scripts.
    pub scripts: Option<PathBuf>,
}

/// The events of this site.
pub struct Events {
    site: Label,
    last: Arc<AtomicI64>,
    versions: OnceLock<Box<dyn Fn() -> (u64, u64) + Send + Sync>>,
    own: Arc<OnceLock<Box<dyn Fn() -> Vec<SocketAddr> + Send + Sync>>>,
    engine: Engine,
    network: Network,
    outbox: Arc<Outbox>,
}

impl Events {
    /// Starts the alerts of `config`. Needs a tokio runtime.
    pub fn start(
        site: Label,
        config: &Config,
        secrets: Arc<Secrets>,
        allowed: Allowed,
        started: i64,
    ) -> Events {
        let last = Arc::new(AtomicI64::new(0));
        let outbox = Arc::new(Outbox::default());
        let own: Arc<OnceLock<Box<dyn Fn() -> Vec<SocketAddr> + Send + Sync>>> = Arc::default();
        let (numbers, listening, reports) = (last.clone(), own.clone(), outbox.clone());
        let network = Network {
            allow: allowed.networks,
            own: Arc::new(move || listening.get().map(|own| own()).unwrap_or_default()),
        };
        let outside = Outside {
            site: site.clone(),
            clock: Arc::new(clock::now),
            started,
            secrets: Arc::new(move |name| secrets.get(name)),
            network: network.clone(),
            scripts: allowed.scripts,
        };
        let options = alerts::Options {
            outside,
            pace: Pace::default(),
            queue: QUEUE,
            number: Arc::new(move || next(&numbers)),
            report: Arc::new(move |delivery| {
                log(&delivery);
                reports.push_delivery(delivery);
            }),
        };
        let engine = Engine::start(options, config);
        Events { site, last, versions: OnceLock::new(), own, engine, network, outbox }
    }

    /// Says where this server listens, which alerts never reach, and which (generation, epoch of health) is in force.
    pub fn attach(
        &self,
        own: impl Fn() -> Vec<SocketAddr> + Send + Sync + 'static,
        versions: impl Fn() -> (u64, u64) + Send + Sync + 'static,
    ) {
        let _ = self.own.set(Box::new(own));
        let _ = self.versions.set(Box::new(versions));
    }

    /// Takes note of something; never waits.
    pub fn note(&self, news: News) {
        let event = Arc::new(self.occurrence(news));
        tracing::info!(event = event.kind.as_str(), subject = event.subject, "{}", event.text);
        self.engine.take(&event);
        self.outbox.push_event(event);
    }

    fn occurrence(&self, news: News) -> Occurrence {
        let (generation, health_epoch) = self.versions.get().map(|versions| versions()).unwrap_or_default();
        let About { service, pool, member, member_site } = news.about;
        Occurrence {
            id: next(&self.last),
            at: news.at,
            kind: news.kind,
            level: news.kind.level(),
            site: self.site.clone(),
            service,
            pool,
            member,
            member_site,
            subject: news.subject,
            text: news.text,
            details: news.details,
            generation,
            health_epoch,
        }
    }

    /// Goes by the rules and channels of another configuration.
    pub fn reconfigure(&self, config: &Config) {
        self.engine.reconfigure(config);
    }

    /// Sends a test through a channel, and waits for what comes of it.
    pub async fn test(&self, channel: &Channel, by: &str) -> Delivery {
        let text = format!("This is a test of the channel {}, sent by {by}. Nothing happened.", channel.name);
        let mut news = News::of_site(Kind::Test, clock::now(), "test.invalid", text);
        // Scripts and templates read the name of a service; this one can be nobody's (RFC 6761 section 6.4).
        news.about.service = "test.invalid".parse().ok();
        self.engine.test(channel, self.occurrence(news)).await
    }

    /// Where webhooks may go.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The queues of the channels.
    pub fn queues(&self) -> Vec<alerts::Queue> {
        self.engine.queues()
    }

    /// What waits for storage.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Numbers rise over restarts, whatever the clock did meanwhile.
    pub fn number_after(&self, last: i64) {
        self.last.fetch_max(last, Ordering::Relaxed);
    }

    /// Ends the alerts, and writes what storage still takes.
    pub async fn shutdown(&self, store: &Store) {
        self.engine.shutdown(DRAIN).await;
        let _ = tokio::time::timeout(DRAIN, self.outbox.write(store)).await;
    }
}

/// The next number: the time in microseconds, or one more than the last.
fn next(last: &AtomicI64) -> i64 {
    let now = clock::now();
    let before = last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(now.max(last + 1)));
    before.map_or(now, |last| now.max(last + 1))
}

fn log(delivery: &Delivery) {
    let (channel, rule) = (delivery.channel.as_str(), delivery.rule.as_ref().map(Label::as_str));
    let (outcome, code, note) = (delivery.outcome.as_str(), &delivery.code, &delivery.note);
    if delivery.outcome == model::occurrence::Outcome::Delivered {
        tracing::info!(channel, rule, outcome, code, "{}", delivery.subject);
    } else {
        tracing::warn!(channel, rule, outcome, code, note, "{}", delivery.subject);
    }
}

/// An object of JSON from pairs whose values are there.
fn details(pairs: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Map<String, Value> {
    pairs.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

/// A text as a detail.
fn text(value: impl ToString) -> Option<Value> {
    Some(json!(value.to_string()))
}
