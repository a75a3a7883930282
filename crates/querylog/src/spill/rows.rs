//! Rows as octets.

use std::collections::HashMap;
use std::sync::Arc;

use model::event::Transport;
use model::row::{Class, LogRow};
use model::rrtype::{Rcode, RrType};

use super::octets::{Reader, Writer};
use crate::classify::reason;

/// Writes rows one behind the other.
pub(super) fn encode(rows: &[LogRow]) -> Vec<u8> {
    let mut writer = Writer { out: Vec::with_capacity(rows.len() * 192) };
    rows.iter().for_each(|row| one(&mut writer, row));
    writer.out
}

fn one(out: &mut Writer, row: &LogRow) {
    // Taken apart by name, so that a field which is added to the row cannot be forgotten here.
    let LogRow {
        at,
        client,
        port,
        transport,
        fqdn,
        qtype,
        rcode,
        class,
        significance,
        service,
        pool,
        member,
        answers,
        ttl,
        ecs,
        generation,
        latency_us,
        stands_for,
    } = row;
    out.time(*at);
    out.address(*client);
    out.u16(*port);
    out.octet(transport.index() as u8);
    out.text(fqdn);
    out.u16(qtype.0);
    out.u16(rcode.0);
    out.octet(*class as u8);
    out.text(significance);
    out.maybe(service.as_deref(), Writer::text);
    out.maybe(pool.as_deref(), Writer::text);
    out.maybe(*member, Writer::address);
    out.text(answers);
    out.u32(*ttl);
    out.maybe(*ecs, Writer::network);
    out.u64(*generation);
    out.u32(*latency_us);
    out.u32(*stands_for);
}

/// Reads all of them; none when the octets are not what [`encode`] writes.
pub(super) fn decode(octets: &[u8]) -> Option<Vec<LogRow>> {
    let mut reader = Reader::new(octets);
    let mut names = Names::default();
    let mut rows = Vec::new();
    while !reader.is_over() {
        rows.push(read(&mut reader, &mut names)?);
    }
    Some(rows)
}

fn read<'a>(from: &mut Reader<'a>, names: &mut Names<'a>) -> Option<LogRow> {
    Some(LogRow {
        at: from.time()?,
        client: from.address()?,
        port: from.u16()?,
        transport: *Transport::ALL.get(usize::from(from.octet()?))?,
        fqdn: from.text()?.to_owned(),
        qtype: RrType(from.u16()?),
        rcode: Rcode(from.u16()?),
        class: *Class::ALL.get(usize::from(from.octet()?))?,
        significance: significance(from.text()?)?,
        service: from.maybe(Reader::text)?.map(|name| names.shared(name)),
        pool: from.maybe(Reader::text)?.map(|name| names.shared(name)),
        member: from.maybe(Reader::address)?,
        answers: from.text()?.to_owned(),
        ttl: from.u32()?,
        ecs: from.maybe(Reader::network)?,
        generation: from.u64()?,
        latency_us: from.u32()?,
        stands_for: from.u32()?,
    })
}

fn significance(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("");
    }
    reason::ALL.into_iter().find(|reason| *reason == text)
}

/// Names that many rows share.
#[derive(Default)]
struct Names<'a>(HashMap<&'a str, Arc<str>>);

impl<'a> Names<'a> {
    fn shared(&mut self, name: &'a str) -> Arc<str> {
        self.0.entry(name).or_insert_with(|| name.into()).clone()
    }
}
