//! Views, built in a process of their own that says what they cost as one line of JSON.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::bench::host::child::Running;

/// How long it may take; the large one takes some ten seconds.
pub const LIMIT: Duration = Duration::from_secs(300);

/// What one round said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    pub zones: u64,
    pub services: u64,
    pub members: u64,
    pub records: u64,
    /// From nothing.
    pub build_ms: f64,
    /// For another generation, upon the view in force.
    pub rebuild_ms: f64,
    /// For a change of one member's health; the median of several.
    pub publish_ms: f64,
    /// The slowest of them.
    pub publish_most_ms: f64,
    /// Resident memory it added, KiB.
    pub kib: f64,
}

/// Runs `example` once.
pub fn measure(example: &Path, size: &str, folder: &Path) -> anyhow::Result<View> {
    let mut running = Running::spawn("views", Command::new(example).arg(size), folder)?;
    running.succeed(LIMIT, |_| ())?;
    parse(&running.output()?)
}

fn parse(output: &str) -> anyhow::Result<View> {
    let line: Value = serde_json::from_str(output.trim()).context("the views' figures are no JSON")?;
    let number = |pointer: &str| match line.pointer(pointer).and_then(Value::as_f64) {
        Some(number) => Ok(number),
        None => bail!("the views' figures lack {pointer}: {}", output.trim()),
    };
    Ok(View {
        zones: number("/zones")? as u64,
        services: number("/services")? as u64,
        members: number("/members")? as u64,
        records: number("/records")? as u64,
        build_ms: number("/build_ms")?,
        rebuild_ms: number("/rebuild_ms")?,
        publish_ms: number("/publish_ms/median")?,
        publish_most_ms: number("/publish_ms/max")?,
        kib: number("/view_kib")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_missing_ones_named() {
        let text = r#"{"zones":1,"services":2,"members":6,"records":9,"build_ms":1.5,"rebuild_ms":2.5,
                       "publish_ms":{"median":0.25,"min":0.1,"max":0.5},"view_kib":64}"#;
        let view = parse(text).unwrap();
        assert_eq!((view.members, view.build_ms, view.publish_most_ms, view.kib), (6, 1.5, 0.5, 64.0));
        let error = parse(&text.replace("max", "most")).unwrap_err().to_string();
        assert!(error.contains("lack /publish_ms/max"), "{error}");
    }
}
