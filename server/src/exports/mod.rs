//! Exports of the query log: those that answer a request, and jobs whose files are kept for a while.
//!
//! What was asked and how it ended is in storage; how far an export has come is here, and the files of jobs are in
//! the data directory. [`encode`] makes octets of rows, [`direct`] sends them, [`jobs`] writes them to files.

pub mod direct;
mod encode;
pub mod file;
pub mod jobs;
mod live;
pub mod wish;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use api::export::ExportLine;
use store::ExportFormat;
use tokio::sync::Notify;

pub use live::{Live, Progress, hexadecimal};

/// Exports whose progress is remembered; the oldest is forgotten first.
const KEPT: usize = 256;

/// The exports of this process.
#[derive(Debug)]
pub struct Exports {
    folder: PathBuf,
    live: Mutex<VecDeque<Arc<Live>>>,
    wake: Notify,
}

impl Exports {
    /// With the folder of its files below the data directory; it is made when the first file is.
    pub fn new(data_dir: &Path) -> Exports {
        Exports { folder: data_dir.join("exports"), live: Mutex::default(), wake: Notify::new() }
    }

    /// Where the finished file of a job is.
    pub fn path(&self, id: i64, format: &str) -> PathBuf {
        self.folder.join(format!("{id}.{format}"))
    }

    fn follow(&self, live: Live) -> Arc<Live> {
        let live = Arc::new(live);
        let mut known = self.live.lock().unwrap_or_else(|e| e.into_inner());
        if known.len() >= KEPT {
            known.pop_front();
        }
        known.push_back(live.clone());
        live
    }

    /// The export of this number, while it runs and for a while after.
    pub fn live(&self, id: i64) -> Option<Arc<Live>> {
        let known = self.live.lock().unwrap_or_else(|e| e.into_inner());
        known.iter().rev().find(|live| live.id == id).cloned()
    }

    /// How far the direct export that this user follows under this key has come.
    pub fn progress(&self, owner: &str, key: &str) -> Option<Progress> {
        let known = self.live.lock().unwrap_or_else(|e| e.into_inner());
        known.iter().rev().find(|live| live.owner == owner && live.key == key).map(|live| live.progress())
    }

    /// What storage says of an export, with what is known here since.
    pub fn with_progress(&self, line: ExportLine) -> ExportLine {
        if !line.state.is_open() {
            return line;
        }
        let live = self.live(line.id);
        live.map_or_else(|| line.clone(), |live| live.onto(line.clone()))
    }
}

/// The media type of a format.
pub fn media_type(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "text/csv; charset=utf-8; header=present",
        ExportFormat::Ndjson => "application/x-ndjson",
        ExportFormat::Parquet => "application/vnd.apache.parquet",
    }
}
