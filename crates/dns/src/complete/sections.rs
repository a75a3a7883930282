//! The records of an answer before they are a message.

use hickory_proto::op::Message;
use hickory_proto::rr::rdata::NULL;
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder};
use model::rrtype::{Rcode, RrType};
use model::slots::Slot;

use crate::answer::Asked;
use crate::message::ExtendedError;
use crate::tree::RrSet;

/// Records by section.
#[derive(Debug, Default)]
pub struct Sections {
    pub authoritative: bool,
    pub answers: Vec<Record>,
    pub authorities: Vec<Record>,
    pub additionals: Vec<Record>,
    pub error: Option<ExtendedError>,
    /// Whether a service's turn decided what is in it.
    pub took_a_turn: bool,
    /// Whether a member is answered by its name.
    pub named: bool,
    /// Bits of the client's network that what is in it depends on.
    pub scope: u8,
    /// Where the answer is counted when it is sent without the members it names.
    pub slot_without_members: Slot,
}

impl Sections {
    /// The whole message.
    pub fn message(&self, asked: &Asked<'_>, rcode: Rcode) -> Message {
        let opt = asked.opt_because(self.error, self.scope);
        let mut message = super::header(asked.packet, Some(asked.query.question), rcode, opt.as_ref());
        message.metadata.authoritative = self.authoritative;
        message.answers.clone_from(&self.answers);
        message.authorities.clone_from(&self.authorities);
        message.additionals.clone_from(&self.additionals);
        message
    }
}

/// A record of any type from its owner and its data on the wire. The data is sent as it stands: names in it are not
/// compressed, so that it is the same octets as on the fast path.
pub fn record(owner: &[u8], rr_type: RrType, ttl: u32, data: &[u8]) -> Option<Record> {
    let name = Name::read(&mut BinDecoder::new(owner)).ok()?;
    let rdata = if data.is_empty() { NULL::new() } else { NULL::with(data.to_vec()) };
    Some(Record::from_rdata(name, ttl, RData::Unknown { code: RecordType::from(rr_type.0), rdata }))
}

/// The records of a set at `owner`.
pub fn records<'a>(owner: &'a [u8], set: &'a RrSet) -> impl Iterator<Item = Record> + 'a {
    set.data().filter_map(|data| record(owner, set.rr_type, set.ttl, data))
}
