//! DNS over TCP (RFC 7766, RFC 9210): pipelined queries, one write for each answer, and limits that no client can hold
//! open.
//!
//! A connection is one task that reads a query, answers it, and writes the answer before it reads the next: a client
//! that sends without reading is held up by its own window, and nothing but one query and one answer is kept for it.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use model::event::Transport;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::connections::{Connections, Place, accept};
use crate::answer::Arrival;
use crate::message::HEADER;
use crate::policy::Policy;
use crate::report::Worker;
use crate::serving::Serving;
use crate::transfer;

/// How long a connection that should close waits for a query that is under way.
const LAST_QUERY: Duration = Duration::from_millis(200);

/// What all connections share.
pub struct Shared {
    serving: Arc<ArcSwap<Serving>>,
    policy: Arc<ArcSwap<Policy>>,
    /// Held for the time of one answer, and never while anything is waited for.
    worker: Mutex<Worker>,
    pub connections: Arc<Connections>,
    transfers: transfer::Turns,
}

impl Shared {
    /// No connection yet.
    pub fn new(serving: Arc<ArcSwap<Serving>>, policy: Arc<ArcSwap<Policy>>, worker: Worker) -> Shared {
        let connections = Connections::new(policy.clone());
        let transfers = transfer::Turns::default();
        Shared { serving, policy, worker: Mutex::new(worker), connections, transfers }
    }
}

/// Takes connections in until `closing`; a listener that was `passed` is somebody else's.
pub fn listen(
    listener: TcpListener,
    passed: bool,
    shared: Arc<Shared>,
    closing: CancellationToken,
) -> JoinHandle<()> {
    let connections = shared.connections.clone();
    let serve = move |stream: TcpStream, client, place: Arc<Place>| {
        let shared = shared.clone();
        async move {
            stream.set_nodelay(true)?;
            converse(stream, client, &place, &*shared).await
        }
    };
    connections.clone().spawn(accept(listener, passed, connections, closing, serve))
}

/// What answers the queries of a stream.
pub trait Answers: Sync {
    /// Answers one packet into `out`; false for silence.
    fn answer(
        &self,
        packet: &[u8],
        client: SocketAddr,
        out: &mut Vec<u8>,
    ) -> impl Future<Output = bool> + Send;

    /// Answers a zone transfer on `stream`, whole; false for any other packet.
    fn transfer(
        &self,
        packet: &[u8],
        client: SocketAddr,
        place: &Place,
        stream: &mut (impl AsyncWrite + Unpin + Send),
    ) -> impl Future<Output = io::Result<bool>> + Send {
        let _ = (packet, client, place, stream);
        async { Ok(false) }
    }
}

impl Answers for Shared {
    async fn answer(&self, packet: &[u8], client: SocketAddr, out: &mut Vec<u8>) -> bool {
        let (serving, policy) = (self.serving.load(), self.policy.load());
        let arrival = Arrival::now(client, Transport::Tcp);
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        worker.handle(&serving, &policy, packet, &arrival, out)
    }

    async fn transfer(
        &self,
        packet: &[u8],
        client: SocketAddr,
        place: &Place,
        stream: &mut (impl AsyncWrite + Unpin + Send),
    ) -> io::Result<bool> {
        if !transfer::is_asked(packet) {
            return Ok(false);
        }
        let limits = place.limits();
        let connection = transfer::Connection {
            worker: &self.worker,
            current: &|| self.serving.load_full(),
            active: &|| place.active(),
            turns: &self.transfers,
            patience: limits.idle,
            write: limits.write,
            peer: client,
        };
        let (serving, policy) = (self.serving.load_full(), self.policy.load_full());
        transfer::serve(&connection, serving, policy, packet, stream).await?;
        Ok(true)
    }
}

/// Answers the queries of a stream, each after two octets with its length, until the client ends it, fails or is too
/// slow, or this server asks it to end. A client that has closed its own direction (RFC 7766 section 6.2.4) gets every
/// answer before the end is seen, since its queries come before it.
pub async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    client: SocketAddr,
    place: &Place,
    answers: &impl Answers,
) -> io::Result<()> {
    let mut stream = BufReader::with_capacity(4096, stream);
    let (mut query, mut reply, mut framed) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let limits = place.limits();
        {
            let receive = receive(&mut stream, &mut query);
            tokio::pin!(receive);
            tokio::select! {
                biased;
                received = timeout(limits.idle, &mut receive) => received??,
                () = place.closing() => match timeout(LAST_QUERY, &mut receive).await {
                    Ok(received) => received?,
                    Err(_) => break,
                },
            }
        }
        place.active();
        if answers.transfer(&query, client, place, &mut stream).await? {
            continue;
        }
        if answers.answer(&query, client, &mut reply).await {
            // Length and message in one segment (RFC 7766 section 8).
            framed.clear();
            framed.extend_from_slice(&(reply.len() as u16).to_be_bytes());
            framed.extend_from_slice(&reply);
            let send = async {
                stream.write_all(&framed).await?;
                stream.flush().await
            };
            timeout(limits.write, send).await??;
        }
    }
    timeout(place.limits().write, stream.shutdown()).await?
}

/// Reads one message; one that is too short for a header is no DNS, and ends the connection.
async fn receive(stream: &mut (impl AsyncRead + Unpin), query: &mut Vec<u8>) -> io::Result<()> {
    let length = usize::from(stream.read_u16().await?);
    if length < HEADER {
        return Err(io::ErrorKind::InvalidData.into());
    }
    query.resize(length, 0);
    stream.read_exact(query).await?;
    Ok(())
}
