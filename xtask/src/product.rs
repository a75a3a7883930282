//! The `steelyard` binary.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, workspace};

/// Builds it for use.
pub fn release() -> Result<PathBuf> {
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--release", "--locked", "-p", "server", "--bin", "steelyard"]);
    build(&mut cargo)
}

/// Builds it for tests, along with all test programs.
///
/// The packages are chosen as `cargo test --workspace` chooses them: the binary alone would be built with other
/// features of its dependencies, which then exist twice.
pub fn debug() -> Result<PathBuf> {
    let mut cargo = workspace::cargo();
    cargo.args([
        "build",
        "--locked",
        "--workspace",
        "--exclude",
        "frontend",
        "--tests",
        "--bin",
        "steelyard",
    ]);
    build(&mut cargo)
}

/// Cargo says itself where it put the binary: CARGO_TARGET_DIR and a default target move it.
fn build(cargo: &mut Command) -> Result<PathBuf> {
    let mut binary = None;
    process::run_by_line(cargo.arg("--message-format=json-render-diagnostics"), |line| {
        binary = executable(line).or(binary.take());
        Ok(())
    })?;
    binary.context("cargo built no binary named steelyard: does the crate `server` still declare it?")
}

fn executable(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_product = message["target"]["name"] == "steelyard"
        && message["target"]["kind"][0] == "bin"
        && message["profile"]["test"] == false;
    is_product.then(|| message["executable"].as_str().map(PathBuf::from))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_is_told_from_its_unit_tests() {
        let line = |test: bool| {
            let profile = serde_json::json!({ "test": test });
            let target = serde_json::json!({ "name": "steelyard", "kind": ["bin"] });
            serde_json::json!({ "target": target, "profile": profile, "executable": "/t/steelyard" })
                .to_string()
        };
        assert_eq!(executable(&line(false)), Some(PathBuf::from("/t/steelyard")));
        assert_eq!(executable(&line(true)), None);
        assert_eq!(executable("plain text"), None);
    }
}
