//! A program of the operator's that judges a member.
//!
//! It is found by its name in the folder of the settings, is run without a shell and without this process's
//! environment, and ends with its whole process group at the deadline.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use model::config::ScriptCall;
use model::health::FailureCode;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};
use tokio::time::timeout_at;

use super::tcp::MAX_READ;
use super::{Check, Failure, MAX_DETAIL, Seen};

/// Where a script finds its own programs.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Runs the script: exit status 0 passes, any other fails, and the first line of its output tells why.
pub(super) async fn check(check: Check<'_>) -> Seen {
    let unusable = |why: String| Failure::new(FailureCode::NoResources, why);
    let address = check.target.socket();
    let permitted = check.tools.policy().permits(address);
    permitted.map_err(|why| Failure::new(FailureCode::AddressError, why))?;
    let call =
        check.target.monitor.script.as_ref().ok_or_else(|| unusable("the monitor names no script".into()))?;
    let folder = check.tools.scripts();
    let folder =
        folder.ok_or_else(|| unusable("scripts are off here: set health.scripts to their folder".into()))?;
    let path = find(folder, call).map_err(unusable)?;
    check.trace.note("script", || {
        format!("{} {} {} {}", path.display(), address.ip(), address.port(), call.args.join(" "))
    });
    let mut command = command(&check, call, &path);
    let mut child = command.spawn().map_err(|error| unusable(format!("{}: {error}", call.name)))?;
    let group = Group::of(&child);
    let ended = timeout_at(check.deadline, output_and_end(&mut child)).await;
    // Whatever the script left behind goes with it.
    drop(group);
    match ended {
        Ok(Ok((status, output))) => {
            check.trace.note("output", || super::tcp::excerpt(&output));
            let detail = detail(&output);
            check.trace.note("exit", || status.to_string());
            match status.code() {
                Some(0) if detail.is_empty() => Ok("exit status 0".to_owned()),
                Some(0) => Ok(detail),
                Some(code) if detail.is_empty() => {
                    Err(Failure::new(FailureCode::ScriptError, format!("exit status {code}")))
                }
                Some(code) => {
                    Err(Failure::new(FailureCode::ScriptError, format!("exit status {code}: {detail}")))
                }
                None => Err(Failure::new(FailureCode::ScriptError, format!("ended by {status}"))),
            }
        }
        Ok(Err(error)) => Err(unusable(format!("{}: {error}", call.name))),
        Err(_) => {
            let _ = child.kill().await;
            let detail = format!("did not end within {}", check.target.monitor.timeout);
            Err(Failure::new(FailureCode::ScriptError, detail))
        }
    }
}

/// The program of this name, in the folder itself.
fn find(folder: &Path, call: &ScriptCall) -> Result<PathBuf, String> {
    // A label has no slash; a dot at its beginning is refused by the checks of the configuration, and again here.
    let name = call.name.as_str();
    let path = folder.join(name);
    if name.starts_with('.') || !path.is_file() {
        return Err(format!("there is no script {name} in the folder of health.scripts"));
    }
    Ok(path)
}

fn command(check: &Check<'_>, call: &ScriptCall, path: &Path) -> Command {
    let address = check.target.socket();
    let mut command = Command::new(path);
    command
        .arg(address.ip().to_string())
        .arg(address.port().to_string())
        .args(&call.args)
        .env_clear()
        .envs(&call.env)
        .env("PATH", PATH)
        .env("STEELYARD_ADDRESS", address.ip().to_string())
        .env("STEELYARD_PORT", address.port().to_string())
        .env("STEELYARD_MONITOR", check.target.monitor.name.as_str())
        .env("STEELYARD_TIMEOUT_MS", check.target.monitor.timeout.as_millis().to_string())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Reads the first 64 KiB of output, passes over the rest, and waits for the end.
async fn output_and_end(child: &mut Child) -> std::io::Result<(std::process::ExitStatus, Vec<u8>)> {
    let mut output = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        (&mut stdout).take(MAX_READ as u64).read_to_end(&mut output).await?;
        tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await?;
    }
    Ok((child.wait().await?, output))
}

fn detail(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    text.trim().chars().take(MAX_DETAIL).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The script with all it started; killed when this is dropped, so also when the check itself is.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Group(child.id().and_then(|id| Pid::from_raw(id as i32)))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // An empty group is no error worth a word.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}
