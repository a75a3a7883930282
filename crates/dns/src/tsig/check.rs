//! Whether a query was signed as it says, in the order of RFC 8945 section 5.2: key, MAC, time, truncation.

use hickory_proto::rr::rdata::TSIG;
use hickory_proto::rr::rdata::tsig::{TsigAlgorithm, TsigError};
use hickory_proto::rr::{DNSClass, Name, RData, TSigner};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder, BinEncodable};
use model::DnsName;
use model::rrtype::Rcode;

use super::chain::{Chain, append, of_error, sign, variables};
use super::keys::TsigKeys;

/// A query that a known key signed.
pub struct Signed {
    /// The key.
    pub key: DnsName,
    /// Signs what is answered.
    pub chain: Chain,
}

/// Why a signed query is not looked at.
pub struct Refusal {
    /// FORMERR, or NOTAUTH with a record that says more.
    pub rcode: Rcode,
    record: Option<Box<(Name, TSIG)>>,
    /// Signs the refusal: the query's MAC was right.
    signer: Option<(TSigner, Vec<u8>)>,
}

impl Refusal {
    const MALFORMED: Refusal = Refusal { rcode: Rcode::FORMERR, record: None, signer: None };

    /// Ends the message that refuses.
    pub fn finish(self, message: &mut Vec<u8>) {
        let Some((key, tsig)) = self.record.map(|record| *record) else { return };
        let finished = match self.signer {
            Some((signer, mac)) => sign(&signer, Some(&mac), message, tsig, true).map(drop),
            None => append(message, &key, tsig),
        };
        if let Err(error) = finished {
            tracing::error!(%error, "a TSIG record could not be encoded");
        }
    }
}

/// A TSIG record as it came.
struct Record {
    name: Name,
    key: DnsName,
    tsig: TSIG,
}

/// Checks the query in `packet`, whose TSIG record begins at `at`; `now` is seconds since 1970 UTC.
pub fn check(keys: &TsigKeys, packet: &[u8], at: usize, now: u64) -> Result<Signed, Refusal> {
    let Some(Record { name, key, tsig }) = read(packet, at) else { return Err(Refusal::MALFORMED) };
    let id = u16::from_be_bytes([packet[0], packet[1]]);
    let refuse = |error, other, signer| {
        let record = Some(Box::new((name.clone(), of_error(&tsig, id, error, other))));
        Err(Refusal { rcode: Rcode::NOTAUTH, record, signer })
    };
    let signer = keys.get(&key).filter(|signer| *signer.algorithm() == tsig.algorithm);
    let Some(signer) = signer else { return refuse(TsigError::BadKey, Vec::new(), None) };

    let Some(covered) = covered(packet, at, &name, &tsig) else { return Err(Refusal::MALFORMED) };
    let Ok(expected) = signer.sign(&covered) else { return refuse(TsigError::BadKey, Vec::new(), None) };
    // RFC 8945 section 5.2.2.1.
    if tsig.mac.len() > expected.len() || tsig.mac.len() < 10.max(expected.len() / 2) {
        return Err(Refusal::MALFORMED);
    }
    let whole = tsig.mac.len() == expected.len();
    let right = if whole { signer.verify(&covered, &tsig.mac).is_ok() } else { begins(&expected, &tsig.mac) };
    if !right {
        return refuse(TsigError::BadSig, Vec::new(), None);
    }
    let signs = || Some((signer.clone(), tsig.mac.clone()));
    if now.abs_diff(tsig.time) > u64::from(tsig.fudge) {
        return refuse(TsigError::BadTime, now.to_be_bytes()[2..].to_vec(), signs());
    }
    // A part of a MAC is less safe than the whole, and nobody needs it.
    if !whole {
        return refuse(TsigError::BadTrunc, Vec::new(), signs());
    }
    Ok(Signed { key, chain: Chain::new(signer.clone(), tsig.mac, id) })
}

/// Compares in a time that does not depend on where they differ.
fn begins(whole: &[u8], part: &[u8]) -> bool {
    whole.iter().zip(part).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn read(packet: &[u8], at: usize) -> Option<Record> {
    let mut decoder = BinDecoder::new(packet).clone(u16::try_from(at).ok()?);
    let hickory_proto::rr::Record { name, dns_class, ttl, data, .. } =
        hickory_proto::rr::Record::read(&mut decoder).ok()?;
    // RFC 8945 section 4.2.
    let RData::TSIG(mut tsig) = data else { return None };
    if dns_class != DNSClass::ANY || ttl != 0 {
        return None;
    }
    // Names compare without case; hickory knows these in lower case.
    if let TsigAlgorithm::Unknown(algorithm) = &tsig.algorithm {
        let mut lower = algorithm.to_lowercase();
        lower.set_fqdn(false);
        tsig.algorithm = TsigAlgorithm::from_name(lower);
    }
    let key = DnsName::from_wire(&name.to_lowercase().to_bytes().ok()?)?;
    Some(Record { name, key, tsig })
}

/// What the query's MAC covers: the message as its sender had it, and fields of the record (RFC 8945 section 4.3).
fn covered(packet: &[u8], at: usize, key: &Name, tsig: &TSIG) -> Option<Vec<u8>> {
    let mut covered = packet.get(..at)?.to_vec();
    covered[..2].copy_from_slice(&tsig.oid.to_be_bytes());
    let count = u16::from_be_bytes([covered[10], covered[11]]).checked_sub(1)?;
    covered[10..12].copy_from_slice(&count.to_be_bytes());
    covered.extend_from_slice(&variables(tsig, key).ok()?);
    Some(covered)
}
