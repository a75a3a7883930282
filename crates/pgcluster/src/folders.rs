//! The folders of a cluster: made for the user it runs as, and closed to all others.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::Path;

use crate::account::{self, Account};
use crate::error::ClusterError;
use crate::place;

/// Makes the folders of the data and of the socket where they are missing.
pub fn make(data_dir: &Path, account: Option<Account>) -> Result<(), ClusterError> {
    if let Some(account) = account {
        account::check_traversable(account, data_dir)?;
    }
    if let Some(parent) = data_dir.parent() {
        // The cluster may run as another user than this process, and has to pass through.
        DirBuilder::new().recursive(true).mode(0o711).create(parent).map_err(ClusterError::io(parent))?;
    }
    let socket_dir = place::socket_dir(data_dir);
    for folder in [&socket_dir, data_dir] {
        if !folder.is_dir() {
            DirBuilder::new().mode(0o700).create(folder).map_err(ClusterError::io(folder))?;
        }
    }
    check_owner(&socket_dir, account)?;
    for folder in [&socket_dir, data_dir] {
        if let Some(account) = account {
            chown(folder, Some(account.uid), Some(account.gid)).map_err(ClusterError::io(folder))?;
        }
        fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(ClusterError::io(folder))?;
    }
    Ok(())
}

/// The socket may be in /tmp under a name that others can guess: a link there, or a folder of theirs, is not used.
fn check_owner(folder: &Path, account: Option<Account>) -> Result<(), ClusterError> {
    let meta = fs::symlink_metadata(folder).map_err(ClusterError::io(folder))?;
    let own = fs::metadata("/proc/self").map_err(ClusterError::io("/proc/self"))?.uid();
    if meta.is_dir() && (meta.uid() == own || account.is_some_and(|a| a.uid == meta.uid())) {
        Ok(())
    } else {
        Err(ClusterError::NotOurs(folder.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_the_place_of_the_socket_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/", dir.path().join("pg.run")).unwrap();
        let made = make(&dir.path().join("pg"), None);
        assert!(matches!(made, Err(ClusterError::NotOurs(_))), "{made:?}");
    }

    #[test]
    fn missing_parents_let_the_other_user_through() {
        let dir = tempfile::tempdir().unwrap();
        make(&dir.path().join("a/b/pg"), None).unwrap();
        let mode = |path: &str| fs::metadata(dir.path().join(path)).unwrap().mode() & 0o777;
        assert_eq!((mode("a/b") & 0o011, mode("a/b/pg"), mode("a/b/pg.run")), (0o011, 0o700, 0o700));
    }
}
