//! Writing a reply into a buffer that is used again and again.

use std::net::IpAddr;

use model::rrtype::{Rcode, RrType};

use super::edns::Opt;
use super::{HEADER, MAX_UDP};

const QR: u8 = 0x80;
const AA: u8 = 0x04;

/// A reply being written.
pub struct Reply<'a> {
    out: &'a mut Vec<u8>,
    limit: usize,
    answers: u16,
    authorities: u16,
}

impl<'a> Reply<'a> {
    /// Begins a reply of at most `limit` octets to `packet` (a whole header at least) with its question echoed.
    pub fn new(out: &'a mut Vec<u8>, packet: &[u8], question: &[u8], limit: usize) -> Reply<'a> {
        out.clear();
        out.extend_from_slice(&packet[..2]);
        // QR, the opcode and RD as they came; AA, TC, RA, Z, AD and CD clear (RFC 8906 section 8.1.3).
        out.extend_from_slice(&[QR | packet[2] & 0x79, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        out.extend_from_slice(question);
        Reply { out, limit, answers: 0, authorities: 0 }
    }

    /// Octets written so far: the offset of what comes next.
    pub fn offset(&self) -> usize {
        self.out.len()
    }

    /// Records in the answer section.
    pub fn answers(&self) -> u16 {
        self.answers
    }

    /// Whether `more` octets and this OPT record still fit.
    pub fn has_room(&self, more: usize, opt: Option<&Opt<'_>>) -> bool {
        self.out.len() + more + opt.map_or(0, Opt::length) <= self.limit
    }

    /// Says that this server is authoritative for the name.
    pub fn authoritative(&mut self) {
        self.out[2] |= AA;
    }

    /// Adds an answer whose owner was written at `owner`; `body` is type, class, TTL, length and data.
    pub fn answer(&mut self, owner: usize, body: &[u8]) {
        self.owner(owner);
        self.out.extend_from_slice(body);
        self.answers += 1;
    }

    /// Adds an address.
    pub fn address(&mut self, owner: usize, ttl: u32, address: IpAddr) {
        self.owner(owner);
        let (rr_type, length) = if address.is_ipv4() { (RrType::A, 4u16) } else { (RrType::AAAA, 16) };
        let mut fixed = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        fixed[..2].copy_from_slice(&rr_type.0.to_be_bytes());
        fixed[4..8].copy_from_slice(&ttl.to_be_bytes());
        fixed[8..].copy_from_slice(&length.to_be_bytes());
        self.out.extend_from_slice(&fixed);
        match address {
            IpAddr::V4(ip) => self.out.extend_from_slice(&ip.octets()),
            IpAddr::V6(ip) => self.out.extend_from_slice(&ip.octets()),
        }
        self.answers += 1;
    }

    /// Adds a record to the authority section, after all answers.
    pub fn authority(&mut self, owner: usize, body: &[u8]) {
        self.owner(owner);
        self.out.extend_from_slice(body);
        self.authorities += 1;
    }

    /// A pointer to a name written before (RFC 1035 section 4.1.4). Every owner lies in the question or in the data of
    /// an alias near the front, well below the 16,384 octets a pointer can reach.
    fn owner(&mut self, offset: usize) {
        self.out.extend_from_slice(&(0xc000 | (offset as u16 & 0x3fff)).to_be_bytes());
    }

    /// Completes the reply; false when it is longer than it may be, and is not to be sent.
    pub fn finish(self, rcode: Rcode, opt: Option<&Opt<'_>>) -> bool {
        self.out[3] = (rcode.0 & 0xf) as u8;
        self.out[6..8].copy_from_slice(&self.answers.to_be_bytes());
        self.out[8..10].copy_from_slice(&self.authorities.to_be_bytes());
        if let Some(opt) = opt {
            self.out[HEADER - 1] = 1;
            write_opt(self.out, opt, rcode);
        }
        self.out.len() <= self.limit
    }
}

/// RFC 6891 section 6.1.2, with the upper bits of the code.
fn write_opt(out: &mut Vec<u8>, opt: &Opt<'_>, rcode: Rcode) {
    let [high, low] = (MAX_UDP as u16).to_be_bytes();
    let flags = if opt.dnssec_ok { 0x80 } else { 0 };
    out.extend_from_slice(&[0, 0, RrType::OPT.0 as u8, high, low, (rcode.0 >> 4) as u8, 0, flags, 0, 0, 0]);
    let start = out.len();
    opt.each(|code, data| {
        out.extend_from_slice(&code.to_be_bytes());
        out.extend_from_slice(&(data.len() as u16).to_be_bytes());
        out.extend_from_slice(data);
    });
    let length = (out.len() - start) as u16;
    out[start - 2..start].copy_from_slice(&length.to_be_bytes());
}
