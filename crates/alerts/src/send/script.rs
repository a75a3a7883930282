//! A script, called with the alert as its one argument, in the JSON that the controllers of the field give theirs: a
//! ControlScript runs unchanged.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use model::config::Script;
use model::occurrence::{Kind, Occurrence};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::{Failure, Outside, Sent};
use crate::alert::Alert;

/// Characters of a script's output that are kept.
const KEPT: usize = 500;
/// Octets of it that are read; what follows is thrown away.
const READ: u64 = 64 * 1024;
/// What is left of the deadline to end the script in.
const RESERVE: Duration = Duration::from_millis(200);

pub async fn send(
    outside: &Outside,
    script: &Script,
    alert: &Alert,
    deadline: Duration,
) -> Result<Sent, Failure> {
    let path = path(outside, script).await?;
    let mut command = Command::new(&path);
    command
        .arg(argument(alert).to_string())
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LANG", "C.UTF-8")
        .env("STEELYARD_SITE", outside.site.as_str())
        .current_dir(path.parent().unwrap_or(Path::new("/")))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| {
        Failure::lasting(format!("script {} cannot be run: {}", script.name, error.kind()))
    })?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let output = tokio::spawn(read(child.stdout.take(), child.stderr.take()));
    let ended = tokio::time::timeout(deadline.saturating_sub(RESERVE), child.wait()).await;
    // Whatever the script left running ends with it, and with that its output does.
    drop(group);
    let output =
        tokio::time::timeout(RESERVE / 2, output).await.ok().and_then(Result::ok).unwrap_or_default();
    let note: String = String::from_utf8_lossy(&output).trim().chars().take(KEPT).collect();
    match ended {
        Ok(Ok(status)) => {
            let code = match status.code() {
                Some(code) => format!("exit {code}"),
                None => "killed".to_owned(),
            };
            if status.success() {
                Ok(Sent { code, note })
            } else {
                Err(Failure { code, note, lasting: false })
            }
        }
        Ok(Err(error)) => Err(Failure::passing(format!("the script was lost: {}", error.kind()))),
        Err(_) => {
            let _ = child.wait().await;
            let said = if note.is_empty() { String::new() } else { format!("; it wrote: {note}") };
            let note = format!("ended after {} s without an end of its own{said}", deadline.as_secs_f32());
            Err(Failure { code: "killed".to_owned(), note, lasting: false })
        }
    }
}

/// A script with all that it started; ends them when it is dropped, as at the deadline.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // There may be nobody left.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// The script's file: a program in the operator's directory, not beside it.
async fn path(outside: &Outside, script: &Script) -> Result<PathBuf, Failure> {
    let Some(directory) = &outside.scripts else {
        let message = "this server runs no scripts: an administrator can name a directory in [alerts] scripts of the settings";
        return Err(Failure::lasting(message));
    };
    let missing =
        || Failure::lasting(format!("there is no script {} in the server's directory", script.name));
    if script.name.as_str().starts_with('.') {
        return Err(missing());
    }
    let directory = tokio::fs::canonicalize(directory).await.map_err(|_| missing())?;
    let path = tokio::fs::canonicalize(directory.join(script.name.as_str())).await.map_err(|_| missing())?;
    if path.parent() != Some(directory.as_path()) {
        return Err(missing());
    }
    Ok(path)
}

async fn read(stdout: Option<impl AsyncRead + Unpin>, stderr: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let (mut out, err) = tokio::join!(drain(stdout), drain(stderr));
    out.extend(err);
    out
}

/// Reads to the end, so that the script is never kept waiting, and keeps the beginning.
async fn drain(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut kept = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = (&mut pipe).take(READ).read_to_end(&mut kept).await;
        let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    }
    kept
}

/// The one argument.
pub fn argument(alert: &Alert) -> Value {
    let id = Alert::object_id(&alert.last);
    let (seconds, micros) = (alert.at.div_euclid(1_000_000), alert.at.rem_euclid(1_000_000));
    let events: Vec<Value> = alert.events().map(|event| self::event(event)).collect();
    json!({
        "name": format!("{}-{id}-{seconds}.{micros:06}-{seconds}-{}", alert.rule_name(), alert.last.id),
        "throttle_count": alert.throttled,
        "level": alert.level.alert(),
        "reason": "threshold_exceeded",
        "obj_name": object_name(&alert.last),
        "threshold": alert.threshold,
        "events": events,
    })
}

fn event(event: &Occurrence) -> Value {
    json!({
        "event_id": event.kind,
        "event_details": details(event),
        "obj_uuid": Alert::object_id(event),
        "obj_name": object_name(event),
        "report_timestamp": event.at.div_euclid(1_000_000),
    })
}

fn object_name(event: &Occurrence) -> String {
    event.service.as_ref().map_or_else(|| event.subject.clone(), ToString::to_string)
}

/// Details by the names of the field where it has one for them.
fn details(event: &Occurrence) -> Value {
    match event.kind {
        Kind::GsGroupUp | Kind::GsGroupDown | Kind::GsMemberUp | Kind::GsMemberDown => {
            let mut group = json!({"gsgroup": event.pool, "gslb_service": event.service});
            if let Some(member) = event.member {
                group["gsmember"] = json!({"ip": member, "failure_code": event.detail("failure")});
            }
            json!({"se_hm_gsgroup_details": group})
        }
        _ if event.service.is_some() => {
            let mut service = json!({"gslb_service": event.service});
            if let Some(reason) = event.detail("reason") {
                service["reason"] = json!(reason);
            }
            json!({"se_hm_gs_details": service})
        }
        _ => json!({"steelyard_details": {"text": event.text, "details": event.details}}),
    }
}
