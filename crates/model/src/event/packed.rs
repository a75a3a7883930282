//! Events that wait, packed: a fifth of the room that [`QueryEvent`] takes, since most names and answers are short.

use std::net::{IpAddr, SocketAddr};

use super::{ClientSubnet, QueryEvent, Transport};
use crate::rrtype::{Rcode, RrType};
use crate::slots::Slot;

/// Events of one view, in the order they came.
#[derive(Debug, Default)]
pub struct PackedEvents {
    generation: u64,
    health_epoch: u64,
    oldest: Option<i64>,
    heads: Vec<Head>,
    names: Vec<u8>,
    answers: Vec<IpAddr>,
    subnets: Vec<ClientSubnet>,
}

/// What every event has, and how much of the rest is its own.
#[derive(Clone, Copy, Debug)]
struct Head {
    at: i64,
    latency_ns: u32,
    slot: Slot,
    ttl: u32,
    client: IpAddr,
    port: u16,
    qtype: RrType,
    rcode: Rcode,
    answer_count: u16,
    transport: Transport,
    names: u8,
    answers: u8,
    has_subnet: bool,
    failed_open: bool,
    cookie_proven: bool,
    rate_limited: bool,
}

impl PackedEvents {
    /// None yet, with room for the heads of `capacity`.
    pub fn with_capacity(capacity: usize) -> PackedEvents {
        PackedEvents { heads: Vec::with_capacity(capacity), ..PackedEvents::default() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Memory they take, octets.
    pub fn octets(&self) -> usize {
        self.heads.capacity() * size_of::<Head>()
            + self.names.capacity()
            + self.answers.capacity() * size_of::<IpAddr>()
            + self.subnets.capacity() * size_of::<ClientSubnet>()
    }

    /// When the oldest query arrived, microseconds since 1970 UTC. Workers report each in its own order, so that it need
    /// not be the first.
    pub fn oldest_at(&self) -> Option<i64> {
        self.oldest
    }

    /// Whether an event belongs here: the first decides of which view all are.
    pub fn takes(&self, event: &QueryEvent) -> bool {
        self.is_empty() || (self.generation, self.health_epoch) == (event.generation, event.health_epoch)
    }

    /// Adds an event that [belongs here](Self::takes). The flow and the scope of an IPv6 client's address are not kept.
    pub fn push(&mut self, event: &QueryEvent) {
        debug_assert!(self.takes(event));
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
        } = event;
        (self.generation, self.health_epoch) = (generation, health_epoch);
        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        let answers = event.answers();
        self.names.extend_from_slice(event.name());
        self.answers.extend_from_slice(answers);
        self.subnets.extend(ecs);
        self.heads.push(Head {
            at,
            latency_ns,
            slot,
            ttl,
            client: client.ip(),
            port: client.port(),
            qtype,
            rcode,
            answer_count,
            transport,
            names: name_len,
            answers: answers.len() as u8,
            has_subnet: ecs.is_some(),
            failed_open,
            cookie_proven,
            rate_limited,
        });
    }

    /// The events as they were.
    pub fn iter(&self) -> impl Iterator<Item = QueryEvent> {
        let (mut names, mut answers, mut subnets) = (&self.names[..], &self.answers[..], &self.subnets[..]);
        self.heads.iter().map(move |head| {
            let client = SocketAddr::new(head.client, head.port);
            let mut event = QueryEvent::new(head.at, client, head.transport);
            (event.generation, event.health_epoch) = (self.generation, self.health_epoch);
            (event.latency_ns, event.slot, event.ttl) = (head.latency_ns, head.slot, head.ttl);
            (event.qtype, event.rcode) = (head.qtype, head.rcode);
            (event.failed_open, event.cookie_proven) = (head.failed_open, head.cookie_proven);
            event.rate_limited = head.rate_limited;
            event.ecs = take(&mut subnets, usize::from(head.has_subnet)).first().copied();
            event.set_name(take(&mut names, usize::from(head.names)));
            take(&mut answers, usize::from(head.answers)).iter().for_each(|a| event.push_answer(*a));
            event.set_answer_count(head.answer_count);
            event
        })
    }
}

/// The first `count` of what is left.
fn take<'a, T>(left: &mut &'a [T], count: usize) -> &'a [T] {
    let (first, rest) = left.split_at(count);
    *left = rest;
    first
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
            let mut packed = PackedEvents::with_capacity(4);
            events.iter().for_each(|event| packed.push(event));
            let out: Vec<_> = packed.iter().map(|event| seen(&event)).collect();
            prop_assert_eq!(out, events.iter().map(seen).collect::<Vec<_>>());
            prop_assert_eq!(packed.len(), events.len());
            prop_assert_eq!(packed.oldest_at(), events.iter().map(|event| event.at).min());
        }
    }

    #[test]
    fn another_view_has_a_place_of_its_own_and_an_event_takes_little() {
        let mut packed = PackedEvents::with_capacity(1000);
        let mut event = QueryEvent::new(1, "192.0.2.1:53".parse().unwrap(), Transport::Udp);
        event.set_name(b"\x03www\x07example\x03org\0");
        event.push_answer(IpAddr::from([192, 0, 2, 9]));
        (0..1000).for_each(|_| packed.push(&event));
        assert!(packed.octets() / 1000 < size_of::<QueryEvent>() / 4, "{}", packed.octets());
        event.health_epoch = 1;
        assert!(!packed.takes(&event) && PackedEvents::default().takes(&event));
    }
}
