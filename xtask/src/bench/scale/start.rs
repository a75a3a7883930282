//! The program itself, started from a last good snapshot while its database is not there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

use super::view::LIMIT;
use crate::bench::host::child::Running;
use crate::bench::host::cpu::Processes;
use crate::bench::host::{memory, port};
use crate::bench::server::{probe, steelyard};
use crate::bench::traffic;

/// How long a start may take before it is given up.
const START: Duration = Duration::from_secs(60);
/// Seconds of traffic that are not measured: enough for every question to be asked once.
const WARM_UP: u32 = 3;
/// A database that nobody runs: port 1 of loopback refuses.
const NO_DATABASE: &str = "postgres://nobody@127.0.0.1:1/nothing";
/// What stands before the checksum in the first line of a snapshot (server/src/kept.rs).
const MAGIC: &str = "steelyard-snapshot-1";

/// A configuration on disk, and what to ask it.
#[derive(Debug)]
pub struct Site {
    folder: PathBuf,
    data_dir: PathBuf,
    questions: PathBuf,
    first: String,
}

/// What one start said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Started {
    /// From the start of the process to its first answer, seconds.
    pub seconds: f64,
    /// Resident then, KiB.
    pub started_kib: f64,
    /// Resident after the traffic, KiB.
    pub answered_kib: f64,
    pub us_per_query: f64,
    pub lost: u64,
}

impl Site {
    /// Writes the configuration of a size, as the program leaves it in its data directory.
    pub fn make(example: &Path, size: &str, folder: &Path) -> anyhow::Result<Site> {
        let (body, questions) = (folder.join("snapshot"), folder.join("names"));
        let mut command = Command::new(example);
        command.arg(size).arg("--snapshot").arg(&body).arg("--questions").arg(&questions);
        Running::spawn("configuration", &mut command, folder)?.succeed(LIMIT, |_| ())?;
        let data_dir = folder.join("data");
        fs::create_dir(&data_dir).with_context(|| format!("{}: cannot be made", data_dir.display()))?;
        let text = fs::read(&body).with_context(|| format!("{}: cannot be read", body.display()))?;
        let sum: String = Sha256::digest(&text).iter().map(|octet| format!("{octet:02x}")).collect();
        let whole = [format!("{MAGIC} {sum}\n").as_bytes(), &text].concat();
        fs::write(data_dir.join("snapshot.json"), whole)?;
        fs::remove_file(&body)?;
        let text = fs::read_to_string(&questions)?;
        let Some((first, _)) = text.lines().find_map(|line| line.split_once(" A")) else {
            bail!("{}: no address is asked for", questions.display());
        };
        Ok(Site { folder: folder.to_owned(), data_dir, first: first.to_owned(), questions })
    }

    /// The folder of everything it leaves behind.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts the program, asks it until it answers, and then for `seconds` as fast as it answers.
    pub fn start(&self, binary: &Path, seconds: u32) -> anyhow::Result<Started> {
        let port = port::free()?;
        let mut command = steelyard::clean(binary);
        command.arg("serve").arg("--data-dir").arg(&self.data_dir).args(["--database-url", NO_DATABASE]);
        command.args(["--http", "127.0.0.1:0", "--dns", &format!("127.0.0.1:{port}"), "--log", "off"]);
        let begun = Instant::now();
        let mut running = Running::spawn("steelyard", &mut command, &self.folder)?;
        probe::first_answer(&mut running, port, &self.first, START)?;
        let taken = begun.elapsed().as_secs_f64();
        let resident = |running: &Running| {
            memory::resident_kib(running.pid()).context("the server is gone while it was being measured")
        };
        let started_kib = resident(&running)? as f64;
        traffic::ask_names(&self.questions, port, WARM_UP, &self.folder)?;
        let before = Processes::read()?.tree_us(running.pid(), None)?;
        let counted = traffic::ask_names(&self.questions, port, seconds, &self.folder)?;
        let after = Processes::read()?.tree_us(running.pid(), None)?;
        Ok(Started {
            seconds: taken,
            started_kib,
            answered_kib: resident(&running)? as f64,
            us_per_query: after.saturating_sub(before) as f64 / counted.completed as f64,
            lost: counted.lost,
        })
    }
}
