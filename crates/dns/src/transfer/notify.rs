//! NOTIFY: telling a secondary that a zone changed (RFC 1996).

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::TSIG;
use hickory_proto::rr::{Name, RecordType, TSigVerifier};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder};
use model::DnsName;
use model::rrtype::{Rcode, RrType};

use super::records::Records;
use crate::complete::sections::record;
use crate::serving::Serving;
use crate::tsig::TsigKeys;

/// One NOTIFY that may be sent several times.
pub struct Notify {
    id: u16,
    octets: Vec<u8>,
    verifier: Option<TSigVerifier>,
}

/// Why there is nothing to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsendable {
    /// The zone is not in the view.
    NoZone,
    /// This server does not know the key.
    NoKey,
    /// The message cannot be encoded.
    NoMessage,
}

impl Notify {
    /// That `zone` has the serial of `serving`, signed by `key`; `now` is seconds since 1970 UTC.
    ///
    /// # Errors
    /// What is missing.
    pub fn new(
        serving: &Serving,
        zone: &DnsName,
        keys: &TsigKeys,
        key: Option<&DnsName>,
        id: u16,
        now: u64,
    ) -> Result<Notify, Unsendable> {
        let index = serving.snapshot().config.zones.iter().position(|z| z.name == *zone);
        let soa = index.and_then(|zone| Records::new(serving, zone).next()).ok_or(Unsendable::NoZone)?;
        let name = Name::read(&mut BinDecoder::new(zone.wire())).map_err(|_| Unsendable::NoMessage)?;
        let mut message = Message::new(id, MessageType::Query, OpCode::Notify);
        message.metadata.authoritative = true;
        message.queries.push(Query::query(name, RecordType::SOA));
        // A hint that saves the secondary a query when it has this serial (RFC 1996 section 3.7).
        message.answers.extend(record(&soa.owner, RrType::SOA, soa.ttl, &soa.data));
        let verifier = match key {
            None => None,
            Some(key) => {
                let signer = keys.get(key).ok_or(Unsendable::NoKey)?;
                message.finalize(signer, now).map_err(|_| Unsendable::NoMessage)?
            }
        };
        let octets = message.to_vec().map_err(|_| Unsendable::NoMessage)?;
        Ok(Notify { id, octets, verifier })
    }

    /// The datagram.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The code of the answer that `packet` is; none when it is no answer to this one, or not signed as it has to be.
    /// A refusal needs no signature: a secondary that does not know the key cannot sign (RFC 8945 section 5.3.2).
    pub fn answer(&mut self, packet: &[u8]) -> Option<Rcode> {
        let message = Message::from_vec(packet).ok()?;
        let metadata = &message.metadata;
        let ours = metadata.id == self.id
            && metadata.message_type == MessageType::Response
            && metadata.op_code == OpCode::Notify;
        if !ours {
            return None;
        }
        let refused = metadata.response_code != ResponseCode::NoError;
        if let Some(verifier) = &mut self.verifier
            && !refused
            && (!is_whole(message.signature.as_deref().map(|record| &record.data)?)
                || verifier.verify(packet).is_err())
        {
            return None;
        }
        Some(Rcode(u16::from(metadata.response_code)))
    }
}

/// Whether a record's times can be reckoned with.
fn is_whole(tsig: &TSIG) -> bool {
    tsig.time >= u64::from(tsig.fudge)
}
