//! What an operator asks for, as steps of weights; or what is wrong with it.

use std::net::IpAddr;

use model::canary::{CanarySpec, MemberWeight, Percent, PlannedStep};
use model::check::MAX_PERIOD;
use model::config::{Algorithm, Config, Member, Pool, Service};
use model::problem::nearest as nearest_word;
use model::rrtype::Family;
use model::shares::period;
use model::{Problems, Span};

use crate::weights::{Factors, nearest, reduced};

/// Steps at most.
const MAX_STEPS: usize = 20;
/// How long a step may be told to last.
const DWELL: [Span; 2] = [Span::seconds(1), Span::seconds(7 * 86_400)];
/// Answers that may be asked for.
const MAX_ANSWERS: u32 = 1_000_000;

/// A ramp before its start.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The weights now.
    pub beginning: Vec<MemberWeight>,
    /// The canary's share by them.
    pub beginning_share: f64,
    /// The steps.
    pub steps: Vec<PlannedStep>,
    /// TTL of the service, seconds.
    pub ttl: u32,
    /// What is allowed and may not be meant.
    pub warnings: Vec<String>,
}

/// The steps of a ramp over the configuration as it is.
///
/// Schedules are apart for IPv4 and IPv6, so the weights of each family are found for themselves; a family without a
/// canary is left as it is. The others keep their proportions, and so do several canaries among themselves.
///
/// # Errors
/// Everything that is wrong, each with the field of the request.
pub fn outline(config: &Config, spec: &CanarySpec) -> Result<Outline, Problems> {
    let mut problems = alone(spec);
    let Some(service) = config.service(&spec.service) else {
        let known = config.services.iter().map(|s| s.name.to_string()).collect::<Vec<_>>();
        let name = spec.service.to_string();
        problems.push("service", &*name, unknown("service", &name, known.iter().map(String::as_str)));
        return Err(problems);
    };
    let Some(pool) = service.pool(spec.pool.as_str()) else {
        let known = service.pools.iter().map(|pool| pool.name.as_str());
        problems.push("pool", spec.pool.as_str(), unknown("pool", spec.pool.as_str(), known));
        return Err(problems);
    };
    against(config, pool, spec, &mut problems);
    problems.into_result()?;
    let beginning: Vec<MemberWeight> = pool.members.iter().filter_map(weight_of).collect();
    let targets = spec.steps.iter();
    let steps: Vec<PlannedStep> = targets.map(|target| planned(pool, spec, *target)).collect();
    let mut problems = Problems::default();
    for (i, step) in steps.iter().enumerate().filter(|(_, step)| step.period > MAX_PERIOD) {
        let message = format!(
            "its schedule would repeat after {} answers, at most {MAX_PERIOD}: use a rounder share",
            step.period
        );
        problems.push(format!("steps.{i}"), step.target.to_string(), message);
    }
    problems.into_result()?;
    let beginning_share = share(pool, spec, &beginning).0;
    let warnings = warnings(service, pool, spec, beginning_share, &steps);
    Ok(Outline { beginning, beginning_share, steps, ttl: service.ttl.get(), warnings })
}

/// What is wrong with a request whatever is configured.
fn alone(spec: &CanarySpec) -> Problems {
    let mut problems = Problems::default();
    if spec.steps.is_empty() || spec.steps.len() > MAX_STEPS {
        let message = format!("give 1 to {MAX_STEPS} steps, as 1, 5, 20, 50");
        problems.push("steps", spec.steps.len().to_string(), message);
    }
    if let Some(pair) = spec.steps.windows(2).find(|pair| pair[0] >= pair[1]) {
        problems.push(
            "steps",
            pair[1].to_string(),
            "each step has to be above the one before: put them in order",
        );
    }
    if spec.dwell < DWELL[0] || spec.dwell > DWELL[1] {
        problems.push(
            "dwell",
            spec.dwell.to_string(),
            format!("give a span from {} to {}", DWELL[0], DWELL[1]),
        );
    }
    if spec.canary_answers > MAX_ANSWERS {
        let message = format!("give a whole number from 0 to {MAX_ANSWERS}");
        problems.push("canary_answers", spec.canary_answers.to_string(), message);
    }
    let failures = spec.gates.failures;
    if !(1..=60).contains(&failures) {
        problems.push("gates.failures", failures.to_string(), "give a whole number from 1 to 60");
    }
    if let Some(hook) = &spec.gates.webhook {
        match (&hook.url, &hook.url_secret) {
            (None, None) => problems.push("gates.webhook.url", "", "give the address to ask, or url_secret"),
            (Some(_), Some(_)) => {
                problems.push(
                    "gates.webhook.url_secret",
                    "",
                    "give url or url_secret: remove one of the two",
                );
            }
            (Some(url), None)
                if !(url.starts_with("https://") || url.starts_with("http://")) || url.contains('@') =>
            {
                let message =
                    "give an address that begins with https:// or http:// and has no user or password";
                problems.push("gates.webhook.url", url.clone(), message);
            }
            _ => {}
        }
    }
    problems
}

/// What the pool has to be for its weights to move, and the canary to be in it.
fn against(config: &Config, pool: &Pool, spec: &CanarySpec, problems: &mut Problems) {
    if !matches!(pool.algorithm, Algorithm::RoundRobin | Algorithm::Random | Algorithm::ConsistentHash) {
        let message = format!(
            "the pool chooses by {}, which weights do not decide: ramps need round_robin, random or consistent_hash",
            pool.algorithm.as_str()
        );
        problems.push("pool", pool.name.as_str(), message);
    }
    if let Some(member) = pool.members.iter().find(|member| member.fqdn.is_some()) {
        let message = format!("its member {} is known by a name: ramps move members by address", member.id());
        problems.push("pool", pool.name.as_str(), message);
    }
    if let Some(level) = pool.members.iter().find_map(|member| weighed_above(config, pool, member)) {
        let message = format!("{level} has a weight that stands for its members' own: take it away first");
        problems.push("pool", pool.name.as_str(), message);
    }
    if spec.members.is_empty() {
        problems.push("members", "", "give at least one member of the pool as the canary");
    }
    for (i, address) in spec.members.iter().enumerate() {
        let field = format!("members.{i}");
        let text = address.to_string();
        match pool.members.iter().find(|member| member.address == Some(*address)) {
            _ if spec.members[..i].contains(address) => problems.push(field, text, "give each member once"),
            None => {
                let known: Vec<String> = pool.members.iter().map(|member| member.id().to_string()).collect();
                problems.push(
                    field,
                    text.clone(),
                    unknown("member", &text, known.iter().map(String::as_str)),
                );
            }
            Some(member) if !takes_turns(member) => {
                problems.push(field, text, "this member is disabled or drained: let it be answered first");
            }
            Some(member) => {
                let family = member.address.map(Family::of_address);
                let others = pool.members.iter().filter(|other| is_other(other, spec));
                let others = others.filter(|other| other.address.map(Family::of_address) == family);
                if others.filter(|other| takes_turns(other)).all(|other| other.weight.get() == 0) {
                    let message = "no other member of its address family has a weight: there is no traffic to take a \
                                   share of";
                    problems.push(field, text, message);
                }
            }
        }
    }
}

/// Where a weight is set that stands for a member's own.
fn weighed_above(config: &Config, pool: &Pool, member: &Member) -> Option<String> {
    if pool.weight.is_some() {
        return Some(format!("pool {}", pool.name));
    }
    let location = config.location(member.location.as_ref()?.as_str())?;
    if location.weight.is_some() {
        return Some(format!("location {}", location.name));
    }
    let site = config.sites.iter().find(|site| Some(&site.name) == location.site.as_ref())?;
    site.weight.is_some().then(|| format!("site {}", site.name))
}

fn takes_turns(member: &Member) -> bool {
    member.enabled && !member.draining
}

fn is_other(member: &Member, spec: &CanarySpec) -> bool {
    member.address.is_none_or(|address| !spec.members.contains(&address))
}

fn weight_of(member: &Member) -> Option<MemberWeight> {
    Some(MemberWeight { address: member.address?, weight: member.weight.get() })
}

fn planned(pool: &Pool, spec: &CanarySpec, target: Percent) -> PlannedStep {
    let mut weights: Vec<MemberWeight> = pool.members.iter().filter_map(weight_of).collect();
    for family in Family::ALL {
        let mut of_family: Vec<&mut MemberWeight> =
            weights.iter_mut().filter(|m| Family::of_address(m.address) == family).collect();
        set(&mut of_family, pool, spec, target);
    }
    let (share, period) = share(pool, spec, &weights);
    let needed = (f64::from(spec.canary_answers) / share).ceil() as u64;
    PlannedStep { target, weights, share, error: share - target.share(), period, needed: needed.max(period) }
}

/// Sets the weights of one family; those of a family without a canary stay.
fn set(members: &mut [&mut MemberWeight], pool: &Pool, spec: &CanarySpec, target: Percent) {
    let is_canary: Vec<bool> = members.iter().map(|m| spec.members.contains(&m.address)).collect();
    if !is_canary.contains(&true) {
        return;
    }
    let part =
        |canary: bool| -> Vec<usize> { (0..members.len()).filter(|i| is_canary[*i] == canary).collect() };
    let (canary, others) = (part(true), part(false));
    let lowest =
        |part: &[usize]| reduced(&part.iter().map(|i| u64::from(members[*i].weight)).collect::<Vec<_>>());
    // A canary without a weight beside others with one would stay without: all are equal then.
    let of_canary =
        if canary.iter().any(|i| members[*i].weight == 0) { vec![1; canary.len()] } else { lowest(&canary) };
    let of_others = lowest(&others);
    // Those that take no turns keep their proportion, and are no part of the share.
    let turns = |address: IpAddr| pool.members.iter().any(|m| m.address == Some(address) && takes_turns(m));
    let counted: Vec<u64> =
        others.iter().zip(&of_others).filter(|(i, _)| turns(members[**i].address)).map(|(_, w)| *w).collect();
    let largest = of_others.iter().copied().max().unwrap_or(1);
    let Factors { canary: j, others: k } = match target == Percent::ALL {
        true => Factors { canary: 1, others: 0 },
        false => nearest(&of_canary, &counted, largest, target.share()),
    };
    for (i, weight) in canary.iter().zip(of_canary) {
        members[*i].weight = (weight * j) as u16;
    }
    for (i, weight) in others.iter().zip(of_others) {
        members[*i].weight = (weight * k) as u16;
    }
}

/// The canary's share of those that take turns, and after how many answers the schedule repeats: of the family that is
/// farther from what it may be, the larger of both.
fn share(pool: &Pool, spec: &CanarySpec, weights: &[MemberWeight]) -> (f64, u64) {
    let mut shares = Vec::new();
    for family in Family::ALL {
        let turns = pool.members.iter().filter(|m| takes_turns(m)).filter_map(|m| m.address);
        let turns: Vec<IpAddr> = turns.filter(|address| Family::of_address(*address) == family).collect();
        let of_family: Vec<&MemberWeight> = weights.iter().filter(|m| turns.contains(&m.address)).collect();
        if !of_family.iter().any(|m| spec.members.contains(&m.address)) {
            continue;
        }
        let all: Vec<u64> = of_family.iter().map(|m| u64::from(m.weight)).collect();
        let parts = model::shares::shares(&all);
        let own = of_family.iter().zip(parts).filter(|(m, _)| spec.members.contains(&m.address));
        shares.push((own.map(|(_, share)| share).sum::<f64>(), period(&all).max(1)));
    }
    let largest = shares.iter().map(|(share, _)| *share).fold(0.0, f64::max);
    (largest, shares.iter().map(|(_, period)| *period).max().unwrap_or(1))
}

fn warnings(
    service: &Service,
    pool: &Pool,
    spec: &CanarySpec,
    beginning_share: f64,
    steps: &[PlannedStep],
) -> Vec<String> {
    let mut warnings = Vec::new();
    let ttl = u64::from(service.ttl.get());
    if Span::seconds(ttl) > spec.dwell {
        warnings.push(format!(
            "The TTL of {ttl} s is longer than the dwell of {}: each step lasts {ttl} s, until resolvers have let go of \
             older answers.",
            spec.dwell
        ));
    }
    if steps.first().is_some_and(|first| first.share < beginning_share - 1e-9) {
        warnings.push(format!(
            "The canary has {:.2} % now: the first step takes some of it away.",
            beginning_share * 100.0
        ));
    }
    if !service.enabled || !pool.enabled {
        let what = if service.enabled { format!("pool {}", pool.name) } else { "the service".to_owned() };
        warnings.push(format!("Nothing is answered from {what}: it is disabled."));
    }
    let above = service.pools.iter().find(|p| p.enabled && p.priority > pool.priority);
    if let Some(above) = above {
        warnings.push(format!(
            "Pool {} has a higher priority: shares hold only while it has no member up.",
            above.name
        ));
    }
    if service.answers != 1 {
        warnings.push(
            "Answers have several addresses: clients choose, and weights say which comes first.".to_owned(),
        );
    }
    if pool.algorithm == Algorithm::ConsistentHash {
        warnings.push(
            "Clients are hashed: shares are those of networks, and the ramp waits for no verdict on them."
                .to_owned(),
        );
    }
    warnings
}

fn unknown<'a>(what: &str, given: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest_word(given, known) {
        Some(near) => format!("there is no such {what}: did you mean {near}?"),
        None => format!("there is no such {what}: give one that is configured"),
    }
}
