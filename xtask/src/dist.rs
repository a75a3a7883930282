//! `cargo xtask dist`: one archive with the binary, which has the console and the migrations inside.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::machine::{self, Purpose};
use crate::{process, product, progress, web, workspace};

/// What goes in beside the binary, where it exists.
const BESIDE: [&str; 6] =
    ["README.md", "LICENSE", "LICENSE-APACHE", "LICENSE-MIT", "NOTICE", "examples/lab.yaml"];

/// Builds the console and the binary, and packs them.
pub fn run() -> Result<ExitCode> {
    machine::prepare(&[Purpose::Build])?;
    progress::step("console", "what browsers load", web::build).0?;
    let binary = progress::step("binary", "steelyard, optimised", product::release).0?;
    let name = format!("steelyard-{}-{ARCH}-{OS}", env!("CARGO_PKG_VERSION"));
    let dist = workspace::target().join("dist");
    let folder = dist.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    copy(&binary, &folder.join("steelyard"))?;
    for file in BESIDE.iter().filter(|file| workspace::root().join(file).is_file()) {
        copy(&workspace::root().join(file), &folder.join(file))?;
    }
    let archive = dist.join(format!("{name}.tar.gz"));
    process::run(Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(&dist).arg(&name))?;
    let size = fs::metadata(&archive).with_context(|| format!("cannot read {}", archive.display()))?.len();
    println!("\n{} ({} MB)", archive.display(), size.div_ceil(1_000_000));
    Ok(ExitCode::SUCCESS)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let parent = to.parent().context("a file of the archive has no folder")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
