//! Where it listens, and under which rules: several addresses of both families, changed while it runs, or bound by
//! somebody else.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use hickory_proto::rr::RecordType;

use crate::harness::Transport::{Tcp, Udp};
use crate::harness::{Client, Scrape, Site, Stream, check_words, lab, until};

/// Every transport of an address.
fn check_answers(address: SocketAddr) -> u64 {
    [Udp, Tcp].into_iter().for_each(|transport| drop(Client::new(address, transport).address(lab::SERVICE)));
    2
}

#[test]
fn several_addresses_of_both_families_are_answered_at_once() {
    let site = Site::with_settings("dns = [\"127.0.0.1:0\", \"[::1]:0\", \"127.0.0.2:0\"]");
    let addresses = site.listens();
    assert_eq!(
        addresses.iter().map(|a| a.ip().to_string()).collect::<Vec<_>>(),
        ["127.0.0.1", "::1", "127.0.0.2"]
    );
    let answered: u64 = addresses.into_iter().map(check_answers).sum();
    let scrape = until("the counters to be read", Duration::from_secs(20), || {
        let scrape = Scrape::of(&site.http);
        (scrape.total("steelyard_dns_responses_total") >= answered as f64).then_some(scrape)
    });
    for (family, count) in [("1", 4.0), ("2", 2.0)] {
        assert_eq!(scrape.sum("steelyard_dns_requests_total", &[("family", family)]), count);
    }
}

#[test]
fn a_reload_opens_and_closes_addresses_and_the_others_lose_nothing() {
    let site = Site::with_settings("dns = [\"127.0.0.61:0\", \"127.0.0.62:0\"]");
    let [kept, gone] = site.listens()[..] else { panic!("two addresses: {:?}", site.listens()) };
    let stream = Stream::start(kept, lab::SERVICE);
    until("a stream of answers", Duration::from_secs(20), || (stream.answered() > 100).then_some(()));
    let mut answered = check_answers(gone);
    let line = site.reload("dns = [\"127.0.0.61:0\", \"[::1]:0\"]");
    let [still, opened] = site.listens()[..] else { panic!("two addresses: {:?}", site.listens()) };
    check_words(&line, &["reloaded".to_owned(), opened.to_string(), gone.to_string()]);
    assert_eq!(still, kept);
    answered += check_answers(opened);
    until("the other address to be closed", Duration::from_secs(20), || {
        TcpStream::connect(gone).is_err_and(|e| e.kind() == ErrorKind::ConnectionRefused).then_some(())
    });
    let before = stream.answered();
    until("more answers", Duration::from_secs(20), || (stream.answered() > before + 100).then_some(()));
    let seen = stream.stop();
    assert_eq!(seen.broken_off, Vec::<String>::new());
    // What the new workers answered is in the log as everything else is.
    answered += seen.answered;
    let split = site.split_of(answered);
    assert_eq!(
        (&split["verdict"], &split["totals"]["logged"]),
        (&"PASS".into(), &answered.into()),
        "{split}"
    );
    check_words(&site.reload("dns = [\"127.0.0.61:0\", \"[::1]:0\"]"), &["nothing has changed"]);
}

#[test]
fn settings_that_are_wrong_leave_everything_as_it_was() {
    let site = Site::with_settings("dns = [\"127.0.0.63:0\"]");
    let before = site.listens();
    let other = TcpListener::bind("127.0.0.64:0").expect("a listener");
    let taken = other.local_addr().expect("its address").to_string();
    let in_use =
        format!("dns = [\"127.0.0.63:0\", \"127.0.0.65:0\", \"{taken}\"]\n[responder.rate_limit]\nslip = 1");
    let wrong: [(&str, &[&str]); 3] = [
        ("dns = [\"127.0.0.65:0\"]\n[responder]\nalow = []", &["line 3:", "alow", "did you mean allow?"]),
        (
            "dns = [\"127.0.0.65:0\"]\nresponder = { deny = [\"10/8\"] }",
            &["responder.deny[0]", "10/8", "192.0.2.0/24"],
        ),
        (&in_use, &["dns", &taken, "give another address or port"]),
    ];
    for (settings, words) in wrong {
        let line = site.reload(settings);
        check_words(&line, &["ERROR", "not reloaded, everything is as before"]);
        check_words(&line.replace("\\\"", "\""), words);
        assert_eq!(site.listens(), before);
        check_answers(before[0]);
    }
    drop(other);
}

#[test]
fn a_rate_limit_comes_with_a_reload_and_its_work_is_counted() {
    let site = Site::with_settings("dns = [\"127.0.0.1:0\"]");
    let limited = |action| Scrape::of(&site.http).sum("steelyard_rate_limited_total", &[("action", action)]);
    assert_eq!((limited("drop"), limited("slip")), (0.0, 0.0));
    let line = site.reload(
        "dns = [\"127.0.0.1:0\"]\nworkers = 3\n[responder.rate_limit]\nresponses_per_second = 1\nslip = 1",
    );
    check_words(&line, &["responder.rate_limit", "\"needs_restart\":\"workers\""]);
    let mut client = site.client(Udp);
    let answers: Vec<_> = (0..40).map(|_| client.ask(lab::SERVICE, RecordType::A)).collect();
    let truncated = answers.iter().filter(|answer| answer.is_truncated()).count();
    assert!(truncated > 0);
    assert_eq!((limited("drop"), limited("slip")), (0.0, truncated as f64));
    let mut over_tcp = site.client(Tcp);
    (0..40).for_each(|_| drop(over_tcp.address(lab::SERVICE)));
    // Only answers that were whole are the members'.
    let whole = (80 - truncated) as u64;
    let split = site.split_of(whole);
    assert_eq!((&split["verdict"], &split["totals"]["answered"]), (&"PASS".into(), &whole.into()), "{split}");
}

#[test]
fn sockets_of_a_service_manager_are_answered_from_and_outlive_the_server() {
    let tcp = TcpListener::bind("127.0.0.66:0").expect("a TCP socket");
    let address = tcp.local_addr().expect("its address");
    let udp = UdpSocket::bind(address).expect("a UDP socket");
    let (own_udp, own_tcp) = (udp.try_clone().expect("a copy"), tcp.try_clone().expect("a copy"));
    let mut site = Site::with_sockets(udp, tcp);
    assert_eq!((site.dns(), site.listens()), (address, vec![address]));
    for _ in 0..10 {
        check_answers(address);
    }
    assert!(site.stop().success(), "{}", site.said());
    // A query that comes while no server runs waits for the next one.
    let mut waiting = UdpSocket::bind("127.0.0.1:0").expect("a UDP socket");
    ask_without_waiting(&mut waiting, address);
    let site = Site::with_sockets(own_udp, own_tcp);
    waiting.set_read_timeout(Some(Duration::from_secs(60))).expect("setting a timeout");
    assert!(waiting.recv(&mut [0; 512]).expect("an answer") > 12, "{}", site.said());
}

fn ask_without_waiting(socket: &mut UdpSocket, server: SocketAddr) {
    let query = b"\x12\x34\0\0\0\x01\0\0\0\0\0\0\x07example\x03org\0\0\x01\0\x01";
    socket.send_to(query, server).expect("sending a query");
}
