//! One packet, one reply: the same for every transport.

use std::net::SocketAddr;
use std::time::Instant;

use model::DnsName;
use model::config::Unhandled;
use model::event::{QueryEvent, Transport};
use model::rrtype::{Family, Rcode, RrType};
use steering::Decision;

use crate::lookup::{Found, Lowered, find};
use crate::message::{Edns, MAX_TCP, PLAIN_UDP, Query, Read, Reply, read};
use crate::policy::Policy;
use crate::serving::Serving;
use crate::tree::{Node, RrSet, body};

/// Names an alias may lead through; each is a zone's own data, and a loop ends here (RFC 1034 section 3.6.2).
const MAX_ALIASES: usize = 9;
/// Class IN.
const IN: u16 = 1;

/// A packet as it came.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// When, by a clock that only goes forward.
    pub since: Instant,
    /// From whom.
    pub client: SocketAddr,
    /// How.
    pub transport: Transport,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was no query: nothing is answered and nothing is counted.
    Ignored,
    /// The reply stands in the buffer.
    Replied,
    /// A query that is left without a reply on purpose.
    Silent,
}

/// Answers `packet` from `serving` into `out`, and notes in `event` what happened.
pub fn answer(
    serving: &Serving,
    policy: &Policy,
    packet: &[u8],
    arrival: &Arrival,
    out: &mut Vec<u8>,
    event: &mut QueryEvent,
) -> Outcome {
    // A reply to port 0 reaches nobody; whoever sends from there wants a third party to be hit.
    if arrival.client.port() == 0 {
        return Outcome::Ignored;
    }
    event.generation = serving.snapshot().generation;
    event.health_epoch = serving.health().epoch;
    let outcome = match read(packet) {
        Read::Ignore => return Outcome::Ignored,
        Read::Refuse { rcode, question, edns } => {
            let mut reply = Reply::new(out, packet, question, edns);
            reply.rcode(rcode);
            event.rcode = rcode;
            reply.finish(limit(arrival.transport, edns));
            Outcome::Replied
        }
        Read::Query(query) => {
            event.set_name(query.name);
            event.qtype = query.qtype;
            event.ecs = query.edns.and_then(|e| e.subnet);
            let mut reply = Reply::new(out, packet, Some(query.question), query.edns);
            let outcome = fill(serving, &query, &mut reply, event);
            reply.rcode(event.rcode);
            if event.answers().is_empty() {
                event.set_answer_count(reply.answers());
            }
            reply.finish(limit(arrival.transport, query.edns));
            outcome
        }
    };
    event.latency_ns = arrival.since.elapsed().as_nanos().min(u128::from(u32::MAX)) as u32;
    outcome
}

fn limit(transport: Transport, edns: Option<Edns>) -> usize {
    match transport {
        Transport::Udp => edns.map_or(PLAIN_UDP, |e| e.payload),
        Transport::Tcp => MAX_TCP,
    }
}

/// Decides code and sections of a well-formed query.
fn fill(serving: &Serving, query: &Query<'_>, reply: &mut Reply<'_>, event: &mut QueryEvent) -> Outcome {
    if query.edns.is_some_and(|e| e.version != 0) {
        event.rcode = Rcode::BADVERS;
        return Outcome::Replied;
    }
    if query.qclass != IN {
        event.rcode = Rcode::REFUSED;
        return Outcome::Replied;
    }
    match query.qtype {
        // Transfers are not offered (RFC 5936 section 2.2.1), and types of the mechanism have no data.
        RrType::AXFR | RrType::IXFR | RrType::MAILA | RrType::MAILB | RrType::TKEY | RrType::TSIG => {
            if let Found::Missing { zone } | Found::Node(&Node { zone, .. }) =
                find(serving.tree(), Lowered::new(query.name).wire())
            {
                event.slot = serving.tree().zones[zone].slot;
            }
            event.rcode = Rcode::REFUSED;
            return Outcome::Replied;
        }
        RrType::OPT | RrType(0) => {
            event.rcode = Rcode::FORMERR;
            return Outcome::Replied;
        }
        _ => {}
    }
    Walk { serving, reply, event, qtype: query.qtype }.run(query.name)
}

struct Walk<'a, 'b> {
    serving: &'a Serving,
    reply: &'a mut Reply<'b>,
    event: &'a mut QueryEvent,
    qtype: RrType,
}

impl Walk<'_, '_> {
    /// Follows aliases from the name asked for until something else answers.
    fn run(&mut self, asked: &[u8]) -> Outcome {
        let mut name = Lowered::new(asked);
        // Where the present name is written in the reply: first the question, then the data of the last alias.
        let mut owner = crate::message::HEADER;
        for hop in 0..MAX_ALIASES {
            let serving = self.serving;
            let tree = serving.tree();
            let node = match find(tree, name.wire()) {
                Found::Outside => {
                    // An alias into another's zone is the whole answer (RFC 2181 section 5.4.1).
                    self.event.rcode = if hop == 0 { Rcode::REFUSED } else { Rcode::NOERROR };
                    return Outcome::Replied;
                }
                Found::Missing { zone } => return self.missing(hop, zone, owner, &name),
                Found::Node(node) => node,
            };
            self.reply.authoritative();
            if hop == 0 {
                self.event.slot = tree.zones[node.zone].slot;
            }
            if self.qtype == RrType::ANY {
                // RFC 8482 section 4.2: one synthesized record instead of everything.
                let ttl = tree.zones[node.zone].negative_ttl;
                self.reply.answer(owner, &body(RrType::HINFO, ttl, b"\x07RFC8482\x00"));
                self.event.ttl = ttl;
                return Outcome::Replied;
            }
            let next = match self.at(node, owner) {
                Step::Done => return Outcome::Replied,
                Step::Silent => return self.silent(),
                Step::NoData => {
                    self.negative(node.zone, owner, &name);
                    return Outcome::Replied;
                }
                Step::Follow(target) => target,
            };
            // The alias that was just written ends with its target.
            owner = self.reply.offset() - next.wire().len();
            name = Lowered::new(next.wire());
        }
        Outcome::Replied
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
        Outcome::Replied
    }

    fn silent(&mut self) -> Outcome {
        self.event.rcode = Rcode::DROPPED;
        Outcome::Silent
    }

    /// Puts the zone's SOA into the authority section; its owner is the end of the name asked for.
    fn negative(&mut self, zone: usize, owner: usize, name: &Lowered) {
        let data = &self.serving.tree().zones[zone];
        let apex = owner + name.wire().len() - data.name.wire().len();
        self.reply.authority(apex, &data.negative_soa);
        self.event.ttl = data.negative_ttl;
    }

    /// What a node has for the type asked for.
    fn at<'n>(&mut self, node: &'n Node, owner: usize) -> Step<'n>
    where
        Self: 'n,
    {
        let family = Family::of_type(self.qtype);
        if let Some(index) = node.service {
            let step = self.steer(index, family, owner);
            if let Some(step) = step {
                return step;
            }
        }
        if let Some(set) = node.sets.iter().find(|s| s.rr_type == self.qtype) {
            self.records(set, owner);
            return Step::Done;
        }
        match &node.alias {
            Some(alias) => {
                self.reply.answer(owner, &alias.body);
                self.event.ttl = alias.ttl;
                if self.qtype == RrType::CNAME {
                    Step::Done
                } else {
                    Step::Follow(Target::Static(&alias.target))
                }
            }
            None => Step::NoData,
        }
    }

    fn records(&mut self, set: &RrSet, owner: usize) {
        for body in &set.bodies {
            self.reply.answer(owner, body);
        }
        set.addresses().for_each(|address| self.event.push_answer(address));
        self.event.ttl = set.ttl;
    }

    /// What a service answers; none when the question is not its own.
    fn steer<'n>(&mut self, index: usize, family: Family, owner: usize) -> Option<Step<'n>> {
        let serving = self.serving;
        let service = serving.services().get(index)?;
        self.event.slot = service.slot;
        let Some(plan) = service.plan(family) else {
            // A service that is an alias now is one for every type (RFC 1034 section 3.6.2).
            let target = service.alias()?;
            return Some(self.alias(target, service.ttl, owner));
        };
        self.event.failed_open = plan.force.is_down_response();
        let decision = plan.decide(plan.next_turn());
        Some(match decision {
            Decision::Members(pick) => {
                for (place, member) in pick.members().enumerate() {
                    if place == 0 {
                        self.event.slot = member.slot;
                    }
                    self.reply.address(owner, service.ttl, member.address);
                    self.event.push_answer(member.address);
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
            Decision::Alias(target) => self.alias(target, service.ttl, owner),
        })
    }

    fn alias<'n>(&mut self, target: &DnsName, ttl: u32, owner: usize) -> Step<'n> {
        self.reply.answer(owner, &body(RrType::CNAME, ttl, target.wire()));
        self.event.ttl = ttl;
        if self.qtype == RrType::CNAME { Step::Done } else { Step::Follow(Target::Steered(target.clone())) }
    }
}

enum Step<'n> {
    Done,
    NoData,
    Silent,
    Follow(Target<'n>),
}

enum Target<'n> {
    Static(&'n DnsName),
    Steered(DnsName),
}

impl Target<'_> {
    fn wire(&self) -> &[u8] {
        match self {
            Target::Static(name) => name.wire(),
            Target::Steered(name) => name.wire(),
        }
    }
}
