//! Mistakes in a configuration file: named by field, value and remedy, by whichever door the file came, and nothing of
//! it is applied.

use std::fs;

use crate::harness::{Site, check_words, folder, in_words, lab, run};

/// A piece of the lab's file, what is put in its place, and words of the error: place or field, value, remedy.
/// `LINE` stands for `line` and the number of the line the piece is in.
const MISTAKES: [(&str, &str, &[&str]); 11] = [
    (
        "weight: 6",
        "weight: -1",
        &["LINE", "pools[0].members[0].weight", "weight -1 is out of range", "a whole number from 0 to 1000"],
    ),
    (
        "weight: 6",
        "weight: 1001",
        &[
            "LINE",
            "pools[0].members[0].weight",
            "weight 1001 is out of range",
            "a whole number from 0 to 1000",
        ],
    ),
    (
        "address: 10.10.25.46",
        "address: 10.10.25",
        &["LINE", "pools[0].members[0].address", "\"10.10.25\"", "write an address such as 192.0.2.1"],
    ),
    (
        "name: hello.avi.iberia.local",
        "name: hello.example.org",
        &["services[hello.example.org].name", "is in no zone", "use a name below avi.iberia.local"],
    ),
    (
        "name: site2",
        "name: site1",
        &["sites[site1].name", "\"site1\"", "is there already", "give each a name of its own"],
    ),
    (
        "address: 10.10.26.40",
        "address: 10.10.25.46",
        &["pools[hello-10].members[1].address", "\"10.10.25.46\"", "give each member once"],
    ),
    ("    ttl: 2\n", "    tll: 2\n", &["LINE", "tll", "there is no key", "did you mean ttl?"]),
    ("location: s1az1,", "location: s1az9,", &["members[0].location", "\"s1az9\"", "did you mean s1az1?"]),
    (
        "data: [10.10.24.200]",
        "data: [10.10.24]",
        &["zones[avi.iberia.local].records[0].data", "\"10.10.24\"", "an IPv4 address such as 192.0.2.1"],
    ),
    (
        "interval: 10s",
        "interval: soon",
        &["LINE", "monitors[0].interval", "\"soon\"", "write it as 500ms, 10s, 5m, 2h or 7d"],
    ),
    ("retention: 7d", "retention: 90m", &["logging.retention", "\"90m\"", "give whole days such as 7d"]),
];

/// The words that an error has to have, with the number of the line filled in.
fn expected(lab: &str, piece: &str, words: &[&str]) -> Vec<String> {
    let at = lab.find(piece).expect("the piece is in the lab");
    let number = lab[..at].matches('\n').count() + 1;
    let filled = |word: &&str| if *word == "LINE" { format!("line {number}:") } else { (*word).to_owned() };
    words.iter().map(filled).collect()
}

#[test]
fn a_mistake_in_a_file_is_named_the_same_by_check_config_apply_and_rest() {
    let site = Site::with_lab();
    let file = site.path("wrong.yaml").to_string_lossy().into_owned();
    let lab = lab::unmonitored();
    for (piece, with, words) in MISTAKES {
        let wrong = lab::edited(&lab, piece, with);
        fs::write(&file, &wrong).expect("writing a file");
        let expected = expected(&lab, piece, words);
        check_words(run(&["check-config", &file]).failure(), &expected);
        check_words(site.cli(&["apply", "-f", &file]).failure(), &expected);
        let problem = site.http.send("POST", "/api/v1/config", |request| request.body(wrong)).problem(422);
        check_words(&in_words(&problem), &expected);
    }
    assert_eq!(site.generation(), 1);
    assert_eq!(site.apply(&lab).stdout, "No changes.\n");
}

#[test]
fn all_mistakes_of_a_file_are_named_at_once() {
    let folder = folder();
    let file = folder.path().join("wrong.yaml").to_string_lossy().into_owned();
    let wrong = lab::edited(lab::TEXT, "address: 10.10.26.40", "address: 10.10.25.46");
    let wrong = lab::edited(&wrong, "retention: 7d", "retention: 90m");
    fs::write(&file, lab::edited(&wrong, "name: site2", "name: site1")).expect("writing a file");
    let ran = run(&["check-config", &file]);
    let words = ["give each member once", "whole days", "give each a name of its own"];
    check_words(ran.failure(), &words);
    assert!(
        ran.stderr.lines().count() >= 3 && ran.stderr.lines().all(|line| line.starts_with(&file)),
        "{ran:?}"
    );
}
