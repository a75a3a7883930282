//! Members in an order, and how the next of them is chosen.

use std::net::IpAddr;
use std::sync::Arc;

use model::DnsName;
use model::config::{Addresses, Algorithm, HashMask};
use model::slots::Slot;

use crate::Schedule;
use crate::algorithm::{consistent_hash, preference_order, random};
use crate::candidate::{Candidate, turn_weights};
use crate::client::Client;
use crate::cursor::Cursor;
use crate::decide::Turn;

/// A member that is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// Its address.
    pub address: IpAddr,
    /// What clients outside the groups of private addresses are answered.
    pub public_address: Option<IpAddr>,
    /// The name that is answered in the place of an address.
    pub alias: Option<Arc<DnsName>>,
    /// Where its answers are counted.
    pub slot: Slot,
    /// The weight its turns are given by.
    pub weight: u16,
    /// Has turns of its own: its weight is positive, or every weight is 0.
    pub scheduled: bool,
}

impl Served {
    /// The address that clients of these are answered.
    pub fn address_for(&self, addresses: Addresses) -> IpAddr {
        match addresses {
            Addresses::Private => self.address,
            Addresses::Public => self.public_address.unwrap_or(self.address),
        }
    }
}

/// How a rotation chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chooser {
    /// The algorithm; those that need a client's place choose among rotations, not within one.
    pub algorithm: Algorithm,
    /// What of a client's address a hash is made of.
    pub mask: HashMask,
}

/// Members in their order, the schedule of their turns and the place reached in it.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// How a turn becomes a member.
    pub chooser: Chooser,
    /// The members served: first those that are chosen among, then those that follow them in longer answers.
    pub members: Box<[Served]>,
    /// How many are chosen among.
    pub head: usize,
    /// Whose turn it is when.
    pub schedule: Arc<Schedule>,
    /// Whose a hash is.
    slots: Option<Arc<consistent_hash::Slots>>,
    /// The place reached, shared with every other view that serves the same members by the same weights.
    pub cursor: Arc<Cursor>,
}

impl Rotation {
    /// Over `served`, and in longer answers `then`. The cursor of one of `previous` is kept that serves the same.
    pub fn new<'p>(
        chooser: Chooser,
        served: Vec<&Candidate>,
        then: Vec<&Candidate>,
        previous: impl IntoIterator<Item = &'p Rotation>,
    ) -> Rotation {
        let (mut head, mut tail) = match chooser.algorithm {
            Algorithm::PreferenceOrder => preference_order::ordered(served),
            _ => (served, Vec::new()),
        };
        tail.extend(then);
        let weights = turn_weights(&head);
        let any = weights.iter().any(|weight| *weight > 0);
        let count = head.len();
        head.extend(tail);
        let serve = |(i, candidate): (usize, &&Candidate)| {
            let weight = weights.get(i).copied().unwrap_or(candidate.weight);
            Served {
                address: candidate.address,
                public_address: candidate.public_address,
                alias: candidate.name.clone().filter(|_| candidate.is_alias),
                slot: candidate.slot,
                weight,
                scheduled: !any || weight > 0,
            }
        };
        let members: Box<[Served]> = head.iter().enumerate().map(serve).collect();
        let same = |kept: &&Rotation| {
            kept.chooser == chooser && kept.head == count && kept.serves_the_same(&members)
        };
        if let Some(kept) = previous.into_iter().find(same) {
            return Rotation { members, ..kept.clone() };
        }
        let schedule = Arc::new(Schedule::new(&weights));
        let cursor = Arc::new(Cursor::new(schedule.period()));
        let slots = (chooser.algorithm == Algorithm::ConsistentHash).then(|| {
            let key = |served: &Served| match (&served.alias, served.address) {
                (Some(name), _) => consistent_hash::of_octets(name.wire()),
                (None, IpAddr::V4(ip)) => consistent_hash::of_octets(&ip.octets()),
                (None, IpAddr::V6(ip)) => consistent_hash::of_octets(&ip.octets()),
            };
            let weight = |served: &Served| if any { served.weight } else { 1 };
            let keyed: Vec<_> = members.iter().take(count).map(|m| (key(m), weight(m))).collect();
            Arc::new(consistent_hash::Slots::new(&keyed))
        });
        Rotation { chooser, members, head: count, schedule, slots, cursor }
    }

    /// Slots may differ: they are numbered anew with every configuration.
    fn serves_the_same(&self, members: &[Served]) -> bool {
        let key = |m: &Served| (m.address, m.weight, m.alias.clone());
        self.members.iter().map(key).eq(members.iter().map(key))
    }

    /// The slots of each member that is chosen among, where a hash of the client's network chooses.
    pub fn slot_counts(&self) -> Option<Vec<u32>> {
        Some(self.slots.as_ref()?.counts(self.head))
    }

    /// How many members may be answered together.
    pub fn scheduled(&self) -> usize {
        self.members.iter().filter(|m| m.scheduled).count()
    }

    /// The index of the member chosen, and the scope of the choice. A client of whom nothing is known has no hash, and is
    /// answered by turns.
    pub(crate) fn choose(&self, seed: u64, client: &Client<'_>, turn: Turn) -> (Option<usize>, u8) {
        if let Some(slots) = self.slots.as_ref().filter(|_| client.is_known()) {
            let mask = self.chooser.mask;
            let scope = if client.network.is_ipv4() { mask.v4 } else { mask.v6 };
            return (Some(slots.pick(consistent_hash::of_network(client.network, mask))), scope);
        }
        let turn = match turn {
            Turn::Take => self.cursor.advance(),
            Turn::Peek(ahead) => self.cursor.peek(ahead),
        };
        match self.chooser.algorithm {
            Algorithm::Random => (random::draw(&self.schedule, seed, turn), 0),
            _ => (self.schedule.pick(turn), 0),
        }
    }
}
