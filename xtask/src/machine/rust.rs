//! Parts of the Rust toolchain.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::find::Found;
use crate::{process, workspace};

/// What browsers run.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The standard library for wasm; a distribution's own Rust may have it without any rustup.
pub fn wasm_target() -> Option<Found> {
    let mut rustc = Command::new("rustc");
    // In the workspace's folder, where its toolchain file applies.
    rustc.args(["--print", "sysroot"]).current_dir(workspace::root());
    let place = PathBuf::from(process::output(&mut rustc)?).join("lib/rustlib").join(WASM).join("lib");
    place.is_dir().then(|| Found { version: "installed".to_owned(), place })
}

/// A subcommand of cargo that is a component: `fmt`, `clippy`.
pub fn component(subcommand: &str) -> Option<Found> {
    let text = process::output(workspace::cargo().args([subcommand, "--version"]))?;
    let version = text.split_whitespace().nth(1).unwrap_or("installed").to_owned();
    Some(Found { version, place: format!("cargo {subcommand}").into() })
}

/// Adds a target or component to the toolchain in use.
pub fn rustup(kind: &str, name: &str) -> Result<()> {
    let mut rustup = Command::new("rustup");
    rustup.args([kind, "add", name]).current_dir(workspace::root());
    process::run(&mut rustup).with_context(|| {
        format!(
            "the {kind} {name} is missing; without rustup, install your distribution's package of it (Debian: \
             libstd-rust-dev-wasm32, rustfmt, rust-clippy)"
        )
    })
}
