//! EDNS (RFC 6891) and the options this server knows: client subnet (RFC 7871), cookies (RFC 7873), NSID (RFC 5001)
//! and extended errors (RFC 8914).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::event::ClientSubnet;

use super::{MAX_UDP, PLAIN_UDP, be16};
use crate::cookie;

/// Option code of NSID (RFC 5001 section 2.1).
const NSID: u16 = 3;
/// Option code of EDNS Client Subnet (RFC 7871 section 6).
const ECS: u16 = 8;
/// Option code of cookies (RFC 7873 section 4).
const COOKIE: u16 = 10;
/// Option code of extended errors (RFC 8914 section 2).
const EDE: u16 = 15;

/// What matters of a query's OPT record.
#[derive(Clone, Copy, Debug)]
pub struct Edns<'a> {
    /// Octets of UDP payload the client takes, within what this server sends.
    pub payload: usize,
    /// Version; only 0 is known.
    pub version: u8,
    /// The DO bit, which is copied (RFC 3225 section 3).
    pub dnssec_ok: bool,
    /// The client's network.
    pub subnet: Option<ClientSubnet>,
    /// The first cookie, of a length that one may have (RFC 7873 section 5.2).
    pub cookie: Option<&'a [u8]>,
    /// Whether the server is asked for its name.
    pub nsid: bool,
}

/// Reads an OPT record: its ten octets of type, class, TTL and length, and its options. The error is what of it can be
/// answered with all the same.
pub(super) fn read_opt<'a>(fixed: &[u8], options: &'a [u8]) -> Result<Edns<'a>, Edns<'a>> {
    let payload = usize::from(be16(fixed, 2).unwrap_or(0)).clamp(PLAIN_UDP, MAX_UDP);
    let (version, dnssec_ok) = (fixed[5], fixed[6] & 0x80 != 0);
    let plain = Edns { payload, version, dnssec_ok, subnet: None, cookie: None, nsid: false };
    if version != 0 {
        // BADVERS is answered, whatever a later version means by its options.
        return Ok(plain);
    }
    let mut edns = plain;
    let mut at = 0;
    while at < options.len() {
        let (Some(code), Some(length)) = (be16(options, at), be16(options, at + 2)) else {
            return Err(plain);
        };
        let Some(data) = options.get(at + 4..at + 4 + usize::from(length)) else { return Err(plain) };
        match code {
            ECS => match read_subnet(data) {
                Some(subnet) if edns.subnet.is_none() => edns.subnet = Some(subnet),
                _ => return Err(plain),
            },
            COOKIE if !matches!(data.len(), cookie::CLIENT | 16..=40) => return Err(plain),
            COOKIE if edns.cookie.is_none() => edns.cookie = Some(data),
            NSID => edns.nsid = true,
            _ => {}
        }
        at += 4 + usize::from(length);
    }
    Ok(edns)
}

/// RFC 7871 section 6: as many octets as the prefix needs, none beyond it set, no scope in a query.
fn read_subnet(data: &[u8]) -> Option<ClientSubnet> {
    let (family, source, scope) = (be16(data, 0)?, *data.get(2)?, *data.get(3)?);
    let prefix = &data[4..];
    let (address, bits): (IpAddr, u8) = match family {
        1 => {
            let mut octets = [0; 4];
            octets.get_mut(..prefix.len())?.copy_from_slice(prefix);
            (IpAddr::V4(Ipv4Addr::from(octets)), 32)
        }
        2 => {
            let mut octets = [0; 16];
            octets.get_mut(..prefix.len())?.copy_from_slice(prefix);
            (IpAddr::V6(Ipv6Addr::from(octets)), 128)
        }
        _ => return None,
    };
    let exact = prefix.len() == usize::from(source).div_ceil(8);
    let spare = (8 - source % 8) % 8;
    let clean = prefix.last().is_none_or(|last| last.trailing_zeros() >= u32::from(spare));
    (source <= bits && scope == 0 && exact && clean).then_some(ClientSubnet { address, source, scope: 0 })
}

/// Why an answer is what it is (RFC 8914): a code of its registry and a text for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedError {
    code: u16,
    text: &'static str,
}

impl ExtendedError {
    /// The name is in none of our zones.
    pub const NOT_AUTHORITATIVE: ExtendedError = ExtendedError { code: 20, text: "" };
    /// The client may not ask here.
    pub const PROHIBITED: ExtendedError = ExtendedError { code: 18, text: "" };
    /// No member of the service is up, and what its down response says is answered.
    pub const NO_MEMBER_UP: ExtendedError = ExtendedError { code: 22, text: "no member is up" };
}

/// The OPT record of an answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opt<'a> {
    /// The DO bit of the query.
    pub dnssec_ok: bool,
    /// This server's name, if it was asked for and has one.
    pub nsid: Option<&'a str>,
    /// The client's network, with the scope the answer is good for.
    pub subnet: Option<ClientSubnet>,
    /// The cookie to come back with.
    pub cookie: Option<[u8; cookie::FULL]>,
    /// Why the answer is what it is.
    pub error: Option<ExtendedError>,
}

impl Opt<'_> {
    /// Gives each option, code and data, in the order they are sent in.
    pub fn each(&self, mut give: impl FnMut(u16, &[u8])) {
        if let Some(name) = self.nsid {
            give(NSID, name.as_bytes());
        }
        if let Some(subnet) = self.subnet {
            let mut data = [0; 20];
            let octets = match subnet.address {
                IpAddr::V4(ip) => {
                    data[4..8].copy_from_slice(&ip.octets());
                    data[1] = 1;
                    4
                }
                IpAddr::V6(ip) => {
                    data[4..].copy_from_slice(&ip.octets());
                    data[1] = 2;
                    16
                }
            };
            (data[2], data[3]) = (subnet.source, subnet.scope);
            give(ECS, &data[..4 + usize::from(subnet.source).div_ceil(8).min(octets)]);
        }
        if let Some(cookie) = &self.cookie {
            give(COOKIE, cookie);
        }
        if let Some(error) = self.error {
            let mut data = [0; 2 + 30];
            data[..2].copy_from_slice(&error.code.to_be_bytes());
            let text = &error.text.as_bytes()[..error.text.len().min(30)];
            data[2..2 + text.len()].copy_from_slice(text);
            give(EDE, &data[..2 + text.len()]);
        }
    }

    /// Octets it takes in the message.
    pub fn length(&self) -> usize {
        let mut length = 11;
        self.each(|_, data| length += 4 + data.len());
        length
    }
}
