//! The fast path against the complete one (I5), and both against the reference.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use dns::{Arrival, Outcome, Path, Serving, answer};
use model::DnsName;
use model::event::{QueryEvent, Transport};
use proptest::prelude::*;

use crate::client::ask;
use crate::generated::{Query, configs, queries};
use crate::reference::Reference;
use crate::wire::{Parsed, Rr, parse};
use crate::{NOW, policy, serving, with_down};

/// What is sent, and what is noted of it.
#[derive(Debug)]
struct Got {
    outcome: Outcome,
    octets: Vec<u8>,
    noted: Noted,
}

#[derive(Debug, PartialEq)]
struct Noted {
    name: Vec<u8>,
    rcode: u16,
    slot: u32,
    ttl: u32,
    answers: Vec<IpAddr>,
    count: u16,
    failed_open: bool,
    scope: Option<u8>,
}

fn packet(query: &Query) -> Vec<u8> {
    let name = if query.upper { query.name.to_ascii_uppercase() } else { query.name.clone() };
    let question = ask(&name, query.qtype);
    match &query.edns {
        Some((payload, options)) => question.edns(*payload, 0, 0x8000, options).packet(),
        None => question.packet(),
    }
}

fn get(view: &Serving, packet: &[u8], transport: Transport, path: Path) -> Got {
    let client = SocketAddr::from(([192, 0, 2, 1], 5000));
    let arrival = Arrival { at: NOW, since: Instant::now(), client, transport };
    let mut event = QueryEvent::new(NOW, client, transport);
    let mut octets = Vec::new();
    let outcome = answer(view, &policy(), packet, &arrival, path, &mut octets, &mut event);
    if outcome != Outcome::Replied {
        octets.clear();
    }
    let noted = Noted {
        name: event.name().to_vec(),
        rcode: event.rcode.0,
        slot: event.slot.0,
        ttl: event.ttl,
        answers: event.answers().to_vec(),
        count: event.answer_count(),
        failed_open: event.failed_open,
        scope: event.ecs.map(|ecs| ecs.scope),
    };
    Got { outcome, octets, noted }
}

/// Answers that name an alias's target as owner are written with other pointers; all others are the same octets.
fn follows_an_alias(parsed: &Parsed) -> bool {
    let owners: Vec<&Vec<u8>> = parsed.answers.iter().map(|rr| &rr.owner).collect();
    owners.windows(2).any(|pair| pair[0] != pair[1])
        || parsed.answers.iter().any(|rr| rr.rr_type == 5) && !parsed.authorities.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn both_paths_give_the_same_answers(
        config in configs(), queries in queries(), tcp in any::<bool>(), down in any::<bool>(),
    ) {
        let transport = if tcp { Transport::Tcp } else { Transport::Udp };
        // A view each: the turns of the one are not those of the other.
        let view = |config| with_down(config, 9, None, 1, |_| down);
        let (one, other) = (view(config.clone()), view(config));
        for query in &queries {
            let packet = packet(query);
            let fast = get(&one, &packet, transport, Path::Fastest);
            let complete = get(&other, &packet, transport, Path::Complete);
            prop_assert_eq!(fast.outcome, complete.outcome, "{:?}", query);
            prop_assert_eq!(&fast.noted, &complete.noted, "{:?}", query);
            if fast.octets == complete.octets {
                continue;
            }
            let (left, right) = (parse(&fast.octets).unwrap(), parse(&complete.octets).unwrap());
            prop_assert_eq!(&left, &right, "{:?}", query);
            prop_assert!(follows_an_alias(&left), "{:?}: {:02x?} {:02x?}", query, fast.octets, complete.octets);
        }
    }

    #[test]
    fn every_name_answers_as_the_reference_says(config in configs(), queries in queries()) {
        let reference = Reference::new(&config);
        let view = serving(config.clone(), 9, None, 1);
        for query in queries.iter().filter(|q| !matches!(q.qtype, 0 | 41 | 250..=255)) {
            let name: DnsName = query.name.parse().unwrap();
            let mut expected = reference.answer(&name, query.qtype);
            // A name made by a DNAME keeps the case it was asked in.
            expected.answers.iter_mut().chain(&mut expected.glue).for_each(|said| said.2.make_ascii_lowercase());
            let got = get(&view, &packet(query), Transport::Tcp, Path::Fastest);
            if expected.silent {
                prop_assert_eq!(got.outcome, Outcome::Silent, "{:?}", query);
                continue;
            }
            let lower = |name: &[u8]| DnsName::from_wire(name).unwrap().to_string();
            // What stands in a SOA is tested by itself.
            let low = |rr: &Rr| if rr.rr_type == 6 { Vec::new() } else { rr.data.to_ascii_lowercase() };
            let Some(parsed) = parse(&got.octets) else {
                prop_assert!(expected.service.is_some() && got.outcome == Outcome::Silent, "{:?}", query);
                continue;
            };
            let said: Vec<_> = parsed.answers.iter().map(|rr| (lower(&rr.owner), rr.rr_type, low(rr))).collect();
            if expected.service.is_some() {
                // What a service adds is steering's to decide, and tested there; the way to it is not.
                prop_assert_eq!(&said[..expected.answers.len()], &expected.answers[..], "{:?}", query);
                continue;
            }
            prop_assert_eq!(said, expected.answers, "{:?}", query);
            prop_assert_eq!(u16::from(parsed.header[3] & 0xf), expected.rcode, "{:?}", query);
            prop_assert_eq!(parsed.header[2] & 4 != 0, expected.aa, "{:?}", query);
            let authorities: Vec<_> = parsed.authorities.iter().map(|rr| (lower(&rr.owner), rr.rr_type)).collect();
            prop_assert_eq!(authorities, expected.authorities, "{:?}", query);
            let glue: Vec<_> = parsed.additionals.iter().filter(|rr| rr.rr_type != 41)
                .map(|rr| (lower(&rr.owner), rr.rr_type, low(rr))).collect();
            prop_assert_eq!(glue, expected.glue, "{:?}", query);
        }
    }
}

#[test]
fn on_the_fast_path_an_owner_points_into_the_alias_before_it() {
    let view: Arc<Serving> = serving(crate::config(), 1, None, 1);
    let lengths = |name: &str| {
        let packet = ask(name, 1).packet();
        let octets = |path| get(&view, &packet, Transport::Udp, path).octets.len();
        (octets(Path::Fastest), octets(Path::Complete))
    };
    let (plain, chained) = (lengths("hello.example.org"), lengths("steered.example.org"));
    assert_eq!(plain.0, plain.1);
    assert!(chained.0 < chained.1, "else both were answered by the complete path: {chained:?}");
}
