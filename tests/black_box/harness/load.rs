//! Many queries: a fixed number from several clients at once, or a steady stream until told to stop.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hickory_proto::rr::RecordType;

use super::dns::{Client, Transport};

/// Answers by the address they gave.
pub type Tally = BTreeMap<String, u64>;

/// Asks for a steered name `each` times from every one of these clients at once. Every query has to be answered.
pub fn volley(server: SocketAddr, name: &str, clients: &[Transport], each: u64) -> Tally {
    thread::scope(|scope| {
        let one = |transport: Transport| {
            scope.spawn(move || {
                let mut client = Client::new(server, transport);
                let mut tally = Tally::new();
                (0..each).for_each(|_| *tally.entry(client.address(name)).or_default() += 1);
                tally
            })
        };
        let clients: Vec<_> = clients.iter().map(|transport| one(*transport)).collect();
        let tallies = clients.into_iter().map(|client| client.join().expect("every query is answered"));
        sum(tallies)
    })
}

fn sum(tallies: impl Iterator<Item = Tally>) -> Tally {
    tallies.flatten().fold(Tally::new(), |mut sum, (address, count)| {
        *sum.entry(address).or_default() += count;
        sum
    })
}

/// A steady stream of queries over UDP.
pub struct Stream {
    told: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    clients: Vec<JoinHandle<Result<Duration, String>>>,
}

/// What a stream saw.
#[derive(Debug)]
pub struct Seen {
    /// Queries that were answered.
    pub answered: u64,
    /// The longest any of them took.
    pub slowest: Duration,
    /// Why clients ended before they were told to, when they did.
    pub broken_off: Vec<String>,
}

impl Stream {
    /// Two clients, each asking some hundred times a second.
    pub fn start(server: SocketAddr, name: &'static str) -> Stream {
        let (told, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let client = |_| {
            let (told, answered) = (told.clone(), answered.clone());
            thread::spawn(move || ask_until(&told, &answered, server, name))
        };
        let clients = (0..2).map(client).collect();
        Stream { told, answered, clients }
    }

    /// Queries answered so far.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Stops it.
    pub fn stop(self) -> Seen {
        self.told.store(true, Ordering::Relaxed);
        self.end()
    }

    /// Waits until the server is gone.
    pub fn end(self) -> Seen {
        let (mut slowest, mut broken_off) = (Duration::ZERO, Vec::new());
        for client in self.clients {
            match client.join().expect("a client reads what it gets") {
                Ok(longest) => slowest = slowest.max(longest),
                Err(why) => broken_off.push(why),
            }
        }
        Seen { answered: self.answered.load(Ordering::Relaxed), slowest, broken_off }
    }
}

fn ask_until(
    told: &AtomicBool,
    answered: &AtomicU64,
    server: SocketAddr,
    name: &str,
) -> Result<Duration, String> {
    let mut client = Client::new(server, Transport::Udp);
    let mut slowest = Duration::ZERO;
    while !told.load(Ordering::Relaxed) {
        let start = Instant::now();
        client.try_ask(name, RecordType::A).map_err(|e| e.to_string())?;
        slowest = slowest.max(start.elapsed());
        answered.fetch_add(1, Ordering::Relaxed);
        // The rate: a load that a debug build carries on a small machine, with room for the test beside it.
        thread::sleep(Duration::from_millis(2));
    }
    Ok(slowest)
}
