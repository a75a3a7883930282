//! Commands whose output goes into a pipe, as `steelyard ... | head`.

use std::process::Stdio;

use crate::harness::{Site, lab, steelyard};

#[test]
fn a_reader_that_has_seen_enough_ends_a_command_quietly() {
    let site = Site::with_lab();
    let dir = site.data_dir().to_string_lossy().into_owned();
    for args in [&["export", "config"][..], &["explain", lab::SERVICE], &["logs", "export"]] {
        let mut command = steelyard();
        command.args(args).args(["--data-dir", &dir]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("starting steelyard");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("waiting for steelyard");
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!((ended.status.code(), said.as_ref()), (Some(141), ""), "{args:?}");
    }
}
