//! Mistakes on the command line: what is wrong and what to do, and an exit status that scripts can use.

use std::fs;

use crate::harness::{Site, check_words, folder, run};

#[test]
fn a_log_that_cannot_be_judged_is_named_with_what_is_missing() {
    let folder = folder();
    let file = folder.path().join("export.csv").to_string_lossy().into_owned();
    fs::write(&file, "time,ips\nnow,10.10.25.46\n").expect("writing a log");
    let weights = "10.10.25.46=6";
    let csv = ["split", "--csv", file.as_str()];
    let judged = |more: &[&str]| run(&[&csv, more].concat());
    for (more, words) in [
        (&["--expect", weights][..], &["answers", "time", "ips"][..]),
        (&["--column", "dns_ips", "--expect", weights], &["dns_ips", "time", "ips"]),
        (&["--column", "ips", "--expect", "10.10.25.46"], &["10.10.25.46", "="]),
        (&["--column", "ips", "--expect", "10.10.25=6"], &["10.10.25", "address"]),
        (&["--column", "ips", "--expect", "10.10.25.46=1001"], &["1001", "from 0 to 1000"]),
    ] {
        check_words(judged(more).failure(), words);
    }
    let missing = run(&["split", "--csv", "/no/such/log.csv", "--expect", weights]);
    assert!(missing.failure().contains("/no/such/log.csv"), "{missing:?}");
    assert_eq!(judged(&[]).code, 2, "without --expect it is a usage error");
    assert_eq!(run(&["split"]).code, 2);
}

#[test]
fn a_server_that_is_not_there_is_named_with_the_remedy() {
    let nowhere = run(&["export", "config", "--server", "http://127.0.0.1:1"]);
    let expected = ["http://127.0.0.1:1", "start it with `steelyard serve`, or name it with --server"];
    check_words(nowhere.failure(), &expected);
    let folder = folder();
    let empty = run(&["export", "config", "--data-dir", &folder.path().to_string_lossy()]);
    check_words(empty.failure(), &["local-access.json", "is it running"]);
    let wrong = run(&["export", "config", "--server", "127.0.0.1:3000"]);
    check_words(wrong.failure(), &["--server", "give one such as http://"]);
}

#[test]
fn a_filter_that_cannot_be_read_and_a_format_that_does_not_exist_are_told_apart() {
    let site = Site::with_lab();
    let filter = site.cli(&["logs", "export", "--filter", "colour = red"]);
    check_words(filter.failure(), &["filter", "colour"]);
    let format = site.cli(&["logs", "export", "--format", "xml"]);
    assert_eq!(format.code, 2, "a usage error: {format:?}");
}
