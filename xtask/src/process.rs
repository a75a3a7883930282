//! Running other programs: their failures become errors that name the command.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How long a pipe may be silent before it is asked whether its writer has ended.
const QUIET: Duration = Duration::from_millis(500);

/// Runs it to its end, with its output on this terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| not_started(command))?;
    check(command, status)
}

/// Runs it and hands on each line of its standard output.
pub fn run_by_line(command: &mut Command, mut each: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| not_started(command))?;
    let output = child.stdout.take().context("its output is not connected")?;
    let (sender, lines) = channel();
    thread::spawn(move || {
        let lines = BufReader::new(output).split(b'\n').map_while(Result::ok);
        lines.take_while(|line| sender.send(String::from_utf8_lossy(line).into_owned()).is_ok()).count()
    });
    loop {
        match lines.recv_timeout(QUIET) {
            Ok(line) => each(&line)?,
            Err(RecvTimeoutError::Disconnected) => break,
            // Something the program left running holds the pipe open; the program itself is done.
            Err(RecvTimeoutError::Timeout) if child.try_wait()?.is_some() => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    let status = child.wait().with_context(|| shown(command))?;
    check(command, status)
}

/// Runs it with its output on this terminal, and hands on each line of its standard output as well.
pub fn run_watched(command: &mut Command, mut each: impl FnMut(&str)) -> Result<()> {
    run_by_line(command, |line| {
        writeln!(std::io::stdout(), "{line}").context("cannot write to standard output")?;
        each(line);
        Ok(())
    })
}

/// What it prints, when it runs and succeeds.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok().filter(|o| o.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The command as it would be typed.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program()).to_string_lossy();
    let args = command.get_args().map(|a| a.to_string_lossy());
    std::iter::once(name).chain(args).collect::<Vec<_>>().join(" ")
}

fn not_started(command: &Command) -> String {
    format!("`{}` cannot be started: is {} installed?", shown(command), command.get_program().display())
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn lines_arrive_also_when_the_program_fails() {
        let mut lines = Vec::new();
        let done = run_by_line(&mut shell("echo one; printf two; exit 3"), |line| {
            lines.push(line.to_owned());
            Ok(())
        });
        assert_eq!(lines, ["one", "two"]);
        assert!(done.unwrap_err().to_string().contains("sh -c"));
    }

    #[test]
    fn a_process_left_behind_does_not_keep_us() {
        let before = std::time::Instant::now();
        run_by_line(&mut shell("sleep 20 & echo done"), |_| Ok(())).unwrap();
        assert!(before.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("/no/such/program")).unwrap_err().to_string();
        assert!(error.contains("is /no/such/program installed?"), "{error}");
    }
}
