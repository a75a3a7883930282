//! Name servers from Debian's packages, each as a foreground child that knows nothing of its package's own service.

mod bind;
mod gdnsd;
mod knot;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use super::{Contender, Serving, probe};
use crate::bench::host::child::Running;
use crate::bench::host::{packages, port};

pub use self::bind::{BIND_WITH_LOG, Bind, Queries};
pub use self::gdnsd::{GDNSD, Gdnsd};
pub use self::knot::Knot;

/// How long a name server with one small zone may take to answer.
const START: Duration = Duration::from_secs(20);

/// Program, Debian's package, and the service the package brings.
const PACKAGES: [(&str, &str, &str); 3] =
    [("gdnsd", "gdnsd", "gdnsd"), ("knotd", "knot", "knot"), ("named", "bind9", "named")];

/// Installs what is missing.
pub fn install() -> anyhow::Result<()> {
    for (program, package, service) in PACKAGES {
        packages::need_daemon(program, package, service)?;
    }
    Ok(())
}

/// All of them.
pub fn all() -> Vec<Box<dyn Contender>> {
    vec![Box::new(Gdnsd), Box::new(Knot), Box::new(Bind(Queries::NotLogged)), Box::new(Bind(Queries::ToFile))]
}

/// Names and versions, for the heading.
pub fn versions() -> anyhow::Result<Vec<String>> {
    let named = [("gdnsd", "gdnsd"), ("Knot DNS", "knotd"), ("BIND", "named")];
    let version = |(name, program)| {
        anyhow::Ok(format!("{name} {}", packages::version(&program_path(program)?, Some("-V"))))
    };
    named.into_iter().map(version).collect()
}

fn program_path(program: &str) -> anyhow::Result<PathBuf> {
    packages::find(program).with_context(|| format!("{program} is missing: install its package"))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("{}: cannot be written", path.display()))
}

/// One that runs.
struct Peer {
    port: u16,
    running: Running,
}

impl Peer {
    /// Starts `program`, and waits until it answers on `port`.
    fn start(
        program: &str,
        arguments: &[&str],
        folder: &Path,
        port: u16,
    ) -> anyhow::Result<Box<dyn Serving>> {
        let mut command = Command::new(program_path(program)?);
        command.args(arguments).current_dir(folder);
        let mut running = Running::spawn(program, &mut command, folder)?;
        probe::wait(&mut running, port, START).with_context(|| {
            format!("{program} did not start; where AppArmor confines it to its own folders, measure in a container")
        })?;
        Ok(Box::new(Peer { port, running }))
    }
}

impl Serving for Peer {
    fn port(&self) -> u16 {
        self.port
    }

    fn pid(&self) -> u32 {
        self.running.pid()
    }
}

/// A free port, and the folder as text for a configuration.
fn place(folder: &Path) -> anyhow::Result<(u16, &str)> {
    let text = folder.to_str().filter(|t| !t.contains(['"', '\\'])).with_context(|| {
        format!("{}: a name server's configuration cannot hold this path: set TMPDIR", folder.display())
    })?;
    Ok((port::free()?, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::host::cpu::Processes;
    use crate::bench::host::folder::Folder;
    use crate::bench::traffic;

    #[test]
    #[ignore = "needs gdnsd, knot, bind9 and dnsperf; run it after a change of a configuration"]
    fn every_peer_starts_answers_and_ends() {
        let folder = Folder::make().unwrap();
        for peer in all() {
            let place = folder.fresh("peer").unwrap();
            let server = peer.start(&place).unwrap();
            let counted = traffic::ask(server.port(), 1, &place).unwrap();
            let used = Processes::read().unwrap().tree_us(server.pid(), None).unwrap();
            let (pid, logged) = (server.pid(), place.join("queries.log").exists());
            println!("{}: {:.2} us, {counted:?}", peer.name(), used as f64 / counted.completed as f64);
            drop(server);
            assert!(!Path::new(&format!("/proc/{pid}")).exists(), "{} still runs", peer.name());
            assert_eq!(logged, peer.name() == BIND_WITH_LOG);
        }
    }
}
