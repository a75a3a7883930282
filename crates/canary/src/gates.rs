//! What a ramp sees, and what its gates make of it.

use model::canary::{CanaryRamp, Gate, HealthGate, Light, MemberWeight, RampPhase, Sample, Signal};
use model::health::Health;
use model::snapshot::Generation;
use model::split::Verdict;

use crate::look::until;

/// A member of the pool as it is configured and measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSeen {
    /// Its weight.
    pub weight: MemberWeight,
    /// Whether it is answered at all.
    pub enabled: bool,
    /// Its health; none when nothing checks it.
    pub health: Option<Health>,
}

/// What was seen of a ramp's pool at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The configuration in force.
    pub generation: Generation,
    /// TTL of the service, seconds.
    pub ttl: u32,
    /// The members of the pool, in its order; none when the service or the pool is gone.
    pub members: Option<Vec<MemberSeen>>,
    /// Which revision changed the ramp's weights and whose it is, when one did and it was found.
    pub changed: Option<String>,
    /// What the step has seen.
    pub sample: Sample,
    /// The webhook's answer, when it was asked just now.
    pub hook: Option<HookAnswer>,
}

/// What a webhook answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookAnswer {
    /// Yes.
    Go(String),
    /// Not yet.
    Hold(String),
    /// No, or nothing.
    No(String),
}

/// What every gate of the ramp says at `now`; `answer` is what the webhook said last at this step.
pub fn lights(ramp: &CanaryRamp, seen: &Observation, answer: Option<&HookAnswer>, now: i64) -> Vec<Light> {
    let mut lights = vec![dwell(ramp, seen, now), sample(&seen.sample)];
    lights.extend(health(ramp, seen.members.as_deref().unwrap_or_default()));
    lights.extend(ramp.spec.gates.verdict.then(|| verdict(&seen.sample)));
    lights.extend(ramp.spec.gates.webhook.is_some().then(|| webhook(answer)));
    lights
}

fn light(gate: Gate, signal: Signal, text: impl Into<String>) -> Light {
    Light { gate, signal, text: text.into() }
}

/// Whole seconds, rounded up.
fn seconds(span: i64) -> i64 {
    (span + 999_999).div_euclid(1_000_000)
}

fn dwell(ramp: &CanaryRamp, seen: &Observation, now: i64) -> Light {
    let settled = ramp.since + i64::from(seen.ttl) * 1_000_000;
    let end = until(ramp, seen.ttl);
    if ramp.phase == RampPhase::Paused {
        return light(
            Gate::Dwell,
            Signal::Wait,
            "It is paused: the time of the step begins anew when it goes on.",
        );
    }
    if now < settled {
        let text = format!(
            "Resolvers let go of older answers for another {} s (TTL {} s).",
            seconds(settled - now),
            seen.ttl
        );
        return light(Gate::Dwell, Signal::Wait, text);
    }
    if now < end {
        return light(Gate::Dwell, Signal::Wait, format!("The step lasts another {} s.", seconds(end - now)));
    }
    light(Gate::Dwell, Signal::Go, "The step has lasted long enough.")
}

fn sample(sample: &Sample) -> Light {
    let text = format!("{} of {} answers.", sample.answered, sample.needed);
    let enough = sample.answered >= sample.needed;
    light(Gate::Sample, if enough { Signal::Go } else { Signal::Wait }, text)
}

fn health(ramp: &CanaryRamp, members: &[MemberSeen]) -> Option<Light> {
    let watched = |m: &&MemberSeen| match ramp.spec.gates.health {
        HealthGate::Off => false,
        HealthGate::Canary => ramp.spec.members.contains(&m.weight.address),
        HealthGate::Pool => m.enabled,
    };
    if ramp.spec.gates.health == HealthGate::Off {
        return None;
    }
    let watched: Vec<&MemberSeen> = members.iter().filter(watched).collect();
    let named = |wanted: fn(&MemberSeen) -> bool| -> Vec<String> {
        let found = watched.iter().filter(|m| wanted(m));
        found.map(|m| m.weight.address.to_string()).collect()
    };
    let stopped = named(|m| !m.enabled);
    if !stopped.is_empty() {
        return Some(light(Gate::Health, Signal::Stop, format!("{} disabled.", are(&stopped))));
    }
    let down = named(|m| m.health == Some(Health::Down));
    if !down.is_empty() {
        return Some(light(Gate::Health, Signal::Stop, format!("{} down.", are(&down))));
    }
    let unknown = named(|m| m.health == Some(Health::Unknown));
    if !unknown.is_empty() {
        return Some(light(Gate::Health, Signal::Wait, format!("{} not judged yet.", are(&unknown))));
    }
    let all = watched.iter().map(|m| m.weight.address.to_string()).collect::<Vec<_>>();
    if watched.iter().all(|m| m.health.is_none()) {
        return Some(light(Gate::Health, Signal::Go, format!("{} not monitored: taken for up.", are(&all))));
    }
    Some(light(Gate::Health, Signal::Go, format!("{} up.", are(&all))))
}

/// `192.0.2.1 is` or `192.0.2.1, 192.0.2.2 are`.
fn are(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

fn verdict(sample: &Sample) -> Light {
    if !sample.judged {
        return light(Gate::Verdict, Signal::Go, "Not judged: who is answered what depends on who asks.");
    }
    let signal = match sample.verdict {
        Verdict::Pass => Signal::Go,
        Verdict::Insufficient => Signal::Wait,
        Verdict::Fail => Signal::Stop,
    };
    light(Gate::Verdict, signal, format!("{}: {}", sample.verdict.as_str(), sample.reason))
}

fn webhook(answer: Option<&HookAnswer>) -> Light {
    match answer {
        None => light(Gate::Webhook, Signal::Wait, "It is asked when all else is well."),
        Some(HookAnswer::Go(text)) => light(Gate::Webhook, Signal::Go, format!("Yes: {text}")),
        Some(HookAnswer::Hold(text)) => light(Gate::Webhook, Signal::Wait, format!("Not yet: {text}")),
        Some(HookAnswer::No(text)) => light(Gate::Webhook, Signal::Stop, format!("No: {text}")),
    }
}
