//! What a transfer gets: nothing, the SOA alone, or the zone.

use std::net::IpAddr;

use hickory_proto::op::Message;
use hickory_proto::rr::RData;
use model::DnsName;
use model::rrtype::{Rcode, RrType};

use crate::answer::Asked;
use crate::lookup::Lowered;

/// What is answered; zones by their index.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing, and why.
    Refuse(Rcode),
    /// The SOA: the client has this serial or a later one.
    Soa(usize),
    /// Everything.
    Whole(usize),
}

/// Decides for a client at `ip` whose query `key` signed.
pub fn decide(asked: &Asked<'_>, ip: IpAddr, key: Option<&DnsName>) -> Decision {
    let (serving, query) = (asked.serving, &asked.query);
    let (tree, name) = (serving.tree(), Lowered::new(query.name));
    let apex = tree.get(name.wire()).filter(|node| tree.zones[node.zone].name.wire() == name.wire());
    // RFC 5936 section 2.2.1.
    let Some(apex) = apex else { return Decision::Refuse(Rcode::NOTAUTH) };
    let transfer = serving.snapshot().config.zones.get(apex.zone).and_then(|zone| zone.transfer.as_ref());
    if !transfer.is_some_and(|transfer| transfer.permits(ip, key)) {
        return Decision::Refuse(Rcode::REFUSED);
    }
    if query.qtype == RrType::AXFR {
        return Decision::Whole(apex.zone);
    }
    let Some(serial) = client_serial(asked.packet) else { return Decision::Refuse(Rcode::FORMERR) };
    if is_behind(serial, serving.snapshot().serial()) {
        Decision::Whole(apex.zone)
    } else {
        Decision::Soa(apex.zone)
    }
}

/// The serial of the zone the client has: its SOA is in the authority section (RFC 1995 section 3).
fn client_serial(packet: &[u8]) -> Option<u32> {
    let message = Message::from_vec(packet).ok()?;
    message.authorities.iter().find_map(|record| match &record.data {
        RData::SOA(soa) => Some(soa.serial),
        _ => None,
    })
}

/// Whether `serial` is before `current` (RFC 1982 section 3.2); where that is not defined, it is.
fn is_behind(serial: u32, current: u32) -> bool {
    let ahead = serial.wrapping_sub(current);
    ahead >= 1 << 31
}

#[cfg(test)]
mod tests {
    use super::is_behind;

    #[test]
    fn serials_go_around() {
        for (serial, current) in [(1, 2), (u32::MAX, 0), (u32::MAX - 5, 7), (0, 1 << 31)] {
            assert!(is_behind(serial, current), "{serial} {current}");
        }
        for (serial, current) in [(2, 2), (3, 2), (0, u32::MAX), (u32::MAX, u32::MAX)] {
            assert!(!is_behind(serial, current), "{serial} {current}");
        }
    }
}
