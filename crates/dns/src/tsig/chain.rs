//! Signatures over messages in their wire format.

use hickory_proto::ProtoError;
use hickory_proto::rr::rdata::TSIG;
use hickory_proto::rr::rdata::tsig::{TsigError, make_tsig_record};
use hickory_proto::rr::{Name, TSigner};
use hickory_proto::serialize::binary::{BinEncodable, BinEncoder};

use super::FUDGE;

/// The messages that answer one signed query, each signed over the signature before it (RFC 8945 section 5.3.1).
pub struct Chain {
    signer: TSigner,
    /// The signature before: at first that of the query.
    previous: Vec<u8>,
    id: u16,
    first: bool,
    signed_at: u64,
}

impl Chain {
    /// Answers to the query of this ID, whose signature was `mac`.
    pub fn new(signer: TSigner, mac: Vec<u8>, id: u16) -> Chain {
        Chain { signer, previous: mac, id, first: true, signed_at: 0 }
    }

    /// Octets a signature adds to a message.
    pub fn length(&self) -> usize {
        // Type, class, TTL and length; time, fudge, the lengths of MAC and other data, ID and error.
        let fixed = 10 + 16;
        // No algorithm that is supported has a longer name or MAC than hmac-sha512.
        fixed + self.signer.signer_name().len() + b"\x0bhmac-sha512\0".len() + 64
    }

    /// Signs the next message; `now` is seconds since 1970 UTC.
    pub fn sign(&mut self, message: &mut Vec<u8>, now: u64) -> Result<(), ProtoError> {
        // A receiver refuses a time before that of the message before.
        self.signed_at = self.signed_at.max(now);
        let tsig = TSIG::new(
            self.signer.algorithm().clone(),
            self.signed_at,
            FUDGE,
            Vec::new(),
            self.id,
            None,
            Vec::new(),
        );
        self.previous = sign(&self.signer, Some(&self.previous), message, tsig, self.first)?;
        self.first = false;
        Ok(())
    }
}

/// Signs a message with what `tsig` says of time and error, and gives the MAC. What is signed begins with `previous`,
/// the signature this one follows; only the first message of several covers more of the record than its time.
pub fn sign(
    signer: &TSigner,
    previous: Option<&[u8]>,
    message: &mut Vec<u8>,
    tsig: TSIG,
    first: bool,
) -> Result<Vec<u8>, ProtoError> {
    let mut covered = Vec::with_capacity(message.len() + 512);
    if let Some(previous) = previous {
        covered.extend_from_slice(&(previous.len() as u16).to_be_bytes());
        covered.extend_from_slice(previous);
    }
    covered.extend_from_slice(message);
    if first {
        covered.extend_from_slice(&variables(&tsig, signer.signer_name())?);
    } else {
        covered.extend_from_slice(&tsig.time.to_be_bytes()[2..]);
        covered.extend_from_slice(&tsig.fudge.to_be_bytes());
    }
    let mac = signer.sign(&covered).map_err(|e| ProtoError::from(e.to_string()))?;
    append(message, signer.signer_name(), tsig.set_mac(mac.clone()))?;
    Ok(mac)
}

/// The fields of a TSIG record that are signed (RFC 8945 section 4.3.3).
pub fn variables(tsig: &TSIG, key: &Name) -> Result<Vec<u8>, ProtoError> {
    let mut octets = Vec::with_capacity(128);
    tsig.emit_tsig_for_mac(&mut BinEncoder::new(&mut octets), key)?;
    Ok(octets)
}

/// Puts the record at the end of a message.
pub fn append(message: &mut Vec<u8>, key: &Name, tsig: TSIG) -> Result<(), ProtoError> {
    let record = make_tsig_record(key.clone(), tsig).to_bytes()?;
    let count = u16::from_be_bytes([message[10], message[11]]) + 1;
    message[10..12].copy_from_slice(&count.to_be_bytes());
    message.extend_from_slice(&record);
    Ok(())
}

/// The record of an error that `asked` made: its key, algorithm and time, without a MAC.
pub fn of_error(asked: &TSIG, id: u16, error: TsigError, other: Vec<u8>) -> TSIG {
    TSIG::new(asked.algorithm.clone(), asked.time, asked.fudge, Vec::new(), id, Some(error), other)
}
