//! Processes: the binary found, signals sent by process id, ends waited for.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

/// The binary under test: what STEELYARD_BIN names, or the one that cargo puts two folders above this test program.
fn binary() -> PathBuf {
    let beside = || {
        let own = env::current_exe().expect("finding this test program");
        own.ancestors().nth(2).expect("target/debug above deps").join("steelyard")
    };
    let path = env::var_os("STEELYARD_BIN").map_or_else(beside, PathBuf::from);
    let how = "run `cargo build --workspace --exclude frontend --all-targets` first";
    assert!(path.is_file(), "{} is missing: {how}", path.display());
    path
}

/// The binary with nothing of the caller's environment that would change what it does.
pub fn steelyard() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"STEELYARD_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
}

/// Sends a signal, as `TERM`, to one process.
pub fn signal(pid: u32, name: &str) {
    // The shell's own `kill`: the program of that name is not installed everywhere.
    let mut shell = Command::new("sh");
    shell.args(["-c", "kill -s \"$0\" \"$1\"", name, &pid.to_string()]).stderr(Stdio::null());
    shell.status().expect("running sh");
}

/// How a child ended; none when it did not within `patience`.
pub fn ended(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait().expect("asking for a child's end") {
            return Some(status);
        }
        if Instant::now() > end {
            return None;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process works in this folder; a zombie works nowhere.
pub fn works_in(pid: u32, folder: &Path) -> bool {
    let at = fs::read_link(format!("/proc/{pid}/cwd"));
    at.is_ok_and(|at| fs::canonicalize(folder).is_ok_and(|folder| at == folder))
}
