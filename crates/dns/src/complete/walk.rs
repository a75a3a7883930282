//! RFC 1034 section 4.3.2, to its end: aliases, DNAMEs, delegations, wildcards, services.

use model::DnsName;
use model::config::Unhandled;
use model::event::QueryEvent;
use model::name::MAX_WIRE;
use model::rrtype::{Family, Rcode, RrType};
use model::slots::Slot;
use steering::{Decision, Plan, Service, Turn};

use super::sections::{Sections, record, records};
use crate::answer::Asked;
use crate::lookup::{Broken, Found, Lowered, find};
use crate::message::ExtendedError;
use crate::serving::Serving;
use crate::tree::{Node, RrSet};

/// Aliases followed; no zone that people use has longer chains, and no resolver would follow them.
const MAX_ALIASES: usize = 16;

/// The slot of the zone a name is in.
pub fn zone_slot(serving: &Serving, name: &[u8]) -> Slot {
    let tree = serving.tree();
    let zone = find(tree, Lowered::new(name).wire(), RrType::SOA).zone();
    zone.map_or(Slot::OUTSIDE, |zone| tree.zones[zone].slot)
}

/// One query on its way through the zones.
pub struct Walk<'a, 'e> {
    asked: &'a Asked<'a>,
    turn: Turn,
    event: &'e mut QueryEvent,
    out: Sections,
}

/// Where a name leads.
enum Step {
    Done,
    Silent,
    Follow(Vec<u8>),
}

impl<'a, 'e> Walk<'a, 'e> {
    /// At the name asked for.
    pub fn new(asked: &'a Asked<'a>, turn: Turn, event: &'e mut QueryEvent) -> Walk<'a, 'e> {
        Walk { asked, turn, event, out: Sections::default() }
    }

    /// Follows aliases until something else answers; none for silence.
    pub fn run(mut self) -> Option<Sections> {
        let answered = self.follow();
        if let Some(subnet) = &mut self.event.ecs {
            subnet.scope = self.out.scope;
        }
        answered.then_some(self.out)
    }

    /// Whether something is answered.
    fn follow(&mut self) -> bool {
        let mut name = self.asked.query.name.to_vec();
        let mut visited: Vec<Vec<u8>> = Vec::new();
        for hop in 0..=MAX_ALIASES {
            let lowered = Lowered::new(&name);
            // A loop ends with each of its aliases said once (RFC 1034 section 3.6.2).
            if visited.iter().any(|v| v == lowered.wire()) {
                break;
            }
            visited.push(lowered.wire().to_vec());
            match self.at_name(hop, &name, &lowered) {
                Step::Done => break,
                Step::Silent => {
                    self.event.rcode = Rcode::DROPPED;
                    return false;
                }
                Step::Follow(target) => name = target,
            }
        }
        if self.event.answers().is_empty() {
            self.event.set_answer_count(self.out.answers.len().min(usize::from(u16::MAX)) as u16);
        }
        true
    }

    fn at_name(&mut self, hop: usize, name: &[u8], lowered: &Lowered) -> Step {
        let tree = self.asked.serving.tree();
        let found = find(tree, lowered.wire(), self.asked.query.qtype);
        if hop == 0
            && let Some(zone) = found.zone()
        {
            self.event.slot = tree.zones[zone].slot;
            // A referral is not this server's own word.
            self.out.authoritative = !matches!(found, Found::Delegated(_));
        }
        match found {
            Found::Outside => self.outside(hop),
            Found::Missing { zone } => self.missing(hop, zone, name),
            Found::Node(node) => self.at_node(node, name),
            Found::Above(above) => match &above.ds {
                Some(set) => self.answer(set, name),
                None => self.negative(above.zone, name),
            },
            Found::Delegated(at) => self.refer(at, name),
            Found::Renamed(at) => self.rename(at, name),
        }
    }

    fn outside(&mut self, hop: usize) -> Step {
        // An alias into another's zone is the whole answer (RFC 2181 section 5.4.1).
        if hop == 0 {
            self.event.rcode = Rcode::REFUSED;
            self.out.error = Some(ExtendedError::NOT_AUTHORITATIVE);
        }
        Step::Done
    }

    fn missing(&mut self, hop: usize, zone: usize, name: &[u8]) -> Step {
        if hop == 0 && self.asked.serving.tree().zones[zone].unhandled == Unhandled::Drop {
            return Step::Silent;
        }
        // RFC 6604 section 3: the code is that of the last name of the chain.
        self.event.rcode = Rcode::NXDOMAIN;
        self.negative(zone, name)
    }

    /// The zone's SOA, whose owner is the end of the name asked for.
    fn negative(&mut self, zone: usize, name: &[u8]) -> Step {
        let data = &self.asked.serving.tree().zones[zone];
        let apex = ending(name, data.name.wire());
        let soa = data.negative_soa_data();
        self.out.authorities.extend(record(apex, RrType::SOA, data.negative_ttl, soa));
        self.event.ttl = data.negative_ttl;
        // RFC 7871 section 7.4: what is not there is not there for anybody.
        if self.out.answers.is_empty() {
            self.out.scope = 0;
        }
        Step::Done
    }

    fn at_node(&mut self, node: &Node, name: &[u8]) -> Step {
        let qtype = self.asked.query.qtype;
        if qtype == RrType::ANY {
            // RFC 8482 section 4.2: one synthesized record instead of everything.
            let ttl = self.asked.serving.tree().zones[node.zone].negative_ttl;
            self.out.answers.extend(record(name, RrType::HINFO, ttl, b"\x07RFC8482\x00"));
            self.event.ttl = ttl;
            return Step::Done;
        }
        if let Some(service) = node.service.and_then(|index| self.asked.serving.service(index)) {
            self.event.slot = service.slot;
            match service.plan(Family::of_type(qtype)) {
                Some(plan) => return self.steer(service, plan, node.zone, name),
                // A service that is an alias now is one for every type (RFC 1034 section 3.6.2).
                None => {
                    if let Some(target) = service.alias() {
                        self.out.error = Some(ExtendedError::NO_MEMBER_UP);
                        return self.alias(name, service.ttl, target);
                    }
                }
            }
        }
        if let Some(set) = node.set(qtype) {
            return self.answer(set, name);
        }
        match node.set(RrType::CNAME) {
            Some(alias) => {
                self.answer(alias, name);
                Step::Follow(alias.target().to_vec())
            }
            None => self.negative(node.zone, name),
        }
    }

    fn answer(&mut self, set: &RrSet, name: &[u8]) -> Step {
        self.out.answers.extend(records(name, set));
        set.addresses().for_each(|address| self.event.push_answer(address));
        self.event.ttl = set.ttl;
        Step::Done
    }

    /// What a service answers.
    fn steer(&mut self, service: &Service, plan: &Plan, zone: usize, name: &[u8]) -> Step {
        self.event.failed_open = plan.force.is_down_response();
        self.out.error = self.event.failed_open.then_some(ExtendedError::NO_MEMBER_UP);
        self.out.took_a_turn = plan.rotation().is_some();
        self.out.slot_without_members = service.slot;
        let decided = plan.decide(&self.asked.steered, self.turn);
        self.out.scope = self.out.scope.max(decided.scope);
        let addresses = match decided.decision {
            Decision::Members(pick) => {
                if let Some(first) = pick.members().next() {
                    self.event.slot = first.slot;
                }
                pick.answers().map(|(_, address)| address).collect()
            }
            Decision::Named(member, target) => {
                (self.event.slot, self.out.named) = (member.slot, true);
                return self.alias(name, service.ttl, target);
            }
            Decision::Addresses(addresses) => addresses.to_vec(),
            Decision::NoData => Vec::new(),
            Decision::Silence => return Step::Silent,
            Decision::Alias(target) => return self.alias(name, service.ttl, target),
        };
        if addresses.is_empty() {
            return self.negative(zone, name);
        }
        let rr_type = self.asked.query.qtype;
        for address in addresses {
            let record = match address {
                std::net::IpAddr::V4(ip) => record(name, rr_type, service.ttl, &ip.octets()),
                std::net::IpAddr::V6(ip) => record(name, rr_type, service.ttl, &ip.octets()),
            };
            self.out.answers.extend(record);
            self.event.push_answer(address);
        }
        self.event.ttl = service.ttl;
        Step::Done
    }

    fn alias(&mut self, name: &[u8], ttl: u32, target: &DnsName) -> Step {
        self.out.answers.extend(record(name, RrType::CNAME, ttl, target.wire()));
        self.event.ttl = ttl;
        if self.asked.query.qtype == RrType::CNAME {
            Step::Done
        } else {
            Step::Follow(target.wire().to_vec())
        }
    }

    /// Refers to the servers the name is delegated to, with the addresses we have of those that lie below the cut or
    /// elsewhere in the zone (RFC 1034 section 4.2.1, RFC 9471).
    fn refer(&mut self, at: Broken<'_>, name: &[u8]) -> Step {
        let Some(servers) = at.node.set(RrType::NS) else { return Step::Done };
        self.out.authorities.extend(records(ending(name, at.owner), servers));
        self.event.ttl = servers.ttl;
        let tree = self.asked.serving.tree();
        for server in servers.data() {
            let Some(node) = tree.get(server).filter(|node| node.zone == at.node.zone) else { continue };
            for rr_type in [RrType::A, RrType::AAAA] {
                self.out
                    .additionals
                    .extend(node.set(rr_type).into_iter().flat_map(|set| records(server, set)));
            }
        }
        Step::Done
    }

    /// Puts the DNAME's target in the place of its owner, and says so with a CNAME as well (RFC 6672 section 3.1).
    fn rename(&mut self, at: Broken<'_>, name: &[u8]) -> Step {
        let Some(dname) = at.node.set(RrType::DNAME) else { return Step::Done };
        self.out.answers.extend(records(ending(name, at.owner), dname));
        self.event.ttl = dname.ttl;
        let target = [&name[..name.len() - at.owner.len()], dname.target()].concat();
        if target.len() > MAX_WIRE {
            self.event.rcode = Rcode::YXDOMAIN;
            return Step::Done;
        }
        self.out.answers.extend(record(name, RrType::CNAME, dname.ttl, &target));
        if self.asked.query.qtype == RrType::CNAME { Step::Done } else { Step::Follow(target) }
    }
}

/// The end of `name` that `suffix` is equal to, as `name` has it cased.
fn ending<'n>(name: &'n [u8], suffix: &[u8]) -> &'n [u8] {
    &name[name.len() - suffix.len()..]
}
