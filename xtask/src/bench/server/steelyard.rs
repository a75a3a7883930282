//! Steelyard itself, in a data directory of its own, with the lab applied.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::{Contender, Serving, lab, probe};
use crate::bench::host::child::Running;
use crate::bench::host::{port, signals};

/// How long a first start may take: it makes a PostgreSQL cluster.
const START: Duration = Duration::from_secs(90);
/// How long one of its commands may take.
pub const COMMAND: Duration = Duration::from_secs(30);

/// Whether queries are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// Every one.
    On,
    /// They are counted only.
    Off,
}

/// A Steelyard that serves.
#[derive(Debug)]
pub struct Steelyard {
    binary: PathBuf,
    folder: PathBuf,
    port: u16,
    running: Running,
}

impl Steelyard {
    /// Starts it in an empty folder, applies the lab, and waits until it is answered.
    pub fn start(binary: &Path, folder: &Path, log: Log) -> anyhow::Result<Steelyard> {
        let port = port::free()?;
        let mut command = clean(binary);
        command.arg("serve").arg("--data-dir").arg(folder.join("data"));
        // Its commands find the console's port in the data directory.
        command.args(["--http", "127.0.0.1:0", "--dns", &format!("127.0.0.1:{port}")]);
        command.args(["--log", if log == Log::On { "on" } else { "off" }, "--json-ready"]);
        let running = Running::spawn("steelyard", &mut command, folder)?;
        let mut started = Steelyard { binary: binary.to_owned(), folder: folder.to_owned(), port, running };
        started.wait_until_ready()?;
        let config = folder.join("lab.yaml");
        fs::write(&config, lab::yaml())?;
        let mut apply = started.command(&["apply"]);
        apply.arg("-f").arg(&config);
        Running::spawn("apply", &mut apply, folder)?.succeed(COMMAND, |_| ())?;
        probe::wait(&mut started.running, port, Duration::from_secs(10))?;
        Ok(started)
    }

    /// A command of the binary's against this server.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = clean(&self.binary);
        command.args(arguments).arg("--data-dir").arg(self.data_dir());
        command
    }

    /// Its data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The folder of its output and of everything a measurement puts beside it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The postmaster of its private PostgreSQL, which may run as another user but leaves its number in its data.
    pub fn postmaster(&self) -> anyhow::Result<u32> {
        match self.living_postmaster() {
            Some(pid) => Ok(pid),
            None => bail!("Steelyard's private PostgreSQL does not run: {}", self.running.last_words()),
        }
    }

    fn living_postmaster(&self) -> Option<u32> {
        let data = self.data_dir().join("postgres");
        let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let pid: u32 = text.lines().next()?.trim().parse().ok()?;
        // The number may be another's by now; a postmaster works in its data directory, and a dead one nowhere.
        (fs::read_link(format!("/proc/{pid}/cwd")).ok()? == fs::canonicalize(data).ok()?).then_some(pid)
    }

    /// The ready line is one JSON object, `{"ready": true, ...}`, on standard output.
    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + START;
        loop {
            self.running.expect_running()?;
            if let Some(ready) = ready_line(&self.running.output()?) {
                let line: serde_json::Value =
                    serde_json::from_str(&ready).context("Steelyard's ready line is no JSON")?;
                if line["storage"] != true {
                    bail!("Steelyard started without its PostgreSQL: {}", self.running.last_words());
                }
                return Ok(());
            }
            if Instant::now() > until {
                bail!("Steelyard was not ready after {} s: {}", START.as_secs(), self.running.last_words());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Serving for Steelyard {
    fn port(&self) -> u16 {
        self.port
    }

    fn pid(&self) -> u32 {
        self.running.pid()
    }
}

impl Drop for Steelyard {
    /// Stops it, and then a PostgreSQL that it did not take along.
    fn drop(&mut self) {
        self.running.stop();
        for signal in [signals::INT, signals::QUIT] {
            let until = Instant::now() + Duration::from_secs(10);
            while let Some(pid) = self.living_postmaster() {
                if Instant::now() > until {
                    break;
                }
                signals::send(pid, signal);
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

/// The binary with nothing of the caller's own Steelyard, database or log filter.
pub fn clean(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    for (variable, _) in std::env::vars_os() {
        let name = variable.as_encoded_bytes();
        if name.starts_with(b"STEELYARD_") || name == b"RUST_LOG" {
            command.env_remove(variable);
        }
    }
    command
}

/// The line, once it is there as a whole.
fn ready_line(output: &str) -> Option<String> {
    let lines = output.split_inclusive('\n').filter(|l| l.ends_with('\n'));
    lines.map(str::trim).find(|l| l.starts_with('{') && l.contains("\"ready\"")).map(str::to_owned)
}

/// Steelyard beside its peers: answers only.
#[derive(Debug)]
pub struct AnswersOnly {
    /// The binary.
    pub binary: PathBuf,
}

impl Contender for AnswersOnly {
    fn name(&self) -> &'static str {
        "Steelyard"
    }

    fn start(&self, folder: &Path) -> anyhow::Result<Box<dyn Serving>> {
        Ok(Box::new(Steelyard::start(&self.binary, folder, Log::Off)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_ready_line_is_none_yet() {
        let line = "{\"ready\":true,\"storage\":true}";
        assert_eq!(ready_line(line), None);
        assert_eq!(ready_line(&format!("starting\n{line}\n")), Some(line.to_owned()));
    }
}
