use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

use super::Switch;

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub data_dir: Option<PathBuf>,
    pub http: Option<SocketAddr>,
    pub dns: Option<Vec<SocketAddr>>,
    pub dns_tls: Option<Vec<SocketAddr>>,
    pub dns_https: Option<Vec<SocketAddr>>,
    pub dns_quic: Option<Vec<SocketAddr>>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub database_url: Option<String>,
    pub site: Option<String>,
    pub workers: Option<usize>,
    pub log: Option<Switch>,
    pub demo: Option<bool>,
}

/// Reads the file; an unknown key is named with its line.
pub fn read(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("--config {}: cannot be read", path.display()))?;
    toml::from_str(&text).map_err(|e| anyhow::anyhow!("--config {}: {e}", path.display()))
}
