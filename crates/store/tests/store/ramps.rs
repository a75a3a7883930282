//! Ramps: kept as they are, one of a pool at a time, with a history that ends with them.

use model::canary::{
    CanaryRamp, CanarySpec, MemberWeight, Moving, Percent, PlannedStep, RampDeed, RampLine, RampPhase,
};

use crate::store;

fn ramp(service: &str, phase: RampPhase) -> CanaryRamp {
    let canary = [192, 0, 2, 3].into();
    let target = Percent::new(12.5).unwrap();
    let weights = vec![MemberWeight { address: canary, weight: 1 }];
    CanaryRamp {
        id: 0,
        spec: CanarySpec::new(service.parse().unwrap(), "p".parse().unwrap(), vec![canary], vec![target]),
        by: "ana".into(),
        reason: "<b>".into(),
        created: 7,
        beginning: weights.clone(),
        beginning_share: 0.1,
        plan: vec![PlannedStep { target, weights, share: 0.125, error: 0.0, period: 8, needed: 80 }],
        phase,
        step: None,
        since: 0,
        counts_from: 0,
        generation: 3,
        why: "All gates let it go on.".into(),
        moving: None,
        ended: None,
    }
}

fn line(at: i64, deed: RampDeed, step: Option<usize>) -> RampLine {
    RampLine {
        at,
        deed,
        step,
        share: 0.125,
        generation: step.map(|_| 9),
        by: "ana".into(),
        text: "so\0".into(),
    }
}

#[tokio::test]
async fn a_ramp_is_read_back_as_it_was_kept_with_its_history_the_newest_first() {
    let (store, _database) = store().await;
    let mut kept = ramp("a.example.org", RampPhase::Planned);
    kept.id = store.add_ramp(&kept, &line(1, RampDeed::Planned, None)).await.unwrap();
    assert_eq!(store.ramp(kept.id).await.unwrap(), Some(kept.clone()));
    assert_eq!(store.moving_ramps().await.unwrap(), Vec::<i64>::new());

    kept.moving =
        Some(Moving { step: Some(0), phase: RampPhase::Running, why: String::new(), by: "ana".into() });
    store.keep_ramp(&kept, None).await.unwrap();
    assert_eq!(store.moving_ramps().await.unwrap(), [kept.id], "about to move");
    (kept.moving, kept.phase, kept.step) = (None, RampPhase::Running, Some(0));
    store.keep_ramp(&kept, Some(&line(2, RampDeed::Step, Some(0)))).await.unwrap();
    assert_eq!(store.moving_ramps().await.unwrap(), [kept.id]);
    assert_eq!(store.ramps(Some("a.example.org")).await.unwrap(), [kept.clone()]);
    assert!(store.ramps(Some("b.example.org")).await.unwrap().is_empty());

    let history = store.ramp_history(kept.id).await.unwrap();
    let expected = [line(2, RampDeed::Step, Some(0)), line(1, RampDeed::Planned, None)];
    assert_eq!(history, expected.map(|line| RampLine { text: "so".into(), ..line }));
    assert!(store.remove_ramp(kept.id).await.unwrap() && !store.remove_ramp(kept.id).await.unwrap());
    assert!(store.ramp_history(kept.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn one_ramp_of_a_pool_is_active_at_a_time() {
    let (store, _database) = store().await;
    let planned = line(1, RampDeed::Planned, None);
    let mut first = ramp("a.example.org", RampPhase::Planned);
    first.id = store.add_ramp(&first, &planned).await.unwrap();
    let mut second = first.clone();
    second.id = store.add_ramp(&second, &planned).await.unwrap();
    first.phase = RampPhase::Paused;
    store.keep_ramp(&first, None).await.unwrap();
    second.phase = RampPhase::Running;
    assert!(store.keep_ramp(&second, None).await.unwrap_err().is_taken());
    let elsewhere = ramp("b.example.org", RampPhase::Running);
    store.add_ramp(&elsewhere, &planned).await.unwrap();
    first.phase = RampPhase::Done;
    store.keep_ramp(&first, None).await.unwrap();
    store.keep_ramp(&second, None).await.unwrap();
}
