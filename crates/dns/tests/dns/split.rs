//! The split over real packets: exact, counted, and reported.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use hickory_proto::rr::RData;
use model::config::Config;
use model::counter::CounterReader;
use model::rrtype::{Family, Rcode, RrType};

use crate::client::{Question, ask, parse, tcp};
use crate::{config, serving, start};

fn addresses(answer: &[u8]) -> Vec<IpAddr> {
    let address = |data: &RData| match data {
        RData::A(a) => Some(IpAddr::V4(a.0)),
        RData::AAAA(a) => Some(IpAddr::V6(a.0)),
        _ => None,
    };
    parse(answer).answers.iter().filter_map(|r| address(&r.data)).collect()
}

/// Asks `count` times from one client, over TCP each tenth time.
fn client(server: SocketAddr, name: &str, count: usize) -> HashMap<IpAddr, usize> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(server).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut counts = HashMap::new();
    let mut buffer = [0; 512];
    for n in 0..count {
        let packet = Question { id: n as u16, ..ask(name, 1) }.packet();
        let answer = if n % 10 == 0 {
            tcp(server, &packet).unwrap()
        } else {
            socket.send(&packet).unwrap();
            let length = socket.recv(&mut buffer).unwrap();
            buffer[..length].to_vec()
        };
        *counts.entry(addresses(&answer)[0]).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn four_clients_at_once_get_exactly_the_weights() {
    let mut running = start().await;
    let server = running.address;
    let clients: Vec<_> =
        (0..4).map(|_| std::thread::spawn(move || client(server, "hello.example.org", 1000))).collect();
    let mut total: HashMap<IpAddr, usize> = HashMap::new();
    for client in clients {
        for (address, count) in client.join().unwrap() {
            *total.entry(address).or_default() += count;
        }
    }
    let of = |last: u8| total[&IpAddr::from([10, 0, 0, last])];
    assert_eq!((of(1), of(2), of(3)), (2400, 1200, 400));

    // Every answer is counted once and reported once, under the member that was answered.
    running.responder.shutdown().await;
    let view = running.responder.current();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as i64;
    let mut counted: HashMap<IpAddr, u64> = HashMap::new();
    for (key, count) in CounterReader::new(view.counters().clone()).take(now) {
        if let Some(member) = view.slots().target(key.slot).member() {
            assert_eq!((key.family, key.rcode), (Family::V4, Rcode::NOERROR));
            *counted.entry(member).or_default() += count;
        }
    }
    let mut reported: HashMap<IpAddr, u64> = HashMap::new();
    for event in crate::reported(&mut running.rings) {
        if let Some(member) = view.slots().target(event.slot).member() {
            assert_eq!(event.answers(), [member]);
            assert_eq!((event.qtype, event.ttl, event.generation), (RrType::A, 2, 42));
            *reported.entry(member).or_default() += 1;
        }
    }
    assert_eq!(counted, reported);
    assert_eq!(counted[&IpAddr::from([10, 0, 0, 3])], 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_families_rotate_by_themselves_and_an_alias_leads_to_the_service() {
    let running = start().await;
    let of = |name: &str, qtype: u16| addresses(&tcp(running.address, &ask(name, qtype).packet()).unwrap());
    assert_eq!(of("both.example.org", 1), ["10.0.0.4".parse::<IpAddr>().unwrap()]);
    assert_eq!(of("both.example.org", 28), ["2001:db8::4".parse::<IpAddr>().unwrap()]);
    assert_eq!(of("steered.example.org", 1).len(), 1);
}

fn reweighted(weight: i64) -> Config {
    let mut config = config();
    config.services[0].pools[0].members[0].weight = model::Weight::new(weight).unwrap();
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_view_answers_at_once_and_begins_a_segment_only_where_weights_changed() {
    let running = start().await;
    let first = running.responder.current();
    assert_eq!(first.segments().len(), 5, "each enabled service begins");
    let same = serving(config(), 43, Some(&first), 3);
    assert!(same.segments().is_empty());
    client(running.address, "hello.example.org", 5);
    running.responder.publish(same.clone());
    // The schedule goes on in the middle of its period: ten answers over both views are exact.
    client(running.address, "hello.example.org", 5);
    let explanation =
        same.explain(&"hello.example.org".parse().unwrap(), RrType::A, [127, 0, 0, 1].into(), 3);
    assert!(explanation.steps.last().unwrap().contains("turn 1 of a period of 10"), "{explanation:?}");
    let changed = serving(reweighted(20), 44, Some(&same), 3);
    assert_eq!(
        changed.segments().iter().map(|s| s.service.as_str()).collect::<Vec<_>>(),
        ["hello.example.org"]
    );
    running.responder.publish(changed);
    let counts = client(running.address, "hello.example.org", 24);
    assert_eq!(counts[&IpAddr::from([10, 0, 0, 1])], 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_foretells_the_next_answers() {
    let running = start().await;
    let view = running.responder.current();
    let name = "hello.example.org".parse().unwrap();
    let foretold = view.explain(&name, RrType::A, [127, 0, 0, 1].into(), 25).answers;
    let got: Vec<Vec<IpAddr>> = (0..25)
        .map(|_| addresses(&tcp(running.address, &ask("hello.example.org", 1).packet()).unwrap()))
        .collect();
    assert_eq!(foretold, got);
    let other = view.explain(&"nowhere.example.org".parse().unwrap(), RrType::A, [127, 0, 0, 1].into(), 1);
    assert_eq!((other.rcode.as_str(), other.zone.as_deref()), ("NXDOMAIN", Some("example.org")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_addresses_of_static_records_are_reported_as_well() {
    let mut running = start().await;
    tcp(running.address, &ask("alias.example.org", 1).packet()).unwrap();
    running.responder.shutdown().await;
    let events = crate::reported(&mut running.rings);
    let addresses = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse::<IpAddr>().unwrap());
    assert_eq!(events[0].answers(), addresses);
}
