//! A service compiled for answering: for each address family the pools, and what is in force.

use std::net::IpAddr;

use model::DnsName;
use model::config::{self, DownResponse, Member};
use model::health::HealthTable;
use model::rrtype::Family;
use model::slots::Slot;
use model::value::Label;

use crate::pool::{Candidate, PoolPlan};

/// What a service is compiled from.
pub struct Compile<'a> {
    /// Its configuration.
    pub service: &'a config::Service,
    /// Measured health.
    pub health: &'a HealthTable,
    /// The site a member is counted to.
    pub site_of: &'a dyn Fn(&Member) -> Option<Label>,
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
}

/// What one address family of a service answers.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The pools, in the order of the configuration.
    pub pools: Vec<PoolPlan>,
    /// What is in force.
    pub force: Force,
    /// Addresses in one answer; 0 for all.
    pub answers: u8,
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
}

impl Service {
    /// Compiles a service. Pools with more members than a schedule can number serve the first 65,535 only.
    pub fn compile(from: &Compile<'_>) -> Service {
        let [mut v4, mut v6] = [Family::V4, Family::V6].map(|family| compile_plan(from, family));
        // An alias stands for all types of its name (RFC 1034 section 3.6.2), also for a family without members.
        let forces = [v4.force.clone(), v6.force.clone()];
        for (own, other) in [(&mut v4, &forces[1]), (&mut v6, &forces[0])] {
            if own.force == Force::NoMembers && matches!(other, Force::Alias(_)) {
                own.force = other.clone();
            }
        }
        Service {
            name: from.service.name.clone(),
            slot: from.slot,
            ttl: from.service.ttl.get(),
            plans: [v4, v6],
        }
    }

    /// The plan of a family; none for types other than A and AAAA.
    pub fn plan(&self, family: Family) -> Option<&Plan> {
        self.plans.get(family.index())
    }

    /// The name the whole service is an alias of: no family has a member up, and that is the down response.
    pub fn alias(&self) -> Option<&DnsName> {
        match [&self.plans[0].force, &self.plans[1].force] {
            [Force::Alias(target), Force::Alias(_)] => Some(target),
            _ => None,
        }
    }
}

fn compile_plan(from: &Compile<'_>, family: Family) -> Plan {
    let before = from.previous.and_then(|p| p.plan(family));
    let health = from.health.members.service(&from.service.name);
    let mut slot = from.slot.0;
    let mut pools = Vec::with_capacity(from.service.pools.len());
    for pool in &from.service.pools {
        let mut candidates = Vec::new();
        for member in &pool.members {
            slot += 1;
            let Some(address) = member.address.filter(|address| Family::of_address(*address) == family)
            else {
                continue;
            };
            candidates.push(Candidate {
                address,
                slot: Slot(slot),
                weight: member.weight.get(),
                enabled: member.enabled,
                health: health.map(|h| h.of(&pool.name, address).health()).unwrap_or_default(),
                site: (from.site_of)(member),
            });
        }
        let kept = before.and_then(|plan| plan.pools.iter().find(|p| p.name == pool.name));
        pools.push(PoolPlan::new(pool, candidates, kept));
    }
    let force = force(&pools, &from.service.down_response, family);
    Plan { pools, force, answers: from.service.answers, seed: from.seed }
}

fn force(pools: &[PoolPlan], down: &DownResponse, family: Family) -> Force {
    if let Some(pool) = highest(pools, PoolPlan::has_eligible) {
        return Force::Members { pool };
    }
    let Some(pool) = highest(pools, |p| p.rotation.is_some()) else { return Force::NoMembers };
    match down {
        DownResponse::FailOpen => Force::FailOpen { pool },
        DownResponse::AllRecords => Force::AllRecords { pool },
        DownResponse::None => Force::Silence,
        DownResponse::Empty => Force::Empty,
        DownResponse::Fallback(addresses) => Force::Fallback(
            addresses.iter().copied().filter(|address| Family::of_address(*address) == family).collect(),
        ),
        DownResponse::Cname(target) => Force::Alias(target.clone()),
    }
}

/// The first pool of the highest priority that may be chosen and is `fit`.
fn highest(pools: &[PoolPlan], fit: impl Fn(&PoolPlan) -> bool) -> Option<usize> {
    let fitting = pools.iter().enumerate().filter(|(_, pool)| pool.is_choosable() && fit(pool));
    fitting.rev().max_by_key(|(_, pool)| pool.priority).map(|(index, _)| index)
}
