//! A canary ramp of the lab's service at its second step.

use canary::{MemberSeen, Observation};
use model::canary::{
    CanaryHook, CanaryRamp, CanarySpec, Moving, Percent, RampDeed, RampLine, RampPhase, RampView, Sample,
};
use model::health::Health;
use model::split::Verdict;
use serde_json::{Value, json};

use super::{AT, GENERATION, LAB};
use crate::http::rest::ramps::RampPlan;
use crate::ramps::drafted;

pub fn of(schema: &str) -> Option<Value> {
    let spec = spec()?;
    let outline = canary::outline(&LAB, &spec).ok()?;
    let plan = RampPlan {
        id: Some(7),
        beginning_share: outline.beginning_share,
        steps: outline.steps.clone(),
        warnings: outline.warnings.clone(),
    };
    let first = drafted(spec.clone(), outline, "ana", "shop 2.4", AT);
    let ramp = CanaryRamp {
        id: 7,
        phase: RampPhase::Running,
        step: Some(1),
        since: AT,
        counts_from: AT,
        generation: GENERATION,
        why: "All gates let it go on.".to_owned(),
        ..first
    };
    match schema {
        "CanarySpec" => Some(json!(spec)),
        "CanaryGates" => Some(json!(spec.gates)),
        "CanaryHook" => Some(json!(CanaryHook {
            url: None,
            url_secret: "deploy-url".parse().ok(),
            authorization_secret: "deploy".parse().ok(),
        })),
        "CanaryPercent" => Some(json!(12.5)),
        "CanaryRamp" => Some(json!(CanaryRamp {
            phase: RampPhase::Aborted,
            step: Some(1),
            moving: moving(),
            ended: Some(AT),
            ..ramp
        })),
        "CanaryMoving" => Some(json!(moving()?)),
        "CanaryPhase" => Some(json!("running")),
        "CanaryPlan" => Some(json!(plan)),
        "CanaryStep" => Some(json!(plan.steps.first()?)),
        "MemberWeight" => Some(json!(plan.steps.first()?.weights.first()?)),
        "CanaryView" => Some(json!(view(ramp))),
        "CanarySample" => Some(json!(view(ramp).sample?)),
        "CanaryLight" => Some(json!(view(ramp).lights.first()?)),
        "CanaryLine" => Some(json!(view(ramp).history.first()?)),
        _ => None,
    }
}

fn spec() -> Option<CanarySpec> {
    let service = LAB.services.first()?;
    let pool = service.pools.first()?;
    let canary = pool.members.last()?.address?;
    let steps = [1.0, 5.0, 20.0, 50.0].into_iter().filter_map(|step| Percent::new(step).ok()).collect();
    let mut spec = CanarySpec::new(service.name.clone(), pool.name.clone(), vec![canary], steps);
    spec.gates.webhook = Some(CanaryHook {
        url: Some("https://deploy.example.net/canary".to_owned()),
        ..CanaryHook::default()
    });
    Some(spec)
}

fn moving() -> Option<Moving> {
    let why = "ana aborted it.".to_owned();
    Some(Moving { step: None, phase: RampPhase::Aborted, why, by: "ana".to_owned() })
}

fn view(ramp: CanaryRamp) -> RampView {
    let (ci_low, ci_high) = analytics::wilson_interval(6, 120);
    let sample = Sample {
        answered: 120,
        canary: 6,
        share: 0.05,
        ci_low,
        ci_high,
        needed: 200,
        verdict: Verdict::Pass,
        reason: "Every member has exactly its share.".to_owned(),
        judged: true,
    };
    let up = |weight: &model::canary::MemberWeight| MemberSeen {
        weight: *weight,
        enabled: true,
        health: Some(Health::Up),
    };
    let seen = Observation {
        generation: GENERATION,
        ttl: 2,
        members: Some(ramp.weights_of(ramp.step).iter().map(up).collect()),
        changed: None,
        sample: sample.clone(),
        hook: None,
    };
    let line = RampLine {
        at: AT,
        deed: RampDeed::Step,
        step: ramp.step,
        share: ramp.share_of(ramp.step),
        generation: Some(GENERATION),
        by: String::new(),
        text: ramp.why.clone(),
    };
    let lights = canary::lights(&ramp, &seen, None, AT + 60_000_000);
    RampView {
        until: Some(canary::until(&ramp, seen.ttl)),
        sample: Some(sample),
        lights,
        history: vec![line],
        ramp,
    }
}
