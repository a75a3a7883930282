//! The database: an outer one by its URL, or a private cluster under the data directory.

use std::path::PathBuf;
use std::time::Duration;

use pgcluster::Cluster;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;

/// How often a private cluster is looked after.
const ROUND: Duration = Duration::from_secs(2);

/// Where rows and configuration are kept.
pub enum Database {
    /// Somebody else's to run.
    Outer(String),
    /// Ours.
    Private {
        /// Its directory.
        dir: PathBuf,
        /// Looks after it.
        keeper: Option<tokio::task::JoinHandle<Option<Cluster>>>,
    },
}

impl Database {
    /// Decides which.
    pub fn new(settings: &Settings) -> Database {
        match &settings.database_url {
            Some(url) => Database::Outer(url.clone()),
            None => Database::Private { dir: settings.data_dir.join("postgres"), keeper: None },
        }
    }

    /// Where it is reached, also before it runs.
    pub fn url(&self) -> String {
        match self {
            Database::Outer(url) => url.clone(),
            Database::Private { dir, .. } => pgcluster::url(dir),
        }
    }

    /// Starts a private cluster and keeps it running until `stop`; a failure is tried again, and said once.
    pub async fn start(&mut self, stop: CancellationToken) {
        if let Database::Private { dir, keeper } = self {
            let options = pgcluster::Options { data_dir: dir.clone(), durable: true };
            *keeper = Some(tokio::spawn(keep(options, stop)));
        }
    }

    /// Stops a private cluster, with everything it was given on disk.
    pub async fn stop(self) {
        if let Database::Private { keeper: Some(keeper), .. } = self
            && let Ok(Some(cluster)) = keeper.await
            && let Err(error) = cluster.stop().await
        {
            tracing::error!(%error, "the private PostgreSQL did not stop");
        }
    }
}

/// A crashed postmaster is started again; one that an operator stopped (it took its pid file away) is left alone.
async fn keep(options: pgcluster::Options, stop: CancellationToken) -> Option<Cluster> {
    let mut cluster = None;
    let mut said = false;
    loop {
        let needed = cluster.as_mut().is_none_or(Cluster::crashed);
        if needed {
            match Cluster::start(options.clone()).await {
                Ok(started) => {
                    if said {
                        tracing::info!("the private PostgreSQL runs again");
                    }
                    (cluster, said) = (Some(started), false);
                }
                Err(error) if !said => {
                    tracing::error!(%error, "the private PostgreSQL does not start; it is tried again");
                    said = true;
                }
                Err(_) => {}
            }
        }
        tokio::select! {
            () = stop.cancelled() => return cluster,
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}
