//! The user PostgreSQL runs as.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::error::ClusterError;

/// Ids of an unprivileged user.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    pub uid: u32,
    pub gid: u32,
}

/// The user to change to: none when this process is not root.
pub fn unprivileged() -> Result<Option<Account>, ClusterError> {
    // The owner of /proc/self is the effective user.
    let uid = std::fs::metadata("/proc/self").map_err(ClusterError::io("/proc/self"))?.uid();
    if uid != 0 {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").map_err(ClusterError::io("/etc/passwd"))?;
    let find = |name: &str| {
        let line = users.lines().find(|l| l.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some(Account { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? })
    };
    find("postgres").or_else(|| find("nobody")).map(Some).ok_or(ClusterError::NoAccount)
}

/// Whether a cluster can live at `path`, as far as the folders above it decide: started by root, it runs as another
/// user, who has to pass through them.
pub fn can_reach(path: &Path) -> bool {
    match unprivileged() {
        Ok(Some(account)) => check_traversable(account, path).is_ok(),
        _ => true,
    }
}

/// Whether the account may pass through every folder above `path`.
pub fn check_traversable(account: Account, path: &Path) -> Result<(), ClusterError> {
    for folder in path.ancestors().skip(1) {
        let Ok(meta) = std::fs::metadata(folder) else { continue };
        let bit = if meta.uid() == account.uid {
            0o100
        } else if meta.gid() == account.gid {
            0o010
        } else {
            0o001
        };
        if meta.mode() & bit == 0 {
            return Err(ClusterError::NotTraversable(folder.to_owned()));
        }
    }
    Ok(())
}
