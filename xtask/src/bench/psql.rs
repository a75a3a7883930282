//! The private PostgreSQL of a running Steelyard, through psql on its socket.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use super::host::child::Running;
use super::host::packages;
use super::server::steelyard::Steelyard;

/// User and database of the private cluster.
const NAME: &str = "steelyard";
/// How long a statement may take; filling a table of millions of rows is the longest.
const LIMIT: Duration = Duration::from_secs(600);

/// Where psql is. Debian's `/usr/bin/psql` is a script that looks for one of these, which would be measured as well.
pub fn program() -> anyhow::Result<PathBuf> {
    let named = std::env::var_os("PG_BIN").map(PathBuf::from);
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let numbered = versions.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        Some((number, entry.path().join("bin")))
    });
    let newest = numbered.max_by_key(|(number, _)| *number).map(|(_, folder)| folder);
    let found = [named, newest].into_iter().flatten().map(|f| f.join("psql")).find(|p| p.is_file());
    found.map_or_else(|| packages::need("psql", "postgresql-client"), Ok)
}

/// psql with a statement to run. It reads nobody's settings.
pub fn command(server: &Steelyard, sql: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(program()?);
    for (variable, _) in std::env::vars_os() {
        if variable.as_encoded_bytes().starts_with(b"PG") {
            command.env_remove(variable);
        }
    }
    command.arg("-h").arg(server.data_dir().join("postgres.run"));
    command.args([
        "-p",
        "5432",
        "-U",
        NAME,
        "-d",
        NAME,
        "--no-psqlrc",
        "-qAt",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        sql,
    ]);
    Ok(command)
}

/// Runs a statement; gives what it printed.
pub fn run(server: &Steelyard, sql: &str) -> anyhow::Result<String> {
    let mut psql = Running::spawn("psql", &mut command(server, sql)?, server.folder())?;
    psql.succeed(LIMIT, |_| ()).context("Steelyard's private PostgreSQL")?;
    Ok(psql.output()?.trim().to_owned())
}
