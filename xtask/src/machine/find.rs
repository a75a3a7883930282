//! Looking for programs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process;

/// Something that is there.
#[derive(Debug)]
pub struct Found {
    /// Its version, as short as it can be told; may be empty.
    pub version: String,
    /// The program, or the folder of the programs.
    pub place: PathBuf,
}

impl Found {
    /// The first number of the version.
    pub fn major(&self) -> Option<u32> {
        self.version.split('.').next()?.parse().ok()
    }
}

/// The first of these programs on PATH.
fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<_> = env::split_paths(&path).collect();
    names.iter().find_map(|name| folders.iter().map(|f| f.join(name)).find(|p| p.is_file()))
}

/// The first of these programs on PATH, with the version it says when asked like this.
pub fn versioned(names: &[&str], ask: &[&str]) -> Option<Found> {
    let place = program(names)?;
    Some(Found { version: ask_version(&place, ask), place })
}

/// Chromium or Chrome: `CHROMIUM`, else PATH, else where macOS keeps it.
pub fn chromium() -> Option<Found> {
    let named = env::var_os("CHROMIUM").map(PathBuf::from).filter(|p| p.is_file());
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mac = || {
        let names = ["Chromium", "Google Chrome"];
        names
            .map(|n| PathBuf::from(format!("/Applications/{n}.app/Contents/MacOS/{n}")))
            .into_iter()
            .find(|p| p.is_file())
    };
    let place = named.or_else(|| program(&names)).or_else(mac)?;
    Some(Found { version: ask_version(&place, &["--version"]), place })
}

/// The folder of PostgreSQL's programs, found as the server's own cluster finds it (crates/pgcluster).
pub fn postgres() -> Option<Found> {
    let place = postgres_folder()?;
    Some(Found { version: ask_version(&place.join("postgres"), &["--version"]), place })
}

/// `PG_BIN`, else the newest of Debian's, else what `pg_config` says, else PATH.
fn postgres_folder() -> Option<PathBuf> {
    let named = env::var_os("PG_BIN").map(PathBuf::from);
    let configured = || process::output(Command::new("pg_config").arg("--bindir")).map(PathBuf::from);
    let on_path = || program(&["postgres"])?.parent().map(Path::to_owned);
    let candidates = [named, newest(Path::new("/usr/lib/postgresql")), configured(), on_path()];
    candidates.into_iter().flatten().find(|f| f.join("postgres").is_file() && f.join("initdb").is_file())
}

fn newest(versions: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(versions).ok()?.filter_map(|entry| {
        let path = entry.ok()?.path();
        let number: u32 = path.file_name()?.to_str()?.parse().ok()?;
        path.join("bin/postgres").is_file().then(|| (number, path.join("bin")))
    });
    folders.max_by_key(|(number, _)| *number).map(|(_, folder)| folder)
}

/// Some programs print their version on standard error, and some call that a failure.
fn ask_version(program: &Path, ask: &[&str]) -> String {
    let Ok(output) = Command::new(program).args(ask).output() else { return String::new() };
    let text = [output.stdout, output.stderr].concat();
    version_in(&String::from_utf8_lossy(&text)).unwrap_or_default()
}

/// The first word that looks like a version.
fn version_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || "(),".contains(c));
    let mut bare =
        words.map(|word| word.trim_start_matches(['v', 'V']).split(['-', '+']).next().unwrap_or_default());
    bare.find(|w| {
        w.contains('.') && w.split('.').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    })
    .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        let check =
            |text: &str, version: &str| assert_eq!(version_in(text).as_deref(), Some(version), "{text}");
        check("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", "15.14");
        check("v20.20.2", "20.20.2");
        check("GNU Make 4.3\nBuilt for x86_64-pc-linux-gnu", "4.3");
        check("DiG 9.18.41-1~deb12u1-Debian", "9.18.41");
        check("Chromium 156.0.8078.79 built on Debian", "156.0.8078.79");
        check("DNS Performance Testing Tool\nVersion 2.10.0\n", "2.10.0");
        assert_eq!(version_in("no version here."), None);
    }

    #[test]
    fn the_newest_numbered_folder_wins() {
        let root = env::temp_dir().join(format!("xtask-postgres-{}", std::process::id()));
        for version in ["9", "15", "17", "other"] {
            fs::create_dir_all(root.join(version).join("bin")).unwrap();
        }
        for version in ["9", "15", "other"] {
            fs::write(root.join(version).join("bin/postgres"), "").unwrap();
        }
        assert_eq!(newest(&root), Some(root.join("15/bin")));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn the_major_version_is_a_number() {
        let found = |version: &str| Found { version: version.into(), place: PathBuf::new() };
        assert_eq!(found("15.14").major(), Some(15));
        assert_eq!(found("").major(), None);
    }
}
