//! Streams against receivers of the test's own: what arrives, and what a receiver that is away costs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, TcpListener, UdpSocket};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use model::config::{Facility, SyslogTransport};
use model::event::Transport;
use model::row::{Class, LogRow};
use model::rrtype::{Rcode, RrType};
use serde_json::Value;
use stream::{Counts, Origin, Settings, Stream, Target};

const AT: i64 = 1_795_464_000_123_456;
const CONTENT_TYPE: &[u8] = b"protobuf:dnstap.Dnstap";

fn row(port: u16) -> LogRow {
    LogRow {
        at: AT,
        client: [198, 51, 100, 7].into(),
        port,
        transport: Transport::Quic,
        fqdn: "Hello.example.org".to_owned(),
        qtype: RrType::A,
        rcode: Rcode::NOERROR,
        class: Class::NonSignificant,
        significance: "",
        service: Some("hello.example.org".into()),
        pool: Some("p".into()),
        member: Some([192, 0, 2, 1].into()),
        answers: "192.0.2.1;192.0.2.2;+3".to_owned(),
        ttl: 2,
        ecs: Some("203.0.113.0/24".parse().unwrap()),
        generation: 7,
        latency_us: 1500,
        stands_for: 3,
    }
}

fn start(target: Target, queue: usize) -> Stream {
    let origin = Origin { site: "east".to_owned(), version: "steelyard 1".to_owned() };
    Stream::start(Settings { name: "lake".to_owned(), target, queue }, origin)
}

fn rows(ports: std::ops::Range<u16>) -> Arc<[LogRow]> {
    ports.map(row).collect()
}

async fn until(stream: &Stream, done: impl Fn(Counts) -> bool) -> Counts {
    let end = tokio::time::Instant::now() + Duration::from_secs(20);
    while !done(stream.counts()) {
        assert!(tokio::time::Instant::now() < end, "{:?}", stream.counts());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    stream.counts()
}

/// A receiver of Frame Streams, written from its specification: the frames of one connection until FINISH is said.
fn receive(mut connection: impl Read + Write) -> Vec<Vec<u8>> {
    let word = |connection: &mut dyn Read| {
        let mut octets = [0; 4];
        connection.read_exact(&mut octets).unwrap();
        u32::from_be_bytes(octets)
    };
    let control = |connection: &mut dyn Read| {
        let mut body = vec![0; word(connection) as usize];
        connection.read_exact(&mut body).unwrap();
        body
    };
    let with_type = |kind: u32| {
        let length = CONTENT_TYPE.len() as u32;
        [&kind.to_be_bytes()[..], &1u32.to_be_bytes(), &length.to_be_bytes(), CONTENT_TYPE].concat()
    };
    let say = |connection: &mut dyn Write, body: &[u8]| {
        let length = (body.len() as u32).to_be_bytes();
        connection.write_all(&[&[0; 4], &length[..], body].concat()).unwrap();
    };
    assert_eq!(word(&mut connection), 0);
    assert_eq!(control(&mut connection), with_type(4), "READY");
    say(&mut connection, &with_type(1));
    assert_eq!(word(&mut connection), 0);
    assert_eq!(control(&mut connection), with_type(2), "START");
    let mut frames = Vec::new();
    loop {
        match word(&mut connection) {
            0 => {
                assert_eq!(control(&mut connection), 3u32.to_be_bytes(), "STOP");
                say(&mut connection, &5u32.to_be_bytes());
                return frames;
            }
            length => {
                let mut frame = vec![0; length as usize];
                connection.read_exact(&mut frame).unwrap();
                frames.push(frame);
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Field {
    Number(u64),
    Fixed(u32),
    Octets(Vec<u8>),
}

/// The fields of a protobuf message, by its encoding's documentation.
fn fields(mut octets: &[u8]) -> Vec<(u64, Field)> {
    fn varint(octets: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let octet = octets[0];
            *octets = &octets[1..];
            value |= u64::from(octet & 0x7f) << shift;
            if octet < 0x80 {
                return value;
            }
            shift += 7;
        }
    }
    let mut fields = Vec::new();
    while !octets.is_empty() {
        let key = varint(&mut octets);
        let field = match key & 7 {
            0 => Field::Number(varint(&mut octets)),
            5 => {
                let (fixed, rest) = octets.split_at(4);
                octets = rest;
                Field::Fixed(u32::from_le_bytes(fixed.try_into().unwrap()))
            }
            2 => {
                let length = varint(&mut octets) as usize;
                let (value, rest) = octets.split_at(length);
                octets = rest;
                Field::Octets(value.to_vec())
            }
            other => panic!("wire type {other}"),
        };
        fields.push((key >> 3, field));
    }
    fields
}

fn octets(fields: &[(u64, Field)], wanted: u64) -> Vec<u8> {
    match fields.iter().find(|(number, _)| *number == wanted) {
        Some((_, Field::Octets(octets))) => octets.clone(),
        other => panic!("{wanted}: {other:?}"),
    }
}

#[tokio::test]
async fn dnstap_over_a_unix_socket_says_what_the_row_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dnstap.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let receiver = std::thread::spawn(move || receive(listener.accept().unwrap().0));
    let stream = start(Target::DnstapUnix(path), 1000);
    let silent = LogRow { rcode: Rcode::DROPPED, client: IpAddr::from([0xfd; 16]), ..row(2) };
    stream.offer(&Arc::from([row(1), silent, LogRow { rcode: Rcode(23), answers: String::new(), ..row(3) }]));
    assert_eq!(until(&stream, |counts| counts.sent == 3).await, Counts { sent: 3, lost: 0, waiting: 0 });
    stream.stop().await;
    let frames = receiver.join().unwrap();
    assert_eq!(frames.len(), 3);
    let outer = fields(&frames[0]);
    assert_eq!((octets(&outer, 1), octets(&outer, 2)), (b"east".to_vec(), b"steelyard 1".to_vec()));
    assert!(outer.contains(&(15, Field::Number(1))));
    let extra: Value = serde_json::from_slice(&octets(&outer, 3)).unwrap();
    assert_eq!(
        (&extra["pool"], &extra["stands_for"], &extra["member"]),
        (&"p".into(), &3.into(), &"192.0.2.1".into())
    );
    let inner = fields(&octets(&outer, 14));
    let message = [
        &[0, 0, 0x84, 0, 0, 1, 0, 2, 0, 0, 0, 0][..],
        b"\x05Hello\x07example\x03org\0\0\x01\0\x01",
        &[0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 2, 0, 4, 192, 0, 2, 1],
        &[0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 2, 0, 4, 192, 0, 2, 2],
    ];
    let expected = vec![
        (1, Field::Number(2)),
        (2, Field::Number(1)),
        (3, Field::Number(7)),
        (4, Field::Octets(vec![198, 51, 100, 7])),
        (6, Field::Number(1)),
        (8, Field::Number(1_795_464_000)),
        (9, Field::Fixed(123_456_000)),
        (12, Field::Number(1_795_464_000)),
        (13, Field::Fixed(124_956_000)),
        (14, Field::Octets(message.concat())),
    ];
    assert_eq!(inner, expected);
    // Silence is a query without a response.
    let inner = fields(&octets(&fields(&frames[1]), 14));
    assert_eq!(inner[..2], [(1, Field::Number(1)), (2, Field::Number(2))]);
    assert_eq!(octets(&inner, 10)[..12], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    assert!(inner.iter().all(|(number, _)| *number < 12));
    // BADCOOKIE does not fit the header: 23 is 7 there and 1 in the OPT record.
    let bad = octets(&fields(&octets(&fields(&frames[2]), 14)), 14);
    assert_eq!((bad[3] & 15, &bad[bad.len() - 11..]), (7, &[0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0][..]));
}

#[tokio::test]
async fn a_receiver_that_is_away_costs_what_its_queue_has_no_room_for_and_nothing_waits() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let stream = start(Target::DnstapTcp(address.to_string()), 100);
    for n in 0..15 {
        stream.offer(&rows(n * 10..n * 10 + 10));
    }
    assert_eq!(stream.counts(), Counts { sent: 0, lost: 50, waiting: 100 });
    let listener = TcpListener::bind(address).unwrap();
    let receiver = std::thread::spawn(move || receive(listener.accept().unwrap().0).len());
    assert_eq!(
        until(&stream, |counts| counts.waiting == 0).await,
        Counts { sent: 100, lost: 50, waiting: 0 }
    );
    stream.stop().await;
    assert_eq!(receiver.join().unwrap(), 100);
}

#[tokio::test]
async fn a_receiver_that_speaks_something_else_is_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stream = start(Target::DnstapTcp(address), 100);
    stream.offer(&rows(0..10));
    let (mut connection, _) = tokio::task::spawn_blocking(move || listener.accept().unwrap()).await.unwrap();
    connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
    let mut all = Vec::new();
    tokio::task::spawn_blocking(move || connection.read_to_end(&mut all)).await.unwrap().ok();
    assert_eq!(stream.counts(), Counts { sent: 0, lost: 0, waiting: 10 });
    stream.stop().await;
}

#[tokio::test]
async fn a_file_of_json_is_put_aside_when_it_is_large_and_opened_again_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queries.ndjson");
    let stream = start(Target::File { path: path.clone(), rotate: 10_000, keep: 2 }, 10_000);
    for n in 0..20 {
        stream.offer(&rows(n * 10..n * 10 + 10));
    }
    until(&stream, |counts| counts.sent == 200).await;
    let read = |name: &str| -> Vec<u16> {
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.len() <= 10_000);
        let port = |line: &str| serde_json::from_str::<Value>(line).unwrap()["client_port"].as_u64().unwrap();
        text.lines().map(|line| port(line) as u16).collect()
    };
    let kept = [read("queries.ndjson.2"), read("queries.ndjson.1"), read("queries.ndjson")].concat();
    assert!(kept.len() < 200 && kept.is_sorted() && kept.last() == Some(&199), "{kept:?}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3);
    let first: Value =
        serde_json::from_str(std::fs::read_to_string(&path).unwrap().lines().next().unwrap()).unwrap();
    assert_eq!(first["ts"], "2026-11-23T20:00:00.123456Z");
    assert_eq!((&first["site"], &first["ecs"]), (&"east".into(), &"203.0.113.0/24".into()));
    assert_eq!((&first["significance"], &first["class"]), (&Value::Null, &"non_significant".into()));

    std::fs::rename(&path, folder.path().join("taken")).unwrap();
    stream.reopen();
    stream.offer(&rows(500..501));
    until(&stream, |counts| counts.sent == 201).await;
    assert_eq!(read("queries.ndjson"), [500]);
    stream.stop().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_written_costs_its_rows_and_works_once_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later").join("queries.ndjson");
    let stream = start(Target::File { path: path.clone(), rotate: 0, keep: 0 }, 1000);
    stream.offer(&rows(0..10));
    until(&stream, |counts| counts.lost == 10).await;
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    stream.offer(&rows(10..20));
    until(&stream, |counts| counts.sent == 10).await;
    stream.stop().await;
    assert_eq!(std::fs::read_to_string(path).unwrap().lines().count(), 10);
}

#[tokio::test]
async fn syslog_gets_one_message_for_each_row_in_datagrams_and_over_tcp() {
    let check = |message: &str| {
        let (head, json) = message.split_once('{').unwrap();
        assert_eq!(head, "<142>1 2026-11-23T20:00:00.123456Z east steelyard - query - ");
        let row: Value = serde_json::from_str(&format!("{{{json}")).unwrap();
        assert_eq!(row["fqdn"], "Hello.example.org");
    };
    let target = |address: String, transport| Target::Syslog {
        address,
        transport,
        ca: None,
        facility: Facility::Local1,
    };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let stream = start(target(socket.local_addr().unwrap().to_string(), SyslogTransport::Udp), 100);
    stream.offer(&rows(0..2));
    until(&stream, |counts| counts.sent == 2).await;
    stream.stop().await;
    for _ in 0..2 {
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).unwrap();
        check(std::str::from_utf8(&buffer[..length]).unwrap());
    }

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = start(target(listener.local_addr().unwrap().to_string(), SyslogTransport::Tcp), 100);
    stream.offer(&rows(0..2));
    until(&stream, |counts| counts.sent == 2).await;
    let mut reader = BufReader::new(listener.accept().unwrap().0);
    for _ in 0..2 {
        let mut length = Vec::new();
        reader.read_until(b' ', &mut length).unwrap();
        let length: usize = std::str::from_utf8(&length).unwrap().trim().parse().unwrap();
        let mut message = vec![0; length];
        reader.read_exact(&mut message).unwrap();
        check(std::str::from_utf8(&message).unwrap());
    }
    stream.stop().await;
}

#[tokio::test]
async fn syslog_over_tls_goes_to_whoever_shows_a_certificate_of_the_authority_and_to_nobody_else() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let start = |pem: String| {
        let ca = folder.path().join("ca.pem");
        std::fs::write(&ca, pem).unwrap();
        let (address, facility) = (format!("localhost:{port}"), Facility::Local1);
        start(Target::Syslog { address, transport: SyslogTransport::Tls, ca: Some(ca), facility }, 100)
    };
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let stream = start(other.cert.pem());
    stream.offer(&rows(0..1));
    assert!(acceptor.accept(listener.accept().await.unwrap().0).await.is_err());
    until(&stream, |counts| counts.lost == 1).await;
    stream.stop().await;

    let stream = start(made.cert.pem());
    stream.offer(&rows(0..1));
    let mut connection = acceptor.accept(listener.accept().await.unwrap().0).await.unwrap();
    let mut text = [0; 64];
    tokio::io::AsyncReadExt::read_exact(&mut connection, &mut text).await.unwrap();
    let text = std::str::from_utf8(&text).unwrap();
    assert!(text.contains(" <142>1 2026-11-23T20:00:00.123456Z east"), "{text}");
    until(&stream, |counts| counts.sent == 1).await;
    stream.stop().await;
}
