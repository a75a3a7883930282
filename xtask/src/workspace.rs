//! Where the workspace is, and cargo as a person would call it there.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's folder.
pub fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// The workspace's own `target`, also where CARGO_TARGET_DIR names another: the server embeds files from here.
pub fn target() -> PathBuf {
    root().join("target")
}

/// The cargo that runs this, started in the workspace's folder.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    without_run_variables(&mut cargo);
    cargo
}

/// Cargo for another target than this machine: flags meant for its linker or processor do not reach it.
pub fn cargo_for_wasm() -> Command {
    let mut cargo = cargo();
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"] {
        cargo.env_remove(name);
    }
    cargo
}

/// Takes away what `cargo run` tells the program it runs.
///
/// Some build scripts (ring's is one) watch these variables: with them set, every build from here and every build
/// typed by hand would undo each other's work.
pub fn without_run_variables(command: &mut Command) {
    for (name, _) in env::vars_os().filter(|(name, _)| is_run_variable(name)) {
        command.env_remove(name);
    }
}

fn is_run_variable(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let one_of = ["CARGO_CRATE_NAME", "CARGO_BIN_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"];
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || one_of.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_workspace() {
        assert!(root().join("xtask/Cargo.toml").is_file());
    }

    #[test]
    fn settings_of_the_person_stay_and_those_of_the_run_go() {
        let goes = |name: &str| is_run_variable(OsStr::new(name));
        assert!(goes("CARGO_PKG_VERSION") && goes("CARGO_MANIFEST_DIR"));
        assert!(!goes("CARGO_TARGET_DIR") && !goes("CARGO_INCREMENTAL") && !goes("CARGO_HOME"));
    }
}
