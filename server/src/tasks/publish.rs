//! `publish_view`: the one writer of the view the responder answers from.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::bail;
use dns::{Serving, Surroundings};
use model::config::Resolved;
use model::health::HealthTable;
use model::snapshot::Snapshot;
use querylog::LogView;
use tokio::sync::{mpsc, watch};

use crate::clock;
use crate::kept::Kept;
use crate::site::Site;

/// Joins a snapshot and a health table into a view and puts it in force.
pub struct Publisher {
    workers: usize,
    seed: u64,
    health: watch::Receiver<Arc<HealthTable>>,
    // One at a time: a view is built upon the one before it, whose cursors it keeps.
    turn: Mutex<Names>,
    to_disk: watch::Sender<Option<Arc<Snapshot>>>,
    retired: mpsc::UnboundedSender<Arc<Serving>>,
}

/// What the publisher has put in force beside snapshots and health.
#[derive(Default)]
struct Names {
    /// How often names of members got other addresses: added to the epoch of health, so that each view has its own.
    changes: u64,
}

/// How often a view that was replaced is asked whether a worker still answers from it.
const RETIRED_ROUND: Duration = Duration::from_millis(100);
/// Between two changes of health that are published, at least; one that comes after a quiet time is published at once.
/// When all members are judged for the first time, many changes go into one view.
const HEALTH_PAUSE: Duration = Duration::from_millis(10);
/// Publishing changes of health takes at most one part in so many of the time.
const HEALTH_SHARE: u32 = 5;

impl Publisher {
    /// A publisher whose snapshots are also written to `kept`, in the background.
    pub fn new(
        workers: usize,
        seed: u64,
        health: watch::Receiver<Arc<HealthTable>>,
        kept: Kept,
    ) -> Publisher {
        let (to_disk, mut changed) = watch::channel(None::<Arc<Snapshot>>);
        tokio::spawn(async move {
            while changed.changed().await.is_ok() {
                let Some(snapshot) = changed.borrow_and_update().clone() else { continue };
                let kept = kept.clone();
                let written = tokio::task::spawn_blocking(move || kept.write(&*snapshot)).await;
                if let Ok(Err(error)) = written {
                    tracing::error!(
                        error = format!("{error:#}"),
                        "the last good snapshot could not be written"
                    );
                }
            }
        });
        let (retired, old) = mpsc::unbounded_channel();
        tokio::spawn(release(old));
        Publisher { workers, seed, health, turn: Mutex::default(), to_disk, retired }
    }

    /// Puts `snapshot` in force, with the health known now.
    ///
    /// # Errors
    /// A snapshot below the one in force is refused, and one the responder cannot compile; the old view stays.
    pub fn snapshot(&self, site: &Site, snapshot: Snapshot) -> anyhow::Result<()> {
        let turn = self.turn.lock().unwrap_or_else(|e| e.into_inner());
        let current = site.responder.current();
        let (new, old) = (snapshot.version(), current.snapshot().version());
        if new < old {
            bail!(
                "generation {} of epoch {} is older than {} of {}, which answers",
                new.1,
                new.0,
                old.1,
                old.0
            );
        }
        if new == old && *current.snapshot().as_ref() == snapshot {
            return Ok(());
        }
        let snapshot = Arc::new(snapshot);
        let surroundings = current.surroundings().clone();
        check_members(site, &snapshot, &surroundings);
        let health = self.health_since(turn.changes);
        self.build(site, current, snapshot.clone(), surroundings, health)?;
        site.pipeline.set_logging(snapshot.config.logging.clone());
        self.to_disk.send_replace(Some(snapshot));
        Ok(())
    }

    /// Changes whenever a snapshot was put in force.
    pub fn published(&self) -> watch::Receiver<Option<Arc<Snapshot>>> {
        self.to_disk.subscribe()
    }

    /// Puts the newest health in force, with the snapshot that answers now.
    pub fn health(&self, site: &Site) -> anyhow::Result<()> {
        let turn = self.turn.lock().unwrap_or_else(|e| e.into_inner());
        let current = site.responder.current();
        let health = self.health_since(turn.changes);
        if health.epoch <= current.health().epoch {
            return Ok(());
        }
        let (snapshot, surroundings) = (current.snapshot().clone(), current.surroundings().clone());
        self.build(site, current, snapshot, surroundings, health)
    }

    /// Puts other addresses of members' names in force, with the snapshot that answers now.
    ///
    /// # Errors
    /// When the responder cannot compile it; the old view stays.
    pub fn names(&self, site: &Site, resolved: Resolved) -> anyhow::Result<()> {
        let mut turn = self.turn.lock().unwrap_or_else(|e| e.into_inner());
        let current = site.responder.current();
        if *current.surroundings().resolved == resolved {
            return Ok(());
        }
        turn.changes += 1;
        let surroundings = Surroundings { resolved: Arc::new(resolved), ..current.surroundings().clone() };
        let snapshot = current.snapshot().clone();
        check_members(site, &snapshot, &surroundings);
        let health = self.health_since(turn.changes);
        self.build(site, current, snapshot, surroundings, health)
    }

    /// The newest health, its epoch above that of every view before the last change of names.
    fn health_since(&self, changes: u64) -> Arc<HealthTable> {
        let health = self.health.borrow().clone();
        match changes {
            0 => health,
            _ => Arc::new(HealthTable { epoch: health.epoch + changes, ..HealthTable::clone(&health) }),
        }
    }

    fn build(
        &self,
        site: &Site,
        current: Arc<Serving>,
        snapshot: Arc<Snapshot>,
        surroundings: Surroundings,
        health: Arc<HealthTable>,
    ) -> anyhow::Result<()> {
        let begun = Instant::now();
        let (workers, seed) = (self.workers, self.seed);
        let now = clock::now();
        let before = Some(&*current);
        let serving = Serving::build_within(surroundings, snapshot, health, before, workers, seed, now)?;
        let serving = Arc::new(serving);
        let (generation, health_epoch) = (serving.snapshot().generation, serving.health().epoch);
        // The log has to know what the numbers of a view stand for before the first event of it.
        site.pipeline.publish(log_view(&serving));
        site.responder.publish(serving);
        let took_us = begun.elapsed().as_micros() as u64;
        tracing::debug!(generation, health_epoch, took_us, "view in force");
        // Without the task, as at the very end, it is released here.
        let _ = self.retired.send(current);
        Ok(())
    }
}

/// Has the members checked that a view will have.
fn check_members(site: &Site, snapshot: &Snapshot, surroundings: &Surroundings) {
    let resolved = snapshot.config.with_addresses(&surroundings.resolved);
    site.checker.reconfigure(resolved.as_ref().unwrap_or(&snapshot.config));
}

/// Keeps each replaced view until no worker answers from it, and takes it down where nobody waits: whoever lets go of
/// the last reference frees every name of every zone, and that must not be a worker with queries at hand.
async fn release(mut old: mpsc::UnboundedReceiver<Arc<Serving>>) {
    let mut waiting: Vec<Arc<Serving>> = Vec::new();
    loop {
        if waiting.is_empty() {
            let Some(view) = old.recv().await else { return };
            waiting.push(view);
        }
        tokio::time::sleep(RETIRED_ROUND).await;
        while let Ok(view) = old.try_recv() {
            waiting.push(view);
        }
        let (held, free) = waiting.into_iter().partition(|view| Arc::strong_count(view) > 1);
        waiting = held;
        let free: Vec<_> = free;
        if tokio::task::spawn_blocking(move || drop(free)).await.is_err() {
            return;
        }
    }
}

/// What the query log has to know of a view.
pub fn log_view(serving: &Serving) -> LogView {
    LogView {
        generation: serving.snapshot().generation,
        health_epoch: serving.health().epoch,
        slots: serving.slots().clone(),
        counters: serving.counters().clone(),
        lost: serving.lost().clone(),
        segments: serving.segments().to_vec(),
    }
}

/// Publishes whenever the health of a member changes.
pub async fn follow_health(site: Arc<Site>) {
    let mut changes = site.publisher.health.clone();
    while changes.changed().await.is_ok() {
        let begun = Instant::now();
        if let Err(error) = site.publisher.health(&site) {
            tracing::error!(error = format!("{error:#}"), "a change of health could not be published");
        }
        tokio::time::sleep(HEALTH_PAUSE.max(begun.elapsed() * (HEALTH_SHARE - 1))).await;
    }
}
