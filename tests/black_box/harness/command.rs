//! The command line, run to its end.

use std::io::Write;
use std::process::Stdio;

use super::process::steelyard;

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status; -1 when a signal ended it.
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The command, which has to have ended with 0.
    pub fn success(self) -> Ran {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// Its words of failure: status 1, and nothing done that would have been printed.
    pub fn failure(&self) -> &str {
        assert_eq!(self.code, 1, "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        &self.stderr
    }
}

/// Runs `steelyard` with these arguments.
pub fn run(args: &[&str]) -> Ran {
    run_with_input(args, "")
}

/// The same, with something on standard input.
pub fn run_with_input(args: &[&str], input: &str) -> Ran {
    let mut command = steelyard();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("starting steelyard");
    // A command that does not read its input closes it early, which is its right.
    let _ = child.stdin.take().expect("its standard input is a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("waiting for steelyard");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("steelyard prints UTF-8");
    Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
}
