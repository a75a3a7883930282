//! What the files of the console were made of, so that they are not made again.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::workspace;

/// Counts up when the files would be made differently of the same input.
const RECIPE: u32 = 1;

/// The stamp of files made of this wasm.
pub fn of(wasm: &[u8], bindgen: &str) -> String {
    let digest = Sha256::digest(wasm).iter().map(|b| format!("{b:02x}")).collect::<String>();
    format!("wasm {digest}\nwasm-bindgen {bindgen}\nrecipe {RECIPE}\n")
}

/// The version of wasm-bindgen that is built into this program.
pub fn bindgen_version() -> Result<String> {
    let path = workspace::root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let version = locked(&lock, "wasm-bindgen-cli-support");
    version
        .map(str::to_owned)
        .context("Cargo.lock does not name wasm-bindgen-cli-support: run `cargo check -p xtask`")
}

fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

/// Whether the files carry this stamp.
pub fn is_current(site: &Path, stamp: &str) -> bool {
    fs::read_to_string(site.join("stamp")).is_ok_and(|old| old == stamp)
}

/// Before the files change: an interrupted change leaves no stamp behind.
pub fn remove(site: &Path) -> Result<()> {
    let path = site.join("stamp");
    if path.exists() {
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

/// After the files changed.
pub fn write(site: &Path, stamp: &str) -> Result<()> {
    let path = site.join("stamp");
    fs::write(&path, stamp).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasm_and_version_make_the_stamp() {
        assert_eq!(of(b"one", "0.2.130"), of(b"one", "0.2.130"));
        assert_ne!(of(b"one", "0.2.130"), of(b"two", "0.2.130"));
        assert_ne!(of(b"one", "0.2.130"), of(b"one", "0.2.131"));
    }

    #[test]
    fn a_stamp_lasts_until_it_is_removed() {
        let site = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        fs::create_dir_all(&site).unwrap();
        assert!(!is_current(&site, "a"));
        write(&site, "a").unwrap();
        assert!(is_current(&site, "a") && !is_current(&site, "b"));
        remove(&site).unwrap();
        remove(&site).unwrap();
        assert!(!is_current(&site, "a"));
        fs::remove_dir_all(site).unwrap();
    }

    #[test]
    fn the_lock_file_names_the_version() {
        let lock =
            "[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n\n[[package]]\nname = \"ab\"\nversion = \"2\"\n";
        assert_eq!(locked(lock, "a"), Some("1.2.3"));
        assert_eq!(locked(lock, "b"), None);
        assert!(bindgen_version().unwrap().starts_with("0.2."));
    }
}
