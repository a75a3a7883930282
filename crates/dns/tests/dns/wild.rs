//! Packets nobody should send: none of them may break a rule or the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use dns::{Arrival, Outcome, Path, Policy, Serving, answer};
use model::event::{QueryEvent, Transport};
use proptest::prelude::*;

use crate::client::ask;
use crate::{NOW, config, serving};

fn view() -> Arc<Serving> {
    serving(config(), 1, None, 1)
}

fn reply(view: &Serving, packet: &[u8], transport: Transport) -> Option<Vec<u8>> {
    let client = SocketAddr::from(([192, 0, 2, 1], 5000));
    let arrival = Arrival { at: NOW, since: Instant::now(), client, transport };
    let mut out = vec![0xee; 10];
    let mut event = QueryEvent::new(NOW, client, transport);
    (answer(view, &Policy::default(), packet, &arrival, Path::Fastest, &mut out, &mut event)
        == Outcome::Replied)
        .then_some(out)
}

fn check(view: &Serving, packet: &[u8]) -> Result<(), TestCaseError> {
    let Some(answer) = reply(view, packet, Transport::Udp) else { return Ok(()) };
    prop_assert!(packet.len() >= 12 && packet[2] & 0x80 == 0, "an answer to what is no query");
    prop_assert_eq!(&answer[..2], &packet[..2]);
    prop_assert_eq!(answer[2] & 0x80, 0x80);
    prop_assert_eq!(answer[2] & 0x79, packet[2] & 0x79, "opcode and RD");
    prop_assert_eq!(answer[3] & 0xf0, 0, "RA, Z, AD, CD");
    prop_assert!(answer.len() <= 1232);
    let parsed = hickory_proto::op::Message::from_vec(&answer);
    // The independent parser refuses octets of class or type it does not know only in questions it cannot model.
    if let Ok(message) = parsed {
        if message.edns.is_none() {
            prop_assert!(answer.len() <= 512);
        }
        if u16::from(message.metadata.response_code) != 0 && message.authorities.is_empty() {
            prop_assert!(answer.len() <= packet.len() + 11 + 24);
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
