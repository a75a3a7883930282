//! What is seen of a ramp's pool: its weights, its members' health, and the answers of the step.

use canary::{MemberSeen, Observation};
use model::canary::{CanaryRamp, MemberWeight, Sample};
use model::config::{Pool, Service};
use model::health::MemberKey;
use model::rrtype::Family;
use model::split::{ObservedSegment, Segment, SplitMode, SplitReport, Verdict};
use store::StoreError;

use crate::site::Site;

/// Revisions that are looked through for one that changed a ramp's weights.
const LOOKED_THROUGH: u64 = 100;

/// Looks at a ramp's pool.
///
/// # Errors
/// When the counters cannot be read: a ramp does nothing on what it does not know.
pub async fn observe(site: &Site, ramp: &CanaryRamp) -> Result<Observation, StoreError> {
    let snapshot = site.snapshot();
    let service = snapshot.config.service(&ramp.spec.service);
    let pool = service.and_then(|service| service.pool(ramp.spec.pool.as_str()));
    let members = service.zip(pool).map(|(service, pool)| members(site, service, pool));
    let weights = || members.iter().flatten().map(|member| &member.weight);
    let changed = match ramp.phase.moves() && !canary::in_force(ramp, ramp.step, weights()) {
        true => changed_by(site, ramp, snapshot.generation).await?,
        false => None,
    };
    Ok(Observation {
        generation: snapshot.generation,
        ttl: service.map_or(0, |service| service.ttl.get()),
        sample: sample(site, ramp).await?,
        members,
        changed,
        hook: None,
    })
}

fn members(site: &Site, service: &Service, pool: &Pool) -> Vec<MemberSeen> {
    let view = site.responder.current();
    let compiled = view.service_named(&service.name);
    let standings = site.checker.table().borrow().clone();
    let seen = |member: &model::config::Member| {
        let address = member.address?;
        let standing = standings.of(&MemberKey::of(service, pool, member)?);
        let candidate = compiled.and_then(|compiled| compiled.candidate(&pool.name, address));
        let judged = !service.monitors.is_empty() || standing.forced.is_some();
        Some(MemberSeen {
            weight: MemberWeight { address, weight: member.weight.get() },
            enabled: candidate.map_or(member.enabled, |candidate| candidate.is_enabled()),
            health: judged.then(|| standing.health()),
        })
    };
    pool.members.iter().filter_map(seen).collect()
}

/// Which revision since the ramp's own changed its service, as `in generation 14 by ana`.
async fn changed_by(site: &Site, ramp: &CanaryRamp, now: u64) -> Result<Option<String>, StoreError> {
    let name = ramp.spec.service.to_string();
    let first = (ramp.generation + 1).max(now.saturating_sub(LOOKED_THROUGH));
    for generation in first..=now {
        let Some(revision) = site.store.revision(generation).await? else { continue };
        let own = revision.line.actor.starts_with(&format!("ramp {} for ", ramp.id));
        if !own && revision.changes.iter().any(|change| change.name == name) {
            return Ok(Some(format!("in generation {generation} by {}", revision.line.actor)));
        }
    }
    Ok(None)
}

/// The answers since the step began, or the ramp went on at it, and the verdict on them.
async fn sample(site: &Site, ramp: &CanaryRamp) -> Result<Sample, StoreError> {
    let planned = ramp.step.and_then(|step| ramp.plan.get(step));
    let now = site.now();
    let mut segments = Vec::new();
    if planned.is_some() && ramp.counts_from < now {
        site.pipeline.flush_now().await;
        let service = ramp.spec.service.to_string();
        segments = site.store.observed(&service, ramp.counts_from, now).await?;
        // What ended as the step began has only its bucket in common with it.
        segments.retain(|segment| segment.to > ramp.since);
    }
    Ok(summed(ramp, &segments, planned.map_or(0, |step| step.needed)))
}

fn summed(ramp: &CanaryRamp, segments: &[ObservedSegment], planned: u64) -> Sample {
    let is_canary = |pool: &str, address: &std::net::IpAddr| {
        pool == ramp.spec.pool.as_str() && ramp.spec.members.contains(address)
    };
    let families: Vec<Family> = ramp.spec.members.iter().map(|member| Family::of_address(*member)).collect();
    let own: Vec<&ObservedSegment> = segments.iter().filter(|s| families.contains(&s.family)).collect();
    let (mut answered, mut canary) = (0, 0);
    for segment in &own {
        for (member, count) in segment.members.iter().zip(&segment.observed) {
            answered += count;
            canary += if is_canary(&member.pool, &member.address) { *count } else { 0 };
        }
        answered += segment.strangers;
    }
    let judged: Vec<Segment> = own.iter().map(|segment| analytics::judge(segment)).collect();
    let verdict = SplitReport::overall(&judged);
    let deciding = match verdict {
        Verdict::Fail => judged.iter().find(|s| s.verdict == Verdict::Fail),
        other => judged.iter().rev().find(|s| s.verdict == other),
    };
    let nothing = "There was no answer to judge.".to_owned();
    let (ci_low, ci_high) = analytics::wilson_interval(canary, answered);
    Sample {
        answered,
        canary,
        share: if answered == 0 { 0.0 } else { canary as f64 / answered as f64 },
        ci_low,
        ci_high,
        needed: planned.max(judged.last().filter(|s| by_weight(s)).map_or(0, |segment| segment.needed)),
        verdict,
        reason: deciding.map_or(nothing, |segment| segment.reason.clone()),
        // An answer that no client should have had is wrong whoever asked.
        judged: verdict == Verdict::Fail || judged.last().is_none_or(by_weight),
    }
}

/// Whether answers are held to the weights: where the client decides, they are those of whoever asks.
fn by_weight(segment: &Segment) -> bool {
    matches!(segment.mode, SplitMode::Exact | SplitMode::Random)
}
