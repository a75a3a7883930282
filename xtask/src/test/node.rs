//! Node.js and the packages of the end-to-end tests.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::machine;
use crate::{process, workspace};

/// Oldest major version that Playwright runs on.
const OLDEST: u32 = 20;
/// What is fetched where the system's is older, as Debian 12's is.
const FETCHED: &str = "node@22";

/// Installs the packages, and a newer Node.js where the system's is too old; skips what is done.
pub fn install() -> Result<()> {
    if !system_is_new_enough() && !private().is_file() {
        let folder = workspace::target().join("node");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        process::run(npm().args(["install", "--prefix"]).arg(&folder).arg(FETCHED))
            .with_context(|| format!("Node.js here is older than {OLDEST}: put a later one first on PATH"))?;
    }
    install_packages()
}

fn install_packages() -> Result<()> {
    let folder = folder();
    if !folder.join("package.json").is_file() {
        return Ok(());
    }
    let stamp = folder.join("node_modules/.installed-from");
    let wanted = digest();
    if fs::read_to_string(&stamp).is_ok_and(|old| old == wanted) {
        return Ok(());
    }
    let how = if folder.join("package-lock.json").is_file() { "ci" } else { "install" };
    let mut npm = npm();
    // The browser is the system's.
    npm.arg(how).current_dir(&folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::run(&mut npm)?;
    fs::create_dir_all(folder.join("node_modules")).context("cannot make end2end/node_modules")?;
    fs::write(&stamp, digest()).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Node.js, started in the folder of the tests.
pub fn command() -> Result<Command> {
    let program = if system_is_new_enough() { "node".into() } else { private() };
    let mut command = Command::new(program);
    command.current_dir(folder());
    workspace::without_run_variables(&mut command);
    Ok(command)
}

/// The tests, by name: not every Node.js expands patterns itself.
pub fn test_files() -> Result<Vec<PathBuf>> {
    let folder = folder();
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        files.push(entry.with_context(|| format!("cannot read {}", folder.display()))?.path());
    }
    files.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    Ok(files)
}

fn folder() -> PathBuf {
    workspace::root().join("end2end")
}

fn private() -> PathBuf {
    workspace::target().join("node/node_modules/node/bin/node")
}

fn npm() -> Command {
    let mut npm = Command::new("npm");
    npm.args(["--no-audit", "--no-fund"]);
    npm
}

fn system_is_new_enough() -> bool {
    let found = machine::versioned(&["node"], &["--version"]);
    found.and_then(|f| f.major()).is_some_and(|major| major >= OLDEST)
}

fn digest() -> String {
    let files = ["package.json", "package-lock.json"].map(|n| fs::read(folder().join(n)).unwrap_or_default());
    Sha256::digest(files.concat()).iter().map(|b| format!("{b:02x}")).collect()
}
