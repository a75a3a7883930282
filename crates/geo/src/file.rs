//! One file that may be replaced at any time.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use maxminddb::Reader;

/// A database on disk, with what was read of it last.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    reader: ArcSwapOption<Reader<Vec<u8>>>,
    /// What the file was when it was last tried, good or not: each state of it is read, and complained of, once.
    tried: Mutex<Option<Stamp>>,
}

/// What tells one state of a file from another; absent for a file that is not there.
type Stamp = Option<(i64, i64, u64, u64)>;

impl File {
    /// A file that is not yet read.
    pub fn new(path: &Path) -> File {
        File { path: path.to_owned(), reader: ArcSwapOption::empty(), tried: Mutex::new(None) }
    }

    /// Reads the file if it is another than the one last tried.
    pub fn refresh(&self) {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = fs::metadata(&self.path).ok().map(|m| (m.mtime(), m.mtime_nsec(), m.size(), m.ino()));
        if *tried == Some(stamp) {
            return;
        }
        *tried = Some(stamp);
        match self.read() {
            Ok(reader) => {
                let (kind, nodes) = (reader.metadata().database_type.clone(), reader.metadata().node_count);
                self.reader.store(Some(reader.into()));
                tracing::info!(file = %self.path.display(), kind, nodes, "the geographic database was read");
            }
            Err(error) => {
                let before = if self.reader.load().is_some() {
                    "the one before stays in force"
                } else {
                    "there is none"
                };
                tracing::error!(file = %self.path.display(), %error, "the geographic database cannot be read: {before}");
            }
        }
    }

    fn read(&self) -> Result<Reader<Vec<u8>>, maxminddb::MaxMindDbError> {
        Reader::open_readfile(&self.path)
    }

    /// What was read last.
    pub fn reader(&self) -> arc_swap::Guard<Option<std::sync::Arc<Reader<Vec<u8>>>>> {
        self.reader.load()
    }
}
