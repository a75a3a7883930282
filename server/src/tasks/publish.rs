//! `publish_view`: the one writer of the view the responder answers from.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use anyhow::bail;
use dns::Serving;
use model::health::HealthTable;
use model::snapshot::Snapshot;
use querylog::LogView;
use tokio::sync::watch;

use crate::clock;
use crate::site::Site;
use crate::snapshot_file;

/// Joins a snapshot and a health table into a view and puts it in force.
pub struct Publisher {
    workers: usize,
    seed: u64,
    health: watch::Receiver<Arc<HealthTable>>,
    // One at a time: a view is built upon the one before it, whose cursors it keeps.
    turn: Mutex<()>,
    to_disk: watch::Sender<Option<Arc<Snapshot>>>,
}

impl Publisher {
    /// A publisher whose snapshots are also written to `snapshot_path`, in the background.
    pub fn new(
        workers: usize,
        seed: u64,
        health: watch::Receiver<Arc<HealthTable>>,
        snapshot_path: PathBuf,
    ) -> Publisher {
        let (to_disk, mut changed) = watch::channel(None::<Arc<Snapshot>>);
        tokio::spawn(async move {
            while changed.changed().await.is_ok() {
                let Some(snapshot) = changed.borrow_and_update().clone() else { continue };
                let path = snapshot_path.clone();
                let written =
                    tokio::task::spawn_blocking(move || snapshot_file::write(&path, &snapshot)).await;
                if let Ok(Err(error)) = written {
                    tracing::error!(
                        error = format!("{error:#}"),
                        "the last good snapshot could not be written"
                    );
                }
            }
        });
        Publisher { workers, seed, health, turn: Mutex::new(()), to_disk }
    }

    /// Puts `snapshot` in force, with the health known now.
    ///
    /// # Errors
    /// A snapshot below the one in force is refused, and one the responder cannot compile; the old view stays.
    pub fn snapshot(&self, site: &Site, snapshot: Snapshot) -> anyhow::Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(|e| e.into_inner());
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
        site.checker.reconfigure(&snapshot.config);
        let health = self.health.borrow().clone();
        self.build(site, &current, snapshot.clone(), health)?;
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
        let _turn = self.turn.lock().unwrap_or_else(|e| e.into_inner());
        let current = site.responder.current();
        let health = self.health.borrow().clone();
        if health.epoch <= current.health().epoch {
            return Ok(());
        }
        self.build(site, &current, current.snapshot().clone(), health)
    }

    fn build(
        &self,
        site: &Site,
        current: &Serving,
        snapshot: Arc<Snapshot>,
        health: Arc<HealthTable>,
    ) -> anyhow::Result<()> {
        let serving = Serving::build(snapshot, health, Some(current), self.workers, self.seed, clock::now())?;
        let serving = Arc::new(serving);
        // The log has to know what the numbers of a view stand for before the first event of it.
        site.pipeline.publish(log_view(&serving));
        site.responder.publish(serving);
        Ok(())
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
        if let Err(error) = site.publisher.health(&site) {
            tracing::error!(error = format!("{error:#}"), "a change of health could not be published");
        }
    }
}
