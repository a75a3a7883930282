//! Who is connected: bounded in all and for each address, and nobody stays who asks nothing.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections that wait to be accepted; the system's own limit is below it on most machines.
const BACKLOG: i32 = 1024;

/// How long what was asked before the end may take to be answered.
const DRAIN: Duration = Duration::from_secs(1);

/// Limits of connections: once for TCP, and once for TLS, HTTPS and QUIC together.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections in all; beyond, the one that was idle longest is closed.
    pub connections: usize,
    /// Connections of one address.
    pub per_address: usize,
    /// Time for a query to arrive whole, and so the longest idle time.
    pub idle: Duration,
    /// Time for a client to take an answer, and for a handshake.
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

/// All open connections of one kind.
pub struct Connections {
    pub limits: Limits,
    stop: CancellationToken,
    tasks: TaskTracker,
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
    evict: CancellationToken,
}

/// One connection's place among them, given back when it is dropped.
pub struct Place {
    id: u64,
    evicted: CancellationToken,
    connections: Arc<Connections>,
}

impl Connections {
    /// None yet.
    pub fn new(limits: Limits) -> Arc<Connections> {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        Arc::new(Connections { limits, stop, tasks, open: Mutex::default() })
    }

    /// Takes a connection in, or refuses it.
    pub fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let peer = peer.to_canonical();
        if open.connections.values().filter(|c| c.peer == peer).count() >= self.limits.per_address {
            return None;
        }
        if open.connections.len() >= self.limits.connections
            && let Some(idle) = open.connections.iter().min_by_key(|(_, c)| c.active).map(|(id, _)| *id)
            && let Some(connection) = open.connections.remove(&idle)
        {
            connection.evict.cancel();
        }
        let id = open.next;
        open.next += 1;
        let evicted = CancellationToken::new();
        open.connections.insert(id, Connection { peer, active: Instant::now(), evict: evicted.clone() });
        Some(Place { id, evicted, connections: self.clone() })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).connections.len()
    }

    /// Runs what accepts connections, and is waited for at the end.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Runs what `serve` makes of a connection, and is waited for at the end. One that has to make room ends at once,
    /// without a word: were it to linger, there would be more than the limit.
    pub fn serve<F>(&self, place: Place, serve: impl FnOnce(Place) -> F)
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let evicted = place.evicted.clone();
        let serve = serve(place);
        self.tasks.spawn(async move {
            tokio::select! {
                // A connection ends in many ways, and none of them is this server's business.
                _ = serve => {}
                () = evicted.cancelled() => {}
            }
        });
    }

    /// Returns when everything is to end.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Ends every connection between two queries, and waits for them no longer than [`DRAIN`].
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        let _ = tokio::time::timeout(DRAIN, self.tasks.wait()).await;
    }
}

impl Place {
    /// Says that a query came.
    pub fn active(&self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = open.connections.get_mut(&self.id) {
            connection.active = Instant::now();
        }
    }

    /// Returns when everything is to end.
    pub async fn stopping(&self) {
        self.connections.stopping().await;
    }

    /// The limits it is under.
    pub fn limits(&self) -> Limits {
        self.connections.limits
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.connections.remove(&self.id);
    }
}

/// Binds a listener. One for IPv6 takes IPv6 alone, so that `0.0.0.0` and `[::]` may share a port, as they do for UDP.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A server that was stopped leaves connections behind that would hold the port for a minute.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Accepts until told to stop, and serves each connection by what `serve` makes of it.
pub async fn accept<F>(
    listener: TcpListener,
    connections: Arc<Connections>,
    serve: impl Fn(TcpStream, SocketAddr, Place) -> F,
) where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let mut pause = Duration::from_millis(5);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = connections.stopping() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = Duration::from_millis(5);
                let Some(place) = connections.enter(peer.ip()) else { continue };
                connections.serve(place, |place| serve(stream, peer, place));
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
