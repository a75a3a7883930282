//! What every answer keeps to, whatever was sent. Shared with the fuzz targets.

use std::net::SocketAddr;
use std::time::Instant;

use dns::{Arrival, Outcome, Path, Policy, Serving, answer};
use domain::base::Message;
use domain::base::iana::Rtype;
use domain::base::name::ToLabelIter;
use domain::rdata::AllRecordData;
use model::event::{QueryEvent, Transport};

/// The answer to `packet`; none for silence.
pub fn reply(
    view: &Serving,
    policy: &Policy,
    packet: &[u8],
    at: i64,
    transport: Transport,
    path: Path,
) -> Option<Vec<u8>> {
    let client = SocketAddr::from(([192, 0, 2, 1], 5000));
    let arrival = Arrival { at, since: Instant::now(), client, transport };
    let mut out = vec![0xee; 10];
    let mut event = QueryEvent::new(at, client, transport);
    let outcome = answer(view, policy, packet, &arrival, path, &mut out, &mut event);
    (outcome == Outcome::Replied).then_some(out)
}

/// The rule that the answer to `packet` breaks, if any.
pub fn broken(packet: &[u8], answer: Option<&[u8]>, transport: Transport) -> Option<String> {
    let answer = answer?;
    if packet.len() < 12 || packet[2] & 0x80 != 0 {
        return Some("what is no query was answered".to_owned());
    }
    if answer[..2] != packet[..2] {
        return Some("the ID is another".to_owned());
    }
    if answer[2] & 0xf9 != 0x80 | packet[2] & 0x79 {
        return Some("QR, opcode or RD are wrong".to_owned());
    }
    if answer[3] & 0xf0 != 0 {
        return Some("RA, Z, AD or CD are set".to_owned());
    }
    let (questions, edns) = match well_formed(answer) {
        Ok(found) => found,
        Err(why) => return Some(format!("not well formed: {why}")),
    };
    let limit = match transport {
        Transport::Udp if edns => 1232,
        Transport::Udp => 512,
        _ => 65_535,
    };
    if answer.len() > limit {
        return Some(format!("{} octets, and {limit} are allowed", answer.len()));
    }
    if answer[3] & 0xf == 1 && answer.len() > packet.len() + 11 {
        return Some("an error grew longer than its query".to_owned());
    }
    let echoed =
        answer.get(12..).and_then(|rest| packet.get(12..12 + questions).map(|q| rest.starts_with(q)));
    if echoed != Some(true) {
        return Some("the question is another".to_owned());
    }
    None
}

/// Reads every record to its end with the parser of the `domain` crate: how many octets the question has, and whether
/// there is an OPT record.
fn well_formed(answer: &[u8]) -> Result<(usize, bool), String> {
    let message = Message::from_octets(answer).map_err(|e| e.to_string())?;
    let mut question = 0;
    for part in message.question() {
        question += usize::from(part.map_err(|e| e.to_string())?.qname().compose_len()) + 4;
    }
    let mut opts = 0;
    for record in message.iter() {
        let (record, _) = record.map_err(|e| e.to_string())?;
        if record.rtype() == Rtype::OPT {
            opts += 1;
            continue;
        }
        record.to_any_record::<AllRecordData<_, _>>().map_err(|e| format!("{}: {e}", record.rtype()))?;
    }
    if opts > 1 { Err("two OPT records".to_owned()) } else { Ok((question, opts == 1)) }
}
