//! What a resolver gets: over UDP and TCP alike, and at once after a change.

use std::time::{Duration, Instant};

use hickory_proto::rr::RecordType;
use serde_json::{Value, json};

use crate::harness::{Site, Transport, lab};

const BOTH: [Transport; 2] = [Transport::Udp, Transport::Tcp];
/// How soon after a save every answer has to follow it.
const AT_ONCE: Duration = Duration::from_millis(100);

#[test]
fn names_are_answered_as_the_protocol_asks() {
    let site = Site::with_lab();
    let soa = "[avi.iberia.local. 30 SOA]";
    let expected = [
        (
            "test.avi.iberia.local",
            RecordType::A,
            "NoError aa test.avi.iberia.local. 30 A 10.10.24.200".into(),
        ),
        ("hello.avi.iberia.local", RecordType::AAAA, format!("NoError aa {soa}")),
        ("test.avi.iberia.local", RecordType::MX, format!("NoError aa {soa}")),
        ("nowhere.avi.iberia.local", RecordType::A, format!("NXDomain aa {soa}")),
        ("below.test.avi.iberia.local", RecordType::A, format!("NXDomain aa {soa}")),
        ("www.example.org", RecordType::A, "Refused".to_owned()),
        ("iberia.local", RecordType::A, "Refused".to_owned()),
    ];
    for transport in BOTH {
        let mut client = site.client(transport);
        for (name, record_type, summary) in &expected {
            let answer = client.ask(name, *record_type);
            assert_eq!(&answer.summary(), summary, "{name} {record_type} {transport:?}");
        }
        let soa = client.ask("avi.iberia.local", RecordType::SOA);
        let data = "g-dns.iberia.local. johernandez.iberia.local. 1 10800 3600 86400 30";
        assert_eq!(soa.summary(), format!("NoError aa avi.iberia.local. 30 SOA {data}"));
        let servers = client.ask("avi.iberia.local", RecordType::NS).summary();
        for server in ["g-dns", "g-dns-site1", "g-dns-site2"] {
            let record = format!("avi.iberia.local. 30 NS {server}.iberia.local.");
            assert!(servers.contains(&record), "{record} in {servers}");
        }
    }
}

#[test]
fn a_name_comes_back_in_the_case_it_was_asked_in() {
    let site = Site::with_lab();
    for transport in BOTH {
        let mut client = site.client(transport);
        for name in ["tEsT.aVI.iBeRiA.LoCaL", "HELLO.avi.iberia.local", "NowHere.AVI.iberia.local"] {
            let answer = client.ask(name, RecordType::A);
            assert_eq!(answer.question(), format!("{name}."), "{answer:?}");
        }
        let answer = client.ask("tEsT.aVI.iBeRiA.LoCaL", RecordType::A);
        assert_eq!(answer.summary(), "NoError aa tEsT.aVI.iBeRiA.LoCaL. 30 A 10.10.24.200");
    }
}

#[test]
fn every_answer_follows_a_save_within_100_ms() {
    let site = Site::with_lab();
    let mut clients = BOTH.map(|transport| site.client(transport));
    let zone = site.http.get("/api/v1/zones/avi.iberia.local").with_status(200).json();
    for last in 1..=10 {
        let address = format!("10.10.24.{last}");
        let changed = with_test_record(&zone, &address);
        let reply = site.http.json("PUT", "/api/v1/zones/avi.iberia.local", &changed).with_status(200);
        let saved = Instant::now();
        let generation = reply.json()["generation"].as_u64().expect("a generation");
        for client in &mut clients {
            loop {
                let sent = saved.elapsed();
                let answer = client.ask("test.avi.iberia.local", RecordType::A);
                if answer.addresses() == [address.as_str()] {
                    break;
                }
                assert!(sent < AT_ONCE, "asked {sent:?} after the save of {address}: {answer:?}");
            }
            let serial = client.ask("avi.iberia.local", RecordType::SOA).serial();
            assert_eq!(u64::from(serial), generation, "the serial is the generation");
        }
    }
}

/// The zone with another address at its static record.
fn with_test_record(zone: &Value, address: &str) -> Value {
    let mut changed = zone.clone();
    changed["records"][0]["data"] = json!([address]);
    changed
}

#[test]
fn a_service_that_is_removed_is_no_name_any_more() {
    let site = Site::with_lab();
    let mut client = site.client(Transport::Udp);
    assert_eq!(client.ask(lab::SERVICE, RecordType::A).ttl(), 2);
    site.http.send("DELETE", &format!("/api/v1/services/{}", lab::SERVICE), |r| r).with_status(200);
    let answer = client.ask(lab::SERVICE, RecordType::A);
    assert_eq!(answer.summary(), "NXDomain aa [avi.iberia.local. 30 SOA]");
}
