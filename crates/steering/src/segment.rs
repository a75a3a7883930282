//! Where a new segment of a split begins: the weights or the members served are no longer those of the view before.

use std::collections::HashSet;
use std::net::IpAddr;

use model::config::Algorithm;
use model::row::SegmentStart;
use model::split::{HashShare, SegmentMember, SplitMode};

use crate::candidate::Candidate;
use crate::service::{Force, Plan, Service};

/// The segment a service is in from the view of (`generation`, `health_epoch`) on, published at `now` (microseconds
/// since 1970 UTC). Members answered because all are down count as the members served.
pub fn segment(service: &Service, generation: u64, health_epoch: u64, now: i64) -> SegmentStart {
    let mut members = Vec::new();
    let mut mode = None;
    for plan in service.plans() {
        let Some(own) = mode_of(plan) else { continue };
        mode = Some(mode.map_or(own, |other| of_both(other, own)));
        add(plan, own, &mut members);
    }
    SegmentStart {
        service: service.name.to_string(),
        at: now,
        generation,
        health_epoch,
        mode: mode.unwrap_or(SplitMode::Exact),
        members,
    }
}

/// The mode of a segment whose families have these. What one family leaves to the client is not judged for the other
/// either; a family whose members were chosen by a hash is known by its members' slots, and leaves the mode to the
/// other.
fn of_both(one: SplitMode, other: SplitMode) -> SplitMode {
    match (one, other) {
        (SplitMode::ByClient, _) | (_, SplitMode::ByClient) => SplitMode::ByClient,
        (SplitMode::Hashed, other) => other,
        (one, _) => one,
    }
}

/// Pools that some client is answered from.
fn reached(plan: &Plan) -> Vec<usize> {
    let mut pools: Vec<usize> = plan.force.pool().into_iter().collect();
    if matches!(plan.force, Force::Members { .. }) {
        pools.extend(plan.pool_of_rule.iter().flatten());
        pools.extend(plan.points.iter().map(|(_, pool)| *pool));
    }
    pools.sort_unstable();
    pools.dedup();
    pools
}

/// How members are chosen; none when none is answered.
fn mode_of(plan: &Plan) -> Option<SplitMode> {
    let rotation = plan.rotation()?;
    let reached = reached(plan);
    let all_records = matches!(plan.force, Force::AllRecords { .. });
    let by_place =
        reached.len() > 1 || !all_records && reached.iter().any(|pool| plan.pools[*pool].chooses_by_place());
    Some(match rotation.chooser.algorithm {
        _ if by_place => SplitMode::ByClient,
        Algorithm::ConsistentHash => SplitMode::Hashed,
        Algorithm::Random => SplitMode::Random,
        _ => SplitMode::Exact,
    })
}

fn add(plan: &Plan, mode: SplitMode, members: &mut Vec<SegmentMember>) {
    let mut seen = HashSet::new();
    for pool in reached(plan) {
        let Some(rotation) = plan.pools.get(pool).and_then(|p| p.rotation.as_ref()) else { continue };
        let (head, tail) = rotation.members.split_at(rotation.head.min(rotation.members.len()));
        // Without any weight turns are equal, and what follows has none.
        let equal = !tail.is_empty() && head.iter().all(|served| served.weight == 0);
        let slots = rotation.slot_counts().filter(|_| mode == SplitMode::Hashed);
        for (place, served) in rotation.members.iter().enumerate() {
            if !seen.insert(served.slot) {
                continue;
            }
            let of_pool = |index: usize| {
                let pool = plan.pools.get(index)?;
                let own = |candidate: &&Candidate| candidate.slot == served.slot;
                Some((pool, pool.candidates.iter().find(own)?))
            };
            let Some((pool, candidate)) = (0..plan.pools.len()).find_map(of_pool) else { continue };
            members.push(SegmentMember {
                pool: pool.name.to_string(),
                address: served.address,
                site: candidate.site.as_ref().map(ToString::to_string),
                // Those that only follow others in longer answers have no turn.
                weight: match place < head.len() {
                    true if equal => 1,
                    true => served.weight,
                    false => 0,
                },
                hash: slots.as_ref().map(|slots| HashShare {
                    slots: slots.get(place).copied().unwrap_or(0),
                    mask: rotation.chooser.mask,
                }),
            });
        }
    }
}

/// Whether `present` differs from `before` in the way members are chosen, in the members, in their weights or in what is
/// hashed.
pub fn begins_anew(before: &SegmentStart, present: &SegmentStart) -> bool {
    fn key(member: &SegmentMember) -> (&str, IpAddr, u16, Option<HashShare>) {
        (&member.pool, member.address, member.weight, member.hash)
    }
    before.mode != present.mode || !before.members.iter().map(key).eq(present.members.iter().map(key))
}
