//! `apply`, `export config` and `check-config`: the configuration as a file.

use std::fs;

use crate::harness::{Site, lab, run};

/// Addresses on loopback, so that the lab's monitor probes nothing outside.
const LOOPBACK: [&str; 3] = ["127.0.0.31", "127.0.0.32", "127.0.0.33"];

/// The number of revisions a site has.
fn revisions(site: &Site) -> usize {
    site.http.get("/api/v1/revisions").with_status(200).json().as_array().expect("a list").len()
}

#[test]
fn the_lab_is_right_as_it_stands_and_a_dry_run_of_it_changes_nothing() {
    run(&["check-config", lab::FILE]).success();
    let site = Site::start();
    let plan = site.cli(&["apply", "-f", lab::FILE, "--dry-run"]).success().stdout;
    for line in ["+ site leader", "+ location s1az2", "+ zone avi.iberia.local", "+ monitor http-hello"] {
        assert!(plan.lines().any(|l| l == line), "{line} in {plan}");
    }
    let weights = lab::MEMBERS.iter().zip([6, 3, 1]);
    for line in weights.map(|(member, n)| format!("    pools[hello-10].members[{member}].weight: {n}")) {
        assert!(plan.lines().any(|l| l == line), "{line} in {plan}");
    }
    assert!(plan.ends_with("9 to add, 0 to change, 0 to remove.\n"), "{plan}");
    assert_eq!((site.generation(), revisions(&site)), (0, 0));
    site.http.get(&format!("/api/v1/services/{}", lab::SERVICE)).problem(404);
}

#[test]
fn an_apply_is_one_revision_and_what_is_exported_applies_as_an_empty_plan() {
    let site = Site::start();
    let file = site.path("lab.yaml").to_string_lossy().into_owned();
    fs::write(&file, lab::moved_to(LOOPBACK, 9)).expect("writing the lab");
    let first = site.cli(&["apply", "-f", &file, "--reason", "the first"]).success().stdout;
    assert!(first.contains("+ service hello.avi.iberia.local"), "{first}");
    assert!(first.ends_with("9 to add, 0 to change, 0 to remove.\nApplied as generation 1.\n"), "{first}");
    assert_eq!(site.cli(&["apply", "-f", &file]).success().stdout, "No changes.\n");

    let exported = site.path("exported.yaml").to_string_lossy().into_owned();
    site.cli(&["export", "config", "-o", &exported]).success();
    let text = fs::read_to_string(&exported).expect("reading the export");
    assert_eq!(site.cli(&["export", "config"]).success().stdout, text);
    run(&["check-config", &exported]).success();
    for args in [vec!["apply", "-f", &exported], vec!["apply", "-f", &exported, "--prune"]] {
        assert_eq!(site.cli(&args).success().stdout, "No changes.\n");
    }
    assert_eq!((site.generation(), revisions(&site)), (1, 1));
    let list = site.http.get("/api/v1/revisions").json();
    assert_eq!((&list[0]["generation"], &list[0]["reason"]), (&1.into(), &"the first".into()), "{list}");
}

#[test]
fn a_plan_names_each_field_that_changes_and_a_dry_run_of_it_changes_none() {
    let site = Site::with_lab();
    let wanted = lab::edited(&lab::unmonitored(), "weight: 6", "weight: 20");
    let expected = "~ service hello.avi.iberia.local\n    pools[hello-10].members[10.10.25.46].weight: 6 -> 20\n\
                    0 to add, 1 to change, 0 to remove.\n";
    let dry = site.cli_with_input(&["apply", "-f", "-", "--dry-run"], &wanted).success().stdout;
    assert_eq!((dry.as_str(), site.generation()), (expected, 1));
    let done = site.apply(&wanted).stdout;
    assert_eq!(done, format!("{expected}Applied as generation 2.\n"));
}

#[test]
fn what_a_file_does_not_name_stays_unless_it_is_pruned() {
    let site = Site::with_lab();
    let without = lab::unmonitored();
    let (before, rest) = without.split_once("monitors:\n").expect("the lab has monitors");
    let (_, after) = rest.split_once("services:\n").expect("the lab has services");
    let without = format!("{before}services:\n{after}");
    assert_eq!(site.apply(&without).stdout, "No changes.\n");
    let pruned = site.cli_with_input(&["apply", "-f", "-", "--prune"], &without).success().stdout;
    assert!(pruned.starts_with("- monitor http-hello\n0 to add, 0 to change, 1 to remove.\n"), "{pruned}");
}
