//! Where a new segment of a split begins: the weights or the members served are no longer those of the view before.

use std::net::IpAddr;

use model::config::Algorithm;
use model::row::SegmentStart;
use model::rrtype::Family;
use model::split::{SegmentMember, SplitMode};

use crate::service::Service;

/// The segment a service is in from the view of (`generation`, `health_epoch`) on, published at `now` (microseconds
/// since 1970 UTC). Members answered because all are down count as the members served.
pub fn segment(service: &Service, generation: u64, health_epoch: u64, now: i64) -> SegmentStart {
    let mut members = Vec::new();
    let mut mode = None;
    for plan in [Family::V4, Family::V6].into_iter().filter_map(|family| service.plan(family)) {
        let (Some(pool), Some(rotation)) = (plan.pool(), plan.rotation()) else { continue };
        mode.get_or_insert(match rotation.algorithm {
            Algorithm::Random => SplitMode::Random,
            _ => SplitMode::Exact,
        });
        // Those served are some of the candidates, in their order.
        let mut candidates = pool.candidates.iter();
        for served in &rotation.members {
            let candidate = candidates.find(|c| c.address == served.address);
            members.push(SegmentMember {
                pool: pool.name.to_string(),
                address: served.address,
                site: candidate.and_then(|c| c.site.as_ref()).map(ToString::to_string),
                weight: served.weight,
            });
        }
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

/// Whether `present` differs from `before` in the way members are chosen, in the members or in their weights.
pub fn begins_anew(before: &SegmentStart, present: &SegmentStart) -> bool {
    fn key(member: &SegmentMember) -> (&str, IpAddr, u16) {
        (&member.pool, member.address, member.weight)
    }
    before.mode != present.mode || !before.members.iter().map(key).eq(present.members.iter().map(key))
}
