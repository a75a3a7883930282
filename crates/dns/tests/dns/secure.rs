//! DNS over TLS, HTTPS and QUIC, asked by clients that know nothing of the responder.

mod certificates;
mod https;
mod limits;
mod site;

use model::event::Transport;

use crate::client::{Question, ask, parse, tcp};
use site::{Dot, Site};

/// One of everything: answers, errors, and what is no query.
fn questions() -> Vec<Vec<u8>> {
    let mut all: Vec<Question> = vec![
        ask("test.example.org", 1),
        ask("TeSt.example.org", 28),
        ask("big.example.org", 1),
        ask("alias2.example.org", 1),
        ask("nowhere.example.org", 1),
        ask("example.com", 1),
        ask("test.example.org", 255),
        ask("test.example.org", 1).edns(512, 0, 0x8000, &[]),
        ask("test.example.org", 1).edns(1232, 1, 0, &[]),
        ask("test.example.org", 1).edns(1232, 0, 0, &[0, 8, 0, 1, 9]),
        ask("version.bind", 16),
    ];
    all.push(Question { flags: 5 << 11, ..ask("test.example.org", 1) });
    all.push(Question { qclass: 3, ..ask("version.bind", 16) });
    all.push(Question { counts: [0, 0, 0, 0], ..ask("test.example.org", 1) });
    all.push(Question { counts: [2, 0, 0, 0], ..ask("test.example.org", 1) });
    all.push(Question { counts: [1, 0, 0, 3], ..ask("test.example.org", 1) });
    all.push(Question { name: vec![64; 70], ..ask("", 1) });
    all.push(Question { name: vec![0xc0, 12], ..ask("", 1) });
    all.iter().map(|question| Question { id: 0, ..question.clone() }.packet()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_transport_gives_the_same_answer() {
    let site = Site::start().await;
    let (mut dot, mut doh, doq) = (site.dot().await, site.doh().await, site.doq().await);
    for packet in questions() {
        let expected = parse(&tcp(site.dns, &packet).expect("an answer over TCP"));
        assert_eq!(parse(&dot.ask(&packet).await), expected, "DoT");
        assert_eq!(parse(&doh.post(&packet).await), expected, "DoH, POST");
        assert_eq!(parse(&doh.get(&packet).await), expected, "DoH, GET");
        assert_eq!(parse(&doq.ask(&packet).await.expect("an answer over QUIC")), expected, "DoQ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_query_gets_silence_on_every_transport() {
    let site = Site::start().await;
    let (mut dot, mut doh, doq) = (site.dot().await, site.doh().await, site.doq().await);
    let answer = Question { id: 0, flags: 0x8000, ..ask("test.example.org", 1) }.packet();
    let quiet = Question { id: 0, ..ask("nobody.quiet.example.net", 1) }.packet();
    for packet in [answer, quiet] {
        // Over a stream, silence shows when the next query is answered first.
        dot.send(&packet).await;
        let next = Question { id: 7, ..ask("test.example.org", 1) }.packet();
        assert_eq!(dot.ask(&next).await[..2], [0, 7]);
        assert!(doh.try_post(&packet).await.is_err(), "a stream without a response");
        assert!(doq.ask(&packet).await.is_err(), "a stream without an answer");
        // Neither ends the connection.
        let next = Question { id: 0, ..ask("test.example.org", 1) }.packet();
        assert_eq!(parse(&doh.post(&next).await).answers.len(), 2);
        assert_eq!(parse(&doq.ask(&next).await.unwrap()).answers.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_counted_and_reported_under_its_transport() {
    let mut site = Site::start().await;
    let packet = Question { id: 0, ..ask("test.example.org", 1) }.packet();
    site.dot().await.ask(&packet).await;
    site.doh().await.get(&packet).await;
    site.doq().await.ask(&packet).await.unwrap();
    let mut reported: Vec<(Transport, usize)> = Vec::new();
    for event in crate::reported(&mut site.rings) {
        assert!(event.client.ip().is_loopback());
        assert_eq!(event.name(), &crate::client::wire("test.example.org")[..]);
        reported.push((event.transport, event.answers().len()));
    }
    assert_eq!(reported, [(Transport::Tls, 2), (Transport::Https, 2), (Transport::Quic, 2)]);
    let stats = site.responder.stats();
    let counted: Vec<_> = stats.requests.iter().map(|(_, t, v6, qtype, n)| (*t, *v6, *qtype, *n)).collect();
    let expected = [Transport::Tls, Transport::Https, Transport::Quic].map(|t| (t, false, "A", 1));
    assert_eq!(counted, expected);
    assert_eq!(stats.latency.iter().sum::<u64>(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_padded_query_gets_an_answer_that_is_padded_to_a_whole_block() {
    let site = Site::start().await;
    let (mut dot, mut doh, doq) = (site.dot().await, site.doh().await, site.doq().await);
    for (name, blocks) in [("test.example.org", 1), ("nowhere.example.org", 1), ("big.example.org", 3)] {
        let padded = |id| Question { id, ..ask(name, 1).edns(1232, 0, 0, &[0, 12, 0, 3, 0, 0, 0]) }.packet();
        let answers =
            [dot.ask(&padded(9)).await, doh.get(&padded(0)).await, doq.ask(&padded(0)).await.unwrap()];
        for answer in answers {
            assert_eq!(answer.len(), blocks * 468, "{name}");
            let plain = tcp(site.dns, &Question { id: 0, ..ask(name, 1) }.packet()).unwrap();
            assert_eq!(parse(&answer).answers, parse(&plain).answers);
        }
        let answer = tcp(site.dns, &padded(9)).unwrap();
        assert_ne!(answer.len() % 468, 0, "what anybody can read is not padded");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_of_a_steered_name_share_one_cursor_over_all_transports() {
    let site = Site::start().await;
    let (mut dot, mut doh, doq) = (site.dot().await, site.doh().await, site.doq().await);
    let packet = Question { id: 0, ..ask("hello.example.org", 1) }.packet();
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for turn in 0..30 {
        let answer = match turn % 4 {
            0 => dot.ask(&packet).await,
            1 => doh.post(&packet).await,
            2 => doq.ask(&packet).await.unwrap(),
            _ => tcp(site.dns, &packet).unwrap(),
        };
        *seen.entry(parse(&answer).answers[0].data.to_string()).or_default() += 1;
    }
    let expected = [("10.0.0.1", 18), ("10.0.0.2", 9), ("10.0.0.3", 3)];
    assert_eq!(seen.iter().map(|(a, n)| (a.as_str(), *n)).collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_over_quic_with_a_number_of_its_own_ends_the_connection() {
    let site = Site::start().await;
    let doq = site.doq().await;
    assert!(doq.ask(&ask("test.example.org", 1).packet()).await.is_err());
    assert_eq!(doq.closed().await, Some(2), "DOQ_PROTOCOL_ERROR");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_queries_are_in_flight_on_one_connection() {
    let site = Site::start().await;
    let (mut dot, doh, doq) = (site.dot().await, site.doh().await, site.doq().await);
    // More than the 100 that a connection over HTTPS or QUIC may have at once.
    for id in 0..300u16 {
        dot.send(&Question { id, ..ask("test.example.org", 1) }.packet()).await;
    }
    for id in 0..300u16 {
        assert_eq!(dot.receive().await[..2], id.to_be_bytes());
    }
    let packet = Question { id: 0, ..ask("test.example.org", 1) }.packet();
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let (mut doh, doq, packet) = (doh.another(), doq.clone(), packet.clone());
        asked.spawn(async move {
            let (over_https, over_quic) = tokio::join!(doh.get(&packet), doq.ask(&packet));
            assert_eq!(over_https, over_quic.expect("an answer"));
        });
    }
    assert_eq!(asked.join_all().await.len(), 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_answers_what_was_asked_and_closes_what_is_open() {
    let site = Site::start().await;
    let (mut dot, mut doh, doq) = (site.dot().await, site.doh().await, site.doq().await);
    let packet = Question { id: 0, ..ask("test.example.org", 1) }.packet();
    dot.ask(&packet).await;
    doh.post(&packet).await;
    doq.ask(&packet).await.unwrap();
    site.responder.shutdown().await;
    assert!(dot.is_closed().await);
    assert!(doh.try_post(&packet).await.is_err());
    assert_eq!(doq.closed().await, Some(0), "DOQ_NO_ERROR");
    assert!(Dot::connect(site.secure.tls[0], &site.roots).await.is_err(), "nobody listens");
}
