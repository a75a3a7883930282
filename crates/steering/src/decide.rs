//! One turn, one answer.

use std::net::IpAddr;

use model::DnsName;
use model::config::Algorithm;

use crate::pool::{PoolPlan, Rotation, Served};
use crate::service::{Force, Plan};

/// Addresses in one answer at most: as many AAAA records as surely fit a TCP message.
const MAX_ADDRESSES: usize = 2_000;

/// What is answered to one query.
#[derive(Clone, Copy, Debug)]
pub enum Decision<'a> {
    /// Members, the first of which is counted.
    Members(Pick<'a>),
    /// Addresses that are no members; none of them means NODATA.
    Addresses(&'a [IpAddr]),
    /// NOERROR without an address.
    NoData,
    /// Nothing at all.
    Silence,
    /// Another name.
    Alias(&'a DnsName),
}

/// The members of one answer: the chosen one, then the next ones in the order of the pool.
#[derive(Clone, Copy, Debug)]
pub struct Pick<'a> {
    rotation: &'a Rotation,
    first: usize,
    count: usize,
    unscheduled_too: bool,
}

impl<'a> Pick<'a> {
    /// The members, the chosen one first, each once.
    pub fn members(self) -> impl Iterator<Item = &'a Served> {
        let (before, from) = self.rotation.members.split_at(self.first.min(self.rotation.members.len()));
        let all = self.unscheduled_too;
        from.iter().chain(before).filter(move |m| all || m.scheduled).take(self.count)
    }
}

impl Plan {
    /// The pool in force, if members are answered.
    pub fn pool(&self) -> Option<&PoolPlan> {
        match self.force {
            Force::Members { pool } | Force::FailOpen { pool } | Force::AllRecords { pool } => {
                self.pools.get(pool)
            }
            _ => None,
        }
    }

    /// The rotation in force, if members are answered.
    pub fn rotation(&self) -> Option<&Rotation> {
        self.pool()?.rotation.as_ref()
    }

    /// How many addresses every answer holds, known before a turn is taken.
    pub fn address_count(&self) -> usize {
        let wanted = if self.answers == 0 { MAX_ADDRESSES } else { usize::from(self.answers) };
        match (&self.force, self.rotation()) {
            (Force::AllRecords { .. }, Some(rotation)) => rotation.members.len().min(MAX_ADDRESSES),
            (_, Some(rotation)) => rotation.scheduled().min(wanted),
            (Force::Fallback(addresses), None) => addresses.len(),
            _ => 0,
        }
    }

    /// Takes the next turn. Of answers without members there is only one, and no turn is taken.
    pub fn next_turn(&self) -> u64 {
        self.rotation().map_or(0, |rotation| rotation.cursor.advance())
    }

    /// The turn that would be taken after `ahead` others; nothing moves.
    pub fn peek_turn(&self, ahead: u64) -> u64 {
        self.rotation().map_or(0, |rotation| rotation.cursor.peek(ahead))
    }

    /// The answer of a turn.
    pub fn decide(&self, turn: u64) -> Decision<'_> {
        let chosen = self.rotation().and_then(|rotation| {
            let first = match rotation.algorithm {
                _ if rotation.algorithm != Algorithm::Random => rotation.schedule.pick(turn),
                _ => rotation.schedule.draw(splitmix64(self.seed.wrapping_add(turn))),
            }?;
            let unscheduled_too = matches!(self.force, Force::AllRecords { .. });
            Some(Pick { rotation, first, count: self.address_count(), unscheduled_too })
        });
        match (&self.force, chosen) {
            (_, Some(pick)) => Decision::Members(pick),
            (Force::Fallback(addresses), None) => Decision::Addresses(addresses),
            (Force::Silence, None) => Decision::Silence,
            (Force::Alias(target), None) => Decision::Alias(target),
            _ => Decision::NoData,
        }
    }
}

/// The output function of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
fn splitmix64(counter: u64) -> u64 {
    let z = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
