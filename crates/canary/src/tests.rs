//! A ramp through whatever may come: generated looks, held to what a ramp promises.

use std::net::IpAddr;

use model::canary::{
    CanaryRamp, CanarySpec, Gate, HealthGate, OnFailure, Percent, RampPhase, Sample, Signal,
};
use model::config::{Config, Member, Pool, Service};
use model::health::Health;
use model::split::Verdict;
use model::{Span, Weight};
use proptest::prelude::*;

use crate::*;

const SECOND: i64 = 1_000_000;
const TTL: u32 = 30;

fn percents(steps: &[f64]) -> Vec<Percent> {
    steps.iter().map(|step| Percent::new(*step).unwrap()).collect()
}

/// A pool of 6 : 3 : 1, whose last member is the canary.
fn config() -> Config {
    let member = |(i, weight): (usize, i64)| Member {
        weight: Weight::new(weight).unwrap(),
        ..Member::at([192, 0, 2, i as u8 + 1])
    };
    let members = [6, 3, 1].into_iter().enumerate().map(member).collect();
    let service =
        Service::new("a.example.org".parse().unwrap(), vec![Pool::new("p".parse().unwrap(), members)]);
    Config { services: vec![service], ..Config::default() }
}

fn spec(steps: &[f64]) -> CanarySpec {
    let canary = IpAddr::from([192, 0, 2, 3]);
    CanarySpec::new("a.example.org".parse().unwrap(), "p".parse().unwrap(), vec![canary], percents(steps))
}

fn ramp(spec: CanarySpec) -> CanaryRamp {
    let outline = outline(&config(), &spec).unwrap();
    CanaryRamp {
        id: 1,
        spec,
        by: "ana".into(),
        reason: String::new(),
        created: 0,
        beginning: outline.beginning,
        beginning_share: outline.beginning_share,
        plan: outline.steps,
        phase: RampPhase::Planned,
        step: None,
        since: 0,
        counts_from: 0,
        generation: 0,
        why: String::new(),
        moving: None,
        ended: None,
    }
}

/// What is seen when all is well.
fn well(ramp: &CanaryRamp) -> Observation {
    let member = |weight: &model::canary::MemberWeight| MemberSeen {
        weight: *weight,
        enabled: true,
        health: Some(Health::Up),
    };
    let needed = ramp.step.map_or(0, |step| ramp.plan[step].needed);
    Observation {
        generation: ramp.generation,
        ttl: TTL,
        members: Some(ramp.weights_of(ramp.step).iter().map(member).collect()),
        changed: None,
        sample: Sample {
            answered: needed,
            canary: needed / 10,
            share: 0.1,
            ci_low: 0.0,
            ci_high: 1.0,
            needed,
            verdict: Verdict::Pass,
            reason: "Every member has exactly its share.".into(),
            judged: true,
        },
        hook: None,
    }
}

/// Does what a look says; whether anything was done.
fn follow(ramp: &mut CanaryRamp, action: Action, now: i64) -> bool {
    *ramp = match action {
        Action::Wait | Action::Ask => return false,
        Action::Move(to) => arrived(ramp, &to, Some(ramp.generation + 1), now),
        Action::Stay { phase, why } => stayed(ramp, phase, &why, now),
    };
    true
}

fn started(spec: CanarySpec) -> CanaryRamp {
    let mut ramp = ramp(spec);
    let action = operate(&ramp, Deed::Start, "ana", "", true).unwrap();
    assert!(follow(&mut ramp, action, 100 * SECOND));
    ramp
}

#[test]
fn the_lab_s_weights_and_what_rounding_leaves() {
    let outline = outline(&config(), &spec(&[1.0, 5.0, 20.0, 50.0, 100.0])).unwrap();
    let weights: Vec<Vec<u16>> =
        outline.steps.iter().map(|step| step.weights.iter().map(|m| m.weight).collect()).collect();
    assert_eq!(weights, [[66, 33, 1], [38, 19, 3], [8, 4, 3], [2, 1, 3], [0, 0, 1]]);
    assert!(outline.steps.iter().all(|step| step.error.abs() < 1e-12));
    assert_eq!(outline.steps.iter().map(|step| step.period).collect::<Vec<_>>(), [100, 60, 15, 6, 1]);
    assert_eq!(outline.steps.iter().map(|step| step.needed).collect::<Vec<_>>(), [1000, 200, 50, 20, 10]);
    assert_eq!(outline.beginning_share, 0.1);
    assert!(outline.warnings.iter().any(|w| w.contains("takes some of it away")), "{:?}", outline.warnings);
}

#[test]
fn what_cannot_be_ramped_is_named_with_its_field() {
    let wrong = |config: &Config, spec: &CanarySpec, field: &str, word: &str| {
        let problems = outline(config, spec).unwrap_err();
        let found = problems.0.iter().any(|p| p.field == field && p.message.contains(word));
        assert!(found, "{field} {word}: {problems}");
    };
    let right = spec(&[1.0, 5.0]);
    let mut config = config();
    let mut other = right.clone();
    other.service = "b.example.org".parse().unwrap();
    wrong(&config, &other, "service", "did you mean a.example.org?");
    wrong(&config, &spec(&[]), "steps", "1 to 20");
    wrong(&config, &spec(&[5.0, 5.0]), "steps", "above the one before");
    wrong(&config, &CanarySpec { dwell: Span::millis(10), ..right.clone() }, "dwell", "1s to 7d");
    wrong(&config, &CanarySpec { members: vec![], ..right.clone() }, "members", "at least one");
    wrong(
        &config,
        &CanarySpec { members: vec![[192, 0, 2, 9].into()], ..right.clone() },
        "members.0",
        "no such member",
    );
    let all = (1..=3).map(|i| [192, 0, 2, i].into()).collect();
    wrong(&config, &CanarySpec { members: all, ..right.clone() }, "members.0", "no traffic");
    let mut hook = right.clone();
    hook.gates.webhook = Some(Default::default());
    wrong(&config, &hook, "gates.webhook.url", "give the address");
    config.services[0].pools[0].weight = Some(Weight::MAX);
    wrong(&config, &right, "pool", "take it away first");
    config.services[0].pools[0].weight = None;
    config.services[0].pools[0].members[2].enabled = false;
    wrong(&config, &right, "members.0", "disabled or drained");
    config.services[0].pools[0].algorithm = model::config::Algorithm::Geo;
    wrong(&config, &right, "pool", "weights do not decide");
}

#[test]
fn families_are_ramped_each_by_itself() {
    let mut config = config();
    let v6 = |last: u16, weight: i64| Member {
        weight: Weight::new(weight).unwrap(),
        ..Member::at([0x2001, 0xdb8, 0, 0, 0, 0, 0, last])
    };
    config.services[0].pools[0].members.extend([v6(1, 5), v6(2, 1)]);
    let weights = |spec: &CanarySpec| -> Vec<u16> {
        outline(&config, spec).unwrap().steps[0].weights.iter().map(|m| m.weight).collect()
    };
    assert_eq!(weights(&spec(&[50.0])), [2, 1, 3, 5, 1], "without a canary of IPv6");
    let mut both = spec(&[50.0]);
    both.members.push([0x2001, 0xdb8, 0, 0, 0, 0, 0, 2].into());
    assert_eq!(weights(&both), [2, 1, 3, 1, 1]);
}

#[test]
fn a_step_lasts_the_dwell_or_the_ttl_and_until_it_has_seen_enough() {
    for (dwell, ends) in [(Span::seconds(5), 30), (Span::seconds(90), 90)] {
        let ramp = started(CanarySpec { dwell, ..spec(&[5.0, 20.0]) });
        let mut watch = Watch::default();
        let at = |seconds: i64| ramp.since + seconds * SECOND;
        assert_eq!(look(&ramp, &mut watch, &well(&ramp), at(ends) - 1), Action::Wait);
        let mut few = well(&ramp);
        few.sample.answered -= 1;
        assert_eq!(look(&ramp, &mut watch, &few, at(ends)), Action::Wait);
        let mut unknown = well(&ramp);
        unknown.sample.verdict = Verdict::Insufficient;
        assert_eq!(look(&ramp, &mut watch, &unknown, at(ends)), Action::Wait);
        let Action::Move(to) = look(&ramp, &mut watch, &well(&ramp), at(ends)) else {
            panic!("it has to go on")
        };
        assert_eq!((to.step, to.phase), (Some(1), RampPhase::Running));
    }
}

fn ill(ramp: &CanaryRamp) -> Observation {
    let mut seen = well(ramp);
    seen.members.as_mut().unwrap()[2].health = Some(Health::Down);
    seen
}

#[test]
fn a_gate_that_fails_often_enough_pauses_steps_down_or_aborts() {
    for (on_failure, phase, step) in [
        (OnFailure::Pause, RampPhase::Paused, Some(1)),
        (OnFailure::StepDown, RampPhase::SteppingDown, Some(0)),
        (OnFailure::Abort, RampPhase::Aborted, None),
    ] {
        let mut ramp = started(CanarySpec { on_failure, ..spec(&[5.0, 20.0, 50.0]) });
        let action = look(&ramp, &mut Watch::default(), &well(&ramp), ramp.since + 1000 * SECOND);
        follow(&mut ramp, action, 2000 * SECOND);
        let mut watch = Watch::default();
        let now = ramp.since + SECOND;
        assert_eq!(look(&ramp, &mut watch, &ill(&ramp), now), Action::Wait, "once may be chance");
        assert_eq!(look(&ramp, &mut watch, &well(&ramp), now), Action::Wait, "in a row");
        assert_eq!(look(&ramp, &mut watch, &ill(&ramp), now), Action::Wait);
        let action = look(&ramp, &mut watch, &ill(&ramp), now);
        assert!(follow(&mut ramp, action, now));
        assert_eq!((ramp.phase, ramp.step), (phase, step));
        assert!(ramp.why.contains("192.0.2.3 is down"), "{}", ramp.why);
        if on_failure == OnFailure::Abort {
            assert_eq!(ramp.weights_of(ramp.step), ramp.beginning);
        }
    }
}

#[test]
fn stepping_down_goes_one_step_for_each_dwell_and_ends_where_all_is_well() {
    let mut ramp = started(CanarySpec { on_failure: OnFailure::StepDown, ..spec(&[1.0, 5.0, 20.0]) });
    ramp = CanaryRamp { step: Some(2), phase: RampPhase::SteppingDown, ..ramp };
    let mut below = ramp.clone();
    let later = |ramp: &CanaryRamp| ramp.since + 300 * SECOND;
    assert_eq!(look(&ramp, &mut Watch::default(), &ill(&ramp), later(&ramp) - 1), Action::Wait);
    let action = look(&ramp, &mut Watch::default(), &ill(&ramp), later(&ramp));
    follow(&mut below, action, later(&ramp));
    assert_eq!((below.phase, below.step), (RampPhase::SteppingDown, Some(1)));
    let action = look(&below, &mut Watch::default(), &well(&below), later(&below));
    let mut rested = below.clone();
    follow(&mut rested, action, later(&below));
    assert_eq!((rested.phase, rested.step), (RampPhase::Paused, Some(1)));
    for (phase, step) in [(RampPhase::SteppingDown, Some(0)), (RampPhase::Failed, None)] {
        let now = later(&below);
        let action = look(&below, &mut Watch::default(), &ill(&below), now);
        follow(&mut below, action, now);
        assert_eq!((below.phase, below.step), (phase, step));
    }
    assert_eq!(below.weights_of(below.step), below.beginning);
}

#[test]
fn a_ramp_never_fights_an_operator() {
    let ramp = started(spec(&[5.0]));
    let mut changed = well(&ramp);
    changed.generation = 9;
    changed.members.as_mut().unwrap()[0].weight.weight = 7;
    let gone = Observation { members: None, ..well(&ramp) };
    let mut fewer = well(&ramp);
    fewer.members.as_mut().unwrap().pop();
    for (seen, words) in [(changed, "generation 9"), (gone, "is gone"), (fewer, "came or went")] {
        let Action::Stay { phase, why } = look(&ramp, &mut Watch::default(), &seen, ramp.since + 1) else {
            panic!("it goes on against {words}");
        };
        assert!(phase == RampPhase::Paused && why.contains(words), "{why}");
    }
}

#[test]
fn the_webhook_is_asked_at_the_end_and_its_word_counts() {
    let mut spec = spec(&[5.0, 20.0]);
    spec.gates.webhook = Some(Default::default());
    let mut ramp = ramp_with_hook(spec);
    let mut watch = Watch::default();
    let end = ramp.since + 300 * SECOND;
    assert_eq!(look(&ramp, &mut watch, &well(&ramp), end - 1), Action::Wait, "not before all else is well");
    assert_eq!(look(&ramp, &mut watch, &well(&ramp), end), Action::Ask);
    let said = |ramp: &CanaryRamp, answer: HookAnswer| Observation { hook: Some(answer), ..well(ramp) };
    let hold = said(&ramp, HookAnswer::Hold("409".into()));
    assert_eq!(look(&ramp, &mut watch, &hold, end), Action::Wait);
    assert_eq!(
        look(&ramp, &mut watch, &well(&ramp), end + HOOK_PAUSE_US - 1),
        Action::Wait,
        "not at every look"
    );
    assert_eq!(look(&ramp, &mut watch, &well(&ramp), end + HOOK_PAUSE_US), Action::Ask);
    let no = said(&ramp, HookAnswer::No("500".into()));
    assert_eq!(look(&ramp, &mut watch, &no, end + HOOK_PAUSE_US), Action::Wait);
    let mut refused = watch.clone();
    let Action::Stay { phase, why } = look(&ramp, &mut refused, &no, end + 2 * HOOK_PAUSE_US) else {
        panic!("it goes on against the webhook");
    };
    assert!(phase == RampPhase::Paused && why.contains("500"), "{why}");
    let yes = said(&ramp, HookAnswer::Go("200".into()));
    let action = look(&ramp, &mut watch, &yes, end + 2 * HOOK_PAUSE_US);
    assert!(follow(&mut ramp, action, end + 2 * HOOK_PAUSE_US));
    assert_eq!(ramp.step, Some(1));
}

fn ramp_with_hook(mut spec: CanarySpec) -> CanaryRamp {
    // Which address does not matter here, only that there is one.
    spec.gates.webhook.as_mut().unwrap().url = Some("https://example.net/".into());
    started(spec)
}

#[test]
fn lights_say_what_is_waited_for() {
    let ramp = started(spec(&[5.0]));
    let lights = lights(&ramp, &well(&ramp), None, ramp.since + 10 * SECOND);
    let said: Vec<(Gate, Signal)> = lights.iter().map(|light| (light.gate, light.signal)).collect();
    let go = [Gate::Sample, Gate::Health, Gate::Verdict].map(|gate| (gate, Signal::Go));
    assert_eq!(said, [&[(Gate::Dwell, Signal::Wait)][..], &go].concat());
    assert!(lights[0].text.contains("another 20 s (TTL 30 s)"), "{}", lights[0].text);
}

/// One look of a generated life.
#[derive(Clone, Debug)]
struct Moment {
    passed: i64,
    down: bool,
    verdict: Verdict,
    enough: bool,
    deed: Option<Deed>,
}

fn moment() -> impl Strategy<Value = Moment> {
    let verdict =
        prop::sample::select(vec![Verdict::Pass, Verdict::Pass, Verdict::Insufficient, Verdict::Fail]);
    let deed = prop::option::weighted(0.1, prop::sample::select(Deed::ALL.to_vec()));
    (0i64..400, prop::bool::weighted(0.2), verdict, prop::bool::weighted(0.8), deed)
        .prop_map(|(passed, down, verdict, enough, deed)| Moment { passed, down, verdict, enough, deed })
}

proptest! {
    #[test]
    fn whatever_comes_a_ramp_keeps_its_promises(
        steps in prop::collection::btree_set(1u32..100, 1..6),
        on_failure in prop::sample::select(OnFailure::ALL.map(|(on, _)| on).to_vec()),
        health in prop::sample::select(HealthGate::ALL.map(|(gate, _)| gate).to_vec()),
        moments in prop::collection::vec(moment(), 1..200),
    ) {
        let steps: Vec<f64> = steps.into_iter().map(f64::from).collect();
        let mut spec = CanarySpec { on_failure, ..spec(&steps) };
        spec.gates.health = health;
        let mut ramp = started(spec);
        let (mut watch, mut now) = (Watch::default(), ramp.since);
        for moment in moments {
            now += moment.passed * SECOND;
            let mut seen = if moment.down { ill(&ramp) } else { well(&ramp) };
            seen.sample.verdict = moment.verdict;
            seen.sample.answered = if moment.enough { seen.sample.needed } else { 0 };
            let before = ramp.clone();
            let by_hand = moment.deed.and_then(|deed| Some((deed, operate(&ramp, deed, "ana", "", true).ok()?)));
            let own = by_hand.is_none();
            let action = match &by_hand {
                Some((_, action)) => action.clone(),
                None => look(&ramp, &mut watch, &seen, now),
            };
            let (lasted, lights) = (now - before.since, lights(&before, &seen, None, now));
            if !follow(&mut ramp, action, now) {
                continue;
            }
            watch = Watch::default();
            // One step at a time, and never above the plan.
            let place = |ramp: &CanaryRamp| ramp.step.map_or(0, |step| step + 1);
            prop_assert!(place(&ramp) <= place(&before) + 1 && place(&ramp) <= ramp.plan.len());
            if own && place(&ramp) > place(&before) {
                prop_assert!(lasted >= 300 * SECOND && lights.iter().all(|l| l.signal == Signal::Go), "{lights:?}");
                prop_assert_eq!(before.phase, RampPhase::Running);
            }
            if ramp.phase == RampPhase::Done {
                prop_assert_eq!(ramp.step, Some(ramp.plan.len() - 1));
            }
            // What is given up has the weights of before, and what is over stays.
            if matches!(ramp.phase, RampPhase::Aborted | RampPhase::Failed) {
                prop_assert_eq!(ramp.weights_of(ramp.step), &ramp.beginning[..]);
            }
            prop_assert_eq!(ramp.phase.is_over(), ramp.ended.is_some());
            prop_assert!(!before.phase.is_over());
            if let Some((Deed::Abort, _)) = by_hand {
                prop_assert_eq!(ramp.phase, RampPhase::Aborted);
            }
        }
        // Left to itself in good health it comes to an end, or rests for an operator.
        for _ in 0..2 * ramp.plan.len() + 2 {
            now += 301 * SECOND;
            let action = look(&ramp, &mut Watch::default(), &well(&ramp), now);
            follow(&mut ramp, action, now);
        }
        prop_assert!(ramp.phase.is_over() || ramp.phase == RampPhase::Paused, "{:?}", ramp.phase);
    }
}
