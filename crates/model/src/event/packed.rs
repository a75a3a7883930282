//! Events as octets: a fifth of the room that [`QueryEvent`] takes, since most names and answers are short. A worker
//! passes them on so, and so they wait.

use std::net::{IpAddr, SocketAddr};

use bytemuck::{Pod, Zeroable};

use super::{ClientSubnet, QueryEvent, Transport};
use crate::rrtype::{Rcode, RrType};
use crate::slots::Slot;

const FAILED_OPEN: u8 = 1;
const COOKIE_PROVEN: u8 = 1 << 1;
const RATE_LIMITED: u8 = 1 << 2;
const CLIENT_V6: u8 = 1 << 3;
const SUBNET: u8 = 1 << 4;
const SUBNET_V6: u8 = 1 << 5;

/// Octets of the largest event: eight IPv6 answers, a client and a subnet of IPv6, a name of 255.
pub(super) const LARGEST: usize = size_of::<Head>() + 16 + 18 + 8 * 16 + 255;

/// What every event has. The client's address, its subnet, the answers and the name lie behind it.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Head {
    at: i64,
    generation: u64,
    health_epoch: u64,
    latency_ns: u32,
    slot: u32,
    ttl: u32,
    /// Octets of the event, this among them.
    len: u16,
    port: u16,
    qtype: u16,
    rcode: u16,
    answer_count: u16,
    transport: u8,
    flags: u8,
    /// A bit for each answer that is an IPv6 address.
    answers_v6: u8,
    answers: u8,
    name: u8,
    unused: [u8; 5],
}

/// One event.
#[derive(Clone, Copy, Debug)]
pub struct PackedEvent<'a>(&'a [u8]);

impl QueryEvent {
    /// Writes the event behind what is in `octets`. The flow and the scope of an IPv6 client's address are not kept.
    pub fn pack(&self, octets: &mut Vec<u8>) {
        // Every field is named, so that none that is added is forgotten.
        let &QueryEvent {
            at,
            generation,
            health_epoch,
            latency_ns,
            client,
            transport,
            qtype,
            rcode,
            slot,
            ttl,
            ecs,
            failed_open,
            cookie_proven,
            rate_limited,
            answers: _,
            answer_count,
            name_len,
            name: _,
        } = self;
        let answers = self.answers();
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        let start = octets.len();
        let len = size_of::<Head>()
            + width(client.is_ipv6())
            + ecs.map_or(0, |ecs| 2 + width(ecs.address.is_ipv6()))
            + answers.iter().map(|address| width(address.is_ipv6())).sum::<usize>()
            + usize::from(name_len);
        let head = Head {
            at,
            generation,
            health_epoch,
            latency_ns,
            slot: slot.0,
            ttl,
            // At most `LARGEST`.
            len: len as u16,
            port: client.port(),
            qtype: qtype.0,
            rcode: rcode.0,
            answer_count,
            transport: transport.index() as u8,
            flags: flag(failed_open, FAILED_OPEN)
                | flag(cookie_proven, COOKIE_PROVEN)
                | flag(rate_limited, RATE_LIMITED)
                | flag(client.is_ipv6(), CLIENT_V6)
                | flag(ecs.is_some(), SUBNET)
                | flag(ecs.is_some_and(|ecs| ecs.address.is_ipv6()), SUBNET_V6),
            answers_v6: answers.iter().rev().fold(0, |bits, address| bits << 1 | u8::from(address.is_ipv6())),
            answers: answers.len() as u8,
            name: name_len,
            unused: [0; 5],
        };
        octets.extend_from_slice(bytemuck::bytes_of(&head));
        write(octets, client.ip());
        if let Some(ecs) = ecs {
            octets.extend([ecs.source, ecs.scope]);
            write(octets, ecs.address);
        }
        answers.iter().for_each(|address| write(octets, *address));
        octets.extend_from_slice(self.name());
        debug_assert_eq!(octets.len() - start, len);
    }
}

impl<'a> PackedEvent<'a> {
    /// The event that `octets` begin with, and what is behind it; none when it is not there to its end.
    pub fn first(octets: &'a [u8]) -> Option<(PackedEvent<'a>, &'a [u8])> {
        let head: Head = bytemuck::pod_read_unaligned(octets.get(..size_of::<Head>())?);
        let (event, rest) = octets.split_at_checked(usize::from(head.len))?;
        Some((PackedEvent(event), rest))
    }

    /// When the query arrived, microseconds since 1970 UTC.
    pub fn at(self) -> i64 {
        self.head().at
    }

    /// As it is written.
    pub fn octets(self) -> &'a [u8] {
        self.0
    }

    /// The event as it was.
    pub fn unpack(self) -> QueryEvent {
        let head = self.head();
        let mut left = Left(&self.0[size_of::<Head>()..]);
        let has = |flag: u8| head.flags & flag != 0;
        let client = SocketAddr::new(left.address(has(CLIENT_V6)), head.port);
        let mut event = QueryEvent::new(head.at, client, Transport::ALL[usize::from(head.transport)]);
        (event.generation, event.health_epoch) = (head.generation, head.health_epoch);
        (event.latency_ns, event.slot, event.ttl) = (head.latency_ns, Slot(head.slot), head.ttl);
        (event.qtype, event.rcode) = (RrType(head.qtype), Rcode(head.rcode));
        (event.failed_open, event.cookie_proven) = (has(FAILED_OPEN), has(COOKIE_PROVEN));
        event.rate_limited = has(RATE_LIMITED);
        event.ecs = has(SUBNET).then(|| {
            let [source, scope] = left.array();
            ClientSubnet { address: left.address(has(SUBNET_V6)), source, scope }
        });
        for number in 0..head.answers {
            event.push_answer(left.address(head.answers_v6 >> number & 1 == 1));
        }
        event.set_answer_count(head.answer_count);
        event.set_name(&left.0[..usize::from(head.name)]);
        event
    }

    fn head(self) -> Head {
        bytemuck::pod_read_unaligned(&self.0[..size_of::<Head>()])
    }
}

/// Octets of an address.
fn width(v6: bool) -> usize {
    if v6 { 16 } else { 4 }
}

fn write(octets: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => octets.extend_from_slice(&address.octets()),
        IpAddr::V6(address) => octets.extend_from_slice(&address.octets()),
    }
}

/// What is not read yet of an event.
struct Left<'a>(&'a [u8]);

impl Left<'_> {
    fn array<const N: usize>(&mut self) -> [u8; N] {
        let (first, rest) = self.0.split_at(N);
        self.0 = rest;
        first.try_into().unwrap_or([0; N])
    }

    fn address(&mut self, v6: bool) -> IpAddr {
        if v6 { IpAddr::from(self.array::<16>()) } else { IpAddr::from(self.array::<4>()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            any::<[u8; 4]>().prop_map(IpAddr::from),
            any::<[u8; 16]>().prop_map(IpAddr::from),
            Just(IpAddr::from([0, 0, 0, 0]))
        ]
    }

    prop_compose! {
        fn event()(
            numbers in any::<(i64, u32, u32, u32, u16, u16, u16)>(),
            client in address(),
            transport in 0..Transport::ALL.len(),
            flags in any::<(bool, bool, bool)>(),
            ecs in proptest::option::of((address(), any::<u8>(), any::<u8>())),
            answers in proptest::collection::vec(address(), 0..12),
            records in 0..3u16,
            name in proptest::collection::vec(any::<u8>(), 0..256),
        ) -> QueryEvent {
            let (at, latency_ns, slot, ttl, port, qtype, rcode) = numbers;
            let mut event = QueryEvent::new(at, (client, port).into(), Transport::ALL[transport]);
            (event.generation, event.health_epoch) = (3, 4);
            (event.latency_ns, event.slot, event.ttl) = (latency_ns, Slot(slot), ttl);
            (event.qtype, event.rcode) = (RrType(qtype), Rcode(rcode));
            (event.failed_open, event.cookie_proven, event.rate_limited) = flags;
            event.ecs = ecs.map(|(address, source, scope)| ClientSubnet { address, source, scope });
            event.set_name(&name);
            answers.iter().for_each(|address| event.push_answer(*address));
            if answers.is_empty() {
                event.set_answer_count(records);
            }
            event
        }
    }

    /// What can be seen of an event.
    fn seen(event: &QueryEvent) -> String {
        let mut event = event.clone();
        let (answers, name) = (event.answers().to_vec(), event.name().to_vec());
        // What lies behind the end of the two is no part of it.
        event.answers = [IpAddr::from([0, 0, 0, 0]); super::super::MAX_ANSWERS];
        event.name = [0; crate::name::MAX_WIRE];
        format!("{event:?} {answers:?} {name:?}")
    }

    proptest! {
        #[test]
        fn events_come_out_as_they_went_in(events in proptest::collection::vec(event(), 0..20)) {
            let mut octets = Vec::new();
            events.iter().for_each(|event| event.pack(&mut octets));
            let (mut left, mut out) = (&octets[..], Vec::new());
            while let Some((event, rest)) = PackedEvent::first(left) {
                prop_assert!(event.octets().len() <= LARGEST);
                prop_assert_eq!(event.at(), events[out.len()].at);
                out.push(seen(&event.unpack()));
                left = rest;
            }
            prop_assert!(left.is_empty());
            prop_assert_eq!(out, events.iter().map(seen).collect::<Vec<_>>());
        }

        #[test]
        fn what_is_cut_is_no_event(event in event(), cut in any::<prop::sample::Index>()) {
            let mut octets = Vec::new();
            event.pack(&mut octets);
            prop_assert!(PackedEvent::first(&octets[..cut.index(octets.len())]).is_none());
        }
    }

    #[test]
    fn an_event_takes_little_and_the_largest_no_more_than_is_said() {
        let mut event = QueryEvent::new(1, "192.0.2.1:53".parse().unwrap(), Transport::Udp);
        event.set_name(b"\x03www\x07example\x03org\0");
        event.push_answer(IpAddr::from([192, 0, 2, 9]));
        let mut octets = Vec::new();
        event.pack(&mut octets);
        assert!(octets.len() < size_of::<QueryEvent>() / 5, "{}", octets.len());
        let v6 = IpAddr::from([0x20; 16]);
        let mut event = QueryEvent::new(1, (v6, 53).into(), Transport::Udp);
        event.set_name(&[1; 255]);
        event.ecs = Some(ClientSubnet { address: v6, source: 56, scope: 0 });
        (0..9).for_each(|_| event.push_answer(v6));
        octets.clear();
        event.pack(&mut octets);
        assert_eq!(octets.len(), LARGEST);
    }
}
