//! DNS over TCP (RFC 7766, RFC 9210): pipelined queries, one write for each answer, and limits that no client can hold
//! open.
//!
//! A connection is one task that reads a query, answers it, and writes the answer before it reads the next: a client
//! that sends without reading is held up by its own window, and nothing but one query and one answer is kept for it.

mod open;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use model::event::Transport;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::open::Open;
use crate::answer::Arrival;
use crate::message::HEADER;
use crate::policy::Policy;
use crate::report::Worker;
use crate::responder::leave::begin_no_more;
use crate::serving::Serving;

/// Limits of TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections in all; beyond, the one that was idle longest is closed.
    pub connections: usize,
    /// Connections of one address, or of one /64 of IPv6, which is one host's to choose from; beyond, the one of these
    /// that was idle longest is closed.
    pub per_address: usize,
    /// Time for a query to arrive whole, and so the longest idle time.
    pub idle: Duration,
    /// Time for a client to take an answer.
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

/// How long a connection that should close waits for a query that is under way.
const LAST_QUERY: Duration = Duration::from_millis(200);
/// How long a connection that has begun may take to be complete when listening ends: a round trip around the world.
const LAST_HANDSHAKE: Duration = Duration::from_millis(300);
/// Connections that are still taken in when listening ends: as many as can have waited.
const LAST_CONNECTIONS: i32 = crate::responder::BACKLOG;
/// ENFILE and EMFILE: no file descriptor is left.
const NO_DESCRIPTOR: [i32; 2] = [libc::ENFILE, libc::EMFILE];

/// What all connections share.
pub struct Shared {
    pub serving: Arc<ArcSwap<Serving>>,
    pub policy: Arc<ArcSwap<Policy>>,
    /// Held for the time of one answer, and never while anything is waited for.
    pub worker: Mutex<Worker>,
    /// The tasks of connections, and of those that take them in.
    pub connections: TaskTracker,
    /// Ends every connection at once.
    pub end: CancellationToken,
    open: Mutex<Open>,
}

impl Shared {
    /// No connection yet.
    pub fn new(serving: Arc<ArcSwap<Serving>>, policy: Arc<ArcSwap<Policy>>, worker: Worker) -> Shared {
        Shared {
            serving,
            policy,
            worker: Mutex::new(worker),
            connections: TaskTracker::new(),
            end: CancellationToken::new(),
            open: Mutex::default(),
        }
    }

    fn limits(&self) -> Limits {
        self.policy.load().tcp
    }

    fn open<T>(&self, change: impl FnOnce(&mut Open) -> T) -> T {
        change(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Takes connections in until `closing`, and then those that had begun before. A listener that was `passed` is somebody
/// else's, and keeps them for the next server.
pub async fn listen(listener: TcpListener, passed: bool, shared: Arc<Shared>, closing: CancellationToken) {
    let mut pause = Duration::from_millis(5);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = closing.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = Duration::from_millis(5);
                begin(stream, peer, &shared, &closing);
            }
            Err(error) => {
                // Out of file descriptors, accept fails at once again and again (and ECONNABORTED is one client's).
                tracing::warn!(%error, "accepting a connection");
                if error.raw_os_error().is_some_and(|code| NO_DESCRIPTOR.contains(&code)) {
                    shared.open(Open::close_idle);
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
                Ok((stream, peer)) => begin(stream, peer, &shared, &closing),
                Err(_) => return,
            },
            () = &mut last => return,
        }
    }
}

fn begin(stream: TcpStream, peer: SocketAddr, shared: &Arc<Shared>, closing: &CancellationToken) {
    let limits = shared.limits();
    let (turn, evicted) = shared.open(|open| open.enter(peer.ip(), limits.connections, limits.per_address));
    let (shared, closing) = (shared.clone(), closing.clone());
    shared.clone().connections.spawn(async move {
        let mut turn = turn;
        tokio::select! {
            // A connection ends in many ways, and none of them is this server's business.
            _ = converse(stream, peer, &mut turn, &shared, &closing) => {}
            () = evicted.cancelled() => {}
            () = shared.end.cancelled() => {}
        }
        shared.open(|open| open.leave(turn));
    });
}

/// Answers queries until the client ends, fails or is too slow. A client that has closed its own direction (RFC 7766
/// section 6.2.4) gets every answer before the end is seen, since its queries come before it.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    turn: &mut u64,
    shared: &Shared,
    closing: &CancellationToken,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::with_capacity(4096, read);
    let (mut query, mut reply, mut framed) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let limits = shared.limits();
        {
            let receive = receive(&mut read, &mut query);
            tokio::pin!(receive);
            tokio::select! {
                biased;
                received = timeout(limits.idle, &mut receive) => received??,
                () = closing.cancelled() => timeout(LAST_QUERY, &mut receive).await??,
            }
        }
        *turn = shared.open(|open| open.active(*turn));
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
            timeout(limits.write, write.write_all(&framed)).await??;
        }
    }
}

/// Reads one message; one that is too short for a header is no DNS, and ends the connection.
async fn receive(read: &mut BufReader<OwnedReadHalf>, query: &mut Vec<u8>) -> io::Result<()> {
    let length = usize::from(read.read_u16().await?);
    if length < HEADER {
        return Err(io::ErrorKind::InvalidData.into());
    }
    query.resize(length, 0);
    read.read_exact(query).await?;
    Ok(())
}
