//! What one packet costs without its way through the kernel: read, decided, written and noted.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use dns::{Arrival, Path, Policy, Serving, answer};
use model::config::Config;
use model::event::{QueryEvent, Transport};
use model::health::HealthTable;
use model::snapshot::Snapshot;
use serde_json::json;

fn serving() -> Serving {
    let member = |address: &str, weight: u32| json!({"address": address, "weight": weight});
    let config: Config = serde_json::from_value(json!({
        "zones": [{"name": "example.org", "records": [{"name": "test", "type": "A", "data": ["192.0.2.1"]}]}],
        "services": [{
            "name": "hello.example.org", "ttl": 2,
            "pools": [{"name": "a", "members": [member("10.0.0.1", 6), member("10.0.0.2", 3), member("10.0.0.3", 1)]}],
        }],
    }))
    .expect("the configuration of the benchmark");
    let snapshot = Arc::new(Snapshot { epoch: 1, generation: 1, at: 0, config });
    Serving::build(snapshot, Arc::new(HealthTable::default()), None, 1, 0, 0).expect("a view")
}

fn query(name: &str) -> Vec<u8> {
    let mut packet = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        packet.push(label.len() as u8);
        packet.extend_from_slice(label.as_bytes());
    }
    packet.extend_from_slice(&[0, 0, 1, 0, 1]);
    packet
}

fn answers(c: &mut Criterion) {
    let serving = serving();
    let policy = Policy::default();
    let client = "127.0.0.1:5000".parse().expect("an address");
    let mut out = Vec::with_capacity(512);
    for (what, name) in [
        ("a weighted service", "hello.example.org"),
        ("a static record", "test.example.org"),
        ("a missing name", "nowhere.example.org"),
        ("a name outside every zone", "www.example.com"),
    ] {
        let packet = query(name);
        c.bench_function(what, |b| {
            b.iter(|| {
                let arrival = Arrival { at: 0, since: Instant::now(), client, transport: Transport::Udp };
                let mut event = QueryEvent::new(0, client, Transport::Udp);
                black_box(answer(
                    &serving,
                    &policy,
                    black_box(&packet),
                    &arrival,
                    Path::Fastest,
                    &mut out,
                    &mut event,
                ))
            });
        });
    }
}

criterion_group!(benches, answers);
criterion_main!(benches);
