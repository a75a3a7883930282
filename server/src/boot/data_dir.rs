//! The data directory: one server at a time, readable by its owner.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::cli::remote::LocalAccess;
use crate::config::reachable;

/// The directory, held.
pub struct DataDir {
    path: PathBuf,
    // Held as long as this server runs; the kernel lets go of it even when it is killed.
    _lock: File,
}

/// Makes the directory if needed and takes it.
pub fn open(path: &Path) -> anyhow::Result<DataDir> {
    // The private database runs as another user when this server is root, and has to pass through.
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o711)
        .create(path)
        .with_context(|| format!("data_dir {}: cannot be made", path.display()))?;
    let lock_path = path.join("lock");
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&lock_path)
        .with_context(|| format!("data_dir {}: cannot be written", path.display()))?;
    match lock.try_lock() {
        Ok(()) => Ok(DataDir { path: path.to_owned(), _lock: lock }),
        Err(TryLockError::WouldBlock) => {
            bail!("data_dir {}: another server is running on it: stop it, or choose another", path.display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("data_dir {}: cannot be locked", path.display()))
        }
    }
}

impl DataDir {
    /// Leaves URL and token for the commands of this directory's owner.
    pub fn leave_access(&self, http: SocketAddr, dns: &[SocketAddr], token: &str) -> anyhow::Result<()> {
        let access = LocalAccess {
            http: format!("http://{}", reachable(http)),
            token: token.to_owned(),
            dns: dns.iter().copied().map(reachable).collect(),
        };
        let path = LocalAccess::path(&self.path);
        let _ = fs::remove_file(&path);
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("writing {}", path.display()))?;
        file.write_all(&serde_json::to_vec(&access)?)?;
        Ok(())
    }

    /// Takes it away again.
    pub fn close(self) {
        let _ = fs::remove_file(LocalAccess::path(&self.path));
    }
}
