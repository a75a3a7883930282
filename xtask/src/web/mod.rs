//! The console as browsers load it: `target/site/pkg`, which the server embeds.
//!
//! cargo makes one wasm of the crate `frontend`, wasm-bindgen makes the pair `steelyard_bg.wasm` and
//! `steelyard.js` of it, and each is compressed here, once, instead of on every request. No optimiser runs after
//! that: the profile `wasm-release` and the removed sections leave it less than a percent after compression.

mod bundle;
mod compress;
mod stamp;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::machine::{self, Purpose};
use crate::{process, progress, workspace};

/// Most that the compressed wasm may weigh: pages work before it arrives, and on a slow line it has to arrive.
const BUDGET: u64 = 400 * 1024;

/// The profile and target of the wasm; lints share the folder, so that they share what was built.
pub const WASM_BUILD: [&str; 8] = [
    "-p",
    "frontend",
    "--profile",
    "wasm-release",
    "--target",
    "wasm32-unknown-unknown",
    "--target-dir",
    "target/front",
];

/// The command `web`.
pub fn prepare_and_build() -> Result<ExitCode> {
    machine::prepare(&[Purpose::Build])?;
    progress::step("console", "what browsers load", build).0?;
    Ok(ExitCode::SUCCESS)
}

/// Brings the folder up to date.
pub fn build() -> Result<()> {
    process::run(workspace::cargo_for_wasm().args(["build", "--locked"]).args(WASM_BUILD))?;
    let path = workspace::target().join("front/wasm32-unknown-unknown/wasm-release/frontend.wasm");
    let wasm = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let site = workspace::target().join("site");
    let stamp = stamp::of(&wasm, &stamp::bindgen_version()?);
    if stamp::is_current(&site, &stamp) && bundle::is_complete(&site) {
        println!("the files in target/site/pkg are up to date");
    } else {
        stamp::remove(&site)?;
        bundle::make(&path, &site)?;
        stamp::write(&site, &stamp)?;
    }
    weigh(site.join("pkg").join(bundle::WASM).with_extension("wasm.br"))
}

fn weigh(compressed: PathBuf) -> Result<()> {
    let size =
        fs::metadata(&compressed).with_context(|| format!("cannot read {}", compressed.display()))?.len();
    println!("wasm: {} KB with brotli, of {} KB allowed", size.div_ceil(1024), BUDGET / 1024);
    if size > BUDGET {
        bail!(
            "the wasm is over its budget: look for a new dependency of `app` in `cargo tree -p frontend --target \
             wasm32-unknown-unknown`, or for an island that could be plain HTML"
        );
    }
    Ok(())
}
