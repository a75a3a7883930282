//! What the responder reports of one answered query: a fixed-size value without heap, made for a [`ring`].

mod packed;
mod ring;

use std::net::{IpAddr, SocketAddr};

use crate::name::MAX_WIRE;
use crate::rrtype::{Rcode, RrType};
use crate::slots::Slot;

pub use self::packed::PackedEvent;
pub use self::ring::{EventReceiver, EventSender, RingFull, ring};

/// Addresses of an answer that an event keeps; the log says how many more there were.
pub const MAX_ANSWERS: usize = 8;

/// How a query came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Datagram (RFC 1035 section 4.2.1).
    Udp,
    /// Stream (RFC 7766).
    Tcp,
    /// DNS over TLS (RFC 7858).
    Tls,
    /// DNS over HTTPS (RFC 8484).
    Https,
    /// DNS over dedicated QUIC connections (RFC 9250).
    Quic,
}

impl Transport {
    /// All transports, in the order of their number in storage.
    pub const ALL: [Transport; 5] =
        [Transport::Udp, Transport::Tcp, Transport::Tls, Transport::Https, Transport::Quic];

    /// `udp`, `tcp`, `dot`, `doh` or `doq`.
    pub fn as_str(self) -> &'static str {
        match self {
            Transport::Udp => "udp",
            Transport::Tcp => "tcp",
            Transport::Tls => "dot",
            Transport::Https => "doh",
            Transport::Quic => "doq",
        }
    }

    /// The transport of this name.
    pub fn named(name: &str) -> Option<Transport> {
        Transport::ALL.into_iter().find(|transport| transport.as_str() == name)
    }

    /// Its place in [`Transport::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

impl serde::Serialize for Transport {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A client's network as EDNS Client Subnet carries it (RFC 7871).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientSubnet {
    /// The address, its bits past `source` zero.
    pub address: IpAddr,
    /// SOURCE PREFIX-LENGTH, bits.
    pub source: u8,
    /// SCOPE PREFIX-LENGTH of the answer, bits.
    pub scope: u8,
}

/// One answered (or purposely dropped) query.
#[derive(Clone, Debug)]
pub struct QueryEvent {
    /// When the query arrived, microseconds since 1970 UTC.
    pub at: i64,
    /// Generation of the configuration that decided.
    pub generation: u64,
    /// Epoch of the health table that decided.
    pub health_epoch: u64,
    /// From the packet's arrival in this process to the answer, nanoseconds.
    pub latency_ns: u32,
    /// Who asked.
    pub client: SocketAddr,
    /// How.
    pub transport: Transport,
    /// Type asked for.
    pub qtype: RrType,
    /// Code answered, `DROPPED` when silence was.
    pub rcode: Rcode,
    /// Member, service or zone.
    pub slot: Slot,
    /// TTL of the answer, seconds; the negative TTL when there was no record.
    pub ttl: u32,
    /// The client's network, when the query carried one.
    pub ecs: Option<ClientSubnet>,
    /// No member was up and the down response was given.
    pub failed_open: bool,
    /// The query carried a cookie of this server's for this client: the client is at the address it writes from.
    pub cookie_proven: bool,
    /// The client's network was over its rate: the query was not looked at, and answered with TC or not at all.
    pub rate_limited: bool,
    answers: [IpAddr; MAX_ANSWERS],
    answer_count: u16,
    name_len: u8,
    name: [u8; MAX_WIRE],
}

impl QueryEvent {
    /// An event without a name and without answers.
    pub fn new(at: i64, client: SocketAddr, transport: Transport) -> Self {
        QueryEvent {
            at,
            generation: 0,
            health_epoch: 0,
            latency_ns: 0,
            client,
            transport,
            qtype: RrType(0),
            rcode: Rcode::NOERROR,
            slot: Slot::OUTSIDE,
            ttl: 0,
            ecs: None,
            failed_open: false,
            cookie_proven: false,
            rate_limited: false,
            answers: [IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED); MAX_ANSWERS],
            answer_count: 0,
            name_len: 0,
            name: [0; MAX_WIRE],
        }
    }

    /// Takes the name as it was asked, in uncompressed wire format; what is past 255 octets is cut.
    pub fn set_name(&mut self, wire: &[u8]) {
        let len = wire.len().min(MAX_WIRE);
        self.name[..len].copy_from_slice(&wire[..len]);
        self.name_len = len as u8;
    }

    /// The name as it was asked, in wire format.
    pub fn name(&self) -> &[u8] {
        &self.name[..self.name_len as usize]
    }

    /// Takes back what was noted of an answer: it is made anew.
    pub fn forget_answer(&mut self) {
        (self.rcode, self.slot, self.ttl) = (Rcode::NOERROR, Slot::OUTSIDE, 0);
        (self.failed_open, self.answer_count) = (false, 0);
        self.answers[0] = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    }

    /// Takes back the members that were named: the answer was sent without them, and is counted at `slot`.
    pub fn forget_members(&mut self, slot: Slot) {
        if slot != Slot::OUTSIDE {
            self.slot = slot;
        }
        self.answer_count = 0;
        self.answers[0] = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    }

    /// Adds an address of the answer.
    pub fn push_answer(&mut self, address: IpAddr) {
        if let Some(place) = self.answers.get_mut(self.answer_count as usize) {
            *place = address;
        }
        self.answer_count = self.answer_count.saturating_add(1);
    }

    /// Counts records of the answer that are no addresses.
    pub fn set_answer_count(&mut self, count: u16) {
        self.answer_count = count;
    }

    /// The addresses answered, at most [`MAX_ANSWERS`].
    pub fn answers(&self) -> &[IpAddr] {
        let named = !self.answers[0].is_unspecified();
        &self.answers[..if named { (self.answer_count as usize).min(MAX_ANSWERS) } else { 0 }]
    }

    /// How many records the answer section held.
    pub fn answer_count(&self) -> u16 {
        self.answer_count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transport_is_found_by_its_number_and_by_its_name() {
        for (index, transport) in Transport::ALL.into_iter().enumerate() {
            assert_eq!(transport.index(), index);
            assert_eq!(Transport::named(transport.as_str()), Some(transport));
        }
        assert_eq!(Transport::named("sctp"), None);
    }
}
