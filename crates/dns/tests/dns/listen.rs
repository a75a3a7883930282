//! Listen addresses: several, of both families, that come and go while it runs, and sockets that are passed on.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use dns::{Options, Passed, Policy, Responder};

use crate::client::{ask, tcp};
use crate::{config, reported, serving, start, start_at};

fn any(ip: &str) -> SocketAddr {
    SocketAddr::new(ip.parse().unwrap(), 0)
}

fn check_answers(server: SocketAddr) {
    let query = ask("test.example.org", 1).packet();
    // Workers that share a socket keep no order among a client's queries: each is asked by itself.
    let own = if server.is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" };
    let socket = UdpSocket::bind(own).unwrap();
    socket.connect(server).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket.send(&query).unwrap();
    let length = socket.recv(&mut [0; 512]).unwrap_or_else(|error| panic!("{server}: {error}"));
    assert!(length > query.len() && tcp(server, &query).is_some(), "{server}");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_families_are_answered_at_once() {
    let running = start_at(&[any("127.0.0.1"), any("::1")]).await;
    let addresses = running.responder.addresses();
    assert!(addresses[0].is_ipv4() && addresses[1].is_ipv6());
    addresses.into_iter().for_each(check_answers);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_come_and_go_and_the_others_lose_nothing() {
    // Loopback addresses that no other test uses: nobody takes their ports when they are given up.
    let mut running = start_at(&[any("127.0.0.51"), any("127.0.0.52")]).await;
    let [kept, gone] = running.responder.addresses()[..] else { panic!("two addresses") };
    // A client that asks all the time, at the address that stays; every query is answered, or this would not end.
    let (told, asking) = std::sync::mpsc::channel::<()>();
    let (asked, begun) = std::sync::mpsc::channel();
    let client = std::thread::spawn(move || {
        let stopped = || asking.try_recv() == Err(std::sync::mpsc::TryRecvError::Disconnected);
        while !stopped() {
            check_answers(kept);
            // Nobody listens after the first.
            let _ = asked.send(());
        }
    });
    begun.recv().unwrap();
    let before = running.rings.len();
    let relisted = running.responder.listen(&[any("127.0.0.51"), any("127.0.0.53")]).unwrap();
    assert_eq!((relisted.opened.len(), &relisted.closed[..]), (1, &[gone][..]));
    assert_eq!(relisted.rings.len(), 2, "a ring for each of its workers");
    running.rings.extend(relisted.rings);
    let opened = relisted.opened[0];
    assert_eq!(running.responder.addresses(), [kept, opened]);
    check_answers(opened);
    assert!(!reported(&mut running.rings[before..]).is_empty(), "what is answered there is reported");
    // The same list again changes nothing.
    let same = running.responder.listen(&[any("127.0.0.51"), any("127.0.0.53")]).unwrap();
    assert!(same.opened.is_empty() && same.closed.is_empty() && same.rings.is_empty());
    drop(told);
    client.join().unwrap();
    running.responder.shutdown().await;
    // Everything is closed when the responder has stopped, what was closed before included.
    for address in [kept, gone, opened] {
        assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        UdpSocket::bind(address).expect("nobody has it any more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_can_come_back_before_it_is_closed() {
    let running = start_at(&[any("127.0.0.57")]).await;
    let address = running.responder.addresses()[0];
    running.responder.listen(&[]).unwrap();
    running.responder.listen(&[address]).unwrap();
    assert_eq!(running.responder.addresses(), [address]);
    check_answers(address);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_had_changes_nothing() {
    let running = start().await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let wanted = [any("127.0.0.4"), taken.local_addr().unwrap()];
    let error = running.responder.listen(&wanted).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert!(error.to_string().starts_with(&taken.local_addr().unwrap().to_string()), "{error}");
    assert_eq!(running.responder.addresses(), [running.address]);
    check_answers(running.address);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_one_port_give_way_to_each_other_and_nothing_is_lost() {
    let running = start_at(&[any("127.0.0.56")]).await;
    let one = running.responder.addresses()[0];
    let all = SocketAddr::from(([0, 0, 0, 0], one.port()));
    let (told, asking) = std::sync::mpsc::channel::<()>();
    // Both are at 127.0.0.56: whichever listens, every query has its answer, or the client would fail.
    let client = std::thread::spawn(move || {
        let stopped = || asking.try_recv() == Err(std::sync::mpsc::TryRecvError::Disconnected);
        while !stopped() {
            check_answers(one);
        }
    });
    for round in 0..10 {
        let (from, to) = if round % 2 == 0 { (one, all) } else { (all, one) };
        // The address that was asked for first had port 0.
        let from = if round == 0 { running.responder.addresses()[0] } else { from };
        let relisted = running.responder.listen(&[to]).unwrap();
        assert_eq!((&relisted.opened[..], &relisted.closed[..]), (&[to][..], &[from][..]));
        check_answers(one);
    }
    running.responder.listen(&[all]).unwrap();
    check_answers(SocketAddr::new("127.0.0.9".parse().unwrap(), all.port()));
    drop(told);
    client.join().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_that_were_passed_are_answered_from_and_never_closed_by_a_list() {
    let tcp = TcpListener::bind("127.0.0.54:0").unwrap();
    let address = tcp.local_addr().unwrap();
    let socket = UdpSocket::bind(address).unwrap();
    let kept = socket.try_clone().unwrap();
    let passed = vec![Passed { udp: vec![socket], tcp }];
    let options = Options { passed, workers: 3, ..Options::default() };
    let view = serving(config(), 42, None, options.worker_slots());
    let (responder, rings) = Responder::start(options, view, Policy::default()).await.unwrap();
    // Three for UDP, one for TCP and one for the secure transports.
    assert_eq!((rings.len(), responder.addresses()), (5, vec![address]));
    (0..20).for_each(|_| check_answers(address));
    let relisted = responder.listen(&[]).unwrap();
    assert!(relisted.opened.is_empty() && relisted.closed.is_empty());
    check_answers(address);
    responder.shutdown().await;
    // It belongs to whoever passed it: a query that comes now waits for the next server.
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(b"later", address).unwrap();
    kept.set_nonblocking(false).unwrap();
    kept.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut buffer = [0; 16];
    assert_eq!(kept.recv(&mut buffer).unwrap(), 5);
}
