use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::probe::Failure;

mod decided;
mod silence;

fn config(text: serde_json::Value) -> Config {
    serde_json::from_value(text).unwrap()
}

fn monitor(name: &str, port: u16) -> serde_json::Value {
    json!({"name": name, "type": "tcp", "port": port, "failures": 2, "successes": 2})
}

fn service(name: &str, monitors: &[&str], addresses: &[&str]) -> serde_json::Value {
    let members: Vec<_> = addresses.iter().map(|a| json!({"address": a})).collect();
    json!({"name": name, "monitors": monitors, "pools": [{"name": "p", "members": members}]})
}

fn key(service: &str, address: &str) -> MemberKey {
    MemberKey {
        service: service.parse().unwrap(),
        pool: "p".parse().unwrap(),
        address: address.parse().unwrap(),
    }
}

fn refused() -> Seen {
    Err(Failure::new(FailureCode::ConnectionRefused, "connection refused"))
}

fn passed() -> Seen {
    Ok("connected".to_owned())
}

fn ids(todo: &Reconfigured) -> Vec<TargetId> {
    todo.start.iter().map(|(id, _)| *id).collect()
}

fn health(ledger: &Ledger, service: &str, address: &str) -> Health {
    ledger.table().of(&key(service, address)).health()
}

#[test]
fn the_epoch_rises_with_each_change_of_health_and_with_nothing_else() {
    let mut ledger = Ledger::new(100);
    let config = config(
        json!({"monitors": [monitor("m", 80)], "services": [service("a.test", &["m"], &["192.0.2.1"])]}),
    );
    let todo = ledger.reconfigure(&config, 1);
    let id = ids(&todo)[0];
    let mut epochs = Vec::new();
    for seen in [passed(), passed(), refused(), refused(), refused(), passed(), passed()] {
        ledger.record(id, seen, 2, 10);
        epochs.push(ledger.table().epoch);
    }
    assert_eq!(epochs, [101, 101, 101, 102, 102, 102, 103]);
    assert_eq!(ledger.reconfigure(&config, 3).start.len(), 0);
    assert_eq!(ledger.table().epoch, 103);
}

#[test]
fn a_change_says_which_check_made_it() {
    let mut ledger = Ledger::new(0);
    let config = config(
        json!({"monitors": [monitor("m", 80)], "services": [service("a.test", &["m"], &["192.0.2.1"])]}),
    );
    let id = ids(&ledger.reconfigure(&config, 1))[0];
    assert_eq!(ledger.record(id, refused(), 5, 10), []);
    let changes = ledger.record(id, refused(), 7, 11);
    assert_eq!(
        changes,
        [HealthChange {
            key: key("a.test", "192.0.2.1"),
            member: "192.0.2.1".into(),
            from: Standing::default(),
            to: Health::Down.into(),
            at: 7,
            cause: Cause::Check,
            monitor: Some("m".parse().unwrap()),
            failure: Some(FailureCode::ConnectionRefused),
            detail: "connection refused".into(),
        }]
    );
    let state = &ledger.state()[&key("a.test", "192.0.2.1")];
    assert_eq!((state.health, state.since, state.checks.len()), (Health::Down, 7, 1));
    assert_eq!((state.checks[0].took_us, state.checks[0].streak), (11, 2));
}

#[test]
fn a_target_of_several_members_is_probed_once_and_tells_all() {
    let mut ledger = Ledger::new(0);
    let config = config(json!({
        "monitors": [monitor("m", 80)],
        "services": [service("a.test", &["m"], &["192.0.2.1"]), service("b.test", &["m"], &["192.0.2.1"])],
    }));
    let todo = ledger.reconfigure(&config, 1);
    assert_eq!(todo.start.len(), 1);
    assert_eq!(ledger.record(ids(&todo)[0], passed(), 2, 1).len(), 2);
    assert_eq!(health(&ledger, "a.test", "192.0.2.1"), Health::Up);
    assert_eq!(health(&ledger, "b.test", "192.0.2.1"), Health::Up);
    assert_eq!(ledger.table().epoch, 1, "both change in one table");
}

#[test]
fn each_host_header_is_a_target_of_its_own() {
    let mut ledger = Ledger::new(0);
    let config = config(json!({
        "monitors": [{"name": "own", "type": "http", "port": 80}, {"name": "fix", "type": "http", "port": 80, "host": "h"}],
        "services": [
            service("a.test", &["own", "fix"], &["192.0.2.1"]),
            service("b.test", &["own", "fix"], &["192.0.2.1"]),
        ],
    }));
    let mut hosts: Vec<String> =
        ledger.reconfigure(&config, 1).start.iter().map(|(_, t)| t.host.to_string()).collect();
    hosts.sort();
    assert_eq!(hosts, ["a.test", "b.test", "h"]);
}

#[test]
fn only_what_is_enabled_is_checked_and_pools_of_priority_0_are() {
    let mut ledger = Ledger::new(0);
    let pool = |name: &str, more: serde_json::Value| {
        let mut pool = json!({"name": name, "members": [
            {"address": "192.0.2.1"}, {"address": "192.0.2.2", "enabled": false}]});
        pool.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        pool
    };
    let config = config(json!({
        "monitors": [monitor("m", 80)],
        "services": [
            {"name": "a.test", "monitors": ["m"], "pools": [
                pool("one", json!({})), pool("zero", json!({"priority": 0})), pool("off", json!({"enabled": false}))]},
            {"name": "off.test", "monitors": ["m"], "enabled": false, "pools": [pool("one", json!({}))]},
            {"name": "bare.test", "pools": [pool("one", json!({}))]},
        ],
    }));
    assert_eq!(ledger.reconfigure(&config, 1).start.len(), 1);
    let mut members: Vec<String> =
        ledger.state().keys().map(|k| format!("{} {} {}", k.service, k.pool, k.address)).collect();
    members.sort();
    assert_eq!(members, ["a.test off 192.0.2.1", "a.test one 192.0.2.1", "a.test zero 192.0.2.1"]);
}

#[test]
fn what_did_not_change_goes_on_and_what_is_gone_is_forgotten() {
    let mut ledger = Ledger::new(0);
    let with = |addresses: &[&str]| {
        config(json!({"monitors": [monitor("m", 80)], "services": [service("a.test", &["m"], addresses)]}))
    };
    let first = ids(&ledger.reconfigure(&with(&["192.0.2.1", "192.0.2.2"]), 1));
    for &id in &first {
        ledger.record(id, passed(), 2, 1);
    }
    let todo = ledger.reconfigure(&with(&["192.0.2.2", "192.0.2.3"]), 3);
    assert_eq!((todo.start.len(), todo.stop.len()), (1, 1));
    assert_eq!(todo.stop, [first[0]]);
    assert_eq!(health(&ledger, "a.test", "192.0.2.1"), Health::Unknown);
    assert_eq!(health(&ledger, "a.test", "192.0.2.2"), Health::Up);
    assert_eq!(ledger.state()[&key("a.test", "192.0.2.2")].since, 2);
    let epoch = ledger.table().epoch;
    assert_eq!(ledger.record(first[0], refused(), 4, 1), [], "a late result of a target that is gone");
    assert_eq!(ledger.table().epoch, epoch);
}

#[test]
fn a_member_whose_monitor_was_edited_stays_down_until_it_is_judged_anew() {
    let mut ledger = Ledger::new(0);
    let on = |port| {
        config(
            json!({"monitors": [monitor("m", port)], "services": [service("a.test", &["m"], &["192.0.2.1"])]}),
        )
    };
    let old = ids(&ledger.reconfigure(&on(80), 1))[0];
    ledger.record(old, refused(), 2, 1);
    ledger.record(old, refused(), 3, 1);
    let todo = ledger.reconfigure(&on(81), 4);
    assert_eq!(todo.stop, [old]);
    let member = &ledger.state()[&key("a.test", "192.0.2.1")];
    assert_eq!((member.health, member.since, member.checks.len()), (Health::Down, 3, 0));
    assert_eq!(ledger.table().epoch, 1);
    assert_eq!(ledger.record(ids(&todo)[0], passed(), 5, 1).len(), 1);
    assert_eq!(health(&ledger, "a.test", "192.0.2.1"), Health::Up);
}

#[test]
fn a_second_monitor_makes_a_member_unknown_until_it_has_spoken() {
    let mut ledger = Ledger::new(0);
    let monitors = json!([monitor("m", 80), monitor("n", 81)]);
    let with = |names: &[&str]| {
        config(json!({"monitors": monitors, "services": [service("a.test", names, &["192.0.2.1"])]}))
    };
    let first = ids(&ledger.reconfigure(&with(&["m"]), 1))[0];
    ledger.record(first, passed(), 2, 1);
    let second = ids(&ledger.reconfigure(&with(&["m", "n"]), 3))[0];
    assert_eq!(health(&ledger, "a.test", "192.0.2.1"), Health::Unknown);
    ledger.record(second, passed(), 4, 1);
    assert_eq!(health(&ledger, "a.test", "192.0.2.1"), Health::Up);
    let checks = &ledger.state()[&key("a.test", "192.0.2.1")].checks;
    assert_eq!(checks.iter().map(|c| c.monitor.as_str()).collect::<Vec<_>>(), ["m", "n"]);
}

#[test]
fn want_of_sockets_here_says_nothing_of_a_member() {
    let mut ledger = Ledger::new(0);
    let config = config(
        json!({"monitors": [monitor("m", 80)], "services": [service("a.test", &["m"], &["192.0.2.1"])]}),
    );
    let id = ids(&ledger.reconfigure(&config, 1))[0];
    ledger.record(id, passed(), 2, 1);
    for _ in 0..10 {
        let failure = Failure::new(FailureCode::NoResources, "too many open files");
        assert_eq!(ledger.record(id, Err(failure), 3, 1), []);
    }
    let check = &ledger.state()[&key("a.test", "192.0.2.1")].checks[0];
    assert_eq!((check.health, check.failure), (Health::Up, Some(FailureCode::NoResources)));
}

#[derive(Clone, Debug)]
enum Step {
    Check { target: usize, passed: bool },
    Reconfigure { members: u8, port: u16 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let check = (0usize..8, any::<bool>()).prop_map(|(target, passed)| Step::Check { target, passed });
    let reconfigure = (0u8..8, 80u16..82).prop_map(|(members, port)| Step::Reconfigure { members, port });
    prop::collection::vec(prop_oneof![8 => check, 1 => reconfigure], 0..80)
}

proptest! {
    /// The epoch counts the distinct tables, and the table and the state always say the same.
    #[test]
    fn one_epoch_is_one_table(steps in steps()) {
        let mut ledger = Ledger::new(7);
        let mut running: Vec<TargetId> = Vec::new();
        let mut before = ledger.table();
        for step in steps {
            match step {
                Step::Check { target, passed: true } if target < running.len() => {
                    ledger.record(running[target], passed(), 1, 1);
                }
                Step::Check { target, .. } if target < running.len() => {
                    ledger.record(running[target], refused(), 1, 1);
                }
                Step::Check { .. } => {}
                Step::Reconfigure { members, port } => {
                    let addresses: Vec<String> =
                        (0..3).filter(|i| members & (1 << i) != 0).map(|i| format!("192.0.2.{i}")).collect();
                    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
                    let config = config(json!({
                        "monitors": [monitor("m", port), monitor("n", 90)],
                        "services": [service("a.test", &["m", "n"], &addresses), service("b.test", &["m"], &addresses)],
                    }));
                    let todo = ledger.reconfigure(&config, 1);
                    running.retain(|id| !todo.stop.contains(id));
                    running.extend(ids(&todo));
                    prop_assert_eq!(running.len(), 2 * addresses.len());
                }
            }
            let table = ledger.table();
            prop_assert_eq!(table.epoch - before.epoch, u64::from(table.members != before.members));
            for (key, member) in ledger.state() {
                prop_assert_eq!(table.of(&key).health(), member.health);
            }
            before = table;
        }
    }
}
