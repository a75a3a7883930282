//! One packet, one reply: the same for every transport.
//!
//! What is common is answered by the [fast](crate::fast) path, which knows the wire and allocates nothing; all else by
//! the [complete](crate::complete) one, on hickory-proto. Both look names up in the same tree and let the same
//! services decide, and where the fast path answers at all it gives the octets the complete one would, but for the way
//! in which the target of an alias is pointed at.

use std::net::SocketAddr;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hickory_proto::op::Message;
use model::DnsName;
use model::event::{ClientSubnet, QueryEvent, Transport};
use steering::Client;

use crate::complete;
use crate::fast;
use crate::message::{Edns, ExtendedError, MAX_TCP, Opt, PLAIN_UDP, Query, Read, read};
use crate::policy::Policy;
use crate::serving::Serving;
use crate::{transfer, tsig};

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

impl Arrival {
    /// Of a packet that came just now.
    pub fn now(client: SocketAddr, transport: Transport) -> Arrival {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as i64);
        Arrival { at, since: Instant::now(), client, transport }
    }
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

/// A well-formed query with all that its answer depends on.
pub struct Asked<'a> {
    pub serving: &'a Serving,
    pub policy: &'a Policy,
    pub packet: &'a [u8],
    pub query: Query<'a>,
    /// Who is answered: what answers may depend on.
    pub steered: Client<'a>,
    /// The OPT record of the answer, when the query had one.
    pub opt: Option<Opt<'a>>,
    /// Octets the answer may have.
    pub limit: usize,
    /// Whether the client may ask here at all.
    pub permitted: bool,
}

/// Which ways may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// The fast path, and the complete one for what it leaves.
    Fastest,
    /// The complete path alone.
    Complete,
}

/// Answers `packet` from `serving` under `policy` into `out`, and notes in `event` what happened.
pub fn answer(
    serving: &Serving,
    policy: &Policy,
    packet: &[u8],
    arrival: &Arrival,
    path: Path,
    out: &mut Vec<u8>,
    event: &mut QueryEvent,
) -> Outcome {
    let outcome = match receive(serving, packet, arrival, event) {
        Read::Query(query) => {
            let asked = ask(serving, policy, packet, query, arrival, event);
            match asked.query.tsig {
                Some(at) => answer_signed(asked, at, arrival, path, out, event),
                None => answer_asked(&asked, None, arrival, path, out, event),
            }
        }
        Read::Refuse { rcode, question, edns } => {
            event.rcode = rcode;
            complete::refuse(packet, rcode, question, edns, limit(arrival.transport, edns), out)
        }
        Read::Ignore => return Outcome::Ignored,
    };
    event.latency_ns = arrival.since.elapsed().as_nanos().min(u128::from(u32::MAX)) as u32;
    outcome
}

/// The answer to `packet` as a message of hickory-proto, by the complete path; what else it comes to as the error.
pub fn message(
    serving: &Serving,
    policy: &Policy,
    packet: &[u8],
    arrival: &Arrival,
    event: &mut QueryEvent,
) -> Result<Message, Outcome> {
    let message = match receive(serving, packet, arrival, event) {
        Read::Query(query) => complete::respond(&ask(serving, policy, packet, query, arrival, event), event),
        Read::Refuse { rcode, question, edns } => {
            event.rcode = rcode;
            Some(complete::refused(packet, rcode, question, edns, limit(arrival.transport, edns)))
        }
        Read::Ignore => return Err(Outcome::Ignored),
    };
    event.latency_ns = arrival.since.elapsed().as_nanos().min(u128::from(u32::MAX)) as u32;
    message.ok_or(Outcome::Silent)
}

/// Answers a query that is what it says; `key` is the one that signed it.
fn answer_asked(
    asked: &Asked<'_>,
    key: Option<&DnsName>,
    arrival: &Arrival,
    path: Path,
    out: &mut Vec<u8>,
    event: &mut QueryEvent,
) -> Outcome {
    let fast = if path == Path::Fastest { fast::answer(asked, out, event) } else { None };
    let transfer = || transfer::over_udp(asked, key, arrival, out, event);
    match fast.or_else(transfer) {
        Some(outcome) => outcome,
        None => complete::answer(asked, out, event),
    }
}

/// Answers a query whose TSIG record is at `at`, with an answer that is signed as well (RFC 8945 section 5.3).
fn answer_signed(
    mut asked: Asked<'_>,
    at: usize,
    arrival: &Arrival,
    path: Path,
    out: &mut Vec<u8>,
    event: &mut QueryEvent,
) -> Outcome {
    let mut signed = match tsig::check(&asked.policy.keys, asked.packet, at, arrival.seconds()) {
        Ok(signed) => signed,
        Err(refusal) => {
            event.rcode = refusal.rcode;
            event.slot = complete::zone_slot(asked.serving, asked.query.name);
            let outcome = complete::refuse_asked(&asked, refusal.rcode, None, out);
            if outcome == Outcome::Replied {
                refusal.finish(out);
            }
            return outcome;
        }
    };
    asked.limit = asked.limit.saturating_sub(signed.chain.length());
    let outcome = answer_asked(&asked, Some(&signed.key), arrival, path, out, event);
    if outcome == Outcome::Replied
        && let Err(error) = signed.chain.sign(out, arrival.seconds())
    {
        tracing::error!(%error, "an answer could not be signed");
        return Outcome::Silent;
    }
    outcome
}

/// Reads a packet, and notes by which view it is answered.
pub fn receive<'a>(
    serving: &Serving,
    packet: &'a [u8],
    arrival: &Arrival,
    event: &mut QueryEvent,
) -> Read<'a> {
    event.generation = serving.snapshot().generation;
    event.health_epoch = serving.health().epoch;
    // A reply to port 0 reaches nobody; whoever sends from there wants a third party to be hit.
    if arrival.client.port() == 0 { Read::Ignore } else { read(packet) }
}

/// Joins a query with what its answer depends on.
pub fn ask<'a>(
    serving: &'a Serving,
    policy: &'a Policy,
    packet: &'a [u8],
    query: Query<'a>,
    arrival: &Arrival,
    event: &mut QueryEvent,
) -> Asked<'a> {
    event.set_name(query.name);
    event.qtype = query.qtype;
    let opt = query.edns.map(|edns| {
        event.ecs = edns.subnet;
        let now = arrival.at.div_euclid(1_000_000) as u32;
        let cookie = edns.cookie.and_then(|c| policy.cookies.answer(c, arrival.client.ip(), now));
        Opt {
            dnssec_ok: edns.dnssec_ok,
            nsid: policy.identity.nsid.as_deref().filter(|_| edns.nsid),
            subnet: edns.subnet,
            cookie: cookie.map(|c| c.cookie),
            error: None,
        }
    });
    let limit = limit(arrival.transport, query.edns);
    let permitted = policy.access.permits(arrival.client.ip());
    let steered = match query.edns.and_then(|edns| edns.subnet) {
        Some(subnet) => Client::within(subnet.address, subnet.source, serving.atlas()),
        None => Client::at(arrival.client.ip(), serving.atlas()),
    };
    Asked { serving, policy, packet, query, steered, opt, limit, permitted }
}

fn limit(transport: Transport, edns: Option<Edns<'_>>) -> usize {
    match transport {
        Transport::Udp => edns.map_or(PLAIN_UDP, |e| e.payload),
        _ => MAX_TCP,
    }
}

impl Arrival {
    /// When, seconds since 1970 UTC.
    pub fn seconds(&self) -> u64 {
        self.at.div_euclid(1_000_000).max(0) as u64
    }
}

impl<'a> Asked<'a> {
    /// The OPT record of an answer that is given for this reason, and is good for all clients that share so many bits of
    /// the network told.
    pub fn opt_because(&self, error: Option<ExtendedError>, scope: u8) -> Option<Opt<'a>> {
        self.opt.map(|opt| Opt {
            error,
            subnet: opt.subnet.map(|subnet| ClientSubnet { scope, ..subnet }),
            ..opt
        })
    }
}
