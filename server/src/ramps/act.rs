//! What a ramp does: weights by a revision, its own state beside them, a line of history and an event for each.

use canary::Action;
use model::canary::{CanaryRamp, MemberWeight, Moving, RampDeed, RampLine, RampPhase};
use model::config::{Config, Pool};
use model::occurrence::Kind;
use model::snapshot::Generation;
use model::{Problem, Problems, Weight};
use store::Edit;

use crate::events::{About, News};
use crate::http::problem::Failure;
use crate::http::rest;
use crate::site::Site;

/// Does what is to be done with a ramp; `by` is who decided, and empty for the ramp itself.
///
/// # Errors
/// When storage is away, or the weights cannot be put in force; a move that was begun is taken up at the next look.
pub async fn act(site: &Site, ramp: &CanaryRamp, action: Action, by: &str) -> Result<CanaryRamp, Failure> {
    match action {
        Action::Wait | Action::Ask => Ok(ramp.clone()),
        Action::Stay { phase, why } => stay(site, ramp, phase, &why, by).await,
        Action::Move(moving) => {
            // Known before the revision is made, so that nobody else's change is taken for the ramp's, nor its own for
            // somebody else's; and the pool is taken.
            let phase = if ramp.phase == RampPhase::Planned { RampPhase::Running } else { ramp.phase };
            let ramp = CanaryRamp { moving: Some(moving.clone()), phase, ..ramp.clone() };
            keep(site, &ramp, None).await?;
            finish(site, &ramp, &moving).await
        }
    }
}

/// Ends a move that was begun. One whose weights are in force already was ended by the revision, and by nothing else.
pub async fn finish(site: &Site, ramp: &CanaryRamp, moving: &Moving) -> Result<CanaryRamp, Failure> {
    match put(site, ramp, moving).await {
        Ok(generation) => {
            let deed = match moving.phase {
                RampPhase::Aborted => RampDeed::Aborted,
                RampPhase::Failed => RampDeed::Failed,
                RampPhase::SteppingDown => RampDeed::StepDown,
                _ => RampDeed::Step,
            };
            let arrived = canary::arrived(ramp, moving, generation, site.now());
            tell(site, &arrived, deed, &moving.why, &moving.by, generation).await?;
            Ok(arrived)
        }
        // Somebody else changed the pool between the look and the revision: the ramp stands back.
        Err(Failure::Invalid(problems)) => {
            let before = CanaryRamp { moving: None, ..ramp.clone() };
            let why = format!("The weights could not be put in force: {problems}");
            if ramp.step.is_none() {
                keep(site, &CanaryRamp { phase: RampPhase::Planned, why, ..before }, None).await?;
            } else {
                stay(site, &before, RampPhase::Paused, &why, "").await?;
            }
            Err(Failure::Invalid(problems))
        }
        Err(failure) => Err(failure),
    }
}

async fn stay(
    site: &Site,
    ramp: &CanaryRamp,
    phase: RampPhase,
    why: &str,
    by: &str,
) -> Result<CanaryRamp, Failure> {
    let deed = match phase {
        RampPhase::Paused => RampDeed::Paused,
        RampPhase::Done => RampDeed::Done,
        _ => RampDeed::Resumed,
    };
    let stayed = canary::stayed(ramp, phase, why, site.now());
    tell(site, &stayed, deed, why, by, None).await?;
    Ok(stayed)
}

/// Keeps a ramp with a line of its history, and lets it be heard of.
async fn tell(
    site: &Site,
    ramp: &CanaryRamp,
    deed: RampDeed,
    text: &str,
    by: &str,
    generation: Option<Generation>,
) -> Result<(), Failure> {
    let line = RampLine {
        at: site.now(),
        deed,
        step: ramp.step,
        share: ramp.share_of(ramp.step),
        generation,
        by: by.to_owned(),
        text: text.to_owned(),
    };
    keep(site, ramp, Some(&line)).await?;
    // A step is watched from its own beginning.
    site.ramps.forget(ramp.id);
    site.events.note(news(ramp, &line));
    Ok(())
}

async fn keep(site: &Site, ramp: &CanaryRamp, line: Option<&RampLine>) -> Result<(), Failure> {
    site.store.keep_ramp(ramp, line).await.map_err(|error| match error.is_taken() {
        true => {
            let message = "another ramp moves the weights of this pool: end that one first";
            Failure::Exists(Problem::new("pool", ramp.spec.pool.as_str(), message))
        }
        false => error.into(),
    })
}

/// Puts the weights of a move in force; gives the revision, or none when they were in force.
async fn put(site: &Site, ramp: &CanaryRamp, moving: &Moving) -> Result<Option<Generation>, Failure> {
    let by = if moving.by.is_empty() { &ramp.by } else { &moving.by };
    let meta = Edit {
        actor: format!("ramp {} for {by}", ramp.id),
        source: "ramp".to_owned(),
        reason: reason(ramp, moving),
        expected: None,
        dry_run: false,
        at: site.now(),
    };
    let (ramp, moving) = (ramp.clone(), moving.clone());
    let edited = rest::commit(site, meta, move |config| set(config, &ramp, &moving)).await?;
    Ok(edited.changed.then_some(edited.snapshot.generation))
}

fn reason(ramp: &CanaryRamp, moving: &Moving) -> String {
    let id = ramp.id;
    match moving.step.and_then(|step| Some((step, ramp.plan.get(step)?))) {
        Some((step, planned)) => {
            format!(
                "ramp {id}: step {} of {}, {} %. {}",
                step + 1,
                ramp.plan.len(),
                planned.target,
                moving.why
            )
        }
        None => format!("ramp {id}: the weights before it. {}", moving.why),
    }
}

fn set(config: &mut Config, ramp: &CanaryRamp, moving: &Moving) -> Result<(), Problems> {
    let gone = |what: &str| {
        Problem::new("pool", ramp.spec.pool.as_str(), format!("{what} is not configured any more"))
    };
    let service = config.services.iter_mut().find(|service| service.name == ramp.spec.service);
    let service = service.ok_or_else(|| gone(&format!("the service {}", ramp.spec.service)))?;
    let pool = service.pools.iter_mut().find(|pool| pool.name == ramp.spec.pool);
    let pool = pool.ok_or_else(|| gone(&format!("the pool {}", ramp.spec.pool)))?;
    let weights = weights(pool);
    let to = ramp.weights_of(moving.step);
    let (ours, there) = (
        canary::in_force(ramp, ramp.step, weights.iter()),
        canary::in_force(ramp, moving.step, weights.iter()),
    );
    // A ramp moves weights that it has set; what an operator changed, an operator alone puts back.
    if moving.by.is_empty() && !ours && !there {
        return Err(gone("what the ramp had set").into());
    }
    let same = to.len() == weights.len() && to.iter().all(|m| weights.iter().any(|w| w.address == m.address));
    if moving.step.is_some() && !same {
        let message = "members came or went since the ramp was made: abort it, and begin another";
        return Err(Problem::new("pool", ramp.spec.pool.as_str(), message).into());
    }
    for member in &mut pool.members {
        let Some(wanted) = to.iter().find(|m| Some(m.address) == member.address) else { continue };
        member.weight = Weight::new(wanted.weight.into())
            .map_err(|e| Problem::new("weight", wanted.weight.to_string(), e.to_string()))?;
    }
    Ok(())
}

/// The weights of a pool.
pub fn weights(pool: &Pool) -> Vec<MemberWeight> {
    let weight =
        |m: &model::config::Member| Some(MemberWeight { address: m.address?, weight: m.weight.get() });
    pool.members.iter().filter_map(weight).collect()
}

fn news(ramp: &CanaryRamp, line: &RampLine) -> News {
    let kind = match line.deed {
        RampDeed::Planned | RampDeed::Step | RampDeed::Resumed => Kind::RampStep,
        RampDeed::StepDown | RampDeed::Paused => Kind::RampPaused,
        RampDeed::Done => Kind::RampDone,
        RampDeed::Aborted | RampDeed::Failed => Kind::RampAborted,
    };
    let share = line.share * 100.0;
    let place = line.step.map(|step| format!("step {} of {}, {share:.2} %", step + 1, ramp.plan.len()));
    let place = place.unwrap_or_else(|| format!("the weights before it, {share:.2} %"));
    let what = match line.deed {
        RampDeed::Planned => "was made",
        RampDeed::Step => "is at",
        RampDeed::StepDown => "stepped down to",
        RampDeed::Paused => "is paused at",
        RampDeed::Resumed => "goes on at",
        RampDeed::Done => "is done at",
        RampDeed::Aborted => "was aborted:",
        RampDeed::Failed => "failed:",
    };
    let service = &ramp.spec.service;
    let text = format!("The canary ramp {} of {service} {what} {place}. {}", ramp.id, line.text);
    let mut news = News::of_site(kind, line.at, format!("{service} ramp {}", ramp.id), text)
        .with("ramp", ramp.id)
        .with("deed", line.deed.as_str())
        .with("share", line.share);
    news.about =
        About { service: Some(service.clone()), pool: Some(ramp.spec.pool.clone()), ..About::default() };
    news
}
