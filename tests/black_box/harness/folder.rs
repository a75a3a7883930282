//! A folder that is removed with everything in it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

/// Makes one. A private PostgreSQL runs as another user when the tests run as root, and has to pass through.
pub fn folder() -> TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix("steelyard-black-box-").permissions(Permissions::from_mode(0o755));
    builder.tempdir().expect("making a folder for a test")
}
