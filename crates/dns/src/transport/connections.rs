//! Who is connected: bounded in all and for each client, and nobody stays who asks nothing.

mod open;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::open::Open;
use crate::policy::Policy;
use crate::responder::leave::begin_no_more;

/// Limits of connections: once for TCP, and once for TLS, HTTPS and QUIC together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections in all; beyond, the one that was idle longest is closed.
    pub connections: usize,
    /// Connections of one address, or of one /64 of IPv6, which is one host's to choose from; beyond, the one of these
    /// that was idle longest is closed.
    pub per_address: usize,
    /// Time for a query to arrive whole, and so the longest idle time.
    pub idle: Duration,
    /// Time for a client to take an answer, and for a handshake.
    pub write: Duration,
}

impl Default for Limits {
    /// 10 s lies between PowerDNS's 5 and BIND's 30. No single address gets more than half of the connections.
    fn default() -> Self {
        Limits {
            connections: 1000,
            per_address: 500,
            idle: Duration::from_secs(10),
            write: Duration::from_secs(5),
        }
    }
}

/// How long a connection that has begun may take to be complete when listening ends: a round trip around the world.
const LAST_HANDSHAKE: Duration = Duration::from_millis(300);
/// Connections that are still taken in when listening ends: as many as can have waited.
const LAST_CONNECTIONS: i32 = crate::responder::BACKLOG;
/// How long connections may take to get their last answers; a client that goes on asking is left then.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// ENFILE and EMFILE: no file descriptor is left.
const NO_DESCRIPTOR: [i32; 2] = [libc::ENFILE, libc::EMFILE];

/// All open connections of one kind.
pub struct Connections {
    policy: Arc<ArcSwap<Policy>>,
    tasks: TaskTracker,
    /// Asks every connection to end after what it is at.
    stop: CancellationToken,
    /// Ends every connection at once.
    end: CancellationToken,
    open: Mutex<Open>,
}

/// One connection's place among them, given back when it is dropped.
pub struct Place {
    turn: AtomicU64,
    evicted: CancellationToken,
    closing: CancellationToken,
    connections: Arc<Connections>,
}

impl Connections {
    /// None yet. Limits are those of the policy in force.
    pub fn new(policy: Arc<ArcSwap<Policy>>) -> Arc<Connections> {
        Arc::new(Connections {
            policy,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            end: CancellationToken::new(),
            open: Mutex::default(),
        })
    }

    /// Takes a connection in, and closes those idle longest for it. `closing` asks it to end.
    pub fn enter(self: &Arc<Self>, client: IpAddr, closing: &CancellationToken) -> Place {
        let limits = self.limits();
        let (turn, evicted) = self.open(|open| open.enter(client, limits.connections, limits.per_address));
        Place { turn: AtomicU64::new(turn), evicted, closing: closing.clone(), connections: self.clone() }
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.policy.load().tcp
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.open(|open| open.len())
    }

    /// What asks the connections of a listener to end, with all others or before them.
    pub fn closing(&self) -> CancellationToken {
        self.stop.child_token()
    }

    /// Runs a task that is waited for at the end.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.tasks.spawn(task)
    }

    /// Serves a connection until it is over, makes room for another, or everything ends at once.
    pub fn serve(&self, place: &Place, serve: impl Future<Output = io::Result<()>> + Send + 'static) {
        let (evicted, end) = (place.evicted.clone(), self.end.clone());
        self.spawn(async move {
            tokio::select! {
                // A connection ends in many ways, and none of them is this server's business.
                _ = serve => {}
                () = evicted.cancelled() => {}
                () = end.cancelled() => {}
            }
        });
    }

    /// Returns when everything is to end.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Lets every connection get its last answers, and ends it.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(LAST_ANSWERS, self.tasks.wait()).await.is_err() {
            self.end.cancel();
            self.tasks.wait().await;
        }
    }

    fn open<T>(&self, change: impl FnOnce(&mut Open) -> T) -> T {
        change(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Place {
    /// Says that a query came.
    pub fn active(&self) {
        let turn = self.connections.open(|open| open.active(self.turn.load(Relaxed)));
        self.turn.store(turn, Relaxed);
    }

    /// Returns when this connection is asked to end.
    pub async fn closing(&self) {
        self.closing.cancelled().await;
    }

    /// The limits it is under.
    pub fn limits(&self) -> Limits {
        self.connections.limits()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open(|open| open.leave(self.turn.load(Relaxed)));
    }
}

/// Takes connections in until `closing`, and then those that had begun before; serves each by what `serve` makes of it.
/// A listener that was `passed` is somebody else's, and keeps them for the next server.
pub async fn accept<F>(
    listener: TcpListener,
    passed: bool,
    connections: Arc<Connections>,
    closing: CancellationToken,
    serve: impl Fn(TcpStream, SocketAddr, Arc<Place>) -> F,
) where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let begin = |stream, client: SocketAddr| {
        let place = Arc::new(connections.enter(client.ip(), &closing));
        connections.serve(&place, serve(stream, client, place.clone()));
    };
    let mut pause = Duration::from_millis(5);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => break,
        };
        match accepted {
            Ok((stream, client)) => {
                pause = Duration::from_millis(5);
                begin(stream, client);
            }
            Err(error) => {
                // Out of file descriptors, accept fails at once again and again (and ECONNABORTED is one client's).
                tracing::warn!(%error, "accepting a connection");
                if error.raw_os_error().is_some_and(|code| NO_DESCRIPTOR.contains(&code)) {
                    connections.open(Open::close_idle);
                }
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = closing.cancelled() => break,
                }
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
    }
    if passed {
        return;
    }
    // Where that fails, a connection that begins between the last look and the end is lost.
    let _ = begin_no_more(&listener);
    let last = tokio::time::sleep(LAST_HANDSHAKE);
    tokio::pin!(last);
    for _ in 0..LAST_CONNECTIONS {
        tokio::select! {
            biased;
            accepted = listener.accept() => match accepted {
                Ok((stream, client)) => begin(stream, client),
                Err(_) => return,
            },
            () = &mut last => return,
        }
    }
}
