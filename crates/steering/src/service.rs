//! A service compiled for answering: for each address family the pools, and what is in force.

use std::cmp::Reverse;
use std::net::IpAddr;

use model::DnsName;
use model::config::{self, DownResponse, Member, PoolChoice};
use model::health::HealthTable;
use model::rrtype::Family;
use model::slots::Slot;
use model::value::Label;

use crate::algorithm::geo::Point;
use crate::algorithm::topology::Rules;
use crate::candidate::{Candidate, Home};
use crate::decide::MAX_ADDRESSES;
use crate::pool::PoolPlan;

/// What a service is compiled from.
pub struct Compile<'a> {
    /// Its configuration, in which names have addresses.
    pub service: &'a config::Service,
    /// Measured health.
    pub health: &'a HealthTable,
    /// Where a member lives.
    pub home_of: &'a dyn Fn(&Member) -> Home<'a>,
    /// The service's own slot; its members' slots follow in the order of pools and members.
    pub slot: Slot,
    /// Seed of weighted draws; one for the life of the process.
    pub seed: u64,
    /// The same service in the view before, whose cursors are kept where nothing changed.
    pub previous: Option<&'a Service>,
}

/// A service, ready to answer.
#[derive(Clone, Debug)]
pub struct Service {
    /// The name asked for.
    pub name: DnsName,
    /// Where answers that name no member are counted.
    pub slot: Slot,
    /// TTL of its answers, seconds.
    pub ttl: u32,
    plans: [Plan; 2],
    /// What is answered to every type while members that are answered by their names are in force.
    named: Option<Plan>,
}

/// What one address family of a service answers.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The pools, in the order of the configuration; without candidates where they have none of the family.
    pub pools: Vec<PoolPlan>,
    /// What is in force.
    pub force: Force,
    /// Whether members are answered by their names.
    pub(crate) names: bool,
    /// Addresses in an answer at most.
    pub(crate) most: usize,
    /// Whether anything of an answer depends on who asks.
    pub(crate) by_client: bool,
    /// Whether a member has a public address.
    pub(crate) has_public: bool,
    pub(crate) rules: Option<Rules>,
    /// The pool that each rule leads to.
    pub(crate) pool_of_rule: Vec<Option<usize>>,
    /// Where members are, with their pools, when the nearest pool is chosen.
    pub(crate) points: Vec<(Point, usize)>,
    pub(crate) seed: u64,
}

/// What decides the answers of a family, until the next view.
#[derive(Clone, Debug, PartialEq)]
pub enum Force {
    /// Members of `pools[pool]` take turns.
    Members {
        /// Index of the pool.
        pool: usize,
    },
    /// No member is up: those of `pools[pool]` take turns as if all were.
    FailOpen {
        /// Index of the pool.
        pool: usize,
    },
    /// No member is up: every enabled member of `pools[pool]` is answered.
    AllRecords {
        /// Index of the pool.
        pool: usize,
    },
    /// No member is up: these addresses.
    Fallback(Vec<IpAddr>),
    /// No member is up: silence.
    Silence,
    /// No member is up: no address.
    Empty,
    /// No member is up: another name.
    Alias(DnsName),
    /// No pool that may be chosen has an enabled member of the family.
    NoMembers,
}

impl Force {
    /// Whether the down response is in force.
    pub fn is_down_response(&self) -> bool {
        !matches!(self, Force::Members { .. } | Force::NoMembers)
    }

    /// Index of the pool whose members are answered, if any are.
    pub fn pool(&self) -> Option<usize> {
        match self {
            Force::Members { pool } | Force::FailOpen { pool } | Force::AllRecords { pool } => Some(*pool),
            _ => None,
        }
    }
}

/// What members of a plan have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Addresses of a family.
    Addresses(Family),
    /// They are answered by their names.
    Names,
}

impl Service {
    /// Compiles a service. Pools with more members than a schedule can number serve the first 65,535 only.
    pub fn compile(from: &Compile<'_>) -> Service {
        let rules = Rules::new(from.service);
        let before = |family: Family| from.previous.and_then(|p| p.plans.get(family.index()));
        let [mut v4, mut v6] = [Family::V4, Family::V6]
            .map(|family| compile_plan(from, Kind::Addresses(family), rules.as_ref(), before(family)));
        let has_names = from.service.pools.iter().any(config::Pool::is_alias);
        let mut named = has_names.then(|| {
            let before = from.previous.and_then(|p| p.named.as_ref());
            compile_plan(from, Kind::Names, rules.as_ref(), before)
        });
        // A CNAME stands for all types of its name (RFC 1034 section 3.6.2): either every type is answered by one, or
        // none is.
        let wins = |plan: &Plan| plan.rotation().is_some() && plan.rank() > v4.rank().max(v6.rank());
        if !named.as_ref().is_some_and(wins) {
            let is_down = named.take().is_some_and(|plan| plan.force.is_down_response());
            for (plan, family) in [(&mut v4, Family::V4), (&mut v6, Family::V6)] {
                if is_down && plan.force == Force::NoMembers {
                    plan.force = without_members(&from.service.down_response, family);
                }
            }
        }
        // So is the alias of a down response, for a family without members as well.
        let forces = [v4.force.clone(), v6.force.clone()];
        for (own, other) in [(&mut v4, &forces[1]), (&mut v6, &forces[0])] {
            if own.force == Force::NoMembers && matches!(other, Force::Alias(_)) {
                own.force = other.clone();
            }
            own.count();
        }
        Service {
            name: from.service.name.clone(),
            slot: from.slot,
            ttl: from.service.ttl.get(),
            plans: [v4, v6],
            named,
        }
    }

    /// A member of a pool, with the weight it has and where it is disabled or drained.
    pub fn candidate(&self, pool: &Label, address: IpAddr) -> Option<&Candidate> {
        let pools = &self.plan(Family::of_address(address))?.pools;
        pools.iter().find(|p| p.name == *pool)?.candidates.iter().find(|c| c.address == address)
    }

    /// The plan of a family; for types other than A and AAAA only while a member's name answers all of them.
    pub fn plan(&self, family: Family) -> Option<&Plan> {
        self.named.as_ref().or_else(|| self.plans.get(family.index()))
    }

    /// The plans in force, each once.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        let addresses = self.plans.iter().filter(|_| self.named.is_none());
        self.named.iter().chain(addresses)
    }

    /// The name the whole service is an alias of: that of a member, or of the down response when no family has a member
    /// up.
    pub fn alias(&self) -> Option<&DnsName> {
        if let Some(plan) = &self.named {
            return plan.rotation()?.members.first()?.alias.as_deref();
        }
        match [&self.plans[0].force, &self.plans[1].force] {
            [Force::Alias(target), Force::Alias(_)] => Some(target),
            _ => None,
        }
    }
}

impl Plan {
    /// What is better comes later: members up, those that drain, none; then the higher pool.
    fn rank(&self) -> (u8, u8, Reverse<usize>) {
        let of = |rank, pool: usize| (rank, self.pools.get(pool).map_or(0, |p| p.priority), Reverse(pool));
        let fresh = |pool: usize| {
            self.pools
                .get(pool)
                .is_some_and(|p| p.candidates.iter().any(|c| c.eligible && c.draining.is_none()))
        };
        match self.force {
            Force::Members { pool } => of(if fresh(pool) { 3 } else { 2 }, pool),
            Force::FailOpen { pool } | Force::AllRecords { pool } => of(1, pool),
            Force::NoMembers => (0, 0, Reverse(usize::MAX)),
            _ => (1, 0, Reverse(usize::MAX)),
        }
    }

    /// Notes how many addresses an answer holds.
    fn count(&mut self) {
        let wanted = if self.most == 0 { MAX_ADDRESSES } else { self.most };
        let in_force = self.force.pool();
        let several = !self.points.is_empty() || self.pool_of_rule.iter().any(Option::is_some);
        let all = matches!(self.force, Force::AllRecords { .. });
        let pools = self.pools.iter().enumerate().filter(|(i, _)| in_force == Some(*i) || several);
        let held = pools.filter_map(|(_, pool)| {
            let rotation = pool.rotation.as_ref()?;
            Some(if all || pool.chooses_by_client() { rotation.members.len() } else { rotation.scheduled() })
        });
        let held = held.max().unwrap_or(0);
        self.most = match &self.force {
            Force::Fallback(addresses) => addresses.len(),
            Force::AllRecords { .. } => held.min(MAX_ADDRESSES),
            _ => held.min(wanted),
        };
    }
}

fn compile_plan(from: &Compile<'_>, kind: Kind, rules: Option<&Rules>, before: Option<&Plan>) -> Plan {
    let configured = &from.service.pools;
    let mut candidates: Vec<Vec<Candidate>> = candidates(from, kind);
    decide_eligibility(configured, &mut candidates);
    let joined: Vec<_> = (0..configured.len())
        .map(|pool| joined(configured, &candidates, pool, usize::from(from.service.min_members)))
        .collect();
    let mut pools = Vec::with_capacity(configured.len());
    for ((pool, own), joined) in configured.iter().zip(candidates).zip(&joined) {
        let kept = before.and_then(|plan| plan.pools.iter().find(|p| p.name == pool.name));
        let joined: Vec<_> = joined.iter().map(|(index, others)| (*index, &others[..])).collect();
        pools.push(PoolPlan::new(pool, own, &joined, rules, kept));
    }
    let force = force(&pools, &from.service.down_response, kind);
    let may_answer =
        |pool: usize| pools.get(pool).is_some_and(|p: &PoolPlan| p.is_choosable() && p.has_eligible());
    let pool_of_rule: Vec<Option<usize>> = rules
        .iter()
        .flat_map(|rules| rules.targets())
        .map(|targets| targets.pools.iter().copied().find(|pool| may_answer(*pool)))
        .collect();
    let mut points = Vec::new();
    if from.service.pool_choice == PoolChoice::Geo {
        for (index, pool) in pools.iter().enumerate().filter(|(index, _)| may_answer(*index)) {
            points.extend(pool.points().map(|point| (point, index)));
        }
    }
    let has_public = pools.iter().flat_map(|pool| &pool.candidates).any(|c| c.public_address.is_some());
    let by_client =
        has_public || rules.is_some() || !points.is_empty() || pools.iter().any(PoolPlan::chooses_by_client);
    let mut plan = Plan {
        pools,
        force,
        names: kind == Kind::Names,
        most: usize::from(from.service.answers),
        by_client,
        has_public,
        rules: rules.cloned(),
        pool_of_rule,
        points,
        seed: from.seed,
    };
    if kind == Kind::Names {
        plan.count();
    }
    plan
}

/// The members of a kind, in the order of the configuration.
fn candidates(from: &Compile<'_>, kind: Kind) -> Vec<Vec<Candidate>> {
    let health = from.health.members.service(&from.service.name);
    let mut slot = from.slot.0;
    let mut all = Vec::with_capacity(from.service.pools.len());
    for pool in &from.service.pools {
        let mut candidates = Vec::new();
        for member in &pool.members {
            slot += 1;
            // A name that has no address yet is not checked, and not answered.
            let Some(address) = member.address else { continue };
            let own =
                if member.is_alias() { Kind::Names } else { Kind::Addresses(Family::of_address(address)) };
            if own == kind {
                let standing = health.map(|h| h.of(&pool.name, address)).unwrap_or_default();
                let home = (from.home_of)(member);
                candidates.push(Candidate::new((pool, member), address, home, standing, Slot(slot)));
            }
        }
        all.push(candidates);
    }
    all
}

/// A member that drains may be answered only while no pool that may be chosen has another that is up.
fn decide_eligibility(pools: &[config::Pool], candidates: &mut [Vec<Candidate>]) {
    let choosable = |pool: &config::Pool| pool.enabled && pool.priority.get() > 0;
    let fresh = |c: &Candidate| c.is_up() && c.draining.is_none();
    let any = pools.iter().zip(candidates.iter()).any(|(pool, own)| choosable(pool) && own.iter().any(fresh));
    for candidate in candidates.iter_mut().flatten() {
        candidate.eligible = candidate.is_up() && (candidate.draining.is_none() || !any);
    }
}

/// The pools that join one with too few eligible members, the next in order first, with their candidates.
fn joined(
    pools: &[config::Pool],
    candidates: &[Vec<Candidate>],
    pool: usize,
    least: usize,
) -> Vec<(usize, Vec<Candidate>)> {
    let eligible = |index: usize| candidates[index].iter().filter(|c| c.eligible).count();
    let mut count = eligible(pool);
    if count == 0 || count >= least {
        return Vec::new();
    }
    let rank = |index: usize| (Reverse(pools[index].priority), index);
    let mut after: Vec<usize> = (0..pools.len())
        .filter(|other| {
            rank(*other) > rank(pool) && pools[*other].enabled && pools[*other].priority.get() > 0
        })
        .collect();
    after.sort_by_key(|other| rank(*other));
    let mut joined = Vec::new();
    for other in after {
        if count >= least {
            break;
        }
        if eligible(other) > 0 {
            count += eligible(other);
            joined.push((other, candidates[other].clone()));
        }
    }
    joined
}

fn force(pools: &[PoolPlan], down: &DownResponse, kind: Kind) -> Force {
    if let Some(pool) = highest(pools, PoolPlan::has_eligible) {
        return Force::Members { pool };
    }
    let Some(pool) = highest(pools, |p| p.rotation.is_some()) else { return Force::NoMembers };
    match (down, kind) {
        (DownResponse::FailOpen, _) => Force::FailOpen { pool },
        // Only one CNAME may stand at a name.
        (DownResponse::AllRecords, Kind::Names) => Force::FailOpen { pool },
        (DownResponse::AllRecords, _) => Force::AllRecords { pool },
        (_, Kind::Addresses(family)) => without_members(down, family),
        (_, Kind::Names) => without_members(down, Family::V4),
    }
}

/// What a down response without members gives a family.
fn without_members(down: &DownResponse, family: Family) -> Force {
    match down {
        DownResponse::None => Force::Silence,
        DownResponse::Fallback(addresses) => Force::Fallback(
            addresses.iter().copied().filter(|address| Family::of_address(*address) == family).collect(),
        ),
        DownResponse::Cname(target) => Force::Alias(target.clone()),
        DownResponse::Empty | DownResponse::FailOpen | DownResponse::AllRecords => Force::Empty,
    }
}

/// The first pool of the highest priority that may be chosen and is `fit`.
fn highest(pools: &[PoolPlan], fit: impl Fn(&PoolPlan) -> bool) -> Option<usize> {
    let fitting = pools.iter().enumerate().filter(|(_, pool)| pool.is_choosable() && fit(pool));
    fitting.rev().max_by_key(|(_, pool)| pool.priority).map(|(index, _)| index)
}
