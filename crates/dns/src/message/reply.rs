//! Writing a reply into a buffer that is used again and again.

use std::net::IpAddr;

use model::rrtype::{Rcode, RrType};

use super::edns::Edns;
use super::{HEADER, MAX_UDP};

const QR: u8 = 0x80;
const AA: u8 = 0x04;
const TC: u8 = 0x02;

/// A reply being written.
pub struct Reply<'a> {
    out: &'a mut Vec<u8>,
    edns: Option<Edns>,
    rcode: Rcode,
    answers: u16,
    authorities: u16,
    /// Where the question ends: what a truncated reply keeps.
    body: usize,
}

impl<'a> Reply<'a> {
    /// Begins a reply to `packet` (a whole header at least) with this question section echoed, if there is one.
    pub fn new(
        out: &'a mut Vec<u8>,
        packet: &[u8],
        question: Option<&[u8]>,
        edns: Option<Edns>,
    ) -> Reply<'a> {
        out.clear();
        out.extend_from_slice(&packet[..2]);
        // QR, the opcode and RD as they came; AA, TC, RA, Z, AD and CD clear (RFC 8906 section 8.1.3).
        out.push(QR | packet[2] & 0x79);
        out.push(0);
        out.extend_from_slice(&u16::from(question.is_some()).to_be_bytes());
        out.extend_from_slice(&[0; 6]);
        out.extend_from_slice(question.unwrap_or_default());
        let body = out.len();
        Reply { out, edns, rcode: Rcode::NOERROR, answers: 0, authorities: 0, body }
    }

    /// Octets written so far: the offset of what comes next.
    pub fn offset(&self) -> usize {
        self.out.len()
    }

    /// Records in the answer section.
    pub fn answers(&self) -> u16 {
        self.answers
    }

    /// Says that this server is authoritative for the name.
    pub fn authoritative(&mut self) {
        self.out[2] |= AA;
    }

    /// Sets the code.
    pub fn rcode(&mut self, rcode: Rcode) {
        self.rcode = rcode;
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
        self.out.extend_from_slice(&rr_type.0.to_be_bytes());
        self.out.extend_from_slice(&[0, 1]);
        self.out.extend_from_slice(&ttl.to_be_bytes());
        self.out.extend_from_slice(&length.to_be_bytes());
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

    /// Completes the reply within `limit` octets; what does not fit is left out whole, and TC says so (RFC 2181
    /// section 9).
    pub fn finish(mut self, limit: usize) {
        let opt = self.edns.map_or(0, opt_length);
        if self.out.len() + opt > limit {
            self.out.truncate(self.body);
            self.out[2] |= TC;
            (self.answers, self.authorities) = (0, 0);
        }
        self.out[3] = (self.out[3] & 0xf0) | (self.rcode.0 & 0xf) as u8;
        self.out[6..8].copy_from_slice(&self.answers.to_be_bytes());
        self.out[8..10].copy_from_slice(&self.authorities.to_be_bytes());
        if let Some(edns) = self.edns {
            self.out[10..HEADER].copy_from_slice(&1u16.to_be_bytes());
            write_opt(self.out, edns, self.rcode);
        }
    }
}

fn opt_length(edns: Edns) -> usize {
    11 + edns.subnet.map_or(0, |s| 8 + usize::from(s.source).div_ceil(8))
}

/// RFC 6891 section 6.1.2, with the upper bits of the code; the subnet is echoed with its scope (RFC 7871 section 7.2.1).
fn write_opt(out: &mut Vec<u8>, edns: Edns, rcode: Rcode) {
    out.push(0);
    out.extend_from_slice(&RrType::OPT.0.to_be_bytes());
    out.extend_from_slice(&(MAX_UDP as u16).to_be_bytes());
    out.push((rcode.0 >> 4) as u8);
    out.push(0);
    out.extend_from_slice(&[if edns.dnssec_ok { 0x80 } else { 0 }, 0]);
    let Some(subnet) = edns.subnet else {
        out.extend_from_slice(&[0, 0]);
        return;
    };
    let octets = usize::from(subnet.source).div_ceil(8);
    out.extend_from_slice(&((8 + octets) as u16).to_be_bytes());
    out.extend_from_slice(&8u16.to_be_bytes());
    out.extend_from_slice(&((4 + octets) as u16).to_be_bytes());
    match subnet.address {
        IpAddr::V4(ip) => {
            out.extend_from_slice(&[0, 1, subnet.source, subnet.scope]);
            out.extend_from_slice(&ip.octets()[..octets]);
        }
        IpAddr::V6(ip) => {
            out.extend_from_slice(&[0, 2, subnet.source, subnet.scope]);
            out.extend_from_slice(&ip.octets()[..octets]);
        }
    }
}
