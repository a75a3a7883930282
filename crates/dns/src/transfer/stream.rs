//! Messages of a transfer, made one at a time (RFC 5936 section 2.2).

use hickory_proto::op::Message;
use model::rrtype::Rcode;

use super::records::{Record, Records};
use crate::answer::Asked;
use crate::complete::header;
use crate::complete::sections::record;

/// Octets of records a message is filled with: names are compressed up to offset 16,383 (RFC 1035 section 4.1.4).
const FILL: usize = 16_000;
/// Type, class, TTL and length of a record, octets.
const FIXED: usize = 10;

/// The messages that answer a transfer.
pub struct Messages<'a> {
    asked: &'a Asked<'a>,
    records: Records<'a>,
    held: Option<Record>,
    first: bool,
    sent: u64,
}

impl<'a> Messages<'a> {
    /// Of these records.
    pub fn new(asked: &'a Asked<'a>, records: Records<'a>) -> Messages<'a> {
        Messages { asked, records, held: None, first: true, sent: 0 }
    }

    /// Records in the messages so far.
    pub fn records(&self) -> u64 {
        self.sent
    }

    /// The next message; none at the end.
    ///
    /// # Errors
    /// A record that fits no message.
    pub fn next(&mut self) -> Result<Option<Vec<u8>>, &'static str> {
        let mut message = self.empty();
        let mut octets = 0;
        while let Some(next) = self.held.take().or_else(|| self.records.next()) {
            let more = next.owner.len() + FIXED + next.data.len();
            if octets > 0 && octets + more > FILL {
                self.held = Some(next);
                break;
            }
            octets += more;
            let encoded = record(&next.owner, next.rr_type, next.ttl, &next.data);
            message.answers.push(encoded.ok_or("a record has an owner that is no name")?);
        }
        if message.answers.is_empty() {
            return Ok(None);
        }
        self.sent += message.answers.len() as u64;
        let out = message.to_vec().map_err(|_| "a message could not be encoded")?;
        if out.len() > self.asked.limit {
            return Err("a record is longer than a message");
        }
        Ok(Some(out))
    }

    /// Question and OPT are in the first message alone (RFC 5936 sections 2.2.1 and 2.2.5).
    fn empty(&mut self) -> Message {
        let (question, opt) = if self.first {
            (Some(self.asked.query.question), self.asked.opt.as_ref())
        } else {
            (None, None)
        };
        self.first = false;
        let mut message = header(self.asked.packet, question, Rcode::NOERROR, opt);
        message.metadata.authoritative = true;
        message
    }
}

/// The answer that says no more than the serial.
pub fn soa_alone(asked: &Asked<'_>, zone: usize) -> Option<Message> {
    let soa = Records::new(asked.serving, zone).next()?;
    let mut message = header(asked.packet, Some(asked.query.question), Rcode::NOERROR, asked.opt.as_ref());
    message.metadata.authoritative = true;
    message.answers.push(record(&soa.owner, soa.rr_type, soa.ttl, &soa.data)?);
    Some(message)
}
