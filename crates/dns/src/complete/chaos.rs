//! Class CH: what this server says of itself (RFC 4892), when the operator wants it to.

use model::event::QueryEvent;
use model::rrtype::{Rcode, RrType};

use super::sections::{Sections, record};
use crate::answer::Asked;
use crate::lookup::Lowered;

/// Answers version.bind, version.server, hostname.bind and id.server; REFUSED is the answer to all else, so that a
/// server that keeps to itself cannot be told from one that does not know the class.
pub fn answer(asked: &Asked<'_>, event: &mut QueryEvent) -> Sections {
    let identity = &asked.policy.identity;
    let text = match Lowered::new(asked.query.name).wire() {
        b"\x07version\x04bind\0" | b"\x07version\x06server\0" => identity.version.as_deref(),
        b"\x08hostname\x04bind\0" | b"\x02id\x06server\0" => identity.id.as_deref(),
        _ => None,
    };
    let mut sections = Sections::default();
    let Some(text) = text.filter(|_| asked.query.qtype == RrType::TXT) else {
        event.rcode = Rcode::REFUSED;
        return sections;
    };
    let text = &text.as_bytes()[..text.len().min(255)];
    let data = [&[text.len() as u8], text].concat();
    sections.authoritative = true;
    sections.answers.extend(record(asked.query.name, RrType::TXT, 0, &data).map(|mut record| {
        record.dns_class = hickory_proto::rr::DNSClass::CH;
        record
    }));
    event.set_answer_count(1);
    sections
}
