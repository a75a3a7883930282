//! Notices what happens: turns of health, storage that goes and comes, changes of the configuration, rows that are
//! lost, splits that fail.

mod certificate;
mod decided;
mod log_loss;
mod splits;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use dns::Serving;
use health::HealthChange;
use model::health::{HealthTable, MemberKey};
use model::occurrence::Kind;
use tokio::sync::broadcast::error::TryRecvError;

use crate::events::{self, News, Standings};
use crate::site::Site;

/// How often storage and the log are looked at.
const ROUND: Duration = Duration::from_secs(1);
/// A check publishes its verdict before it says why; the two are read together.
const TOGETHER: Duration = Duration::from_millis(5);
/// Revisions that are told of one by one, when several are found at once.
const REVISIONS: u64 = 20;

/// Starts everything that notices; `certificate` is that of the secure transports.
pub fn start(site: &Arc<Site>, certificate: Option<dns::Certificate>) {
    let text = format!("The site {} has started.", site.name);
    let started = News::of_site(Kind::SiteOperStatus, site.started, site.name.to_string(), text);
    site.events.note(started.with("state", "up"));
    tokio::spawn(write(site.clone()));
    tokio::spawn(health(site.clone()));
    tokio::spawn(storage(site.clone()));
    tokio::spawn(configuration(site.clone()));
    tokio::spawn(log_loss::watch(site.clone()));
    tokio::spawn(splits::watch(site.clone()));
    tokio::spawn(decided::overrides(site.clone()));
    tokio::spawn(decided::suspicion(site.clone()));
    if let Some(certificate) = certificate {
        tokio::spawn(certificate::watch(site.clone(), certificate));
    }
}

/// Says that the site ends, as the last of its events.
pub fn stop(site: &Site) {
    let text = format!("The site {} stops.", site.name);
    let stops = News::of_site(Kind::SiteOperStatus, site.now(), site.name.to_string(), text);
    site.events.note(stops.with("state", "down"));
}

/// Writes events and deliveries, once storage was there for the first time.
async fn write(site: Arc<Site>) {
    until_storage(&site).await;
    site.events.outbox().run(&site.store).await;
}

async fn until_storage(site: &Site) {
    while site.presence.away().is_some() {
        tokio::time::sleep(ROUND).await;
    }
}

/// Tells turns of members, pools and services.
async fn health(site: Arc<Site>) {
    let mut changes = site.checker.changes();
    let mut table = site.checker.table();
    let mut published = site.publisher.published();
    let mut standings = Standings::default();
    let mut why: HashMap<MemberKey, HealthChange> = HashMap::new();
    let mut before: (Arc<Serving>, Arc<HealthTable>) = (site.responder.current(), Arc::default());
    let mut remembered = false;
    loop {
        tokio::select! {
            changed = table.changed() => if changed.is_err() { return },
            changed = published.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(ROUND), if !remembered => {}
        }
        tokio::time::sleep(TOGETHER).await;
        let mut all = false;
        if !remembered && site.presence.away().is_none() {
            match site.store.last_turns().await {
                Ok(turns) => {
                    (remembered, all) = (true, true);
                    standings.remember(turns.into_iter().filter(|(kind, _)| kind.ends().is_none()));
                }
                Err(error) => tracing::debug!(%error, "what was down before the start is not known yet"),
            }
        }
        loop {
            match changes.try_recv() {
                Ok(change) => {
                    why.insert(change.key.clone(), change);
                }
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        // Names of members have their addresses there.
        let now = (site.responder.current(), table.borrow_and_update().clone());
        let (config, at) = (now.0.config(), site.now());
        let news = if std::ptr::eq(config, before.0.config()) && !all {
            let names = now.1.members.changed_since(&before.1.members);
            let services = names.iter().filter_map(|name| config.service(name));
            standings.compare(services, config, &now.1, &why, at)
        } else {
            standings.keep(config);
            standings.compare(&config.services, config, &now.1, &why, at)
        };
        why.clear();
        before = now;
        for news in news {
            site.events.note(news);
        }
    }
}

/// Tells when storage goes and comes.
async fn storage(site: Arc<Site>) {
    until_storage(&site).await;
    match site.store.last_event_number().await {
        Ok(last) => site.events.number_after(last),
        Err(error) => tracing::debug!(%error, "the last number of an event is not known"),
    }
    let mut away = None;
    loop {
        match (site.presence.away(), away) {
            (Some(now), None) => {
                away = Some(now.since);
                site.events.note(events::storage_away(now.since, &now.error));
            }
            (None, Some(since)) => {
                away = None;
                site.events.note(events::storage_back(site.now(), since));
            }
            _ => {}
        }
        tokio::time::sleep(ROUND).await;
    }
}

/// Tells of every revision, and lets alerts go by it.
async fn configuration(site: Arc<Site>) {
    let mut published = site.publisher.published();
    let mut told = None;
    loop {
        let snapshot = site.snapshot();
        site.events.reconfigure(&snapshot.config);
        // What storage holds when it is reached for the first time is no change.
        let there = site.presence.away().is_none();
        match told {
            None if there => told = Some(snapshot.generation),
            Some(last) if there && snapshot.generation > last => {
                let first = (last + 1).max(snapshot.generation.saturating_sub(REVISIONS - 1));
                for generation in first..=snapshot.generation {
                    tell_revision(&site, generation).await;
                }
                told = Some(snapshot.generation);
            }
            _ => {}
        }
        tokio::select! {
            changed = published.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

async fn tell_revision(site: &Site, generation: u64) {
    match site.store.revision(generation).await {
        Ok(Some(revision)) => {
            let object = |change: &model::plan::Change| format!("{} {}", change.kind.as_str(), change.name);
            let objects: Vec<String> = revision.changes.iter().map(object).collect();
            site.events.note(events::config_changed(&revision.line, &objects));
        }
        Ok(None) => {}
        Err(error) => tracing::debug!(%error, generation, "a revision could not be told of"),
    }
}
