//! The running responder: sockets, workers, and the one view they answer from.

mod bind;
pub mod leave;
mod listener;
mod seats;
mod waits;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use model::event::EventReceiver;
use tokio_util::task::TaskTracker;

pub use self::bind::{BACKLOG, Passed, listen};

use self::bind::{Bound, overlap};
use self::listener::Listener;
use self::seats::Seats;
use self::waits::Waits;
use crate::policy::Policy;
use crate::serving::Serving;
use crate::stats::Stats;
use crate::transport::connections::Connections;
use crate::transport::secure::{self, Secure, SecureAddresses};
use crate::transport::tcp;

/// How the responder is set up.
#[derive(Debug)]
pub struct Options {
    /// Addresses, UDP and TCP; port 0 takes any that is free for both.
    pub listen: Vec<SocketAddr>,
    /// Sockets that are bound already, beside these.
    pub passed: Vec<Passed>,
    /// UDP threads for each address.
    pub workers: usize,
    /// Events of ordinary size a worker's ring holds; at 65,536 a worker that answers 300,000 queries a second fills it
    /// in 0.2 s or more.
    pub ring: usize,
    /// Whether answers are reported as events; without, they are only counted.
    pub events: bool,
    /// DNS over TLS, HTTPS and QUIC.
    pub secure: Secure,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            listen: Vec::new(),
            passed: Vec::new(),
            workers: 1,
            ring: 65_536,
            events: true,
            secure: Secure::default(),
        }
    }
}

impl Options {
    /// How many workers count answers: the UDP threads, one for all of TCP, and one for the secure transports. More may come with addresses that are
    /// added later; they share the counters of these.
    pub fn worker_slots(&self) -> usize {
        let passed: usize = self.passed.iter().map(|passed| passed.udp.len().max(self.workers)).sum();
        self.listen.len() * self.workers.max(1) + passed + 2
    }
}

/// A running responder.
pub struct Responder {
    serving: Arc<ArcSwap<Serving>>,
    policy: Arc<ArcSwap<Policy>>,
    workers: usize,
    seats: Arc<Mutex<Seats>>,
    listeners: Mutex<Vec<Listener>>,
    tcp: Arc<tcp::Shared>,
    secure: Arc<Connections>,
    secure_addresses: SecureAddresses,
    /// Listeners that are being closed, and their addresses.
    leaving: TaskTracker,
    left: Arc<Mutex<Vec<SocketAddr>>>,
    panics: Arc<AtomicU64>,
    waits: Arc<Waits>,
}

/// What another list of addresses has changed.
#[derive(Debug, Default)]
pub struct Relisted {
    /// Where it listens now and did not before, with the ports that were taken.
    pub opened: Vec<SocketAddr>,
    /// Where it does not any more; what has arrived there is still answered.
    pub closed: Vec<SocketAddr>,
    /// The rings of the new workers, to be drained.
    pub rings: Vec<EventReceiver>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Responder {
    /// Binds every address and begins to answer from `serving`, in a Tokio runtime. Gives the ring of each worker, to
    /// be drained.
    ///
    /// # Errors
    /// When an address cannot be listened at, with the address; nothing is answered then.
    pub async fn start(
        options: Options,
        serving: Arc<Serving>,
        policy: Policy,
    ) -> io::Result<(Responder, Vec<EventReceiver>)> {
        let panics = Arc::new(AtomicU64::new(0));
        let serving = Arc::new(ArcSwap::from(serving));
        let policy = Arc::new(ArcSwap::from_pointee(policy));
        let workers = options.workers.max(1);
        let mut bound = bind_all(&options.listen, workers, &[])?;
        for passed in options.passed {
            let passed = Bound::passed(passed, workers)?;
            bound.push((passed.address, passed));
        }
        let mut seats = Seats::new(options.ring, options.events, panics.clone());
        let mut rings = Vec::new();
        let workers_of: Vec<_> =
            bound.iter().map(|(_, b)| take(&mut seats, b.udp.len(), &mut rings)).collect();
        let (_, worker, ring) = seats.take();
        rings.push(ring);
        let tcp = Arc::new(tcp::Shared::new(serving.clone(), policy.clone(), worker));
        let secure = secure::bind(&options.secure)?;
        let secure_addresses = secure.addresses.clone();
        let (_, worker, ring) = seats.take();
        rings.push(ring);
        let handler = secure::Handler::new(serving.clone(), policy.clone(), worker);
        let secure = secure.start(handler, Connections::new(policy.clone()))?;
        let responder = Responder {
            serving,
            policy,
            workers,
            seats: Arc::new(Mutex::new(seats)),
            listeners: Mutex::default(),
            tcp,
            secure,
            secure_addresses,
            leaving: TaskTracker::new(),
            left: Arc::default(),
            panics,
            waits: Arc::default(),
        };
        for ((asked, bound), workers) in bound.into_iter().zip(workers_of) {
            let listener = responder.open(asked, bound, workers)?;
            lock(&responder.listeners).push(listener);
        }
        Ok((responder, rings))
    }

    fn open(&self, asked: SocketAddr, bound: Bound, workers: listener::Workers) -> io::Result<Listener> {
        Listener::open(asked, bound, workers, &self.serving, &self.policy, &self.tcp, &self.waits)
    }

    /// Listens at `wanted` from now on, in a Tokio runtime: addresses that are new are bound first, and then those that
    /// are gone are closed, after what has arrived there is answered. All others, and sockets that were passed, are not
    /// touched.
    ///
    /// # Errors
    /// When an address cannot be listened at, with the address; everything is as before then.
    pub fn listen(&self, wanted: &[SocketAddr]) -> io::Result<Relisted> {
        let mut listeners = lock(&self.listeners);
        let mut new = wanted.to_vec();
        let mut gone = Vec::new();
        for (at, listener) in listeners.iter().enumerate().filter(|(_, listener)| !listener.passed) {
            // Each address wanted stands for one listener: port 0 may be wanted several times.
            match new.iter().position(|address| *address == listener.asked) {
                Some(found) => drop(new.swap_remove(found)),
                None => gone.push(at),
            }
        }
        new.sort_by_key(|address| wanted.iter().position(|w| w == address));
        let mut present = lock(&self.left).clone();
        present.extend(listeners.iter().map(|listener| listener.address));
        let bound = bind_all(&new, self.workers, &present)?;
        let mut relisted = Relisted::default();
        let mut opened = Vec::new();
        for (asked, bound) in bound {
            let workers = take(&mut lock(&self.seats), bound.udp.len(), &mut relisted.rings);
            // A thread that the system does not give leaves no half: what was opened is dropped, and closes.
            opened.push(self.open(asked, bound, workers)?);
        }
        relisted.opened = opened.iter().map(|listener| listener.address).collect();
        for at in gone.into_iter().rev() {
            let listener = listeners.remove(at);
            relisted.closed.insert(0, listener.address);
            let (seats, left, address) = (self.seats.clone(), self.left.clone(), listener.address);
            lock(&left).push(address);
            self.leaving.spawn(async move {
                let numbers = listener.close().await;
                lock(&seats).leave(&numbers);
                let mut left = lock(&left);
                if let Some(at) = left.iter().position(|other| *other == address) {
                    left.swap_remove(at);
                }
            });
        }
        listeners.extend(opened);
        Ok(relisted)
    }

    /// Where it listens, with the ports that were taken.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        lock(&self.listeners).iter().map(|listener| listener.address).collect()
    }

    /// Where the secure transports listen.
    pub fn secure_addresses(&self) -> SecureAddresses {
        self.secure_addresses.clone()
    }

    /// The view that answers now.
    pub fn current(&self) -> Arc<Serving> {
        self.serving.load_full()
    }

    /// Puts a view in force, for the next packet on.
    pub fn publish(&self, serving: Arc<Serving>) {
        self.serving.store(serving);
    }

    /// The policy in force.
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
        for seat in lock(&self.seats).iter() {
            stats.add(&seat.latency);
            stats.rate_dropped += seat.limited.dropped.load(Relaxed);
            stats.rate_slipped += seat.limited.slipped.load(Relaxed);
        }
        for zone in self.current().requests() {
            let counts = zone.read().into_iter();
            stats.requests.extend(counts.map(|(t, v6, kind, n)| (zone.zone.clone(), t, v6, kind, n)));
        }
        stats
    }

    /// Tells, each time it is called, the longest that one of the UDP threads has been ready and without a core since
    /// the call before; zero where the system does not say. For one caller.
    pub fn waits(&self) -> impl Fn() -> Duration + Send + Sync + use<> {
        let waits = self.waits.clone();
        move || waits.longest()
    }

    /// Answers what has arrived, and stops.
    pub async fn shutdown(&self) {
        let listeners = std::mem::take(&mut *lock(&self.listeners));
        // All are told to stop before any is waited for.
        listeners.into_iter().for_each(|listener| drop(self.leaving.spawn(listener.close())));
        self.leaving.close();
        self.leaving.wait().await;
        tokio::join!(self.tcp.connections.shutdown(), self.secure.shutdown());
    }
}

/// Binds all of them, or none. `present` is where this process listens already.
fn bind_all(
    addresses: &[SocketAddr],
    workers: usize,
    present: &[SocketAddr],
) -> io::Result<Vec<(SocketAddr, Bound)>> {
    let mut bound: Vec<(SocketAddr, Bound)> = Vec::new();
    for address in addresses {
        let mut ours = present.iter().copied().chain(bound.iter().map(|(_, bound)| bound.address));
        let shared = ours.any(|other| overlap(other, *address));
        let with_address = |e: io::Error| io::Error::new(e.kind(), format!("{address}: {e}"));
        bound.push((*address, Bound::new(*address, workers, shared).map_err(with_address)?));
    }
    Ok(bound)
}

/// Workers for so many sockets; their rings go to `rings`.
fn take(seats: &mut Seats, sockets: usize, rings: &mut Vec<EventReceiver>) -> listener::Workers {
    (0..sockets)
        .map(|_| {
            let (number, worker, ring) = seats.take();
            rings.push(ring);
            (number, worker)
        })
        .collect()
}
