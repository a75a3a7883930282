//! Where PostgreSQL's binaries are.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::ClusterError;

/// Oldest release whose SQL is used (UNIQUE NULLS NOT DISTINCT came with 15).
const OLDEST: u32 = 15;

/// The folder: `PG_BIN`, else the newest of Debian's, else what `pg_config` says, else `PATH`.
pub fn folder() -> Result<PathBuf, ClusterError> {
    let candidates = [std::env::var_os("PG_BIN").map(PathBuf::from), debian(), pg_config(), on_path()];
    let found =
        candidates.into_iter().flatten().find(|f| f.join("initdb").is_file() && f.join("postgres").is_file());
    let folder = found.ok_or(ClusterError::NotInstalled)?;
    match version(&folder) {
        Some((_, major)) if major >= OLDEST => Ok(folder),
        Some((text, _)) => Err(ClusterError::TooOld(text)),
        None => Err(ClusterError::NotInstalled),
    }
}

fn debian() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let numbered = versions.filter_map(|e| {
        let path = e.ok()?.path();
        let number: u32 = path.file_name()?.to_str()?.parse().ok()?;
        path.join("bin/postgres").is_file().then(|| (number, path.join("bin")))
    });
    numbered.max_by_key(|(number, _)| *number).map(|(_, path)| path)
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(text.trim())).filter(|p| p.is_absolute())
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|folder| folder.join("postgres").is_file())
}

fn version(folder: &Path) -> Option<(String, u32)> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    let number = text.split_whitespace().find_map(|w| w.split('.').next()?.parse().ok())?;
    Some((text, number))
}
