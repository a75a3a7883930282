//! Headers, EDNS, sizes: RFC 1035, 6891, 7871, 8906.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::client::{Question, ask, both, parse, summary, tcp, udp};
use crate::start;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_query_gets_silence_and_what_is_no_question_an_error() {
    let running = start().await;
    let server = running.address;
    let test = ask("test.example.org", 1);
    let with = |change: &dyn Fn(&mut Question)| {
        let mut question = ask("test.example.org", 1);
        change(&mut question);
        summary(both(&running, &question))
    };
    assert_eq!(udp(server, &test.packet()[..11]), None, "shorter than a header");
    assert_eq!(with(&|q| q.flags |= 0x8000), "silence", "an answer is not answered");
    assert_eq!(with(&|q| q.counts[0] = 0), "FORMERR");
    assert_eq!(with(&|q| q.counts[0] = 2), "FORMERR");
    assert_eq!(with(&|q| q.counts[3] = 1), "FORMERR", "a record that is not there");
    assert_eq!(with(&|q| q.name = vec![64; 70]), "FORMERR", "a label of 64 octets");
    assert_eq!(with(&|q| q.name = vec![0xc0, 12]), "FORMERR", "a pointer in the question");
    for opcode in [1u16, 2, 3, 4, 5, 6, 7, 15] {
        let answer = both(&running, &Question { flags: opcode << 11, ..ask("test.example.org", 1) }).unwrap();
        assert_eq!(answer.len(), 12, "opcode {opcode}: no sections");
        assert_eq!((answer[2] >> 3 & 0xf, answer[3] & 0xf), (opcode as u8, 4));
    }
    for class in [0u16, 3, 4, 254, 255] {
        assert_eq!(with(&|q| q.qclass = class), "REFUSED", "class {class}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_of_the_query_do_not_leak_into_the_answer() {
    let running = start().await;
    // AA, TC, RA, Z, AD and CD set, RD as well.
    let answer = both(&running, &Question { flags: 0x07f0, ..ask("test.example.org", 1) }).unwrap();
    let message = parse(&answer).metadata;
    assert_eq!(message.id, 0x1234);
    assert!(message.recursion_desired && message.authoritative);
    assert!(!message.truncation && !message.recursion_available && !message.authentic_data);
    assert_eq!(answer[3] & 0x70, 0, "Z, AD and CD are clear");
    let plain = both(&running, &Question { flags: 0, ..ask("test.example.org", 1) }).unwrap();
    assert!(!parse(&plain).metadata.recursion_desired);
}

#[tokio::test(flavor = "multi_thread")]
async fn edns_is_answered_with_edns_and_only_then() {
    let running = start().await;
    let opt = |answer: &[u8]| parse(answer).edns.clone();
    for (name, rcode) in [("test.example.org", 0), ("missing.example.org", 3), ("example.com", 5)] {
        assert!(opt(&both(&running, &ask(name, 1)).unwrap()).is_none());
        let answer = both(&running, &ask(name, 1).edns(65_535, 0, 0x8000, &[])).unwrap();
        let edns = opt(&answer).unwrap();
        assert_eq!((edns.version(), edns.max_payload(), edns.flags().dnssec_ok), (0, 1232, true));
        assert_eq!(answer[3] & 0xf, rcode);
    }
    let notimp =
        both(&running, &Question { flags: 2 << 11, ..ask("test.example.org", 1).edns(1232, 0, 0, &[]) })
            .unwrap();
    assert!(opt(&notimp).is_some());
    // A version nobody knows: BADVERS, no data.
    for version in [1, 255] {
        let answer = both(&running, &ask("test.example.org", 1).edns(1232, version, 0, &[])).unwrap();
        let message = parse(&answer);
        assert_eq!(u16::from(message.metadata.response_code), 16);
        assert!(message.answers.is_empty() && !message.metadata.authoritative);
    }
    // Unknown options and flags are ignored and not echoed.
    let answer =
        both(&running, &ask("test.example.org", 1).edns(1232, 0, 0x7fff, &[0xff, 0, 0, 1, 7])).unwrap();
    let edns = opt(&answer).unwrap();
    assert!(edns.options().as_ref().is_empty() && !edns.flags().dnssec_ok);
    let twice = ask("test.example.org", 1).edns(1232, 0, 0, &[]).edns(1232, 0, 0, &[]);
    assert!(summary(both(&running, &twice)).starts_with("FORMERR"));
    let overrun = ask("test.example.org", 1).edns(1232, 0, 0, &[0, 8, 0, 200, 1]);
    assert!(summary(both(&running, &overrun)).starts_with("FORMERR"));
    let broken_off = ask("test.example.org", 1).edns(1232, 0, 0, &[0, 8, 0]);
    assert!(summary(both(&running, &broken_off)).starts_with("FORMERR"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_subnet_is_echoed_untailored_and_a_wrong_one_refused() {
    let running = start().await;
    let ecs = |data: &[u8]| {
        let option = [&[0, 8], (data.len() as u16).to_be_bytes().as_slice(), data].concat();
        both(&running, &ask("hello.example.org", 28).edns(1232, 0, 0, &option)).unwrap()
    };
    for data in [
        &[0, 1, 24, 0, 192, 0, 2][..],
        &[0, 1, 0, 0],
        &[0, 2, 56, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0],
        &[0, 1, 20, 0, 192, 0, 0x20],
    ] {
        let answer = ecs(data);
        assert_eq!(answer[3] & 0xf, 0);
        assert!(answer.ends_with(data), "{answer:?}");
    }
    for (data, why) in [
        (&[0, 1, 24, 0, 192, 0][..], "too short"),
        (&[0, 1, 24, 0, 192, 0, 2, 1], "too long"),
        (&[0, 1, 23, 0, 192, 0, 3], "bits past the prefix"),
        (&[0, 1, 24, 8, 192, 0, 2], "a scope in a query"),
        (&[0, 3, 8, 0, 1], "an unknown family"),
        (&[0, 1, 33, 0, 1, 2, 3, 4, 5], "a prefix of 33 bits"),
        (&[0, 1], "no prefix"),
    ] {
        assert_eq!(ecs(data)[3] & 0xf, 1, "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_truncated_over_udp_and_whole_over_tcp() {
    let running = start().await;
    let server = running.address;
    let plain = ask("big.example.org", 1);
    let small = udp(server, &plain.packet()).unwrap();
    let message = parse(&small);
    assert!(message.metadata.truncation && message.metadata.authoritative && message.answers.is_empty());
    assert_eq!(message.queries.len(), 1);
    let whole = tcp(server, &plain.packet()).unwrap();
    assert_eq!(parse(&whole).answers.len(), 60);
    assert!(whole.len() > 512 && whole.len() <= 1232);
    // With EDNS it fits; a payload below 512 counts as 512, and one in a TCP query is ignored.
    let wide = udp(server, &ask("big.example.org", 1).edns(4096, 0, 0, &[]).packet()).unwrap();
    assert_eq!(parse(&wide).answers.len(), 60);
    let narrow = ask("big.example.org", 1).edns(100, 0, 0, &[]).packet();
    let cut = udp(server, &narrow).unwrap();
    assert!(parse(&cut).metadata.truncation && parse(&cut).edns.is_some());
    assert_eq!(parse(&tcp(server, &narrow).unwrap()).answers.len(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn tcp_takes_pipelined_and_split_queries_and_closes_what_is_idle() {
    let running = start().await;
    let mut stream = TcpStream::connect(running.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut sent = Vec::new();
    for id in 0..20u16 {
        let packet = Question { id, ..ask("test.example.org", 1) }.packet();
        sent.extend_from_slice(&(packet.len() as u16).to_be_bytes());
        sent.extend_from_slice(&packet);
    }
    // One octet at a time for the first query, the rest at once.
    for octet in &sent[..40] {
        stream.write_all(&[*octet]).unwrap();
    }
    stream.write_all(&sent[40..]).unwrap();
    for id in 0..20u16 {
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut message).unwrap();
        assert_eq!(parse(&message).metadata.id, id);
    }
    // Idle now: the server closes, well before this read gives up.
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
}
