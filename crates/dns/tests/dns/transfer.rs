//! Zone transfers as a secondary sees them: what is in them, who gets them, and how they are signed.

mod tsig;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dns::notify::{Notify, Unsendable};
use dns::{Hmac, Limits, Options, Policy, Responder, Serving, TsigKey, TsigKeys};
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query};
use hickory_proto::rr::rdata::SOA;
use hickory_proto::rr::rdata::tsig::{TsigAlgorithm, TsigError};
use hickory_proto::rr::{Name, RData, Record, RecordType, TSigVerifier, TSigner};
use model::config::Config;
use model::event::{EventReceiver, QueryEvent};
use model::health::{Health, HealthTable, MemberKey};
use model::rrtype::{Rcode, RrType};
use model::snapshot::Snapshot;
use serde_json::{Value, json};

use crate::NOW;

const KEY: &str = "xfr.example";
const OTHER: &str = "other.example";

fn secret(name: &str) -> Vec<u8> {
    name.bytes().cycle().take(32).collect()
}

fn keys() -> TsigKeys {
    TsigKeys::new([(KEY, Hmac::Sha256), (OTHER, Hmac::Sha512)].map(|(name, hmac)| TsigKey {
        name: name.parse().unwrap(),
        hmac,
        secret: secret(name),
    }))
}

fn signer(name: &str, secret: Vec<u8>) -> TSigner {
    let algorithm = if name == OTHER { TsigAlgorithm::HmacSha512 } else { TsigAlgorithm::HmacSha256 };
    TSigner::new(secret, algorithm, Name::from_ascii(name).unwrap(), 300).unwrap()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Zones of every policy, and one with everything in it.
fn config() -> Config {
    let record =
        |name: &str, rr_type: &str, data: &[&str]| json!({"name": name, "type": rr_type, "data": data});
    let service = |name: &str, down: Value, members: Value| {
        json!({"name": name, "ttl": 2, "down_response": down, "pools": [
            {"name": "low", "priority": 5, "members": [{"address": "10.9.9.9"}]},
            {"name": "p", "priority": 50, "members": members},
        ]})
    };
    let member = |address: &str| json!({"address": address});
    let listed = json!({"secondaries": [{"address": "127.0.0.1", "key": KEY}]});
    serde_json::from_value(json!({
        "zones": [
            {
                "name": "example.org", "ttl": 60, "name_servers": ["ns1.example.net", "ns.example.org"],
                "transfer": {"secondaries": [{"address": "127.0.0.1", "key": KEY}], "allow": ["192.0.2.0/24"]},
                "records": [
                    record("ns", "A", &["192.0.2.53"]),
                    record("text", "TXT", &["\"hello world\""]),
                    {"name": "two", "type": "A", "ttl": 5, "data": ["192.0.2.1", "192.0.2.2"]},
                    record("a.b.ent", "A", &["192.0.2.3"]),
                    record("*.wild", "MX", &["10 mail.example.net."]),
                    record("alias", "CNAME", &["two"]),
                    record("odd", "TYPE1000", &["\\# 2 abcd"]),
                    record("cut", "NS", &["ns.cut.example.org."]),
                    record("cut", "DS", &["\\# 5 0001080201"]),
                    record("ns.cut", "A", &["192.0.2.54"]),
                    record("child", "NS", &["ns.child.example.org.", "ns1.example.net."]),
                    record("child", "DS", &["\\# 5 0002080201"]),
                    record("ns.child", "A", &["192.0.2.55"]),
                    record("hidden.child", "A", &["192.0.2.56"]),
                    record("moved", "DNAME", &["example.net."]),
                    record("gone", "TXT", &["beside an alias"]),
                ],
            },
            {"name": "child.example.org", "transfer": listed, "records": [record("www", "A", &["192.0.2.9"])]},
            {"name": "open.example", "transfer": {"allow": ["127.0.0.0/8"]}},
            {"name": "elsewhere.example", "transfer": {"secondaries": [{"address": "192.0.2.53"}]}},
            {"name": "closed.example"},
        ],
        "services": [
            service("steered.example.org", json!("fail_open"), json!([
                {"address": "10.0.0.1", "weight": 6}, {"address": "10.0.0.2", "weight": 0},
                {"address": "10.0.0.3", "enabled": false}, {"address": "10.0.0.4"},
                {"address": "2001:db8::4"},
            ])),
            service("child.steered.example.org", json!("empty"), json!([member("10.1.0.1")])),
            service("open.down.example.org", json!("fail_open"), json!([member("10.1.0.2"), member("10.1.0.3")])),
            service("all.example.org", json!("all_records"), json!([member("10.1.0.4")])),
            service("list.example.org", json!({"fallback": ["10.2.0.1", "2001:db8::1"]}), json!([member("10.1.0.5")])),
            service("silent.example.org", json!("none"), json!([member("10.1.0.6")])),
            service("gone.example.org", json!({"cname": "sorry.example.net"}), json!([member("10.1.0.7")])),
            {"name": "off.example.org", "enabled": false, "pools": [{"name": "p", "members": [member("10.1.0.8")]}]},
            {"name": "s.child.example.org", "pools": [{"name": "p", "members": [member("10.1.0.9")]}]},
        ],
    }))
    .expect("the configuration of the tests")
}

/// The view of a generation in which some members are down.
fn view(config: Config, generation: u64, down: &[(&str, &str, &str)]) -> Arc<Serving> {
    let mut health = HealthTable { epoch: 5, ..HealthTable::default() };
    for (service, pool, address) in down {
        let key = MemberKey {
            service: service.parse().unwrap(),
            pool: pool.parse().unwrap(),
            address: address.parse().unwrap(),
        };
        health.members.insert(key, Health::Down);
    }
    let snapshot = Arc::new(Snapshot { epoch: 1, generation, at: NOW, config });
    Arc::new(Serving::build(snapshot, Arc::new(health), None, 3, 7, NOW).expect("a view"))
}

/// Every service but the first has both pools down.
fn some_down() -> Vec<(&'static str, &'static str, &'static str)> {
    let services = [
        ("open.down.example.org", "10.1.0.2"),
        ("open.down.example.org", "10.1.0.3"),
        ("all.example.org", "10.1.0.4"),
        ("list.example.org", "10.1.0.5"),
        ("silent.example.org", "10.1.0.6"),
        ("gone.example.org", "10.1.0.7"),
        ("child.steered.example.org", "10.1.0.1"),
    ];
    let mut down: Vec<_> =
        services.iter().flat_map(|(s, a)| [(*s, "p", *a), (*s, "low", "10.9.9.9")]).collect();
    down.push(("steered.example.org", "p", "10.0.0.4"));
    down
}

struct Site {
    responder: Responder,
    rings: Vec<EventReceiver>,
    address: SocketAddr,
}

async fn start(view: Arc<Serving>, limits: Limits) -> Site {
    let listen = vec![SocketAddr::from(([127, 0, 0, 1], 0))];
    let options = Options { listen, workers: 1, ..Options::default() };
    let policy = Policy { keys: keys(), tcp: limits, ..Policy::default() };
    let (responder, rings) = Responder::start(options, view, policy).await.expect("a responder");
    let address = responder.addresses()[0];
    Site { responder, rings, address }
}

async fn started() -> Site {
    start(view(config(), 42, &some_down()), Limits::default()).await
}

impl Site {
    fn events(&mut self) -> Vec<QueryEvent> {
        crate::reported(&mut self.rings)
    }
}

fn query(zone: &str, rr_type: RecordType) -> Message {
    let mut message = Message::new(0x4321, MessageType::Query, OpCode::Query);
    let mut name = Name::from_ascii(zone).unwrap();
    name.set_fqdn(true);
    message.add_query(Query::query(name, rr_type));
    message
}

fn ixfr(zone: &str, serial: u32) -> Message {
    let mut message = query(zone, RecordType::IXFR);
    let root = Name::root();
    let soa = SOA::new(root.clone(), root, serial, 1, 1, 1, 1);
    message.authorities.push(Record::from_rdata(message.queries[0].name.clone(), 0, RData::SOA(soa)));
    message
}

fn signed(mut message: Message, name: &str) -> (Vec<u8>, TSigVerifier) {
    let verifier = message.finalize(&signer(name, secret(name)), now()).unwrap().unwrap();
    (message.to_vec().unwrap(), verifier)
}

fn connect(server: SocketAddr, packet: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(&[&(packet.len() as u16).to_be_bytes(), packet].concat()).unwrap();
    stream
}

fn next(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut message).unwrap();
    message
}

/// Reads messages until the SOA has come twice.
fn messages(stream: &mut TcpStream) -> Vec<Vec<u8>> {
    let (mut all, mut soas) = (Vec::new(), 0);
    while soas < 2 {
        let octets = next(stream);
        let message = Message::from_vec(&octets).unwrap();
        assert_eq!(u16::from(message.metadata.response_code), 0, "{message:?}");
        assert!(message.metadata.authoritative && message.metadata.id == 0x4321);
        assert_eq!(
            message.queries.len(),
            usize::from(all.is_empty()),
            "the question is in the first message"
        );
        soas += message.answers.iter().filter(|r| r.record_type() == RecordType::SOA).count();
        all.push(octets);
    }
    all
}

fn records(messages: &[Vec<u8>]) -> Vec<Record> {
    messages.iter().flat_map(|octets| Message::from_vec(octets).unwrap().answers).collect()
}

fn lines(records: &[Record]) -> BTreeSet<String> {
    let data = |data: &RData| match data {
        // As in RFC 3597 section 5.
        RData::Unknown { rdata, .. } => {
            rdata.anything.iter().fold("\\#".to_owned(), |text, o| format!("{text} {o:02x}"))
        }
        known => known.to_string(),
    };
    let line = |r: &Record| format!("{} {} {} {}", r.name, r.ttl, u16::from(r.record_type()), data(&r.data));
    records.iter().map(line).collect()
}

fn serial(record: &Record) -> u32 {
    match &record.data {
        RData::SOA(soa) => soa.serial,
        other => panic!("no SOA but {other:?}"),
    }
}

/// One answer over UDP.
fn udp(server: SocketAddr, packet: &[u8]) -> Vec<u8> {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket.send_to(packet, server).unwrap();
    let mut buffer = [0; 2048];
    let length = socket.recv(&mut buffer).unwrap();
    buffer[..length].to_vec()
}

/// Code of an answer and the error of its TSIG record.
fn refusal(octets: &[u8]) -> (Rcode, Option<TsigError>, bool) {
    let message = Message::from_vec(octets).unwrap();
    assert!(message.answers.is_empty(), "{message:?}");
    let tsig = message.signature.map(|record| record.data);
    let error = tsig.as_ref().and_then(|tsig| tsig.error);
    (Rcode(u16::from(message.metadata.response_code)), error, tsig.is_some_and(|tsig| !tsig.mac.is_empty()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_is_the_whole_zone_with_each_service_as_its_fallback_set() {
    let mut site = started().await;
    let (packet, mut verifier) = signed(query("Example.ORG", RecordType::AXFR), KEY);
    let all = messages(&mut connect(site.address, &packet));
    for octets in &all {
        verifier.verify(octets).expect("every message is signed");
    }
    let records = records(&all);
    let (first, last) = (&records[0], &records[records.len() - 1]);
    assert_eq!((serial(first), serial(last)), (42, 42));
    assert_eq!(first, last);
    let soa = "example.org. 60 6 ns1.example.net. hostmaster.example.org. 42 10800 3600 86400 30";
    let expected = [
        soa,
        "example.org. 60 2 ns1.example.net.",
        "example.org. 60 2 ns.example.org.",
        "ns.example.org. 60 1 192.0.2.53",
        "text.example.org. 60 16 hello world",
        "two.example.org. 5 1 192.0.2.1",
        "two.example.org. 5 1 192.0.2.2",
        "a.b.ent.example.org. 60 1 192.0.2.3",
        "*.wild.example.org. 60 15 10 mail.example.net.",
        "alias.example.org. 60 5 two.example.org.",
        "odd.example.org. 60 1000 \\# ab cd",
        "cut.example.org. 60 2 ns.cut.example.org.",
        "ns.cut.example.org. 60 1 192.0.2.54",
        // Of the zone within this one: the delegation and its glue, and nothing of what it hides.
        "child.example.org. 60 2 ns.child.example.org.",
        "child.example.org. 60 2 ns1.example.net.",
        "ns.child.example.org. 60 1 192.0.2.55",
        "moved.example.org. 60 39 \\# 07 65 78 61 6d 70 6c 65 03 6e 65 74 00",
        // What is up, whatever its weight, in the pool in force.
        "steered.example.org. 2 1 10.0.0.1",
        "steered.example.org. 2 1 10.0.0.2",
        "steered.example.org. 2 28 2001:db8::4",
        "open.down.example.org. 2 1 10.1.0.2",
        "open.down.example.org. 2 1 10.1.0.3",
        "all.example.org. 2 1 10.1.0.4",
        "list.example.org. 2 1 10.2.0.1",
        "gone.example.org. 2 5 sorry.example.net.",
    ];
    let is_ds = |r: &&Record| r.record_type() == RecordType::DS;
    let ds: BTreeSet<String> = records.iter().filter(is_ds).map(|r| r.name.to_string()).collect();
    assert_eq!(ds, ["child.example.org.".to_owned(), "cut.example.org.".to_owned()].into());
    let got = lines(&records.iter().filter(|r| !is_ds(r)).cloned().collect::<Vec<_>>());
    assert_eq!(got, expected.map(str::to_owned).into());
    assert_eq!(records.len(), expected.len() + 1 + 2, "nothing twice but the SOA");

    site.responder.shutdown().await;
    let events = site.events();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].qtype, events[0].rcode), (RrType::AXFR, Rcode::NOERROR));
    assert_eq!(usize::from(events[0].answer_count()), records.len());
    let slots = site.responder.current().slots().clone();
    assert_eq!(slots.target(events[0].slot).zone(), Some(&"example.org".parse().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_site_gives_the_same_zone_for_one_generation() {
    let (one, two) = (view(config(), 7, &[]), view(config(), 7, &[]));
    let (one, two) = (start(one, Limits::default()).await, start(two, Limits::default()).await);
    let (packet, _) = signed(query("example.org", RecordType::AXFR), KEY);
    let zone = |site: &Site| lines(&records(&messages(&mut connect(site.address, &packet))));
    assert_eq!(zone(&one), zone(&two));
    // The serial rises with every generation, and a change of health does not touch it.
    for (generation, down) in [(7, some_down()), (8, Vec::new())] {
        two.responder.publish(view(config(), generation, &down));
        let records = records(&messages(&mut connect(two.address, &packet)));
        assert_eq!(u64::from(serial(&records[0])), generation);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_listed_or_signs_with_another_key_is_refused() {
    let mut site = started().await;
    let axfr = |zone: &str| query(zone, RecordType::AXFR).to_vec().unwrap();
    let by = |zone: &str, key: &str| signed(query(zone, RecordType::AXFR), key).0;
    let wrong = {
        let mut message = query("example.org", RecordType::AXFR);
        message.finalize(&signer(KEY, b"another secret altogether".to_vec()), now()).unwrap();
        message.to_vec().unwrap()
    };
    let late = |ago: u64| {
        let mut message = query("example.org", RecordType::AXFR);
        message.finalize(&signer(KEY, secret(KEY)), now() - ago).unwrap();
        message.to_vec().unwrap()
    };
    let refused = (Rcode::REFUSED, None);
    let cases: Vec<(&str, Vec<u8>, (Rcode, Option<TsigError>), bool)> = vec![
        ("nobody is listed", axfr("closed.example"), refused, false),
        ("nobody is listed, signed", by("closed.example", KEY), refused, true),
        ("another is listed", axfr("elsewhere.example"), refused, false),
        ("unsigned", axfr("example.org"), refused, false),
        ("another known key", by("example.org", OTHER), refused, true),
        ("no zone", axfr("nowhere.example"), (Rcode::NOTAUTH, None), false),
        ("a name in a zone", by("two.example.org", KEY), (Rcode::NOTAUTH, None), true),
        ("unknown key", by("example.org", "who.example"), (Rcode::NOTAUTH, Some(TsigError::BadKey)), false),
        ("wrong secret", wrong, (Rcode::NOTAUTH, Some(TsigError::BadSig)), false),
        ("too late", late(400), (Rcode::NOTAUTH, Some(TsigError::BadTime)), true),
    ];
    let count = cases.len();
    for (what, packet, (rcode, error), signed) in cases {
        let answer = next(&mut connect(site.address, &packet));
        assert_eq!(refusal(&answer), (rcode, error, signed), "{what}");
        // Over UDP nothing is ever transferred.
        assert_ne!(refusal(&udp(site.address, &packet)).0, Rcode::NOERROR, "{what} over UDP");
    }
    let open = records(&messages(&mut connect(site.address, &axfr("open.example"))));
    assert_eq!(open.len(), 2, "a listed network needs no key where none is set");
    site.responder.shutdown().await;
    let events = site.events();
    assert_eq!(events.len(), 2 * count + 1, "one event each");
}

/// A zone of several messages.
fn big() -> Config {
    let record = |n: u32| {
        json!({"name": format!("host-{n}.rack-{}", n % 100), "type": "A",
               "data": [Ipv4Addr::from_bits(0x0a00_0000 + n).to_string()]})
    };
    let records: Vec<Value> = (0..20_000).map(record).collect();
    serde_json::from_value(json!({"zones": [{
        "name": "big.example", "transfer": {"allow": ["127.0.0.1/32"], "key": KEY}, "records": records,
    }]}))
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_big_zone_comes_in_many_signed_messages_and_all_of_one_generation() {
    let site = start(view(big(), 5, &[]), Limits::default()).await;
    let mut request = query("big.example", RecordType::AXFR);
    request.edns = Some(Edns::new());
    let (packet, mut verifier) = signed(request, KEY);
    let mut stream = connect(site.address, &packet);
    let first = next(&mut stream);
    // What is published now is not for a transfer that is under way.
    site.responder.publish(view(config(), 6, &[]));
    let mut all = vec![first];
    while records(&all[all.len() - 1..]).last().map(Record::record_type) != Some(RecordType::SOA) {
        all.push(next(&mut stream));
    }
    assert!(all.len() > 10 && all.iter().all(|octets| octets.len() <= 16_384 + 512), "{}", all.len());
    for (number, octets) in all.iter().enumerate() {
        verifier.verify(octets).expect("every message is signed, over the one before");
        let message = Message::from_vec(octets).unwrap();
        assert_eq!(message.edns.is_some(), number == 0, "OPT is in the first message");
    }
    let records = records(&all);
    assert_eq!(records.len(), 20_002);
    assert_eq!((serial(&records[0]), serial(&records[20_001])), (5, 5));
    assert_eq!(lines(&records).len(), 20_001);
    // The connection goes on, with the view of now.
    let gone = query("big.example", RecordType::A).to_vec().unwrap();
    stream.write_all(&[&(gone.len() as u16).to_be_bytes(), &gone[..]].concat()).unwrap();
    assert_eq!(refusal(&next(&mut stream)).0, Rcode::REFUSED);
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_beyond_the_limit_are_refused() {
    let patient =
        Limits { write: Duration::from_secs(60), idle: Duration::from_millis(300), ..Limits::default() };
    let mut config = big();
    // More than the kernel keeps for a client that reads nothing.
    let data: Vec<String> = (0..200).map(|n| format!("\"{n:0>250}\"")).collect();
    config.zones[0].records.extend((0..300).map(|n| {
        serde_json::from_value(json!({"name": format!("t{n}"), "type": "TXT", "data": data})).unwrap()
    }));
    let site = start(view(config, 5, &[]), patient).await;
    let (packet, _) = signed(query("big.example", RecordType::AXFR), KEY);
    let mut held: Vec<TcpStream> = (0..2).map(|_| connect(site.address, &packet)).collect();
    for stream in &mut held {
        assert_eq!(serial(&records(&[next(stream)])[0]), 5);
    }
    let (packet, mut verifier) = signed(query("big.example", RecordType::AXFR), KEY);
    let refused = next(&mut connect(site.address, &packet));
    verifier.verify(&refused).expect("a refusal is signed as well");
    assert_eq!(refusal(&refused).0, Rcode::REFUSED);
    // An IXFR that has nothing to transfer needs no turn.
    let (packet, _) = signed(ixfr("big.example", 5), KEY);
    assert_eq!(records(&[next(&mut connect(site.address, &packet))]).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ixfr_is_the_zone_to_who_is_behind_and_the_soa_to_who_is_not() {
    let site = started().await;
    let over_tcp = |message: Message| {
        let (packet, mut verifier) = signed(message, KEY);
        let octets = next(&mut connect(site.address, &packet));
        verifier.verify(&octets).unwrap();
        records(&[octets])
    };
    for current in [42, 43, 42 + (1 << 30)] {
        let answer = over_tcp(ixfr("example.org", current));
        assert_eq!((answer.len(), serial(&answer[0])), (1, 42), "{current}");
    }
    for behind in [41, 0, 42u32.wrapping_sub(1 << 30)] {
        assert!(over_tcp(ixfr("example.org", behind)).len() > 20, "{behind}");
    }
    // Over UDP the SOA alone says that there is more (RFC 1995 section 2).
    for serial_of_client in [41, 42] {
        let (packet, mut verifier) = signed(ixfr("example.org", serial_of_client), KEY);
        let octets = udp(site.address, &packet);
        verifier.verify(&octets).unwrap();
        let answer = records(&[octets]);
        assert_eq!((answer.len(), serial(&answer[0])), (1, 42));
    }
    let unsigned = ixfr("example.org", 41).to_vec().unwrap();
    assert_eq!(refusal(&udp(site.address, &unsigned)).0, Rcode::REFUSED);
    let (without_serial, _) = signed(query("example.org", RecordType::IXFR), KEY);
    assert_eq!(refusal(&next(&mut connect(site.address, &without_serial))).0, Rcode::FORMERR);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_record_there_can_be_is_transferred() {
    let mut config = config();
    let data = format!("\\# {0} {1}", 16 * 1024, "ab".repeat(16 * 1024));
    let long = "l".repeat(63);
    let set = json!({"name": format!("{long}.{long}.{long}"), "type": "TYPE1000", "data": [data]});
    config.zones[0].records.insert(0, serde_json::from_value(set).unwrap());
    let mut site = start(view(config, 1, &[]), Limits::default()).await;
    let (packet, _) = signed(query("example.org", RecordType::AXFR), KEY);
    let mut stream = connect(site.address, &packet);
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("an end");
    assert!(all.windows(1000).any(|window| window == [0xab; 1000]));
    site.responder.shutdown().await;
    assert_eq!(site.events()[0].rcode, Rcode::NOERROR);
}

#[test]
fn notify_says_the_serial_and_knows_its_answer() {
    let view = view(config(), 42, &[]);
    let (zone, key) = ("example.org".parse().unwrap(), KEY.parse().unwrap());
    let mut notify = Notify::new(&view, &zone, &keys(), Some(&key), 99, now()).unwrap();
    let signer = signer(KEY, secret(KEY));
    let (mac, ..) = signer.verify_message_byte(notify.octets(), None, true).expect("signed");
    let message = Message::from_vec(notify.octets()).unwrap();
    assert_eq!((message.metadata.op_code, message.metadata.id), (OpCode::Notify, 99));
    assert!(message.metadata.authoritative);
    assert_eq!(message.queries[0].query_type(), RecordType::SOA);
    let soa = match &message.answers[0].data {
        RData::SOA(soa) => soa.serial,
        other => panic!("{other:?}"),
    };
    assert_eq!(soa, 42);

    let answer = |id, rcode, signed: bool| {
        let mut answer = Message::response(id, OpCode::Notify);
        answer.metadata.response_code = rcode;
        answer.queries = message.queries.clone();
        let octets = answer.to_vec().unwrap();
        if signed {
            let context =
                hickory_proto::rr::TSigResponseContext::new(id, now(), signer.clone(), mac.clone(), None);
            answer.set_signature(context.sign(&octets).unwrap());
        }
        answer.to_vec().unwrap()
    };
    use hickory_proto::op::ResponseCode;
    assert_eq!(notify.answer(&answer(98, ResponseCode::NoError, true)), None, "another's");
    assert_eq!(notify.answer(&answer(99, ResponseCode::NoError, false)), None, "anybody's");
    assert_eq!(notify.answer(notify.octets().to_vec().as_slice()), None, "its own echo");
    assert_eq!(notify.answer(&answer(99, ResponseCode::Refused, false)), Some(Rcode::REFUSED));
    assert_eq!(notify.answer(&answer(99, ResponseCode::NoError, true)), Some(Rcode::NOERROR));

    let other = "nowhere.example".parse().unwrap();
    let fail = |zone, key| Notify::new(&view, zone, &keys(), Some(key), 1, now()).err();
    assert_eq!(fail(&other, &key), Some(Unsendable::NoZone));
    assert_eq!(fail(&zone, &other), Some(Unsendable::NoKey));
}
