//! TCP as RFC 7766 and RFC 9210 want it: clients that are fast, slow, silent, gone, and far too many.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use dns::{Limits, Policy};

use crate::client::{Question, ask, tcp, udp};
use crate::{Running, start, start_at, start_with};

/// Longer than any answer takes, and no test waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

fn connect(server: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// A query with its length before it.
fn framed(id: u16, name: &str) -> Vec<u8> {
    let packet = Question { id, ..ask(name, 1) }.packet();
    [&(packet.len() as u16).to_be_bytes()[..], &packet].concat()
}

/// The next answer; none at the end of the stream.
fn answer(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    match stream.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => {
            return None;
        }
        Err(error) => panic!("{error}"),
    }
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message).unwrap();
    Some(message)
}

fn ids(stream: &mut TcpStream, count: u16) -> Vec<u16> {
    let mut next = || answer(stream).map(|a| u16::from_be_bytes([a[0], a[1]]));
    (0..count).map(|_| next().expect("an answer")).collect()
}

async fn limited(limits: Limits) -> Running {
    start_with(Policy { tcp: limits, ..Policy::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_queries_are_all_answered_on_one_connection() {
    let running = start().await;
    let mut stream = connect(running.address);
    let all: Vec<u8> = (0..500).flat_map(|id| framed(id, "big.example.org")).collect();
    let mut writing = stream.try_clone().unwrap();
    let writer = std::thread::spawn(move || writing.write_all(&all).unwrap());
    let mut seen = ids(&mut stream, 500);
    writer.join().unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (0..500).collect::<Vec<_>>());
    // The connection is still good.
    stream.write_all(&framed(7, "test.example.org")).unwrap();
    assert_eq!(ids(&mut stream, 1), [7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_has_closed_its_direction_gets_every_answer() {
    let running = start().await;
    let mut stream = connect(running.address);
    let all: Vec<u8> = (0..100).flat_map(|id| framed(id, "test.example.org")).collect();
    stream.write_all(&all).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(ids(&mut stream, 100), (0..100).collect::<Vec<_>>());
    assert_eq!(answer(&mut stream), None, "and then the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_may_come_octet_by_octet() {
    let running = start().await;
    let mut stream = connect(running.address);
    for octet in framed(9, "test.example.org") {
        stream.write_all(&[octet]).unwrap();
    }
    assert_eq!(ids(&mut stream, 1), [9]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_does_not_arrive_whole_ends_its_connection() {
    let running = limited(Limits { idle: Duration::from_millis(50), ..Limits::default() }).await;
    let (mut silent, mut slow) = (connect(running.address), connect(running.address));
    slow.write_all(&framed(9, "test.example.org")[..20]).unwrap();
    assert_eq!((answer(&mut silent), answer(&mut slow)), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_dns_ends_its_connection_and_no_other() {
    let running = start().await;
    let mut other = connect(running.address);
    for junk in [&b"\0\0\0\0\0\0"[..], b"\0\x05GET /", b"\0\x0b01234567890"] {
        let mut stream = connect(running.address);
        stream.write_all(junk).unwrap();
        assert_eq!(answer(&mut stream), None, "{junk:?}");
    }
    // Gone without a word: unread answers make the close a reset.
    let mut gone = connect(running.address);
    gone.write_all(&(0..50).flat_map(|id| framed(id, "big.example.org")).collect::<Vec<_>>()).unwrap();
    assert_eq!(ids(&mut gone, 1), [0]);
    drop(gone);
    other.write_all(&framed(3, "test.example.org")).unwrap();
    assert_eq!(ids(&mut other, 1), [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_reads_is_held_up_and_given_up() {
    let running = limited(Limits { write: Duration::from_millis(50), ..Limits::default() }).await;
    let mut stream = connect(running.address);
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    let flood: Vec<u8> = (0..1000).flat_map(|id| framed(id, "big.example.org")).collect();
    // Its queries are taken only as fast as its answers go out; when these do not, the connection ends.
    let error = loop {
        if let Err(error) = stream.write_all(&flood) {
            break error;
        }
    };
    assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{error}");
    assert!(tcp(running.address, &ask("test.example.org", 1).packet()).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_limit_the_connection_idle_longest_makes_room() {
    let limits = Limits { connections: 3, per_address: 10, ..Limits::default() };
    let running = limited(limits).await;
    let mut streams: Vec<TcpStream> = Vec::new();
    for id in 0..3u16 {
        let mut stream = connect(running.address);
        // Answered, so that it has been taken in before the next.
        stream.write_all(&framed(id, "test.example.org")).unwrap();
        assert_eq!(ids(&mut stream, 1), [id]);
        streams.push(stream);
    }
    streams[0].write_all(&framed(10, "test.example.org")).unwrap();
    assert_eq!(ids(&mut streams[0], 1), [10]);
    let mut fourth = connect(running.address);
    fourth.write_all(&framed(11, "test.example.org")).unwrap();
    assert_eq!(ids(&mut fourth, 1), [11]);
    assert_eq!(answer(&mut streams[1]), None);
    for stream in [0, 2] {
        streams[stream].write_all(&framed(12, "test.example.org")).unwrap();
        assert_eq!(ids(&mut streams[stream], 1), [12]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_at_its_limit_makes_room_among_its_own() {
    let running = limited(Limits { per_address: 1, ..Limits::default() }).await;
    let mut first = connect(running.address);
    first.write_all(&framed(1, "test.example.org")).unwrap();
    assert_eq!(ids(&mut first, 1), [1]);
    assert!(tcp(running.address, &ask("test.example.org", 1).packet()).is_some());
    assert_eq!(answer(&mut first), None);
    // A new limit holds from the next connection on.
    running.responder.set_policy(Policy::default());
    let mut pair = [connect(running.address), connect(running.address)];
    for stream in &mut pair {
        stream.write_all(&framed(2, "test.example.org")).unwrap();
        assert_eq!(ids(stream, 1), [2]);
    }
    pair[0].write_all(&framed(3, "test.example.org")).unwrap();
    assert_eq!(ids(&mut pair[0], 1), [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_and_slow_connections_keep_nobody_else_from_being_answered() {
    let running = start().await;
    let idle: Vec<TcpStream> = (0..200).map(|_| connect(running.address)).collect();
    let half = framed(1, "test.example.org");
    let slow: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut stream = connect(running.address);
            stream.write_all(&half[..half.len() - 1]).unwrap();
            stream
        })
        .collect();
    let query = ask("test.example.org", 1).packet();
    for _ in 0..20 {
        assert!(tcp(running.address, &query).is_some() && udp(running.address, &query).is_some());
    }
    for mut stream in slow {
        stream.write_all(&half[half.len() - 1..]).unwrap();
        assert_eq!(ids(&mut stream, 1), [1]);
    }
    for mut stream in idle {
        stream.write_all(&half).unwrap();
        assert_eq!(ids(&mut stream, 1), [1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_answers_what_has_arrived_and_ends_every_connection() {
    // An address of this test's own: nobody else listens at its port when it is given up.
    let running = start_at(&["127.0.0.55:0".parse().unwrap()]).await;
    let mut busy = connect(running.address);
    let mut idle = connect(running.address);
    let late = connect(running.address);
    busy.write_all(&(0..50).flat_map(|id| framed(id, "big.example.org")).collect::<Vec<_>>()).unwrap();
    idle.write_all(&framed(7, "test.example.org")).unwrap();
    assert_eq!(ids(&mut idle, 1), [7]);
    running.responder.shutdown().await;
    assert_eq!(ids(&mut busy, 50), (0..50).collect::<Vec<_>>());
    for mut stream in [busy, idle, late] {
        assert_eq!(answer(&mut stream), None);
    }
    assert_eq!(TcpStream::connect(running.address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
}
