//! Packets nobody should send: none of them may break a rule or the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use dns::{Arrival, Outcome, Path, Policy, Serving, answer};
use model::event::{QueryEvent, Transport};
use proptest::prelude::*;

use crate::client::ask;
use crate::rules::{broken, reply};
use crate::{NOW, config, policy, serving};

fn view() -> Arc<Serving> {
    serving(config(), 1, None, 1)
}

fn check(view: &Serving, packet: &[u8]) -> Result<(), TestCaseError> {
    for transport in [Transport::Udp, Transport::Tcp] {
        for path in [Path::Fastest, Path::Complete] {
            let answer = reply(view, &policy(), packet, NOW, transport, path);
            prop_assert_eq!(broken(packet, answer.as_deref(), transport), None, "{:?} {:02x?}", path, answer);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_octets_are_survived(packet in prop::collection::vec(any::<u8>(), 0..600)) {
        check(&view(), &packet)?;
    }

    #[test]
    fn any_damage_to_a_query_is_survived(
        name in prop::sample::select(vec!["hello.example.org", "x.wild.example.org", "loop1.example.org", "big.example.org", "missing.example.org"]),
        qtype in any::<u16>(), edns in any::<bool>(),
        damage in prop::collection::vec((0usize..120, any::<u8>()), 0..6),
        cut in 0usize..160,
    ) {
        let question = ask(name, qtype);
        let question = if edns { question.edns(4096, 0, 0, &[0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2]) } else { question };
        let mut packet = question.packet();
        for (at, octet) in damage {
            if let Some(place) = packet.get_mut(at) {
                *place = octet;
            }
        }
        packet.truncate(packet.len().saturating_sub(cut.saturating_sub(100)));
        check(&view(), &packet)?;
    }
}

#[test]
fn a_query_from_port_0_is_dropped() {
    let view = view();
    let client = SocketAddr::from(([192, 0, 2, 1], 0));
    let arrival = Arrival { at: NOW, since: Instant::now(), client, transport: Transport::Udp };
    let mut event = QueryEvent::new(NOW, client, Transport::Udp);
    let packet = ask("test.example.org", 1).packet();
    assert_eq!(
        answer(&view, &Policy::default(), &packet, &arrival, Path::Fastest, &mut Vec::new(), &mut event),
        Outcome::Ignored
    );
}
