//! What is decided beside what is measured: overrides, holds, climbs.

use model::health::{OverrideTarget, RampStep};

use super::*;

const SECOND: i64 = 1_000_000;

/// One service of two members at two locations, checked by one monitor, with more of its fields.
fn ledger(more: serde_json::Value) -> (Ledger, Vec<TargetId>) {
    let mut service = json!({"name": "a.test", "monitors": ["m"], "pools": [{"name": "p", "members": [
        {"address": "192.0.2.1", "location": "east"}, {"address": "192.0.2.2", "location": "west"}]}]});
    service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let config = config(json!({
        "sites": [{"name": "s"}],
        "locations": [{"name": "east", "site": "s"}, {"name": "west", "site": "s"}],
        "monitors": [monitor("m", 80)],
        "services": [service],
    }));
    let mut ledger = Ledger::new(0);
    let ids = ids(&ledger.reconfigure(&config, 0));
    for &id in &ids {
        ledger.record(id, passed(), 0, 1);
    }
    (ledger, ids)
}

fn standing(ledger: &Ledger, address: &str) -> Standing {
    ledger.table().of(&key("a.test", address))
}

fn member(address: &str) -> OverrideTarget {
    OverrideTarget::Member {
        service: "a.test".parse().unwrap(),
        pool: "p".parse().unwrap(),
        member: address.into(),
    }
}

fn forced(target: OverrideTarget, forced: Health, until: Option<i64>, at: i64) -> Override {
    Override { target, forced, until, by: "ana".into(), reason: "maintenance".into(), at }
}

/// Lets a target fail or pass twice, which is what its monitor asks for.
fn twice(ledger: &mut Ledger, id: TargetId, seen: fn() -> Seen, at: i64) -> Vec<HealthChange> {
    ledger.record(id, seen(), at, 1);
    ledger.record(id, seen(), at, 1)
}

#[test]
fn the_narrowest_override_decides_and_of_equals_the_latest() {
    let (mut ledger, _) = ledger(json!({}));
    let site = forced(OverrideTarget::Site("s".parse().unwrap()), Health::Down, None, 1);
    let east = forced(OverrideTarget::Location("east".parse().unwrap()), Health::Up, None, 2);
    let one = forced(member("192.0.2.1"), Health::Down, None, 1);
    let mut decide = |overrides: &[&Override]| {
        ledger.set_overrides(overrides.iter().map(|o| (*o).clone()).collect(), 5);
        ["192.0.2.1", "192.0.2.2"].map(|address| standing(&ledger, address).health())
    };
    use Health::{Down, Up};
    assert_eq!(decide(&[]), [Up, Up]);
    assert_eq!(decide(&[&site]), [Down, Down]);
    assert_eq!(decide(&[&site, &east]), [Up, Down]);
    assert_eq!(decide(&[&one, &site, &east]), [Down, Down]);
    let later = Override { forced: Up, at: 9, ..one.clone() };
    assert_eq!(decide(&[&later, &one]), [Up, Up]);
    assert_eq!(decide(&[]), [Up, Up]);
}

#[test]
fn an_override_expires_on_time_and_what_was_measured_meanwhile_is_there_again() {
    let (mut ledger, ids) = ledger(json!({}));
    let until = 100 * SECOND;
    let changes = ledger.set_overrides(vec![forced(member("192.0.2.1"), Health::Up, Some(until), 1)], SECOND);
    assert_eq!((changes.len(), changes[0].cause), (1, Cause::Override));
    let words = "forced UP by ana: maintenance";
    assert_eq!((changes[0].turned(), changes[0].detail.as_str()), (None, words));
    let id = ids
        .iter()
        .copied()
        .find(|id| ledger.targets[id].target.address == key("a.test", "192.0.2.1").address);
    let changes = twice(&mut ledger, id.unwrap(), refused, 2 * SECOND);
    assert_eq!(changes[0].turned(), None, "forced, it stays up");
    assert_eq!(standing(&ledger, "192.0.2.1").measured, Health::Down);
    assert_eq!(ledger.next_due(3 * SECOND), Some(until));
    assert_eq!(ledger.advance(until - 1), []);
    let changes = ledger.advance(until);
    assert_eq!(changes[0].turned(), Some((Health::Up, Health::Down)));
    assert_eq!(changes[0].detail, format!("{words} expired"));
    assert_eq!(ledger.next_due(until), None);
}

#[test]
fn an_override_reaches_members_that_nothing_checks() {
    let (mut ledger, _) = ledger(json!({"monitors": []}));
    assert_eq!(standing(&ledger, "192.0.2.1"), Standing::default());
    ledger.set_overrides(vec![forced(member("192.0.2.1"), Health::Down, None, 1)], 1);
    assert_eq!(standing(&ledger, "192.0.2.1").health(), Health::Down);
    assert!(ledger.state().is_empty());
}

#[test]
fn a_member_that_recovered_waits_until_it_is_resumed() {
    let (mut ledger, ids) = ledger(json!({"manual_resume": true}));
    assert_eq!(standing(&ledger, "192.0.2.1").health(), Health::Up, "the first verdict is no recovery");
    for &id in &ids {
        twice(&mut ledger, id, refused, SECOND);
        let changes = twice(&mut ledger, id, passed, 2 * SECOND);
        assert_eq!(changes[0].to, Standing { held: true, ..Standing::measured(Health::Up) });
        assert_eq!(changes[0].turned(), None);
    }
    let changes = ledger.resume(&key("a.test", "192.0.2.1"), "ana", 3 * SECOND);
    assert_eq!((changes[0].cause, changes[0].detail.as_str()), (Cause::Resume, "resumed by ana"));
    assert_eq!(standing(&ledger, "192.0.2.1").health(), Health::Up);
    assert_eq!(standing(&ledger, "192.0.2.2").health(), Health::Down);
    assert_eq!(ledger.resume(&key("a.test", "192.0.2.1"), "ana", 4 * SECOND), []);
}

#[test]
fn a_member_that_recovered_climbs_in_steps_and_a_fall_ends_the_climb() {
    let (mut ledger, ids) = ledger(json!({"ramp": {"duration": "30s", "steps": 4}}));
    assert_eq!(standing(&ledger, "192.0.2.1").ramp, None);
    for &id in &ids {
        twice(&mut ledger, id, refused, SECOND);
        twice(&mut ledger, id, passed, 10 * SECOND);
    }
    let step = |ledger: &Ledger| standing(ledger, "192.0.2.1").ramp;
    assert_eq!(step(&ledger), Some(RampStep { step: 1, of: 4 }));
    assert_eq!(ledger.next_due(10 * SECOND), Some(20 * SECOND));
    assert_eq!(ledger.advance(20 * SECOND - 1), []);
    let changes = ledger.advance(20 * SECOND);
    assert_eq!((changes.len(), changes[0].cause, changes[0].turned()), (2, Cause::Ramp, None));
    assert_eq!(step(&ledger), Some(RampStep { step: 2, of: 4 }));
    // A step that was missed is not made up for.
    ledger.advance(39 * SECOND);
    assert_eq!(step(&ledger), Some(RampStep { step: 3, of: 4 }));
    for &id in &ids {
        twice(&mut ledger, id, refused, 39 * SECOND);
        assert_eq!(step(&ledger).filter(|_| id == ids[0] && ids.len() == 1), None);
    }
    assert_eq!((step(&ledger), ledger.next_due(39 * SECOND)), (None, None));
    for &id in &ids {
        for _ in 0..4 {
            ledger.record(id, passed(), 400 * SECOND, 1);
        }
    }
    assert_eq!(step(&ledger), Some(RampStep { step: 1, of: 4 }));
    ledger.advance(430 * SECOND);
    assert_eq!((step(&ledger), ledger.next_due(430 * SECOND)), (None, None), "all of its weight");
}

#[test]
fn an_edit_of_the_service_keeps_what_was_decided_and_takes_back_what_it_forbids() {
    let with = |manual: bool| {
        let mut service = service("a.test", &["m"], &["192.0.2.1"]);
        service["manual_resume"] = json!(manual);
        config(json!({"monitors": [monitor("m", 80)], "services": [service]}))
    };
    let mut ledger = Ledger::new(0);
    let id = ids(&ledger.reconfigure(&with(true), 0))[0];
    ledger.record(id, passed(), 1, 1);
    twice(&mut ledger, id, refused, 2);
    twice(&mut ledger, id, passed, 3);
    assert!(standing(&ledger, "192.0.2.1").held);
    ledger.reconfigure(&with(true), 4);
    assert!(standing(&ledger, "192.0.2.1").held);
    let changes = ledger.reconfigure(&with(false), 5).changes;
    assert_eq!((changes.len(), changes[0].cause), (1, Cause::Configuration));
    assert!(!standing(&ledger, "192.0.2.1").held);
}

/// What a new process makes of what `before` knew, with the same configuration, and the checks it starts.
fn restarted(before: &Ledger, config: &Config, now: i64) -> (Ledger, Vec<TargetId>) {
    let written = serde_json::to_string(&before.remembered()).unwrap();
    let mut after = Ledger::remembering(1000, serde_json::from_str(&written).unwrap());
    let answered_from = after.table();
    let done = after.reconfigure(config, now);
    assert_eq!(done.changes, [], "a restart is no change of any member");
    for one in before.remembered() {
        let (first, then) = (answered_from.of(&one.key), after.table().of(&one.key));
        assert_eq!(first.health(), then.health(), "before and after the checks began");
    }
    (after, ids(&done))
}

#[test]
fn after_a_restart_a_member_that_was_down_stays_out_until_it_is_seen_up() {
    let config = config(json!({
        "monitors": [monitor("m", 80), monitor("n", 81)],
        "services": [service("a.test", &["m", "n"], &["192.0.2.1", "192.0.2.2"])],
    }));
    let mut before = Ledger::new(0);
    let targets = ids(&before.reconfigure(&config, 0));
    targets.iter().for_each(|id| drop(before.record(*id, passed(), 0, 1)));
    let dead_address = key("a.test", "192.0.2.1").address;
    let dead = before.targets.iter().find(|(_, watched)| {
        watched.target.address == dead_address && watched.target.monitor.name.as_str() == "n"
    });
    let dead = *dead.unwrap().0;
    twice(&mut before, dead, refused, 7 * SECOND);
    assert_eq!(before.remembered().len(), 1);

    let (mut after, targets) = restarted(&before, &config, 60 * SECOND);
    assert_eq!(health(&after, "a.test", "192.0.2.1"), Health::Down);
    assert_eq!(health(&after, "a.test", "192.0.2.2"), Health::Unknown);
    assert_eq!(after.state()[&key("a.test", "192.0.2.1")].since, 7 * SECOND);
    // Its other monitor had not said down, and does not speak for the one that had.
    let of = |monitor: &str| {
        let mut all = targets.iter().filter(|id| after.targets[*id].target.address == dead_address);
        *all.find(|id| after.targets[*id].target.monitor.name.as_str() == monitor).unwrap()
    };
    let (m, n) = (of("m"), of("n"));
    after.record(m, passed(), 61 * SECOND, 1);
    assert_eq!(health(&after, "a.test", "192.0.2.1"), Health::Down);
    after.record(n, passed(), 62 * SECOND, 1);
    assert_eq!(health(&after, "a.test", "192.0.2.1"), Health::Up);
    assert_eq!(after.remembered(), []);
}

#[test]
fn after_a_restart_a_member_goes_on_waiting_and_climbing() {
    let one = |more: serde_json::Value| {
        let mut service = service("a.test", &["m"], &["192.0.2.1"]);
        service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config(json!({"monitors": [monitor("m", 80)], "services": [service]}))
    };
    let recovered = |config: &Config| {
        let mut ledger = Ledger::new(0);
        let id = ids(&ledger.reconfigure(config, 0))[0];
        ledger.record(id, passed(), 0, 1);
        twice(&mut ledger, id, refused, SECOND);
        twice(&mut ledger, id, passed, 10 * SECOND);
        ledger
    };

    let waiting = one(json!({"manual_resume": true}));
    let (mut after, targets) = restarted(&recovered(&waiting), &waiting, 20 * SECOND);
    assert_eq!(health(&after, "a.test", "192.0.2.1"), Health::Down, "held before its first check as well");
    twice(&mut after, targets[0], passed, 21 * SECOND);
    assert_eq!(health(&after, "a.test", "192.0.2.1"), Health::Down);
    assert_eq!(after.resume(&key("a.test", "192.0.2.1"), "ana", 22 * SECOND).len(), 1);
    assert_eq!(health(&after, "a.test", "192.0.2.1"), Health::Up);
    // Who does not ask for it any more is not held by an old file.
    let (after, _) = restarted(&Ledger::new(0), &one(json!({})), 20 * SECOND);
    assert_eq!(health(&after, "a.test", "192.0.2.1"), Health::Unknown);

    let climbing = one(json!({"ramp": {"steps": 4, "duration": "30s"}}));
    let (mut after, targets) = restarted(&recovered(&climbing), &climbing, 25 * SECOND);
    assert_eq!(standing(&after, "192.0.2.1").ramp, Some(RampStep { step: 2, of: 4 }));
    after.record(targets[0], passed(), 26 * SECOND, 1);
    assert_eq!(after.next_due(26 * SECOND), Some(30 * SECOND));
    after.advance(41 * SECOND);
    assert_eq!(standing(&after, "192.0.2.1").ramp, None);
}
