//! The `steelyard` binary, and examples that measure its parts.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, workspace};

/// Builds it for use.
pub fn release() -> Result<PathBuf> {
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--release", "--locked", "-p", "server", "--bin", "steelyard"]);
    steelyard(&mut cargo)
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
    steelyard(&mut cargo)
}

/// Builds an example of one of the crates for measuring.
pub fn example(package: &str, name: &str) -> Result<PathBuf> {
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--release", "--locked", "-p", package, "--example", name]);
    let built = build(&mut cargo, name, "example")?;
    built.with_context(|| format!("cargo built no example {name}: does the crate `{package}` still have it?"))
}

/// Cargo says itself where it put the binary: CARGO_TARGET_DIR and a default target move it.
fn build(cargo: &mut Command, name: &str, kind: &str) -> Result<Option<PathBuf>> {
    let mut binary = None;
    process::run_by_line(cargo.arg("--message-format=json-render-diagnostics"), |line| {
        binary = executable(line, name, kind).or(binary.take());
        Ok(())
    })?;
    Ok(binary)
}

fn steelyard(cargo: &mut Command) -> Result<PathBuf> {
    let built = build(cargo, "steelyard", "bin")?;
    built.context("cargo built no binary named steelyard: does the crate `server` still declare it?")
}

fn executable(line: &str, name: &str, kind: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_product = message["target"]["name"] == name
        && message["target"]["kind"][0] == kind
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
        assert_eq!(executable(&line(false), "steelyard", "bin"), Some(PathBuf::from("/t/steelyard")));
        assert_eq!(executable(&line(true), "steelyard", "bin"), None);
        assert_eq!(executable("plain text", "steelyard", "bin"), None);
    }
}
