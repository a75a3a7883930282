//! What a view costs: memory, the time to build it, and the time to publish a change of one member's health.
//!
//! `cargo run --release -p dns --example scale -- small|big` measures and prints one line of JSON. With
//! `--snapshot FILE` and `--questions FILE` it writes the configuration, as the program keeps it on disk (without the
//! line of its checksum), and names to ask for, as dnsperf reads them, instead.

mod config;

use std::fs;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use dns::{Arrival, Path, Policy, Serving, answer};
use model::DnsName;
use model::event::{QueryEvent, Transport};
use model::health::{Health, HealthTable, MemberKey};
use model::rrtype::{Family, RrType};
use model::snapshot::Snapshot;

use config::{BIG, SMALL, Size};

// As in the program.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Stripes of counters: two UDP workers and TCP.
const WORKERS: usize = 3;
/// Changes of health that are timed.
const CHANGES: usize = 21;
/// Names to ask for.
const QUESTIONS: usize = 200_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut size = None;
    let (mut snapshot, mut questions) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "small" => size = Some(SMALL),
            "big" => size = Some(BIG),
            "--snapshot" => snapshot = arguments.next(),
            "--questions" => questions = arguments.next(),
            other => {
                return Err(
                    format!("{other:?}: give `small` or `big`, --snapshot FILE, --questions FILE").into()
                );
            }
        }
    }
    let size = size.ok_or("a size is missing: give `small` or `big`")?;
    let state = Snapshot { epoch: 1, generation: 7, at: 0, config: size.config() };
    if let Some(file) = &questions {
        let mut out = BufWriter::new(fs::File::create(file)?);
        for (name, rr_type) in size.questions(QUESTIONS) {
            writeln!(out, "{name} {rr_type}")?;
        }
        out.flush()?;
    }
    if let Some(file) = &snapshot {
        fs::write(file, serde_json::to_vec(&state)?)?;
    }
    if questions.is_none() && snapshot.is_none() {
        measure(size, state)?;
    }
    Ok(())
}

fn measure(size: Size, state: Snapshot) -> Result<(), Box<dyn std::error::Error>> {
    let json = serde_json::to_vec(&state)?;
    drop(state);
    let begun = Instant::now();
    let read: Snapshot = serde_json::from_slice(&json)?;
    let read_ms = ms(begun);
    let json_octets = json.len();
    drop(json);
    let before = resident_kib();
    let snapshot = Arc::new(read);
    let begun = Instant::now();
    let health = Arc::new(HealthTable { epoch: 1, ..HealthTable::default() });
    let mut view = Arc::new(Serving::build(snapshot.clone(), health, None, WORKERS, 0, 0)?);
    let build_ms = ms(begun);
    let view_kib = resident_kib() - before;
    let answer_ns = answers(&view, size);
    let mut publish_ms = Vec::new();
    for change in 0..CHANGES {
        let service = &snapshot.config.services[change * 7919 % size.services];
        let pool = &service.pools[0];
        let key = MemberKey {
            service: service.name.clone(),
            pool: pool.name.clone(),
            address: pool.members[change % pool.members.len()].address.expect("an address"),
        };
        let begun = Instant::now();
        let mut health = HealthTable::clone(view.health());
        health.epoch += 1;
        health.members.insert(key, Health::Down);
        // The old view is dropped within: whoever publishes has to.
        view = Arc::new(Serving::build(snapshot.clone(), Arc::new(health), Some(&view), WORKERS, 0, 0)?);
        publish_ms.push(ms(begun));
    }
    publish_ms.sort_by(f64::total_cmp);
    let begun = Instant::now();
    let again = Arc::new(Snapshot { generation: 8, ..Snapshot::clone(&snapshot) });
    let clone_ms = ms(begun);
    let begun = Instant::now();
    let rebuilt = Serving::build(again, view.health().clone(), Some(&view), WORKERS, 0, 0)?;
    let rebuild_ms = ms(begun);
    drop(rebuilt);
    let line = serde_json::json!({
        "zones": size.zones, "services": size.services, "members": size.members, "records": size.records,
        "json_octets": json_octets, "read_ms": read_ms, "build_ms": build_ms, "rebuild_ms": rebuild_ms,
        "clone_ms": clone_ms, "view_kib": view_kib, "resident_kib": resident_kib(),
        "publish_ms": {"median": publish_ms[CHANGES / 2], "min": publish_ms[0], "max": publish_ms[CHANGES - 1]},
        "answer_ns": answer_ns,
    });
    println!("{line}");
    Ok(())
}

/// CPU time of an answer without its way through the kernel, nanoseconds: all questions once to get warm, then again.
fn answers(view: &Serving, size: Size) -> f64 {
    let packets: Vec<Vec<u8>> =
        size.questions(QUESTIONS).iter().map(|(name, kind)| query(name, kind)).collect();
    let client = SocketAddr::from(([127, 0, 0, 1], 5300));
    let mut out = Vec::with_capacity(512);
    let policy = Policy::default();
    let mut ask = || {
        let (before, since) = (cpu_ns(), Instant::now());
        for packet in &packets {
            let arrival = Arrival { at: 0, since, client, transport: Transport::Udp };
            let mut event = QueryEvent::new(0, client, Transport::Udp);
            black_box(answer(view, &policy, packet, &arrival, Path::Fastest, &mut out, &mut event));
            let family = Family::of_type(event.qtype);
            view.counters().add(0, event.at, event.slot, family, event.rcode);
        }
        (cpu_ns() - before) as f64 / packets.len() as f64
    };
    ask();
    ask()
}

/// A query of class IN (RFC 1035 section 4.1).
fn query(name: &str, kind: &str) -> Vec<u8> {
    let name: DnsName = name.parse().expect("a name");
    let rr_type: RrType = kind.parse().expect("a type");
    let mut packet = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    packet.extend_from_slice(name.wire());
    packet.extend_from_slice(&rr_type.0.to_be_bytes());
    packet.extend_from_slice(&[0, 1]);
    packet
}

fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

/// VmRSS of /proc/self/status (proc_pid_status(5)).
fn resident_kib() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_ascii_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Time this thread has run, of /proc/thread-self/schedstat (Linux, Documentation/scheduler/sched-stats).
fn cpu_ns() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}
