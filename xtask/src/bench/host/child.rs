//! A program that runs beside this one: its output goes to files, its waits have an end, and dropping it stops it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::signals;

/// How often a wait looks.
const LOOK: Duration = Duration::from_millis(10);
/// How long a program may take to end when asked to; Steelyard drains for 8 s and stops its PostgreSQL.
const GRACE: Duration = Duration::from_secs(30);

/// A running program.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Running {
    /// Starts `command`; what it prints is in `NAME.out` and `NAME.err` of `folder`.
    pub fn spawn(name: &str, command: &mut Command, folder: &Path) -> anyhow::Result<Running> {
        let file = |end: &str| {
            let path = folder.join(format!("{name}.{end}"));
            let file =
                File::create(&path).with_context(|| format!("{}: cannot be written", path.display()))?;
            anyhow::Ok((path, file))
        };
        let ((out, out_file), (err, err_file)) = (file("out")?, file("err")?);
        command.stdin(Stdio::null()).stdout(out_file).stderr(err_file);
        let program = command.get_program().to_owned();
        let child = command.spawn().with_context(|| format!("{}: cannot be started", program.display()))?;
        Ok(Running { name: name.to_owned(), child, out, err })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it printed so far.
    pub fn output(&self) -> anyhow::Result<String> {
        let bytes = fs::read(&self.out).with_context(|| format!("{}: cannot be read", self.out.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Looks once: an error when it ended, though it should run, and when this program was told to stop.
    pub fn expect_running(&mut self) -> anyhow::Result<()> {
        signals::check()?;
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended early ({status}): {}", self.name, self.last_words());
        }
        Ok(())
    }

    /// Waits until it ended, `look` being called meanwhile; an error after `limit`.
    pub fn wait(&mut self, limit: Duration, mut look: impl FnMut(u32)) -> anyhow::Result<ExitStatus> {
        let until = Instant::now() + limit;
        loop {
            signals::check()?;
            look(self.pid());
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > until {
                bail!("{} did not end within {} s", self.name, limit.as_secs());
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Waits until it ended well.
    pub fn succeed(&mut self, limit: Duration, look: impl FnMut(u32)) -> anyhow::Result<()> {
        let status = self.wait(limit, look)?;
        if !status.success() {
            bail!("{} failed ({status}): {}", self.name, self.last_words());
        }
        Ok(())
    }

    /// The last lines of its errors, on one line.
    pub fn last_words(&self) -> String {
        let bytes = fs::read(&self.err).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.trim().lines().collect();
        lines[lines.len().saturating_sub(6)..].join(" | ")
    }

    /// Asks it to end, and ends it when it does not.
    pub fn stop(&mut self) {
        let ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None));
        if ended(&mut self.child) {
            return;
        }
        signals::send(self.pid(), signals::TERM);
        let until = Instant::now() + GRACE;
        while Instant::now() < until {
            if ended(&mut self.child) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        eprintln!(
            "bench: {} did not end within {} s when asked to: it is killed",
            self.name,
            GRACE.as_secs()
        );
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
