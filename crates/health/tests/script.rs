//! Scripts: what they are told, what they say, and that nothing of them outlives the deadline.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use health::probe::{Network, Probe, Seen, Trace};
use health::target::Target;
use health::{Policy, Tools};
use model::config::Monitor;
use model::health::FailureCode;
use serde_json::{Value, json};

/// Runs a script with this text against a member, and gives what came of it.
async fn run(folder: &Path, text: &str, more: Value) -> Seen {
    let path = folder.join("check");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    checked(Some(folder), json!({"name": "check"}), more).await
}

async fn checked(folder: Option<&Path>, mut script: Value, more: Value) -> Seen {
    let timeout = more["timeout"].as_str().unwrap_or("10s").to_owned();
    if let Some(fields) = more["script"].as_object() {
        script.as_object_mut().unwrap().extend(fields.clone());
    }
    let monitor: Monitor = serde_json::from_value(json!({
        "name": "own", "type": "script", "port": 8080, "interval": "20s", "timeout": timeout, "script": script,
    }))
    .unwrap();
    let target = Target::new("127.0.0.1".parse().unwrap(), "", Arc::new(monitor));
    let tools = Tools::new(Policy::new(vec!["127.0.0.0/8".parse().unwrap()], Vec::new()));
    Network::new(tools.with_scripts(folder.map(Path::to_path_buf))).check(&target, &Trace::off()).await
}

#[tokio::test]
async fn a_script_knows_the_member_and_nothing_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let more = json!({"script": {"args": ["-x", "a b; id"], "env": {"OWN": "yes"}}});
    let text = r#"echo "$1 $2 $3 $4 $STEELYARD_ADDRESS $STEELYARD_PORT $STEELYARD_MONITOR $STEELYARD_TIMEOUT_MS $OWN${HOME}${USER}${CARGO}""#;
    let seen = run(folder.path(), text, more).await;
    assert_eq!(seen, Ok("127.0.0.1 8080 -x a b; id 127.0.0.1 8080 own 10000 yes".to_owned()));
}

#[tokio::test]
async fn the_exit_status_decides_and_the_output_is_the_detail() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), "exit 0", json!({})).await, Ok("exit status 0".to_owned()));
    for (text, detail) in [
        ("exit 3", "exit status 3"),
        ("echo no database; exit 1", "exit status 1: no database"),
        ("kill -TERM $$", "ended by signal: 15 (SIGTERM)"),
    ] {
        let failure = run(folder.path(), text, json!({})).await.unwrap_err();
        assert_eq!((failure.code, failure.detail.as_str()), (FailureCode::ScriptError, detail));
    }
    let long = run(folder.path(), "yes | head -c 1000000", json!({})).await.unwrap();
    assert_eq!(long.chars().count(), health::probe::MAX_DETAIL);
}

#[tokio::test]
async fn at_the_deadline_the_script_ends_with_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let text = format!("sleep 600 & echo $! > {}; wait", pid.display());
    let start = Instant::now();
    let failure = run(folder.path(), &text, json!({"timeout": "500ms"})).await.unwrap_err();
    let took = start.elapsed();
    assert_eq!(
        (failure.code, failure.detail.as_str()),
        (FailureCode::ScriptError, "did not end within 500ms")
    );
    assert!(took >= Duration::from_millis(500) && took < Duration::from_secs(10), "{took:?}");
    let child = fs::read_to_string(&pid).unwrap();
    let state = || fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
    // Killed, it may still wait for somebody to ask how it ended.
    while !matches!(state().split(") ").nth(1).and_then(|rest| rest.chars().next()), None | Some('Z')) {
        assert!(start.elapsed() < Duration::from_secs(60), "{}", state());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_cannot_be_run_here_says_nothing_of_the_member() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plain"), "no program").unwrap();
    for (folder, name, words) in [
        (None, "check", "health.scripts"),
        (Some(folder.path()), "nothing", "no script nothing"),
        (Some(folder.path()), "..", "no script"),
        (Some(folder.path()), "plain", "denied"),
    ] {
        let failure = checked(folder, json!({"name": name}), json!({})).await.unwrap_err();
        assert!(failure.code.is_local(), "{failure:?}");
        assert!(failure.detail.contains(words), "{failure:?}");
    }
}
