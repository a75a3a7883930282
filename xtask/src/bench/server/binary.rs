//! The `steelyard` that is measured: built for release, or one that was given.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::product;

/// The one that was given, else one that is built, which costs nothing when it is up to date.
pub fn find(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    let Some(file) = given else { return product::release() };
    match file.canonicalize() {
        Ok(path) if path.is_file() => Ok(path),
        _ => bail!("--binary {}: there is no such file: leave the flag out to build one", file.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_that_is_not_there_is_refused_before_anything_starts() {
        let error = find(Some(Path::new("/no/such/steelyard"))).unwrap_err().to_string();
        assert!(error.contains("leave the flag out"), "{error}");
    }
}
