//! A PostgreSQL that somebody else runs: the one that most sites share, and one that a test may kill.

use pgcluster::{Cluster, Options};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::folder;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime for PostgreSQL")
}

/// URL of an empty database on the PostgreSQL that tests share.
pub fn shared_database() -> String {
    runtime().block_on(test_support::Database::new()).url().to_owned()
}

/// A PostgreSQL of a test's own.
pub struct Outer {
    runtime: Runtime,
    cluster: Option<Cluster>,
    // Removed last.
    _folder: TempDir,
}

impl Outer {
    /// Starts one.
    pub fn start() -> Outer {
        let (runtime, folder) = (runtime(), folder());
        // Durable: what it has acknowledged has to be there after it was killed.
        let options = Options { data_dir: folder.path().join("pg"), durable: true };
        let cluster = runtime.block_on(Cluster::start(options)).expect("starting a PostgreSQL");
        Outer { runtime, cluster: Some(cluster), _folder: folder }
    }

    fn cluster(&mut self) -> &mut Cluster {
        self.cluster.as_mut().expect("it is taken only when dropped")
    }

    /// Its URL.
    pub fn url(&mut self) -> String {
        self.cluster().url()
    }

    /// Kills its postmaster.
    pub fn kill(&mut self) {
        let cluster = self.cluster.as_mut().expect("it is taken only when dropped");
        self.runtime.block_on(cluster.kill()).expect("killing PostgreSQL");
    }

    /// Starts it again.
    pub fn start_again(&mut self) {
        let cluster = self.cluster.as_mut().expect("it is taken only when dropped");
        self.runtime.block_on(cluster.restart()).expect("starting PostgreSQL again");
    }
}

impl Drop for Outer {
    fn drop(&mut self) {
        if let Some(cluster) = self.cluster.take()
            && let Err(error) = self.runtime.block_on(cluster.stop())
        {
            eprintln!("a test's PostgreSQL did not stop: {error}");
        }
    }
}
