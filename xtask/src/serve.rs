//! `cargo xtask serve`: from a fresh checkout to a running server.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::{Context, Result};

use crate::machine::{self, Purpose};
use crate::{product, progress, web, workspace};

/// Prepares the machine, builds, and becomes the server.
pub fn run(args: &[OsString]) -> Result<ExitCode> {
    println!(
        "Steelyard from source: installs what this machine lacks, builds the console and the release binary \
         (minutes the first time, seconds after that), then serves until Ctrl-C."
    );
    let purpose = if has_outer_database(args) { Purpose::Build } else { Purpose::Serve };
    machine::prepare(&[purpose])?;
    progress::step("console", "what browsers load", web::build).0?;
    let binary = progress::step("binary", "steelyard, optimised", product::release).0?;
    println!();
    let mut server = Command::new(&binary);
    server.arg("serve").args(args);
    workspace::without_run_variables(&mut server);
    // Not a child: signals and the exit status are the server's own.
    let error = server.exec();
    Err(error).with_context(|| format!("{} cannot be started", binary.display()))
}

/// Whether the server is told to use a database of its operator's: PostgreSQL is not needed here then.
fn has_outer_database(args: &[OsString]) -> bool {
    let args: Vec<_> = args.iter().map(|a| a.to_string_lossy()).collect();
    let flag = args.iter().any(|a| a == "--database-url" || a.starts_with("--database-url="));
    flag || env::var_os("STEELYARD_DATABASE_URL").is_some() || settings(&args).is_some_and(names_database)
}

fn settings<S: AsRef<str>>(args: &[S]) -> Option<PathBuf> {
    let follows = args.windows(2).find(|pair| pair[0].as_ref() == "--config").map(|pair| pair[1].as_ref());
    let joined = || args.iter().find_map(|a| a.as_ref().strip_prefix("--config="));
    let flag = follows.or_else(joined).map(PathBuf::from);
    flag.or_else(|| env::var_os("STEELYARD_CONFIG").map(PathBuf::from))
}

/// The server reads the file properly; here a line that sets the key is enough.
fn names_database(settings: PathBuf) -> bool {
    let text = fs::read_to_string(settings).unwrap_or_default();
    text.lines().any(|line| line.trim_start().starts_with("database_url"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_url_spares_the_private_cluster() {
        let check = |args: &[&str]| has_outer_database(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(check(&["--demo", "--database-url", "postgres://u@h/d"]));
        assert!(check(&["--database-url=postgres://u@h/d"]));
        assert!(!check(&["--demo", "--dns", "127.0.0.1:5354"]));
    }

    #[test]
    fn the_settings_file_may_name_it() {
        assert_eq!(settings(&["--demo", "--config", "a.toml"]), Some(PathBuf::from("a.toml")));
        assert_eq!(settings(&["--config=b.toml"]), Some(PathBuf::from("b.toml")));
        let path = env::temp_dir().join(format!("xtask-settings-{}.toml", std::process::id()));
        fs::write(&path, "site = \"a\"\ndatabase_url = \"postgres://u@h/d\"\n").unwrap();
        assert!(names_database(path.clone()));
        fs::write(&path, "# database_url = \"\"\n").unwrap();
        assert!(!names_database(path.clone()));
        fs::remove_file(path).unwrap();
    }
}
