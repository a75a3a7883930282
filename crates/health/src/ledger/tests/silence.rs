//! A site that hears nothing suspects itself; one that is told no does not.

use super::*;

const SECOND: i64 = 1_000_000;

fn silent() -> Seen {
    Err(Failure::new(FailureCode::ConnectionTimeout, "no connection within 4s"))
}

/// Three members at addresses of their own, all up.
fn ledger(addresses: &[&str]) -> (Ledger, Vec<TargetId>) {
    let config =
        config(json!({"monitors": [monitor("m", 80)], "services": [service("a.test", &["m"], addresses)]}));
    let mut ledger = Ledger::new(0);
    let ids = ids(&ledger.reconfigure(&config, 0));
    for &id in &ids {
        ledger.record(id, passed(), 0, 1);
    }
    (ledger, ids)
}

const THREE: [&str; 3] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];

/// One round of checks of every target, at one time.
fn round(ledger: &mut Ledger, ids: &[TargetId], seen: fn() -> Seen, at: i64) -> Vec<HealthChange> {
    ids.iter().flat_map(|&id| ledger.record(id, seen(), at, 1)).collect()
}

fn down(ledger: &Ledger) -> usize {
    THREE.iter().filter(|address| health(ledger, "a.test", address) == Health::Down).count()
}

#[test]
fn when_all_fall_silent_together_they_stay_what_they_were() {
    let (mut ledger, ids) = ledger(&THREE);
    for i in 1..=5 {
        assert_eq!(round(&mut ledger, &ids, silent, i * 10 * SECOND), []);
    }
    assert_eq!((ledger.suspects(), down(&ledger)), (Some(20 * SECOND), 0));
    // One that is heard again shows that the others are really gone.
    let changes = ledger.record(ids[0], passed(), 60 * SECOND, 1);
    assert_eq!(ledger.suspects(), None);
    assert!(changes.iter().all(|change| change.cause == Cause::Suspicion), "{changes:?}");
    assert_eq!(down(&ledger), 3, "each comes back by its own checks");
    round(&mut ledger, &ids, passed, 70 * SECOND);
    round(&mut ledger, &ids, passed, 80 * SECOND);
    assert_eq!(down(&ledger), 0);
}

#[test]
fn a_refusal_is_proof_of_the_network_and_nobody_is_spared() {
    let (mut ledger, ids) = ledger(&THREE);
    round(&mut ledger, &ids, refused, 10 * SECOND);
    let changes = round(&mut ledger, &ids, refused, 20 * SECOND);
    assert_eq!((changes.len(), down(&ledger), ledger.suspects()), (3, 3, None));
    let (mut ledger, ids) = super::silence::ledger(&THREE);
    for i in 1..=3 {
        round(&mut ledger, &ids[..2], silent, i * 10 * SECOND);
        ledger.record(ids[2], refused(), i * 10 * SECOND, 1);
    }
    assert_eq!((down(&ledger), ledger.suspects()), (3, None));
}

#[test]
fn too_few_members_to_tell_are_believed() {
    for addresses in [&THREE[..1], &THREE[..2]] {
        let (mut ledger, ids) = ledger(addresses);
        round(&mut ledger, &ids, silent, 10 * SECOND);
        round(&mut ledger, &ids, silent, 20 * SECOND);
        assert_eq!((down(&ledger), ledger.suspects()), (addresses.len(), None));
    }
}

#[test]
fn an_operator_or_five_minutes_end_the_doubt_and_it_does_not_begin_anew() {
    for by_hand in [true, false] {
        let (mut ledger, ids) = ledger(&THREE);
        for i in 1..=3 {
            round(&mut ledger, &ids, silent, i * 10 * SECOND);
        }
        assert_eq!(ledger.next_due(30 * SECOND), Some(320 * SECOND));
        let changes = match by_hand {
            true => ledger.believe("ana takes the members for down", 40 * SECOND),
            false => ledger.advance(320 * SECOND),
        };
        assert_eq!((changes.len(), down(&ledger), ledger.suspects()), (3, 3, None));
        round(&mut ledger, &ids, silent, 330 * SECOND);
        round(&mut ledger, &ids, silent, 340 * SECOND);
        assert_eq!((down(&ledger), ledger.suspects()), (3, None));
        assert_eq!(ledger.believe("again", 350 * SECOND), []);
    }
}
