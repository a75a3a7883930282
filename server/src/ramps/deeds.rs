//! What people do with ramps.

use canary::{Deed, Outline};
use model::canary::{CanaryRamp, CanarySpec, RampDeed, RampLine, RampPhase};
use model::{Problem, Problems};

use super::{act, find};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::site::Site;

/// Longest reason kept, characters.
const MAX_REASON: usize = 500;

/// The steps of a ramp over the configuration in force, before anything is kept of it.
pub fn plan(site: &Site, spec: &CanarySpec) -> Result<Outline, Problems> {
    let outline = canary::outline(&site.snapshot().config, spec)?;
    let hook = spec.gates.webhook.iter();
    let named = hook.flat_map(|hook| {
        [("url_secret", &hook.url_secret), ("authorization_secret", &hook.authorization_secret)]
    });
    let mut problems = Problems::default();
    for (field, name) in named {
        if let Some(name) = name.as_ref().filter(|name| !site.secrets.has(name.as_str())) {
            let message =
                format!("there is no secret of this name: set it first, by `steelyard secret set {name}`");
            problems.push(format!("gates.webhook.{field}"), name.as_str(), message);
        }
    }
    problems.into_result()?;
    Ok(outline)
}

/// The ramp that a plan describes.
pub fn drafted(spec: CanarySpec, outline: Outline, by: &str, reason: &str, at: i64) -> CanaryRamp {
    CanaryRamp {
        id: 0,
        spec,
        by: by.to_owned(),
        reason: reason.trim().chars().filter(|c| !c.is_control()).take(MAX_REASON).collect(),
        created: at,
        beginning: outline.beginning,
        beginning_share: outline.beginning_share,
        plan: outline.steps,
        phase: RampPhase::Planned,
        step: None,
        since: 0,
        counts_from: 0,
        generation: 0,
        why: "It was not started yet.".to_owned(),
        moving: None,
        ended: None,
    }
}

/// Makes a ramp, which does nothing until it is started.
pub async fn create(
    site: &Site,
    actor: &Actor,
    spec: CanarySpec,
    reason: &str,
) -> Result<CanaryRamp, Failure> {
    let outline = plan(site, &spec).map_err(Failure::Invalid)?;
    let mut ramp = drafted(spec, outline, &actor.name, reason, site.now());
    let line = RampLine {
        at: ramp.created,
        deed: RampDeed::Planned,
        step: None,
        share: ramp.beginning_share,
        generation: None,
        by: ramp.by.clone(),
        text: ramp.reason.clone(),
    };
    ramp.id = site.store.add_ramp(&ramp, &line).await?;
    Ok(ramp)
}

/// Does something with a ramp for somebody; on return the next answer obeys it.
pub async fn operate(
    site: &Site,
    actor: &Actor,
    id: i64,
    deed: Deed,
    reason: &str,
) -> Result<CanaryRamp, Failure> {
    let _turn = site.ramps.turn.lock().await;
    let mut ramp = find(site, id).await?;
    if let Some(moving) = ramp.moving.clone() {
        ramp = act::finish(site, &ramp, &moving).await?;
    }
    if deed == Deed::Start && ramp.phase == RampPhase::Planned {
        // The configuration may be another since the ramp was made.
        let outline = plan(site, &ramp.spec).map_err(Failure::Invalid)?;
        (ramp.beginning, ramp.beginning_share, ramp.plan) =
            (outline.beginning, outline.beginning_share, outline.steps);
    }
    let snapshot = site.snapshot();
    let pool = snapshot.config.service(&ramp.spec.service).and_then(|s| s.pool(ramp.spec.pool.as_str()));
    let ours = pool.is_some_and(|pool| canary::in_force(&ramp, ramp.step, act::weights(pool).iter()));
    let reason: String = reason.chars().filter(|c| !c.is_control()).take(MAX_REASON).collect();
    let action = canary::operate(&ramp, deed, &actor.name, &reason, ours)
        .map_err(|message| Failure::Exists(Problem::new("phase", ramp.phase.as_str(), message)))?;
    act::act(site, &ramp, action, &actor.name).await
}

/// Forgets a ramp that is over, or was never started.
pub async fn remove(site: &Site, actor: &Actor, id: i64) -> Result<(), Failure> {
    let _turn = site.ramps.turn.lock().await;
    let ramp = find(site, id).await?;
    if ramp.phase.is_active() {
        let message = "an active ramp holds its pool: abort it first";
        return Err(Failure::Exists(Problem::new("phase", ramp.phase.as_str(), message)));
    }
    site.store.remove_ramp(id).await?;
    site.store.audit(site.now(), &actor.name, "ramp.remove", &id.to_string(), "").await?;
    Ok(())
}
