//! What it costs to watch 10,000 members over HTTP, and how soon the loss of half of them is known.
//!
//! `cargo run --release -p health --example members [MEMBERS]`. The members are two small servers, each a process of its
//! own that answers at every address of loopback; one of them is killed. Prints the CPU of the watching process in the
//! steady phase as a share of one core, and when the losses were known.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use health::{Checker, Options, Policy, Tools};
use model::config::Config;
use model::health::Health;
use serde_json::json;

/// Seconds from one check of a member to the next.
const INTERVAL: u64 = 10;
/// Time that is measured.
const MEASURED: Duration = Duration::from_secs(30);
/// Members of a service, all at one backend.
const SERVICE: u32 = 10;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("serve") => serve(arguments.next().and_then(|port| port.parse().ok()).expect("a port")),
        count => watch(count.map_or(10_000, |count| count.parse().expect("a number of members"))),
    }
}

/// Answers every connection at the port, whatever the address.
fn serve(port: u16) {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).expect("the port is free");
    while let Ok((mut stream, _)) = listener.accept() {
        let _ = stream.read(&mut [0; 1024]).and_then(|_| stream.write_all(ANSWER));
    }
}

fn backend(port: u16) -> Child {
    let this = std::env::current_exe().expect("this program");
    Command::new(this).args(["serve", &port.to_string()]).spawn().expect("a backend starts")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// `count` members, every other service at the other backend.
fn config(count: u32, ports: [u16; 2]) -> Config {
    let service = |s: u32| {
        let members = (s * SERVICE..((s + 1) * SERVICE).min(count)).map(|i| json!({"address": address(i)}));
        let members: Vec<_> = members.collect();
        let monitor = ["even", "odd"][(s % 2) as usize];
        json!({"name": format!("s{s}.test"), "monitors": [monitor], "pools": [{"name": "p", "members": members}]})
    };
    let services: Vec<_> = (0..count.div_ceil(SERVICE)).map(service).collect();
    let monitor = |name: &str, port: u16| json!({"name": name, "type": "http", "port": port, "interval": format!("{INTERVAL}s"), "timeout": "4s"});
    let monitors = [monitor("even", ports[0]), monitor("odd", ports[1])];
    serde_json::from_value(json!({"monitors": monitors, "services": services})).expect("a configuration")
}

fn address(i: u32) -> IpAddr {
    Ipv4Addr::from(0x7f01_0000 + i).into()
}

/// User and system time of this process so far, seconds.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(") ").next().expect("fields").split(' ').collect();
    let ticks = |i: usize| fields[i].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) / 100.0
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64)
}

#[tokio::main(flavor = "current_thread")]
async fn watch(count: u32) {
    let ports = [free_port(), free_port()];
    let [mut stays, mut goes] = ports.map(backend);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let tools = Tools::new(Policy::new(vec!["127.0.0.0/8".parse().expect("a network")], Vec::new()));
    let options = Options { clock: Arc::new(now), concurrency: 4096, first_epoch: 1, remembered: Vec::new() };
    let begun = Instant::now();
    let checker = Checker::start(options, &config(count, ports), tools);
    let up = || checker.state().values().filter(|member| member.health == Health::Up).count();
    while up() < count as usize && begun.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("{} of {count} members up after {:.1} s", up(), begun.elapsed().as_secs_f64());
    tokio::time::sleep(Duration::from_secs(INTERVAL)).await;

    let (before, checked, start) = (cpu(), checker.durations().count, Instant::now());
    tokio::time::sleep(MEASURED).await;
    let (seconds, checks) = (start.elapsed().as_secs_f64(), checker.durations().count - checked);
    let used = cpu() - before;
    let (rate, share, each) = (checks as f64 / seconds, 100.0 * used / seconds, 1e6 * used / checks as f64);
    println!("{rate:.0} checks/s, {share:.1} % of one core, {each:.0} us a check");

    let mut changes = checker.changes();
    goes.kill().and_then(|()| goes.wait().map(drop)).expect("the backend ends");
    let lost = now();
    let bound = 3 * INTERVAL + 4 + 1;
    let gone = (0..count).filter(|i| (i / SERVICE) % 2 == 1).count();
    let (mut times, mut seen) = (Vec::new(), HashSet::new());
    while times.len() < gone {
        let wait = Duration::from_secs(2 * bound);
        let Ok(Ok(change)) = tokio::time::timeout(wait, changes.recv()).await else { break };
        if change.to.health() == Health::Down && seen.insert(change.key) {
            times.push((change.at - lost) as f64 / 1e6);
        }
    }
    times.sort_by(f64::total_cmp);
    let in_time = times.iter().filter(|time| **time <= bound as f64).count();
    let (share, last) = (100.0 * in_time as f64 / gone as f64, times.last().copied().unwrap_or(f64::NAN));
    println!(
        "{in_time} of {gone} lost members known within {bound} s ({share:.2} %); the last after {last:.1} s"
    );
    stays.kill().and_then(|()| stays.wait().map(drop)).expect("the other backend ends");
    checker.shutdown().await;
}
