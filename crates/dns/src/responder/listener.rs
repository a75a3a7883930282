//! One address that is listened at: its UDP threads and the task that takes connections in.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use tokio::net::TcpListener;
use tokio_util::sync::DropGuard;

use super::bind::Bound;
use super::waits::Waits;
use crate::policy::Policy;
use crate::report::Worker;
use crate::serving::Serving;
use crate::transport::{tcp, udp};

/// Workers with their numbers, one for each UDP socket.
pub type Workers = Vec<(usize, Worker)>;

/// A listening address. Dropped, it stops as well, and nobody waits for it.
pub struct Listener {
    /// The address that was asked for, perhaps with port 0.
    pub asked: SocketAddr,
    /// The address that was taken.
    pub address: SocketAddr,
    /// Whether its sockets came from outside.
    pub passed: bool,
    numbers: Vec<usize>,
    threads: Vec<JoinHandle<()>>,
    accepting: Option<tokio::task::JoinHandle<()>>,
    stop: StopOnDrop,
    _closing: DropGuard,
}

/// Tells the threads to stop.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl Listener {
    /// Begins to answer, in a Tokio runtime.
    pub fn open(
        asked: SocketAddr,
        bound: Bound,
        workers: Workers,
        serving: &Arc<ArcSwap<Serving>>,
        policy: &Arc<ArcSwap<Policy>>,
        shared: &Arc<tcp::Shared>,
        waits: &Arc<Waits>,
    ) -> io::Result<Listener> {
        let Bound { udp, tcp, address, passed } = bound;
        let closing = shared.connections.closing();
        let mut listener = Listener {
            asked,
            address,
            passed,
            numbers: workers.iter().map(|(number, _)| *number).collect(),
            threads: Vec::new(),
            accepting: None,
            stop: StopOnDrop(Arc::default()),
            _closing: closing.clone().drop_guard(),
        };
        for (socket, (number, worker)) in udp.into_iter().zip(workers) {
            let (serving, policy, stop) = (serving.clone(), policy.clone(), listener.stop.0.clone());
            let thread = std::thread::Builder::new().name(format!("dns-udp-{number}"));
            let waits = waits.clone();
            listener.threads.push(thread.spawn(move || {
                let _place = waits.enter();
                udp::run(socket, passed, serving, policy, worker, stop);
            })?);
        }
        listener.accepting = Some(tcp::listen(TcpListener::from_std(tcp)?, passed, shared.clone(), closing));
        Ok(listener)
    }

    /// Stops, after what has arrived is answered; connections may still be getting their last answers. Gives the numbers
    /// of the workers, which are gone then, as the sockets are.
    pub async fn close(self) -> Vec<usize> {
        let Listener { numbers, threads, accepting, stop, _closing, .. } = self;
        drop((stop, _closing));
        let joined = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|t| drop(t.join())));
        let _ = joined.await;
        if let Some(accepting) = accepting {
            let _ = accepting.await;
        }
        numbers
    }
}
