//! DNS over TCP (RFC 7766): pipelined queries, one write for each answer, and limits that no client can hold open.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use model::event::Transport;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::answer::Arrival;
use crate::policy::Policy;
use crate::report::Worker;
use crate::serving::Serving;
use crate::transfer;

/// Limits of TCP.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections in all; beyond, the one that was idle longest is closed.
    pub connections: usize,
    /// Connections of one address.
    pub per_address: usize,
    /// Time for a query to arrive whole, and so the longest idle time.
    pub idle: Duration,
    /// Time for a client to take an answer.
    pub write: Duration,
}

impl Default for Limits {
    /// 10 s lies between PowerDNS's 5 and BIND's 30.
    fn default() -> Self {
        Limits {
            connections: 1000,
            per_address: 100,
            idle: Duration::from_secs(10),
            write: Duration::from_secs(5),
        }
    }
}

/// What all connections share.
pub struct Shared {
    pub serving: Arc<ArcSwap<Serving>>,
    pub policy: Arc<ArcSwap<Policy>>,
    /// Held for the time of one answer, and never while anything is waited for.
    pub worker: Mutex<Worker>,
    pub limits: Limits,
    pub stop: CancellationToken,
    transfers: transfer::Turns,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    next: u64,
    connections: HashMap<u64, Connection>,
}

struct Connection {
    peer: IpAddr,
    active: Instant,
    close: CancellationToken,
}

impl Shared {
    /// No connection yet.
    pub fn new(
        serving: Arc<ArcSwap<Serving>>,
        policy: Arc<ArcSwap<Policy>>,
        worker: Worker,
        limits: Limits,
    ) -> Shared {
        Shared {
            serving,
            policy,
            worker: Mutex::new(worker),
            limits,
            stop: CancellationToken::new(),
            transfers: transfer::Turns::default(),
            open: Mutex::default(),
        }
    }

    /// Takes a connection in, or refuses it.
    fn enter(&self, peer: IpAddr) -> Option<(u64, CancellationToken)> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.connections.values().filter(|c| c.peer == peer).count() >= self.limits.per_address {
            return None;
        }
        if open.connections.len() >= self.limits.connections
            && let Some(idle) = open.connections.iter().min_by_key(|(_, c)| c.active).map(|(id, _)| *id)
            && let Some(connection) = open.connections.remove(&idle)
        {
            connection.close.cancel();
        }
        let id = open.next;
        open.next += 1;
        let close = self.stop.child_token();
        open.connections.insert(id, Connection { peer, active: Instant::now(), close: close.clone() });
        Some((id, close))
    }

    /// Answers a zone transfer, whole, before the next query is read.
    async fn transfer(
        &self,
        peer: SocketAddr,
        id: u64,
        query: &[u8],
        write: &mut OwnedWriteHalf,
    ) -> io::Result<()> {
        let connection = transfer::Connection {
            worker: &self.worker,
            current: &|| self.serving.load_full(),
            active: &|| self.active(id),
            turns: &self.transfers,
            patience: self.limits.idle,
            write: self.limits.write,
            peer,
        };
        transfer::serve(&connection, self.serving.load_full(), self.policy.load_full(), query, write).await
    }

    fn active(&self, id: u64) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = open.connections.get_mut(&id) {
            connection.active = Instant::now();
        }
    }

    fn leave(&self, id: u64) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).connections.remove(&id);
    }
}

/// Accepts until told to stop.
pub async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let mut pause = Duration::from_millis(5);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = Duration::from_millis(5);
                let Some((id, close)) = shared.enter(peer.ip().to_canonical()) else { continue };
                let shared = shared.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        // A connection ends in many ways, and none of them is this server's business.
                        _ = converse(stream, peer, id, &shared) => {}
                        () = close.cancelled() => {}
                    }
                    shared.leave(id);
                });
            }
            Err(error) => {
                // Out of file descriptors, accept fails at once again and again (and ECONNABORTED is one client's).
                tracing::warn!(%error, "accepting a connection");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, id: u64, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::with_capacity(4096, read);
    let (mut query, mut reply, mut framed) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let receive = async {
            let length = read.read_u16().await?;
            query.resize(usize::from(length), 0);
            read.read_exact(&mut query).await
        };
        tokio::time::timeout(shared.limits.idle, receive).await??;
        shared.active(id);
        if transfer::is_asked(&query) {
            shared.transfer(peer, id, &query, &mut write).await?;
            continue;
        }
        let replied = {
            let (serving, policy) = (shared.serving.load(), shared.policy.load());
            let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as i64);
            let arrival = Arrival { at, since: Instant::now(), client: peer, transport: Transport::Tcp };
            let mut worker = shared.worker.lock().unwrap_or_else(PoisonError::into_inner);
            worker.handle(&serving, &policy, &query, &arrival, &mut reply)
        };
        if replied {
            // Length and message in one segment (RFC 7766 section 8).
            framed.clear();
            framed.extend_from_slice(&(reply.len() as u16).to_be_bytes());
            framed.extend_from_slice(&reply);
            tokio::time::timeout(shared.limits.write, write.write_all(&framed)).await??;
        }
    }
}
