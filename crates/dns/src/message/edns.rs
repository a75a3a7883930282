//! EDNS (RFC 6891) and its client subnet option (RFC 7871).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use model::event::ClientSubnet;

use super::{MAX_UDP, PLAIN_UDP, be16};

/// Option code of EDNS Client Subnet (RFC 7871 section 6).
const ECS: u16 = 8;

/// What matters of a query's OPT record.
#[derive(Clone, Copy, Debug)]
pub struct Edns {
    /// Octets of UDP payload the client takes, within what this server sends.
    pub payload: usize,
    /// Version; only 0 is known.
    pub version: u8,
    /// The DO bit, which is copied (RFC 3225 section 3).
    pub dnssec_ok: bool,
    /// The client's network.
    pub subnet: Option<ClientSubnet>,
}

/// Reads an OPT record: its ten octets of type, class, TTL and length, and its options. The error is what of it can be
/// answered with all the same.
pub(super) fn read_opt(fixed: &[u8], options: &[u8]) -> Result<Edns, Edns> {
    let payload = usize::from(be16(fixed, 2).unwrap_or(0)).clamp(PLAIN_UDP, MAX_UDP);
    let mut edns = Edns { payload, version: fixed[5], dnssec_ok: fixed[6] & 0x80 != 0, subnet: None };
    if edns.version != 0 {
        // BADVERS is answered, whatever a later version means by its options.
        return Ok(edns);
    }
    let mut at = 0;
    while at < options.len() {
        let (Some(code), Some(length)) = (be16(options, at), be16(options, at + 2)) else { return Err(edns) };
        let Some(data) = options.get(at + 4..at + 4 + usize::from(length)) else { return Err(edns) };
        if code == ECS {
            match read_subnet(data) {
                Some(subnet) if edns.subnet.is_none() => edns.subnet = Some(subnet),
                _ => return Err(Edns { subnet: None, ..edns }),
            }
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
