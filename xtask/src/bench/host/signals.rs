//! Signals: SIGINT, SIGTERM and SIGHUP become a flag that every wait looks at, so that guards run and nothing stays
//! behind; and processes are sent signals by their number.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Asks a process to end.
pub const TERM: &str = "TERM";
/// PostgreSQL's fast shutdown.
pub const INT: &str = "INT";
/// PostgreSQL's immediate shutdown.
pub const QUIT: &str = "QUIT";

/// From now on a signal that would end this program sets the flag instead.
pub fn watch() -> Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, INTERRUPTED.clone()).context("cannot listen for signals")?;
    }
    Ok(())
}

/// An error once a signal came.
pub fn check() -> Result<()> {
    if INTERRUPTED.load(Ordering::Relaxed) {
        bail!("interrupted: everything that was started is stopped again");
    }
    Ok(())
}

/// Sends a signal to one process. That it is gone already is no error.
pub fn send(pid: u32, signal: &str) {
    // 0 would mean the whole group of processes.
    if pid > 1 {
        // The shell's own `kill`: the program of that name is not installed everywhere.
        let mut shell = Command::new("sh");
        shell.args(["-c", "kill -s \"$0\" \"$1\"", signal, &pid.to_string()]).stderr(Stdio::null());
        let _ = shell.status();
    }
}
