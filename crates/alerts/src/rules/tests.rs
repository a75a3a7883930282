use std::sync::Arc;

use model::config::AlertRule;
use model::occurrence::{Kind, Occurrence};
use proptest::prelude::*;
use serde_json::json;

use super::*;

const SECOND: i64 = 1_000_000;

fn event(kind: Kind, subject: &str, seconds: i64) -> Arc<Occurrence> {
    Arc::new(Occurrence {
        id: seconds,
        at: seconds * SECOND,
        kind,
        level: kind.level(),
        site: "leader".parse().unwrap(),
        service: Some("a.example.org".parse().unwrap()),
        pool: None,
        member: None,
        member_site: Some("north".parse().unwrap()),
        subject: subject.to_owned(),
        text: String::new(),
        details: serde_json::Map::new(),
        generation: 1,
        health_epoch: 1,
    })
}

fn rule(fields: serde_json::Value) -> Vec<AlertRule> {
    let mut rule = json!({"name": "r", "events": ["GS_UP", "GS_DOWN", "CONFIG_CHANGED"], "channels": ["c"]});
    rule.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    vec![serde_json::from_value(rule).unwrap()]
}

/// What is told at each of the events: (seconds, kind) of the last event.
fn told(rules: &[AlertRule], events: &[(Kind, i64)]) -> Vec<(i64, Kind)> {
    let mut seen = Rules::default();
    let mut told = Vec::new();
    for (kind, seconds) in events {
        for alert in seen.take(rules, &event(*kind, "a", *seconds)) {
            told.push((*seconds, alert.last.kind));
        }
    }
    told
}

#[test]
fn each_turn_is_told_once_and_what_repeats_waits_for_the_throttle() {
    use Kind::{GsDown, GsUp};
    let rules = rule(json!({}));
    let events = [(GsDown, 0), (GsDown, 1), (GsUp, 30), (GsUp, 31), (GsDown, 60), (GsDown, 661)];
    assert_eq!(told(&rules, &events), [(0, GsDown), (30, GsUp), (60, GsDown), (661, GsDown)]);
    let every_time = rule(json!({"throttle": "0s"}));
    assert_eq!(told(&every_time, &events).len(), events.len());
}

#[test]
fn a_threshold_counts_events_of_one_subject_within_the_window() {
    use Kind::ConfigChanged as Changed;
    let rules = rule(json!({"threshold": 3, "window": "10s", "throttle": "0s"}));
    let events = [(Changed, 0), (Changed, 5), (Changed, 11), (Changed, 12), (Changed, 13), (Changed, 14)];
    assert_eq!(
        told(&rules, &events),
        [(12, Changed)],
        "the window is (2, 12], and counting begins anew after it"
    );
    let mut seen = Rules::default();
    for (subject, seconds) in [("a", 0), ("b", 1), ("a", 2)] {
        assert!(seen.take(&rules, &event(Changed, subject, seconds)).is_empty());
    }
    let alerts = seen.take(&rules, &event(Changed, "a", 3));
    assert_eq!(alerts[0].events().map(|e| e.id).collect::<Vec<_>>(), [0, 2, 3]);
}

#[test]
fn a_rule_looks_only_at_what_it_names() {
    let matches = |fields| !Rules::default().take(&rule(fields), &event(Kind::GsDown, "a", 0)).is_empty();
    assert!(matches(json!({})));
    assert!(matches(json!({"services": ["a.example.org"], "sites": ["north"]})));
    assert!(matches(json!({"sites": ["leader"]})));
    assert!(!matches(json!({"sites": ["south"]})));
    assert!(!matches(json!({"services": ["b.example.org"]})));
    assert!(!matches(json!({"members": ["192.0.2.1"]})));
    assert!(!matches(json!({"events": ["GS_UP"]})));
    assert!(!matches(json!({"enabled": false})));
}

#[test]
fn a_subject_that_flaps_is_told_six_times_and_then_as_it_stands_when_the_throttle_ends() {
    use Kind::{GsDown, GsUp};
    let rules = rule(json!({"throttle": "100s"}));
    let mut seen = Rules::default();
    let kind = |n: i64| if n % 2 == 0 { GsDown } else { GsUp };
    let count = (0..9).map(|n| seen.take(&rules, &event(kind(n), "a", n)).len()).sum::<usize>();
    assert_eq!(count, 6, "the last told is GS_UP, the last event GS_DOWN");
    let due = seen.next_due(&rules).unwrap();
    assert_eq!(due, 100 * SECOND);
    assert!(seen.due(&rules, due - 1).is_empty());
    let late = seen.due(&rules, due);
    assert_eq!(late.len(), 1);
    assert_eq!((late[0].last.kind, late[0].throttled), (GsDown, 2));
    assert_eq!(seen.next_due(&rules), None);
}

proptest! {
    /// Whatever comes in whatever order: by the time the throttle is over, what was last told is how it stands; and no
    /// throttle holds more than six alerts of a subject.
    #[test]
    fn what_was_last_told_is_how_it_stands(steps in prop::collection::vec((any::<bool>(), 0i64..40), 1..60)) {
        let rules = rule(json!({"throttle": "100s"}));
        let mut seen = Rules::default();
        let mut at = 0;
        let mut told: Vec<(i64, Kind)> = Vec::new();
        let mut stands = Kind::GsUp;
        let mut note = |at: i64, alerts: Vec<Alert>| told.extend(alerts.iter().map(|alert| (at, alert.last.kind)));
        for (up, pause) in steps {
            let next = at + pause * SECOND;
            while let Some(due) = seen.next_due(&rules).filter(|due| *due <= next) {
                note(due, seen.due(&rules, due));
            }
            at = next;
            stands = if up { Kind::GsUp } else { Kind::GsDown };
            note(at, seen.take(&rules, &event(stands, "a", at / SECOND)));
        }
        while let Some(due) = seen.next_due(&rules) {
            note(due, seen.due(&rules, due));
        }
        prop_assert_eq!(told.last().unwrap().1, stands);
        for (i, (at, _)) in told.iter().enumerate() {
            let within = told[..=i].iter().filter(|(other, _)| *other > at - 100 * SECOND).count();
            prop_assert!(within <= 2 * TURNS, "{told:?}");
        }
    }
}
