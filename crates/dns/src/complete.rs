//! The complete path: any query, on hickory-proto's messages. It serves DNS over TLS, HTTPS and QUIC, and over UDP and
//! TCP whatever the fast path leaves.

mod chaos;
pub mod sections;
mod walk;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder};
use model::event::QueryEvent;
use model::rrtype::{Rcode, RrType};

use crate::answer::{Asked, Outcome};
use crate::message::{self, ExtendedError, IN, MAX_UDP, Opt};
use sections::Sections;
use steering::Turn;
use walk::Walk;

pub use walk::zone_slot;

/// Class CH (RFC 1035 section 3.2.4).
const CH: u16 = 3;

/// Answers any well-formed query into `out`.
pub fn answer(asked: &Asked<'_>, out: &mut Vec<u8>, event: &mut QueryEvent) -> Outcome {
    match respond(asked, event) {
        Some(message) => send(&message, out),
        None => Outcome::Silent,
    }
}

/// The answer to any well-formed query, within the octets it may have; none for silence.
pub fn respond(asked: &Asked<'_>, event: &mut QueryEvent) -> Option<Message> {
    // What one would see now decides whether it fits; the turn is taken only for an answer that is sent.
    let seen = decide(asked, Turn::Peek(0), event)?;
    let message = seen.message(asked, event.rcode);
    if encoded_length(&message) > asked.limit {
        // What does not fit is left out whole, and TC says so (RFC 2181 section 9). Nobody was named.
        event.forget_members(seen.slot_without_members);
        return Some(truncated(message));
    }
    if !seen.took_a_turn {
        return Some(message);
    }
    let taken = decide(asked, Turn::Take, event)?;
    let message = taken.message(asked, event.rcode);
    // Another member's name may be longer than the one that was seen.
    if taken.named && encoded_length(&message) > asked.limit {
        event.forget_members(taken.slot_without_members);
        return Some(truncated(message));
    }
    Some(message)
}

/// Answers a packet that cannot be read to its end, or asks for what is no query, into `out`.
pub fn refuse(
    packet: &[u8],
    rcode: Rcode,
    question: Option<&[u8]>,
    edns: Option<message::Edns<'_>>,
    limit: usize,
    out: &mut Vec<u8>,
) -> Outcome {
    send(&refused(packet, rcode, question, edns, limit), out)
}

/// The answer to such a packet.
pub fn refused(
    packet: &[u8],
    rcode: Rcode,
    question: Option<&[u8]>,
    edns: Option<message::Edns<'_>>,
    limit: usize,
) -> Message {
    let opt = edns.map(|edns| Opt { dnssec_ok: edns.dnssec_ok, subnet: edns.subnet, ..Opt::default() });
    let message = header(packet, question, rcode, opt.as_ref());
    if encoded_length(&message) > limit { truncated(message) } else { message }
}

/// Answers a well-formed query with a code and nothing else.
pub fn refuse_asked(
    asked: &Asked<'_>,
    rcode: Rcode,
    error: Option<ExtendedError>,
    out: &mut Vec<u8>,
) -> Outcome {
    let opt = asked.opt_because(error, 0);
    send(&header(asked.packet, Some(asked.query.question), rcode, opt.as_ref()), out)
}

/// Decides code and sections; none for silence.
fn decide(asked: &Asked<'_>, turn: Turn, event: &mut QueryEvent) -> Option<Sections> {
    event.forget_answer();
    let query = &asked.query;
    if !asked.permitted {
        event.rcode = Rcode::REFUSED;
        event.slot = walk::zone_slot(asked.serving, query.name);
        return Some(Sections { error: Some(ExtendedError::PROHIBITED), ..Sections::default() });
    }
    if query.edns.is_some_and(|e| e.version != 0) {
        event.rcode = Rcode::BADVERS;
        return Some(Sections::default());
    }
    match query.qclass {
        IN => {}
        CH => return Some(chaos::answer(asked, event)),
        _ => {
            event.rcode = Rcode::REFUSED;
            return Some(Sections::default());
        }
    }
    match query.qtype {
        RrType::OPT | RrType(0) => {
            event.rcode = Rcode::FORMERR;
            Some(Sections::default())
        }
        // Transfers have a way of their own, where they are allowed; types of the mechanism have no data.
        RrType(128..=254) => {
            event.rcode = Rcode::REFUSED;
            event.slot = walk::zone_slot(asked.serving, query.name);
            Some(Sections::default())
        }
        _ => Walk::new(asked, turn, event).run(),
    }
}

/// A message without records.
pub fn header(packet: &[u8], question: Option<&[u8]>, rcode: Rcode, opt: Option<&Opt<'_>>) -> Message {
    let (id, flags) = (u16::from_be_bytes([packet[0], packet[1]]), packet[2]);
    let mut message = Message::new(id, MessageType::Response, OpCode::from_u8((flags >> 3) & 0xf));
    message.metadata.recursion_desired = flags & 1 != 0;
    message.metadata.response_code = ResponseCode::from((rcode.0 >> 4) as u8, (rcode.0 & 0xf) as u8);
    let query = question.and_then(|question| Query::read(&mut BinDecoder::new(question)).ok());
    message.queries.extend(query);
    message.edns = opt.map(edns);
    message
}

fn edns(opt: &Opt<'_>) -> Edns {
    let mut edns = Edns::new();
    edns.set_max_payload(MAX_UDP as u16).set_version(0);
    edns.flags_mut().dnssec_ok = opt.dnssec_ok;
    opt.each(|code, data| edns.options_mut().insert(EdnsOption::Unknown(code, data.to_vec())));
    edns
}

fn truncated(mut message: Message) -> Message {
    message.metadata.truncation = true;
    message.answers.clear();
    message.authorities.clear();
    message.additionals.clear();
    message
}

fn encoded_length(message: &Message) -> usize {
    // A message that hickory cannot encode does not fit anywhere.
    message.to_vec().map_or(usize::MAX, |octets| octets.len())
}

/// Puts a message into `out`.
pub fn send(message: &Message, out: &mut Vec<u8>) -> Outcome {
    out.clear();
    match message.to_vec() {
        Ok(octets) => {
            out.extend_from_slice(&octets);
            Outcome::Replied
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be encoded");
            Outcome::Silent
        }
    }
}
