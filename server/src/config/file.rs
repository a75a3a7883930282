use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

use super::Switch;
use super::tsig::Entry;

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub data_dir: Option<PathBuf>,
    pub http: Option<SocketAddr>,
    pub dns: Option<Vec<SocketAddr>>,
    pub database_url: Option<String>,
    pub site: Option<String>,
    pub workers: Option<usize>,
    pub log: Option<Switch>,
    pub demo: Option<bool>,
    #[serde(default)]
    pub tsig: Vec<Entry>,
}

/// Reads the file; an unknown key is named with its line.
pub fn read(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("--config {}: cannot be read", path.display()))?;
    toml::from_str(&text).map_err(|e| anyhow::anyhow!("--config {}: {e}", path.display()))
}
