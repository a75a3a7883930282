//! Signals: SIGINT, SIGTERM and SIGHUP become a flag that every wait looks at, so that guards run and nothing stays
//! behind; and processes are sent signals by their number.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Asks a process to end.
pub const TERM: i32 = libc::SIGTERM;
/// PostgreSQL's fast shutdown.
pub const INT: i32 = libc::SIGINT;
/// PostgreSQL's immediate shutdown.
pub const QUIT: i32 = libc::SIGQUIT;

extern "C" fn note(_signal: libc::c_int) {
    // Storing into an atomic is all that is safe here (signal-safety(7)).
    INTERRUPTED.store(true, Ordering::Relaxed);
}

/// From now on a signal that would end this program sets the flag instead.
#[allow(unsafe_code)] // signal(2) has no safe form in the standard library
pub fn watch() {
    let handler = note as extern "C" fn(libc::c_int) as libc::sighandler_t;
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        // SAFETY: the handler only stores into an atomic, and lives as long as the program.
        unsafe { libc::signal(signal, handler) };
    }
}

/// An error once a signal came.
pub fn check() -> anyhow::Result<()> {
    if INTERRUPTED.load(Ordering::Relaxed) {
        bail!("interrupted: everything that was started is stopped again");
    }
    Ok(())
}

/// Sends a signal to one process. That it is gone already is no error.
#[allow(unsafe_code)] // kill(2) has no safe form in the standard library
pub fn send(pid: u32, signal: i32) {
    // 0 and negative numbers would mean whole groups of processes.
    if let Some(pid) = i32::try_from(pid).ok().filter(|pid| *pid > 1) {
        // SAFETY: kill(2) touches no memory of this process.
        unsafe { libc::kill(pid, signal) };
    }
}
