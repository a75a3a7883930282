//! One client, one turn, one answer.

use std::net::IpAddr;

use model::DnsName;
use model::config::Addresses;
use model::slots::Slot;
use model::value::Label;

use crate::algorithm::geo::{self, Point};
use crate::client::Client;
use crate::pool::PoolPlan;
use crate::rotation::{Rotation, Served};
use crate::service::{Force, Plan};

/// Addresses in one answer at most: as many AAAA records as surely fit a TCP message.
pub(crate) const MAX_ADDRESSES: usize = 2_000;

/// Whether a turn is taken or only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The next turn, which is then gone.
    Take,
    /// The turn after so many others, which stays where it is.
    Peek(u64),
}

/// What is answered to one query.
#[derive(Clone, Copy, Debug)]
pub enum Decision<'a> {
    /// Members, the first of which is counted.
    Members(Pick<'a>),
    /// A member that is answered by its name.
    Named(&'a Served, &'a DnsName),
    /// Addresses that are no members; none of them means NODATA.
    Addresses(&'a [IpAddr]),
    /// NOERROR without an address.
    NoData,
    /// Nothing at all.
    Silence,
    /// Another name.
    Alias(&'a DnsName),
}

/// A decision, and for whom it is the same.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// What is answered.
    pub decision: Decision<'a>,
    /// Leading bits of the client's network that it depends on (RFC 7871 section 7.2.1); 0 where it depends on none.
    pub scope: u8,
}

/// The members of one answer: the chosen one, then the next ones in the order of the pool.
#[derive(Clone, Copy, Debug)]
pub struct Pick<'a> {
    rotation: &'a Rotation,
    first: usize,
    count: usize,
    unscheduled_too: bool,
    addresses: Addresses,
}

impl<'a> Pick<'a> {
    /// The members, the chosen one first, each once.
    pub fn members(self) -> impl Iterator<Item = &'a Served> {
        let (head, tail) =
            self.rotation.members.split_at(self.rotation.head.min(self.rotation.members.len()));
        let (before, from) = head.split_at(self.first.min(head.len()));
        let all = self.unscheduled_too;
        from.iter().chain(before).chain(tail).filter(move |m| all || m.scheduled).take(self.count)
    }

    /// The same with the address that this client is answered of each.
    pub fn answers(self) -> impl Iterator<Item = (&'a Served, IpAddr)> {
        let addresses = self.addresses;
        self.members().map(move |member| (member, member.address_for(addresses)))
    }
}

/// What a client is answered from, and why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice<'a> {
    pub pool: Option<usize>,
    pub rotation: Option<&'a Rotation>,
    pub addresses: Addresses,
    /// The group that says which addresses.
    pub group: Option<&'a Label>,
    /// The topology rule that matched.
    pub rule: Option<usize>,
    /// Whether the rule, or the client's place, chose the pool.
    pub pool_by_client: bool,
    /// The location whose network gives the client its coordinates.
    pub own_place: Option<&'a Label>,
    /// The location or site that the rule leads to.
    pub at: Option<&'a Label>,
    /// Whether the client's place chose among the members.
    pub by_place: bool,
    pub scope: u8,
}

impl Plan {
    /// The pool in force for clients of whom nothing is known, if members are answered.
    pub fn pool(&self) -> Option<&PoolPlan> {
        self.pools.get(self.force.pool()?)
    }

    /// The rotation in force for clients of whom nothing is known, if members are answered.
    pub fn rotation(&self) -> Option<&Rotation> {
        self.pool()?.rotation.as_ref()
    }

    /// How many addresses an answer holds at most, known before a turn is taken.
    pub fn address_count(&self) -> usize {
        self.most
    }

    /// Whether members are answered by their names.
    pub fn answers_names(&self) -> bool {
        self.names
    }

    /// What a client is answered: the one decision that live answers, explanations and previews share.
    pub fn decide<'a>(&'a self, client: &Client<'a>, turn: Turn) -> Decided<'a> {
        if self.by_client {
            self.answer(self.choose(client), client, turn)
        } else {
            self.answer(self.choice(), client, turn)
        }
    }

    /// The slot of the member whose turn is next for clients of whom nothing is known: all that the next answer reads has
    /// then been read. None where no member takes turns.
    pub fn ahead(&self) -> Option<Slot> {
        let rotation = self.rotation()?;
        let next = rotation.schedule.pick(rotation.cursor.peek(0))?;
        Some(rotation.members.get(next)?.slot)
    }

    /// What is in force for everybody.
    fn choice(&self) -> Choice<'_> {
        Choice {
            pool: self.force.pool(),
            rotation: self.rotation(),
            addresses: Addresses::Private,
            group: None,
            rule: None,
            pool_by_client: false,
            own_place: None,
            at: None,
            by_place: false,
            scope: 0,
        }
    }

    /// What is in force for a client.
    pub(crate) fn choose<'a>(&'a self, client: &Client<'a>) -> Choice<'a> {
        let mut choice = self.choice();
        let Some(in_force) = choice.pool else { return choice };
        if self.has_public {
            choice.addresses = Addresses::Public;
        }
        if !client.is_known() {
            return choice;
        }
        let mut scope = 0;
        if self.has_public {
            (choice.addresses, choice.group, scope) = client.atlas.addresses(client);
        }
        if matches!(self.force, Force::AllRecords { .. }) {
            return Choice { scope, ..choice };
        }
        if let Some(rules) = &self.rules {
            let (rule, bits) = rules.of(client);
            (choice.rule, scope) = (rule, scope.max(bits));
        }
        let mut pool = in_force;
        if matches!(self.force, Force::Members { .. }) {
            if let Some(named) = choice.rule.and_then(|rule| *self.pool_of_rule.get(rule)?) {
                (pool, choice.pool_by_client) = (named, true);
            } else if !self.points.is_empty() {
                let (coordinates, own_place, bits) = client.atlas.coordinates(client);
                (choice.own_place, scope) = (own_place, scope.max(bits));
                let points = self.points.iter().map(|(point, _)| *point);
                let nearest = coordinates.and_then(|degrees| geo::nearest(points, Point::new(degrees)));
                if let Some((_, near)) = nearest.and_then(|index| self.points.get(index)) {
                    (pool, choice.pool_by_client) = (*near, true);
                }
            }
        }
        let Some(part) = self.pools.get(pool).and_then(|plan| plan.part(client, choice.rule)) else {
            return Choice { scope, ..choice };
        };
        Choice {
            pool: Some(pool),
            rotation: Some(part.rotation),
            own_place: choice.own_place.or(part.own_place),
            at: part.at,
            by_place: part.by_place,
            scope: scope.max(part.scope),
            ..choice
        }
    }

    fn answer<'a>(&'a self, choice: Choice<'a>, client: &Client<'_>, turn: Turn) -> Decided<'a> {
        let Some(rotation) = choice.rotation else {
            return Decided { decision: self.without_members(), scope: choice.scope };
        };
        let (first, bits) = rotation.choose(self.seed, client, turn);
        let scope = choice.scope.max(bits);
        let Some(first) = first else { return Decided { decision: Decision::NoData, scope } };
        let named = rotation.members.get(first).and_then(|member| Some((member, member.alias.as_deref()?)));
        let decision = match named {
            Some((member, name)) => Decision::Named(member, name),
            None => Decision::Members(Pick {
                rotation,
                first,
                count: self.most,
                unscheduled_too: matches!(self.force, Force::AllRecords { .. }),
                addresses: choice.addresses,
            }),
        };
        Decided { decision, scope }
    }

    fn without_members(&self) -> Decision<'_> {
        match &self.force {
            Force::Fallback(addresses) => Decision::Addresses(addresses),
            Force::Silence => Decision::Silence,
            Force::Alias(target) => Decision::Alias(target),
            _ => Decision::NoData,
        }
    }
}
