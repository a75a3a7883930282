//! One look at a ramp: what it does next.

use std::net::IpAddr;

use model::canary::{CanaryRamp, Gate, MemberWeight, Moving, OnFailure, RampPhase, Signal};
use model::counter::{BUCKET_US, bucket_of};
use model::snapshot::Generation;

use crate::gates::{HookAnswer, Observation, lights};

/// Between two calls of a webhook, microseconds.
pub const HOOK_PAUSE_US: i64 = 10_000_000;

/// What is remembered of a step from one look to the next. It begins anew with each step, and with the server: then a
/// gate has to fail a little longer before anything is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Looks in a row at which a gate failed.
    pub bad: u8,
    /// Calls in a row to which the webhook said no.
    pub refused: u8,
    /// When the webhook was asked last, microseconds since 1970 UTC.
    pub asked: i64,
    /// What it said.
    pub answer: Option<HookAnswer>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing yet.
    Wait,
    /// The webhook is asked, and the ramp looked at again with the answer.
    Ask,
    /// Other weights are put in force.
    Move(Moving),
    /// The ramp is elsewhere with the weights it has.
    Stay {
        /// Where.
        phase: RampPhase,
        /// Why.
        why: String,
    },
}

/// When the step in force may end at the earliest by the clock, microseconds since 1970 UTC: after the dwell, and never
/// before resolvers have let go of the answers before it.
pub fn until(ramp: &CanaryRamp, ttl: u32) -> i64 {
    let dwell = ramp.spec.dwell.as_millis() as i64 * 1000;
    ramp.since + dwell.max(i64::from(ttl) * 1_000_000)
}

/// What a ramp does at `now` (microseconds since 1970 UTC) after what was seen of it.
pub fn look(ramp: &CanaryRamp, watch: &mut Watch, seen: &Observation, now: i64) -> Action {
    if !ramp.phase.moves() {
        return Action::Wait;
    }
    if let Some(why) = not_ours(ramp, seen) {
        return stay(RampPhase::Paused, why);
    }
    if let Some(answer) = &seen.hook {
        watch.answer = Some(answer.clone());
        watch.asked = now;
        watch.refused = if matches!(answer, HookAnswer::No(_)) { watch.refused.saturating_add(1) } else { 0 };
    }
    let lights = lights(ramp, seen, watch.answer.as_ref(), now);
    let failed = lights.iter().find(|l| l.gate != Gate::Webhook && l.signal == Signal::Stop);
    watch.bad = if failed.is_some() { watch.bad.saturating_add(1) } else { 0 };
    if ramp.phase == RampPhase::SteppingDown {
        return match failed {
            _ if now < until(ramp, seen.ttl) => Action::Wait,
            Some(light) => step_down(ramp, &light.text),
            None => stay(
                RampPhase::Paused,
                format!("All is well again here, after it stepped down: {}", ramp.why),
            ),
        };
    }
    let limit = ramp.spec.gates.failures.max(1);
    if let Some(light) = failed {
        return if watch.bad >= limit { act(ramp, &light.text) } else { Action::Wait };
    }
    if watch.refused >= limit
        && let Some(HookAnswer::No(text)) = &watch.answer
    {
        return act(ramp, &format!("The webhook says no: {text}"));
    }
    if lights.iter().any(|l| l.gate != Gate::Webhook && l.signal != Signal::Go) {
        return Action::Wait;
    }
    if ramp.spec.gates.webhook.is_some() && !matches!(seen.hook, Some(HookAnswer::Go(_))) {
        let due = watch.asked == 0 || now >= watch.asked + HOOK_PAUSE_US;
        return if due && seen.hook.is_none() { Action::Ask } else { Action::Wait };
    }
    onwards(ramp, "All gates let it go on.", "")
}

/// Why the weights in force are not those the ramp has set; none when they are.
fn not_ours(ramp: &CanaryRamp, seen: &Observation) -> Option<String> {
    let Some(members) = &seen.members else {
        return Some(format!("The pool {} of {} is gone.", ramp.spec.pool, ramp.spec.service));
    };
    let (own, found) = (sorted(ramp.weights_of(ramp.step).iter()), sorted(members.iter().map(|m| &m.weight)));
    if own == found {
        return None;
    }
    let of = |list: &[(IpAddr, u16)]| list.iter().map(|(address, _)| *address).collect::<Vec<_>>();
    let what = if of(&own) == of(&found) { "Weights were changed" } else { "Members came or went" };
    Some(match &seen.changed {
        Some(changed) => format!("{what} {changed}."),
        None => format!("{what} by somebody else; generation {} is in force.", seen.generation),
    })
}

fn sorted<'a>(weights: impl Iterator<Item = &'a MemberWeight>) -> Vec<(IpAddr, u16)> {
    let mut sorted: Vec<_> = weights.map(|m| (m.address, m.weight)).collect();
    sorted.sort_unstable();
    sorted
}

/// Whether the weights seen are those of a step.
pub fn in_force<'a>(
    ramp: &CanaryRamp,
    step: Option<usize>,
    seen: impl Iterator<Item = &'a MemberWeight>,
) -> bool {
    sorted(ramp.weights_of(step).iter()) == sorted(seen)
}

pub(crate) fn stay(phase: RampPhase, why: impl Into<String>) -> Action {
    Action::Stay { phase, why: why.into() }
}

/// What a gate that failed leads to.
fn act(ramp: &CanaryRamp, why: &str) -> Action {
    match ramp.spec.on_failure {
        OnFailure::Pause => stay(RampPhase::Paused, why),
        OnFailure::StepDown => step_down(ramp, why),
        OnFailure::Abort => moving(None, RampPhase::Aborted, why, ""),
    }
}

fn step_down(ramp: &CanaryRamp, why: &str) -> Action {
    match ramp.step.and_then(|step| step.checked_sub(1)) {
        Some(below) => moving(Some(below), RampPhase::SteppingDown, why, ""),
        None => moving(None, RampPhase::Failed, why, ""),
    }
}

/// To the next step, or to the end.
pub(crate) fn onwards(ramp: &CanaryRamp, why: &str, by: &str) -> Action {
    let next = ramp.step.map_or(0, |step| step + 1);
    if next < ramp.plan.len() {
        moving(Some(next), RampPhase::Running, why, by)
    } else {
        stay(RampPhase::Done, why)
    }
}

pub(crate) fn moving(step: Option<usize>, phase: RampPhase, why: &str, by: &str) -> Action {
    Action::Move(Moving { step, phase, why: why.to_owned(), by: by.to_owned() })
}

/// The ramp after its weights were put in force at `now`, by the revision `generation`; by none when they were in force
/// already. Counters know the revision that decided, and tell answers before it apart; without one, answers count from
/// the next bucket on, since there they are not told apart within one.
pub fn arrived(ramp: &CanaryRamp, moving: &Moving, generation: Option<Generation>, now: i64) -> CanaryRamp {
    CanaryRamp {
        phase: moving.phase,
        step: moving.step,
        since: now,
        counts_from: if generation.is_some() { now } else { bucket_of(now) + BUCKET_US },
        generation: generation.unwrap_or(ramp.generation),
        why: moving.why.clone(),
        moving: None,
        ended: moving.phase.is_over().then_some(now),
        ..ramp.clone()
    }
}

/// The ramp in another phase with the weights it has, at `now`. One that goes on begins the time of its step anew, and
/// counts answers from the next bucket on, since counters are not told apart within one.
pub fn stayed(ramp: &CanaryRamp, phase: RampPhase, why: &str, now: i64) -> CanaryRamp {
    let anew = phase.moves();
    CanaryRamp {
        phase,
        since: if anew { now } else { ramp.since },
        counts_from: if anew { bucket_of(now) + BUCKET_US } else { ramp.counts_from },
        why: why.to_owned(),
        moving: None,
        ended: phase.is_over().then_some(now),
        ..ramp.clone()
    }
}
