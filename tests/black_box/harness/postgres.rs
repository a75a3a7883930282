//! A PostgreSQL that is not ours: its postmaster found by its folder, killed, taken down.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::process::{signal, works_in};
use super::until;

/// Process id of the postmaster that runs on this folder.
pub fn postmaster(data: &Path) -> Option<u32> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid = text.lines().next()?.trim().parse().ok()?;
    works_in(pid, data).then_some(pid)
}

/// Kills it, as the out-of-memory killer would.
pub fn kill(data: &Path) {
    let pid = postmaster(data).expect("a postmaster to kill");
    signal(pid, "KILL");
    until("the postmaster to be gone", Duration::from_secs(10), || (!works_in(pid, data)).then_some(()));
}

/// Ends it without ceremony, if it runs; its folder is about to be removed.
pub fn take_down(data: &Path) {
    if let Some(pid) = postmaster(data) {
        signal(pid, "QUIT");
        until("PostgreSQL to be gone", Duration::from_secs(20), || (!works_in(pid, data)).then_some(()));
    }
}
