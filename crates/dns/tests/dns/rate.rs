//! Response rate limiting on the wire: what is limited, who is exempt, and what is counted.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use dns::{Cookies, Limiter, Policy, RateLimit};
use hickory_proto::op::Message;
use model::rrtype::Rcode;
use model::slots::Slot;

use crate::client::{ask, parse, tcp, wire};
use crate::{Running, reported, start_with};

/// One answer for each network, and then none for as long as any test takes.
async fn one_a_second(slip: u8) -> Running {
    // A bucket is full again after a second; the clock of these tests is the machine's, so that no test counts on it.
    let limit = RateLimit { responses_per_second: 1, slip, ..RateLimit::default() };
    let cookies = Cookies::new([7; 16], None);
    start_with(Policy { rate: Some(Arc::new(Limiter::new(limit))), cookies, ..Policy::default() }).await
}

/// Sends all, and gives the answers that came, the last one of which is to the last packet.
fn exchange(server: SocketAddr, packets: &[Vec<u8>]) -> Vec<Message> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(server).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    for packet in packets {
        socket.send(packet).unwrap();
    }
    let last = &packets.last().unwrap()[..2];
    let mut buffer = [0; 4096];
    let mut answers = Vec::new();
    loop {
        let length = socket.recv(&mut buffer).unwrap();
        answers.push(parse(&buffer[..length]));
        if buffer[..2] == *last {
            return answers;
        }
    }
}

fn cookie(option: &[u8]) -> Vec<u8> {
    [&[0, 10, 0, option.len() as u8][..], option].concat()
}

fn numbered(count: u16, name: &str) -> Vec<Vec<u8>> {
    let numbered = |id| crate::client::Question { id, ..ask(name, 1) }.packet();
    (0..count).map(numbered).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_beyond_the_rate_are_truncated_and_counted() {
    let mut running = one_a_second(1).await;
    let answers = exchange(running.address, &numbered(50, "hello.example.org"));
    assert_eq!(answers.len(), 50, "with a slip of 1 every query is answered");
    let truncated = answers.iter().filter(|answer| answer.metadata.truncation).count();
    assert!(truncated > 0 && answers.iter().all(|a| a.metadata.truncation == a.answers.is_empty()));
    let stats = running.responder.stats();
    assert_eq!((stats.rate_slipped, stats.rate_dropped), (truncated as u64, 0));

    // A query that was limited took no turn: the members are counted for what was sent, and for no more.
    let events = reported(&mut running.rings);
    let limited: Vec<_> = events.iter().filter(|event| event.rate_limited).collect();
    assert_eq!((events.len(), limited.len()), (50, truncated));
    for event in limited {
        assert_eq!((event.slot, event.rcode, event.answer_count()), (Slot::OUTSIDE, Rcode::NOERROR, 0));
        assert_eq!((event.name(), event.generation), (&wire("hello.example.org")[..], 42));
    }
    assert!(events.iter().filter(|event| !event.rate_limited).all(|event| event.slot != Slot::OUTSIDE));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_beyond_the_rate_are_dropped_and_a_client_comes_through_by_its_cookie_or_tcp() {
    let mut running = one_a_second(0).await;
    // Learned while there is room, as a resolver does.
    let query = ask("test.example.org", 1).edns(1232, 0, 0, &cookie(b"01234567"));
    let made = Cookies::new([7; 16], None);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let proven = made.answer(b"01234567", [127, 0, 0, 1].into(), now as u32).unwrap().cookie;
    let with_cookie = |id| {
        let question = crate::client::Question { id, ..ask("test.example.org", 1) };
        question.edns(1232, 0, 0, &cookie(&proven)).packet()
    };
    let mut packets = numbered(200, "test.example.org");
    packets.extend((1000..1020).map(with_cookie));
    let answers = exchange(running.address, &packets);
    let proven_answers = answers.iter().filter(|answer| answer.metadata.id >= 1000);
    assert_eq!(proven_answers.count(), 20, "a client whose cookie is good is not limited");
    let lost = 220 - answers.len();
    assert!(lost > 0);
    let stats = running.responder.stats();
    assert_eq!((stats.rate_dropped, stats.rate_slipped), (lost as u64, 0));
    let mut dropped = 0;
    for event in reported(&mut running.rings) {
        assert_eq!(event.rate_limited, event.rcode == Rcode::DROPPED);
        dropped += usize::from(event.rate_limited);
    }
    assert_eq!(dropped, lost);
    // Another's cookie proves nothing, and TCP needs no proof.
    let wrong = ask("test.example.org", 1).edns(1232, 0, 0, &cookie(&[9; 24])).packet();
    let answers = exchange(running.address, &[vec![wrong; 200], vec![with_cookie(5)]].concat());
    assert!(answers.len() < 201);
    (0..20).for_each(|_| assert!(tcp(running.address, &query.packet()).is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_answer_brings_the_cookie_that_exempts() {
    let running = one_a_second(1).await;
    let hello = |id| {
        let question = crate::client::Question { id, ..ask("test.example.org", 1) };
        question.edns(1232, 0, 0, &cookie(b"01234567")).packet()
    };
    let answers = exchange(running.address, &(0..50).map(hello).collect::<Vec<_>>());
    let limited = answers.iter().find(|answer| answer.metadata.truncation).expect("a limited answer");
    let option = limited.edns.as_ref().unwrap().option(hickory_proto::rr::rdata::opt::EdnsCode::Cookie);
    let Some(hickory_proto::rr::rdata::opt::EdnsOption::Unknown(10, learned)) = option else {
        panic!("a cookie, not {option:?}");
    };
    let back = ask("test.example.org", 1).edns(1232, 0, 0, &cookie(learned)).packet();
    for _ in 0..20 {
        assert!(!exchange(running.address, std::slice::from_ref(&back))[0].metadata.truncation);
    }
}
