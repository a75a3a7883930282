//! The fast path: the question parsed in place, records copied as they were compiled, no allocation and no lock.
//!
//! It answers what is asked most: services, static records, names that do not exist or are not ours, and short chains
//! of aliases. All else it leaves, before anything has been counted or a turn been taken, to the complete path.

use model::DnsName;
use model::config::Unhandled;
use model::event::QueryEvent;
use model::rrtype::{Family, Rcode, RrType};
use steering::{Decision, Plan, Service, Turn};

use crate::answer::{Asked, Outcome};
use crate::lookup::{Found, Lowered, find};
use crate::message::{ExtendedError, HEADER, IN, Reply};
use crate::serving::Serving;
use crate::tree::{FIXED, Node, RrSet, body};

/// Aliases followed; longer chains are rare, and may be loops.
const MAX_ALIASES: usize = 3;
/// Octets of an owner that is a pointer.
const POINTER: usize = 2;

/// Answers into `out`; none when the query is not for this path.
pub fn answer(asked: &Asked<'_>, out: &mut Vec<u8>, event: &mut QueryEvent) -> Option<Outcome> {
    let query = &asked.query;
    let plain = query.qclass == IN && !is_special(query.qtype) && query.edns.is_none_or(|e| e.version == 0);
    if !plain || !asked.permitted {
        return None;
    }
    let mut reply = Reply::new(out, asked.packet, query.question, asked.limit);
    let mut walk = Walk { asked, serving: asked.serving, reply: &mut reply, event, error: None, scope: 0 };
    let outcome = walk.run(query.name)?;
    let (error, scope) = (walk.error, walk.scope);
    if let Some(subnet) = &mut event.ecs {
        subnet.scope = scope;
    }
    let opt = asked.opt_because(error, scope);
    reply.finish(event.rcode, opt.as_ref()).then_some(outcome)
}

/// Types that are no data, and those asked in one go.
fn is_special(qtype: RrType) -> bool {
    matches!(qtype.0, 0 | 41 | 128..=255)
}

struct Walk<'a, 'b, 'c> {
    asked: &'a Asked<'a>,
    serving: &'a Serving,
    reply: &'b mut Reply<'c>,
    event: &'b mut QueryEvent,
    error: Option<ExtendedError>,
    /// Bits of the client's network that the answer depends on.
    scope: u8,
}

/// What a node does with the question.
enum Step<'n> {
    Done,
    NoData,
    Silent,
    Follow(&'n [u8]),
}

impl<'a> Walk<'a, '_, '_> {
    /// Follows aliases from the name asked for until something else answers.
    fn run(&mut self, asked: &[u8]) -> Option<Outcome> {
        self.event.forget_answer();
        let mut name = Lowered::new(asked);
        // Where the present name is written in the reply: first the question, then the data of the last alias.
        let mut owner = HEADER;
        for hop in 0..=MAX_ALIASES {
            let node = match find(self.serving.tree(), name.wire(), self.asked.query.qtype) {
                Found::Node(node) => node,
                Found::Outside => return Some(self.outside(hop)),
                Found::Missing { zone } => return Some(self.missing(hop, zone, owner, &name)),
                Found::Above(_) | Found::Delegated(_) | Found::Renamed(_) => return None,
            };
            self.reply.authoritative();
            if hop == 0 {
                self.event.slot = self.serving.tree().zones[node.zone].slot;
            }
            let target = match self.at(node, owner)? {
                Step::Done => return Some(self.replied()),
                Step::NoData => {
                    self.negative(node.zone, owner, &name);
                    return Some(self.replied());
                }
                Step::Silent => return Some(self.silent()),
                Step::Follow(target) => target,
            };
            // The alias that was just written ends with its target.
            owner = self.reply.offset() - target.len();
            name = Lowered::new(target);
        }
        None
    }

    fn replied(&mut self) -> Outcome {
        if self.event.answers().is_empty() {
            self.event.set_answer_count(self.reply.answers());
        }
        Outcome::Replied
    }

    fn silent(&mut self) -> Outcome {
        self.event.rcode = Rcode::DROPPED;
        Outcome::Silent
    }

    fn outside(&mut self, hop: usize) -> Outcome {
        // An alias into another's zone is the whole answer (RFC 2181 section 5.4.1).
        if hop == 0 {
            self.event.rcode = Rcode::REFUSED;
            self.error = Some(ExtendedError::NOT_AUTHORITATIVE);
        }
        self.replied()
    }

    fn missing(&mut self, hop: usize, zone: usize, owner: usize, name: &Lowered) -> Outcome {
        let data = &self.serving.tree().zones[zone];
        if hop == 0 {
            self.event.slot = data.slot;
            if data.unhandled == Unhandled::Drop {
                return self.silent();
            }
        }
        self.reply.authoritative();
        // RFC 6604 section 3: the code is that of the last name of the chain.
        self.event.rcode = Rcode::NXDOMAIN;
        self.negative(zone, owner, name);
        self.replied()
    }

    /// Puts the zone's SOA into the authority section; its owner is the end of the name asked for.
    fn negative(&mut self, zone: usize, owner: usize, name: &Lowered) {
        let data = &self.serving.tree().zones[zone];
        let apex = owner + name.wire().len() - data.name.wire().len();
        self.reply.authority(apex, &data.negative_soa);
        self.event.ttl = data.negative_ttl;
        // RFC 7871 section 7.4: what is not there is not there for anybody.
        if self.reply.answers() == 0 {
            self.scope = 0;
        }
    }

    /// What a node has for the type asked for; none when that is for the complete path.
    fn at(&mut self, node: &'a Node, owner: usize) -> Option<Step<'a>> {
        let qtype = self.asked.query.qtype;
        if let Some(service) = node.service.and_then(|index| self.serving.service(index)) {
            self.event.slot = service.slot;
            match service.plan(Family::of_type(qtype)) {
                Some(plan) => return self.steer(service, plan, owner),
                // A service that is an alias now is one for every type (RFC 1034 section 3.6.2).
                None => {
                    if let Some(target) = service.alias() {
                        self.error = Some(ExtendedError::NO_MEMBER_UP);
                        return Some(self.alias(target, service.ttl, owner));
                    }
                }
            }
        }
        if let Some(set) = node.set(qtype) {
            self.records(set, owner);
            return Some(Step::Done);
        }
        let Some(alias) = node.set(RrType::CNAME) else { return Some(Step::NoData) };
        self.records(alias, owner);
        Some(Step::Follow(alias.target()))
    }

    fn records(&mut self, set: &RrSet, owner: usize) {
        for body in set.bodies() {
            self.reply.answer(owner, body);
        }
        set.addresses().for_each(|address| self.event.push_answer(address));
        self.event.ttl = set.ttl;
    }

    /// What a service answers.
    fn steer(&mut self, service: &'a Service, plan: &'a Plan, owner: usize) -> Option<Step<'a>> {
        self.event.failed_open = plan.force.is_down_response();
        self.error = self.event.failed_open.then_some(ExtendedError::NO_MEMBER_UP);
        // Where a name leads cannot be known before its turn is taken.
        if plan.answers_names() {
            return None;
        }
        // A turn is taken only for an answer that is sent.
        let octets = plan.address_count() * (POINTER + FIXED + 16);
        if !self.reply.has_room(octets, self.asked.opt_because(self.error, 0).as_ref()) {
            return None;
        }
        let decided = plan.decide(&self.asked.steered, Turn::Take);
        self.scope = self.scope.max(decided.scope);
        Some(match decided.decision {
            Decision::Members(pick) => {
                for (place, (member, address)) in pick.answers().enumerate() {
                    if place == 0 {
                        self.event.slot = member.slot;
                    }
                    self.reply.address(owner, service.ttl, address);
                    self.event.push_answer(address);
                }
                self.event.ttl = service.ttl;
                Step::Done
            }
            Decision::Addresses([]) | Decision::NoData => Step::NoData,
            Decision::Addresses(addresses) => {
                for address in addresses {
                    self.reply.address(owner, service.ttl, *address);
                    self.event.push_answer(*address);
                }
                self.event.ttl = service.ttl;
                Step::Done
            }
            Decision::Silence => Step::Silent,
            Decision::Alias(target) | Decision::Named(_, target) => self.alias(target, service.ttl, owner),
        })
    }

    fn alias(&mut self, target: &'a DnsName, ttl: u32, owner: usize) -> Step<'a> {
        self.reply.answer(owner, &body(RrType::CNAME, ttl, target.wire()));
        self.event.ttl = ttl;
        if self.asked.query.qtype == RrType::CNAME { Step::Done } else { Step::Follow(target.wire()) }
    }
}
