//! The running responder: sockets, workers, and the one view they answer from.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use model::event::QueryEvent;
use rtrb::{Consumer, RingBuffer};
use tokio::net::TcpListener;

use crate::policy::Policy;
use crate::report::Worker;
use crate::serving::Serving;
use crate::stats::{Latency, Stats};
use crate::transport::tcp::{self, Limits, Shared};
use crate::transport::udp;

/// How the responder is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Addresses, UDP and TCP; port 0 takes any that is free for both.
    pub listen: Vec<SocketAddr>,
    /// UDP threads for each address.
    pub workers: usize,
    /// Events a worker's ring holds; at 65,536 a worker that answers 300,000 queries a second fills it in 0.2 s.
    pub ring: usize,
    /// Whether answers are reported as events; without, they are only counted.
    pub events: bool,
    /// Limits of TCP.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Options { listen: Vec::new(), workers: 1, ring: 65_536, events: true, limits: Limits::default() }
    }
}

impl Options {
    /// How many workers count answers: the UDP threads, and one for all of TCP.
    pub fn worker_slots(&self) -> usize {
        self.listen.len() * self.workers.max(1) + 1
    }
}

/// Tries to find a port that is free for UDP and TCP alike.
const PORT_ATTEMPTS: usize = 50;

/// A running responder.
pub struct Responder {
    serving: Arc<ArcSwap<Serving>>,
    policy: Arc<ArcSwap<Policy>>,
    addresses: Vec<SocketAddr>,
    stop: Arc<AtomicBool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    tcp: Arc<Shared>,
    latencies: Vec<Arc<Latency>>,
    panics: Arc<AtomicU64>,
}

struct Bound {
    udp: Vec<UdpSocket>,
    tcp: TcpListener,
    address: SocketAddr,
}

async fn bind(address: SocketAddr, workers: usize) -> io::Result<Bound> {
    let mut last = None;
    for _ in 0..if address.port() == 0 { PORT_ATTEMPTS } else { 1 } {
        // TCP first: it refuses a port that another server listens on, which sockets that share a port would not.
        let tcp = TcpListener::bind(address).await?;
        let bound = tcp.local_addr()?;
        match (0..workers).map(|_| udp::bind(bound)).collect::<io::Result<Vec<_>>>() {
            Ok(udp) => return Ok(Bound { udp, tcp, address: bound }),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

impl Responder {
    /// Binds every address and begins to answer from `serving`. Gives the ring of each worker, to be drained.
    pub async fn start(
        options: Options,
        serving: Arc<Serving>,
        policy: Policy,
    ) -> io::Result<(Responder, Vec<Consumer<QueryEvent>>)> {
        let workers = options.workers.max(1);
        let mut bound = Vec::new();
        for address in &options.listen {
            let with_address = |e: io::Error| io::Error::new(e.kind(), format!("{address}: {e}"));
            bound.push(bind(*address, workers).await.map_err(with_address)?);
        }
        let addresses = bound.iter().map(|b| b.address).collect();
        let serving = Arc::new(ArcSwap::from(serving));
        let policy = Arc::new(ArcSwap::from_pointee(policy));
        let panics = Arc::new(AtomicU64::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let (mut rings, mut latencies) = (Vec::new(), Vec::new());
        let mut worker = || {
            let (producer, consumer) = RingBuffer::new(options.ring.max(1));
            let latency = Arc::new(Latency::default());
            let ring = options.events.then_some(producer);
            let worker = Worker::new(rings.len(), ring, latency.clone(), panics.clone());
            rings.push(consumer);
            latencies.push(latency);
            worker
        };
        let mut threads = Vec::new();
        let mut listeners = Vec::new();
        for bound in bound {
            for socket in bound.udp {
                let (serving, policy) = (serving.clone(), policy.clone());
                let (worker, stop) = (worker(), stop.clone());
                let thread = std::thread::Builder::new().name(format!("dns-udp-{}", threads.len()));
                threads.push(thread.spawn(move || udp::run(socket, serving, policy, worker, stop))?);
            }
            listeners.push(bound.tcp);
        }
        let tcp = Arc::new(Shared::new(serving.clone(), policy.clone(), worker(), options.limits));
        for listener in listeners {
            tokio::spawn(tcp::listen(listener, tcp.clone()));
        }
        let threads = Mutex::new(threads);
        Ok((Responder { serving, policy, addresses, stop, threads, tcp, latencies, panics }, rings))
    }

    /// Where it listens, with the ports that were taken.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.addresses.clone()
    }

    /// The view that answers now.
    pub fn current(&self) -> Arc<Serving> {
        self.serving.load_full()
    }

    /// Puts a view in force, for the next packet on.
    pub fn publish(&self, serving: Arc<Serving>) {
        self.serving.store(serving);
    }

    /// The policy in force now.
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.load_full()
    }

    /// Puts a policy in force, for the next packet on.
    pub fn set_policy(&self, policy: Policy) {
        self.policy.store(Arc::new(policy));
    }

    /// What it has done since it started.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats { panics: self.panics.load(Relaxed), ..Stats::default() };
        self.latencies.iter().for_each(|latency| stats.add(latency));
        for zone in self.current().requests() {
            let counts = zone.read().into_iter();
            stats.requests.extend(counts.map(|(t, v6, kind, n)| (zone.zone.clone(), t, v6, kind, n)));
        }
        stats
    }

    /// Answers what has arrived, and stops.
    pub async fn shutdown(&self) {
        self.stop.store(true, Relaxed);
        self.tcp.stop.cancel();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let joined = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|t| drop(t.join())));
        let _ = joined.await;
    }
}
