use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use model::Problem;
use serde::Deserialize;

use super::responder::Table;
use super::surroundings::{Geo, Resolver};
use super::tsig::Entry;
use crate::declarative::{path, unknown_in_words, unknown_key};

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
    pub log: Option<super::log::Log>,
    pub demo: Option<bool>,
    #[serde(default)]
    pub geo: Geo,
    #[serde(default)]
    pub resolver: Resolver,
    #[serde(default)]
    pub responder: Table,
    #[serde(default)]
    pub health: super::health::Table,
    #[serde(default)]
    pub alerts: super::alerts::Table,
    #[serde(default)]
    pub tsig: Vec<Entry>,
}

/// Reads the file.
///
/// # Errors
/// When it cannot be read, or is not as [`parse`] wants it; the file is named.
pub fn read(path: &Path) -> anyhow::Result<File> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("--config {}: cannot be read", path.display()))?;
    parse(&text).map_err(|problem| anyhow::anyhow!("--config {}: {problem}", path.display()))
}

/// Parses a file's text.
///
/// # Errors
/// One problem with its line: an unknown key with the nearest known one, or a value with its field and the remedy.
pub fn parse(text: &str) -> Result<File, Problem> {
    let line = |error: &toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        before.map(|before| format!("line {}: ", before.matches('\n').count() + 1)).unwrap_or_default()
    };
    let plain = |error: &toml::de::Error| error.message().lines().next().unwrap_or_default().to_owned();
    let deserializer = toml::Deserializer::parse(text)
        .map_err(|error| Problem::new("", "", format!("{}{}: write TOML", line(&error), plain(&error))))?;
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let field = path(error.path());
        let error = error.into_inner();
        let (line, message) = (line(&error), plain(&error));
        match unknown_in_words(&message) {
            Some((key, known)) => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                Problem::new(key.clone(), "", format!("{line}{}", unknown_key(&key, &known)))
            }
            // The reader's names of kinds are Rust's.
            None => {
                let message = ["i64", "usize"].iter().fold(message, |message, kind| {
                    message.replace(&format!("expected {kind}"), "expected a whole number")
                });
                Problem::new(field, "", format!("{line}{message}"))
            }
        }
    })
}
