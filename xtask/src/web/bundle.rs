//! From cargo's wasm to the folder the server embeds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::compress;

/// The module.
pub const WASM: &str = "steelyard_bg.wasm";
/// What loads it.
const SCRIPT: &str = "steelyard.js";

/// Whether every file is there.
pub fn is_complete(site: &Path) -> bool {
    let has = |name: &str| site.join("pkg").join(name).is_file();
    [WASM, SCRIPT].iter().all(|n| has(n) && has(&format!("{n}.br")) && has(&format!("{n}.gz")))
}

/// Fills `site/pkg`: the two files, each also compressed, and nothing else.
pub fn make(wasm: &Path, site: &Path) -> Result<()> {
    let scratch = site.join("new");
    clear(&scratch)?;
    bind(wasm, &scratch).context("wasm-bindgen failed")?;
    let mut files = BTreeMap::new();
    for name in [SCRIPT, WASM] {
        let path = scratch.join(name);
        let bytes = fs::read(&path).with_context(|| format!("wasm-bindgen made no {}", path.display()))?;
        files.insert(format!("{name}.br"), compress::brotli(&bytes)?);
        files.insert(format!("{name}.gz"), compress::gzip(&bytes)?);
        files.insert(name.to_owned(), bytes);
    }
    publish(&files, &site.join("pkg"))?;
    clear(&scratch)
}

fn bind(wasm: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).web(true)?.out_name("steelyard").typescript(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let mut output = bindgen.generate_output()?;
    // A crate may be listed without having any.
    if output.snippets().values().any(|s| !s.is_empty()) || !output.local_modules().is_empty() {
        bail!(
            "a dependency brings JavaScript files of its own, which the server would not serve: do without it"
        );
    }
    output.emit(folder)
}

/// The server's build watches the folder: what did not change is not touched.
fn publish(files: &BTreeMap<String, Vec<u8>>, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for (name, bytes) in files {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|old| old == *bytes) {
            continue;
        }
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        let is_ours = path.file_name().is_some_and(|n| files.contains_key(&*n.to_string_lossy()));
        if !is_ours && path.is_file() {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_files_stay_untouched_and_strangers_go() {
        let folder = std::env::temp_dir().join(format!("xtask-publish-{}", std::process::id()));
        let files = |new: &str| {
            BTreeMap::from([("a.js".to_owned(), b"same".to_vec()), ("b.wasm".to_owned(), new.into())])
        };
        publish(&files("one"), &folder).unwrap();
        fs::write(folder.join("old.js"), "").unwrap();
        let written = |name: &str| fs::metadata(folder.join(name)).unwrap().modified().unwrap();
        let before = (written("a.js"), written("b.wasm"));
        std::thread::sleep(std::time::Duration::from_millis(20));
        publish(&files("two"), &folder).unwrap();
        assert_eq!(written("a.js"), before.0);
        assert!(written("b.wasm") > before.1);
        assert!(!folder.join("old.js").exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
