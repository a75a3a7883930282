//! A site so large that its tables are read ahead for every batch: the answers are those of any other.

use std::collections::HashMap;
use std::net::UdpSocket;
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RData;
use serde_json::json;

use crate::client::{Question, ask, parse};
use crate::{config, serving, start};

/// More than are read without looking ahead.
const RECORDS: usize = 25_000;

#[tokio::test(flavor = "multi_thread")]
async fn batches_of_a_large_site_are_answered_and_no_turn_is_lost() {
    let running = start().await;
    let mut config = config();
    let record = |n: usize| json!({"name": format!("n{n}.many"), "type": "A", "data": [format!("10.{}.{}.1", n >> 8, n & 255)]});
    let records = serde_json::from_value::<Vec<_>>((0..RECORDS).map(record).collect()).unwrap();
    let zone = config.zones.iter_mut().find(|zone| zone.name.to_string() == "example.org").unwrap();
    zone.records.extend(records);
    let view = serving(config, 43, Some(&running.responder.current()), 4);
    running.responder.publish(view);

    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(running.address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut turns: HashMap<String, usize> = HashMap::new();
    for round in 0..50u16 {
        // All of them are there before the first is answered, as far as the server lets them.
        let name = |n: u16| match n % 4 {
            0 => "hello.example.org".to_owned(),
            1 => format!("n{}.many.example.org", (usize::from(round) * 491 + usize::from(n)) % RECORDS),
            2 => format!("nowhere{n}.example.org"),
            _ => format!("x{n}.example.net"),
        };
        for n in 0..40 {
            socket.send(&Question { id: n, ..ask(&name(n), 1) }.packet()).unwrap();
            // What is no query is read ahead as well, and has no answer.
            let cut = ask(&name(n), 1).packet();
            socket.send(&cut[..usize::from(n) % 12]).unwrap();
        }
        let mut buffer = [0; 512];
        for _ in 0..40 {
            let length = socket.recv(&mut buffer).unwrap();
            let answer = parse(&buffer[..length]);
            let n = answer.metadata.id;
            let addresses: Vec<String> = answer
                .answers
                .iter()
                .filter_map(|record| match &record.data {
                    RData::A(address) => Some(address.0.to_string()),
                    _ => None,
                })
                .collect();
            let code = answer.metadata.response_code;
            match n % 4 {
                0 => *turns.entry(addresses.concat()).or_default() += 1,
                1 => {
                    let record = (usize::from(round) * 491 + usize::from(n)) % RECORDS;
                    assert_eq!(addresses, [format!("10.{}.{}.1", record >> 8, record & 255)]);
                }
                2 => assert_eq!((code, addresses.len()), (ResponseCode::NXDomain, 0)),
                _ => assert_eq!((code, addresses.len()), (ResponseCode::Refused, 0)),
            }
        }
    }
    // 500 turns of weights 6, 3 and 1.
    let of = |last: u8| turns[&format!("10.0.0.{last}")];
    assert_eq!((of(1), of(2), of(3)), (300, 150, 50));
}
