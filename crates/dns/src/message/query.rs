//! Reading a query: checked once, from front to back, without following a single pointer in the question.

use model::name::{MAX_LABEL, MAX_WIRE};
use model::rrtype::{Rcode, RrType};

use super::edns::{Edns, read_opt};
use super::{HEADER, be16};

/// What a packet is.
pub enum Read<'a> {
    /// Nothing to answer: too short, or an answer itself (RFC 1035 section 4.1.1; answering answers makes loops).
    Ignore,
    /// A query with one question.
    Query(Query<'a>),
    /// To be answered with this code, without looking further.
    Refuse {
        /// The code.
        rcode: Rcode,
        /// The question, if it was read.
        question: Option<&'a [u8]>,
        /// The OPT record, if it was read.
        edns: Option<Edns<'a>>,
    },
}

/// A well-formed query.
pub struct Query<'a> {
    /// The question section as it came, to be echoed octet for octet.
    pub question: &'a [u8],
    /// The name within it, uncompressed, as it was cased.
    pub name: &'a [u8],
    /// Type asked for.
    pub qtype: RrType,
    /// Class asked for.
    pub qclass: u16,
    /// EDNS, if the query carried it.
    pub edns: Option<Edns<'a>>,
    /// Where the TSIG record begins that ends the query, if it is signed.
    pub tsig: Option<usize>,
}

/// What matters of the records after the question.
#[derive(Default)]
struct Records<'a> {
    edns: Option<Edns<'a>>,
    tsig: Option<usize>,
}

/// Reads a packet.
pub fn read(packet: &[u8]) -> Read<'_> {
    let (Some(flags), Some(questions)) = (be16(packet, 2), be16(packet, 4)) else { return Read::Ignore };
    if packet.len() < HEADER || flags & 0x8000 != 0 {
        return Read::Ignore;
    }
    let records = [6, 8, 10].map(|at| be16(packet, at).unwrap_or(0));
    let opcode = (flags >> 11) & 0xf;
    if opcode != 0 {
        // RFC 8906 section 8.1.4. What such a message holds is anybody's guess; an OPT is answered when it is found.
        let edns = read_question(packet)
            .filter(|_| questions == 1)
            .and_then(|q| read_records(packet, HEADER + q.question.len(), records).ok()?.edns);
        return Read::Refuse { rcode: Rcode::NOTIMP, question: None, edns };
    }
    if questions != 1 {
        let edns = if questions == 0 {
            read_records(packet, HEADER, records).ok().and_then(|r| r.edns)
        } else {
            None
        };
        return Read::Refuse { rcode: Rcode::FORMERR, question: None, edns };
    }
    let Some(mut query) = read_question(packet) else {
        return Read::Refuse { rcode: Rcode::FORMERR, question: None, edns: None };
    };
    match read_records(packet, HEADER + query.question.len(), records) {
        Ok(records) => {
            (query.edns, query.tsig) = (records.edns, records.tsig);
            Read::Query(query)
        }
        Err(edns) => Read::Refuse { rcode: Rcode::FORMERR, question: Some(query.question), edns },
    }
}

/// Where the name of the first question ends. It is never compressed: there is nothing before it to point at.
pub fn name_end(packet: &[u8]) -> Option<usize> {
    let mut at = HEADER;
    loop {
        let length = usize::from(*packet.get(at)?);
        if length > MAX_LABEL || at + length - HEADER >= MAX_WIRE {
            return None;
        }
        at += 1 + length;
        if length == 0 {
            return Some(at);
        }
    }
}

fn read_question(packet: &[u8]) -> Option<Query<'_>> {
    let at = name_end(packet)?;
    Some(Query {
        name: &packet[HEADER..at],
        qtype: RrType(be16(packet, at)?),
        qclass: be16(packet, at + 2)?,
        question: packet.get(HEADER..at + 4)?,
        edns: None,
        tsig: None,
    })
}

/// Walks the records after the question; only OPT and TSIG are looked at. The error holds an OPT that was read before.
fn read_records(packet: &[u8], mut at: usize, counts: [u16; 3]) -> Result<Records<'_>, Option<Edns<'_>>> {
    let (mut edns, mut tsig) = (None, None);
    let additional_from = u32::from(counts[0]) + u32::from(counts[1]);
    let end = additional_from + u32::from(counts[2]);
    for number in 0..end {
        let Some((root, body)) = skip_name(packet, at) else { return Err(edns) };
        let (Some(rr_type), Some(length)) = (be16(packet, body), be16(packet, body + 8)) else {
            return Err(edns);
        };
        let Some(data) = packet.get(body + 10..body + 10 + usize::from(length)) else { return Err(edns) };
        if rr_type == RrType::OPT.0 {
            // RFC 6891 section 6.1.1: one at most, in the additional section, owned by the root.
            if edns.is_some() || !root || number < additional_from {
                return Err(edns);
            }
            match read_opt(&packet[body..body + 10], data) {
                Ok(opt) => edns = Some(opt),
                Err(opt) => return Err(Some(opt)),
            }
        } else if rr_type == RrType::TSIG.0 {
            // RFC 8945 section 5.1: one, in the additional section, after all else.
            if number < additional_from || number + 1 != end {
                return Err(edns);
            }
            tsig = Some(at);
        }
        at = body + 10 + usize::from(length);
    }
    Ok(Records { edns, tsig })
}

/// Steps over an owner name: whether it is the root, and where it ends.
fn skip_name(packet: &[u8], mut at: usize) -> Option<(bool, usize)> {
    let start = at;
    loop {
        let length = usize::from(*packet.get(at)?);
        match length {
            0 => return Some((at == start, at + 1)),
            // A pointer ends the name (RFC 1035 section 4.1.4); where it points does not matter here.
            0xc0.. => return (packet.len() > at + 1).then_some((false, at + 2)),
            1..=MAX_LABEL if at - start < MAX_WIRE => at += 1 + length,
            _ => return None,
        }
    }
}
