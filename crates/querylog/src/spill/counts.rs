//! Counts that storage has not taken yet, as octets.

use std::sync::Arc;

use model::row::{AccountRow, Class, CounterRow, Outcome, SegmentStart};
use model::rrtype::{Family, Rcode};

use super::octets::{Reader, Writer};

/// A batch of increments with the number it is offered under.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CountBatch {
    pub(crate) number: u64,
    pub(crate) counters: Vec<CounterRow>,
    pub(crate) accounts: Vec<AccountRow>,
}

/// Everything that the counting task had in hand or before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct KeptCounts {
    pub(crate) segments: Vec<SegmentStart>,
    pub(crate) batches: Vec<CountBatch>,
}

pub(super) fn encode(counts: &KeptCounts) -> Vec<u8> {
    let mut out = Writer::default();
    // Its members have a form of their own already; it cannot fail for numbers, names and addresses.
    out.text(&serde_json::to_string(&counts.segments).unwrap_or_default());
    out.u32(counts.batches.len() as u32);
    for batch in &counts.batches {
        out.u64(batch.number);
        out.u32(batch.counters.len() as u32);
        batch.counters.iter().for_each(|row| counter(&mut out, row));
        out.u32(batch.accounts.len() as u32);
        batch.accounts.iter().for_each(|row| account(&mut out, row));
    }
    out.out
}

fn counter(out: &mut Writer, row: &CounterRow) {
    let CounterRow { bucket, zone, service, pool, member, family, rcode, generation, health_epoch, count } =
        row;
    out.time(*bucket);
    out.maybe(zone.as_deref(), Writer::text);
    out.maybe(service.as_deref(), Writer::text);
    out.maybe(pool.as_deref(), Writer::text);
    out.maybe(*member, Writer::address);
    out.octet(family.index() as u8);
    out.u16(rcode.0);
    out.u64(*generation);
    out.u64(*health_epoch);
    out.u64(*count);
}

fn account(out: &mut Writer, row: &AccountRow) {
    let AccountRow { bucket, service, class, outcome, count } = row;
    out.time(*bucket);
    out.maybe(service.as_deref(), Writer::text);
    out.maybe(*class, |out, class| out.octet(class as u8));
    out.octet(*outcome as u8);
    out.u64(*count);
}

pub(super) fn decode(octets: &[u8]) -> Option<KeptCounts> {
    let mut from = Reader::new(octets);
    let segments = serde_json::from_str(from.text()?).ok()?;
    let mut batches = Vec::new();
    for _ in 0..from.u32()? {
        let number = from.u64()?;
        let counters = (0..from.u32()?).map(|_| read_counter(&mut from)).collect::<Option<_>>()?;
        let accounts = (0..from.u32()?).map(|_| read_account(&mut from)).collect::<Option<_>>()?;
        batches.push(CountBatch { number, counters, accounts });
    }
    from.is_over().then_some(KeptCounts { segments, batches })
}

fn read_counter(from: &mut Reader) -> Option<CounterRow> {
    Some(CounterRow {
        bucket: from.time()?,
        zone: name(from)?,
        service: name(from)?,
        pool: name(from)?,
        member: from.maybe(Reader::address)?,
        family: *Family::ALL.get(usize::from(from.octet()?))?,
        rcode: Rcode(from.u16()?),
        generation: from.u64()?,
        health_epoch: from.u64()?,
        count: from.u64()?,
    })
}

fn read_account(from: &mut Reader) -> Option<AccountRow> {
    Some(AccountRow {
        bucket: from.time()?,
        service: name(from)?,
        class: match from.maybe(Reader::octet)? {
            Some(class) => Some(*Class::ALL.get(usize::from(class))?),
            None => None,
        },
        outcome: *Outcome::ALL.get(usize::from(from.octet()?))?,
        count: from.u64()?,
    })
}

fn name(from: &mut Reader) -> Option<Option<Arc<str>>> {
    Some(from.maybe(Reader::text)?.map(Arc::from))
}
