//! Scripts of the operator's, among them one of the articles'.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use model::occurrence::{Kind, Outcome};
use serde_json::{Value, json};

use crate::rig::{Rig, channel, event};

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A ControlScript as the articles show it: it reads the alarm from its one argument.
const CONTROL_SCRIPT: &str = r#"#!/usr/bin/env python3
import sys
import json

def parse_avi_params(argv):
    if len(argv) != 2:
        return {}
    script_parms = json.loads(argv[1])
    return script_parms

if __name__ == "__main__":
  script_parms = parse_avi_params(sys.argv)
  gslb_service=script_parms['events'][0]['event_details']['se_hm_gs_details']['gslb_service']
  message=("GS_SERVICE_UP: The service "+gslb_service+" is now up and running.")
  print(message)
"#;

#[tokio::test]
async fn a_control_script_of_the_articles_runs_unchanged() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "SLACK_GS_SERVICE_UP.py", CONTROL_SCRIPT);
    let mut rig = Rig::new();
    rig.scripts = Some(directory.path().to_owned());
    let engine = rig.start(&channel(json!({"script": {"name": "SLACK_GS_SERVICE_UP.py"}})));
    engine.take(&event(1, Kind::GsUp));
    let delivery = rig.deliveries(1).await.remove(0);
    assert_eq!((delivery.outcome, delivery.code.as_str()), (Outcome::Delivered, "exit 0"), "{delivery:?}");
    assert_eq!(delivery.note, "GS_SERVICE_UP: The service hello.avi.iberia.local is now up and running.");
}

#[tokio::test]
async fn the_argument_has_the_names_of_the_field() {
    let directory = tempfile::tempdir().unwrap();
    write(
        directory.path(),
        "keep.sh",
        "#!/bin/sh\nprintf '%s' \"$1\" > argument\necho $# $STEELYARD_SITE $HOME\n",
    );
    let mut rig = Rig::new();
    rig.scripts = Some(directory.path().to_owned());
    let engine = rig.start(&channel(json!({"script": {"name": "keep.sh"}})));
    let argument = || -> Value {
        serde_json::from_str(&std::fs::read_to_string(directory.path().join("argument")).unwrap()).unwrap()
    };
    engine.take(&event(17, Kind::GsUp));
    assert_eq!(rig.deliveries(1).await[0].note, "1 leader");
    let id = argument()["events"][0]["obj_uuid"].as_str().unwrap().to_owned();
    assert!(id.starts_with("gslbservice-") && id.len() == 48, "{id}");
    assert_eq!(
        argument(),
        json!({
            "name": format!("all-{id}-1608485017.473894-1608485017-17"),
            "throttle_count": 0, "level": "ALERT_LOW", "reason": "threshold_exceeded",
            "obj_name": "hello.avi.iberia.local", "threshold": 1,
            "events": [{"event_id": "GS_UP", "obj_uuid": id, "obj_name": "hello.avi.iberia.local",
                        "event_details": {"se_hm_gs_details": {"gslb_service": "hello.avi.iberia.local"}},
                        "report_timestamp": 1_608_485_017}],
        })
    );
    engine.take(&event(18, Kind::GsMemberDown));
    rig.deliveries(2).await;
    assert_eq!(
        argument()["events"][0]["event_details"],
        json!({"se_hm_gsgroup_details": {"gsgroup": "hello-10", "gslb_service": "hello.avi.iberia.local",
               "gsmember": {"ip": "10.10.23.40", "failure_code": "CONNECTION_REFUSED"}}})
    );
}

#[tokio::test]
async fn a_script_that_does_not_end_is_ended_with_all_it_started() {
    let directory = tempfile::tempdir().unwrap();
    let text = "#!/bin/sh\necho begun\nsleep 300 &\necho $! > child\nsleep 300\n";
    write(directory.path(), "slow.sh", text);
    let mut rig = Rig::new();
    rig.scripts = Some(directory.path().to_owned());
    rig.pace.deadline = Duration::from_secs(2);
    rig.pace.tries = 1;
    let engine = rig.start(&channel(json!({"script": {"name": "slow.sh"}})));
    engine.take(&event(1, Kind::GsUp));
    let delivery = rig.deliveries(1).await.remove(0);
    assert_eq!((delivery.outcome, delivery.code.as_str()), (Outcome::Failed, "killed"), "{delivery:?}");
    assert!(delivery.note.contains("it wrote: begun"), "{delivery:?}");
    let child = std::fs::read_to_string(directory.path().join("child")).unwrap();
    let state = std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
    // Gone, or dead and not yet collected by whoever inherited it.
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
}

#[tokio::test]
async fn only_files_of_the_directory_are_run_and_a_failure_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let inside = directory.path().join("scripts");
    std::fs::create_dir(&inside).unwrap();
    write(directory.path(), "outside.sh", "#!/bin/sh\n");
    write(&inside, "fails.sh", "#!/bin/sh\necho no >&2\nexit 3\n");
    std::os::unix::fs::symlink("../outside.sh", inside.join("link.sh")).unwrap();
    let mut rig = Rig::new();
    rig.pace.tries = 1;
    let cases = [
        (Some(&inside), "link.sh", "", "there is no script"),
        (Some(&inside), "..", "", "there is no script"),
        (Some(&inside), "absent", "", "there is no script"),
        (Some(&inside), "fails.sh", "exit 3", "no"),
        (None, "fails.sh", "", "[alerts] scripts"),
    ];
    for (scripts, name, code, note) in cases {
        rig.scripts = scripts.cloned();
        let engine = rig.start(&channel(json!({"script": {"name": name}})));
        engine.take(&event(1, Kind::GsUp));
        let delivery = rig.deliveries(1).await.remove(0);
        assert_eq!((delivery.outcome, delivery.code.as_str()), (Outcome::Failed, code), "{delivery:?}");
        assert!(delivery.note.contains(note), "{delivery:?}");
        rig.deliveries.lock().unwrap().clear();
    }
}
