//! DNS over TCP (RFC 7766): pipelined queries, one write for each answer, and limits that no client can hold open.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use model::event::Transport;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::connections::{Connections, Limits, Place, accept};
use crate::answer::Arrival;
use crate::policy::Policy;
use crate::report::Worker;
use crate::serving::Serving;

/// What all connections share.
pub struct Shared {
    serving: Arc<ArcSwap<Serving>>,
    policy: Arc<ArcSwap<Policy>>,
    /// Held for the time of one answer, and never while anything is waited for.
    worker: Mutex<Worker>,
    connections: Arc<Connections>,
}

impl Shared {
    /// No connection yet.
    pub fn new(
        serving: Arc<ArcSwap<Serving>>,
        policy: Arc<ArcSwap<Policy>>,
        worker: Worker,
        limits: Limits,
    ) -> Shared {
        Shared { serving, policy, worker: Mutex::new(worker), connections: Connections::new(limits) }
    }

    /// Answers what has arrived, and ends.
    pub async fn shutdown(&self) {
        self.connections.shutdown().await;
    }
}

/// Accepts until told to stop.
pub fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let connections = shared.connections.clone();
    connections.spawn(accept(listener, shared.connections.clone(), move |stream, client, place| {
        let shared = shared.clone();
        async move {
            stream.set_nodelay(true)?;
            converse(stream, client, &place, &*shared).await
        }
    }));
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
}

impl Answers for Shared {
    async fn answer(&self, packet: &[u8], client: SocketAddr, out: &mut Vec<u8>) -> bool {
        let (serving, policy) = (self.serving.load(), self.policy.load());
        let arrival = Arrival::now(client, Transport::Tcp);
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        worker.handle(&serving, &policy, packet, &arrival, out)
    }
}

/// Answers the queries of a stream, each after two octets with its length, until the client or this server ends it.
pub async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    client: SocketAddr,
    place: &Place,
    answers: &impl Answers,
) -> io::Result<()> {
    let limits = place.limits();
    let mut stream = BufReader::with_capacity(4096, stream);
    let (mut query, mut reply, mut framed) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let receive = async {
            let length = stream.read_u16().await?;
            query.resize(usize::from(length), 0);
            stream.read_exact(&mut query).await
        };
        tokio::select! {
            received = tokio::time::timeout(limits.idle, receive) => received??,
            // What was asked before is answered by now.
            () = place.stopping() => break,
        };
        place.active();
        if answers.answer(&query, client, &mut reply).await {
            // Length and message in one segment (RFC 7766 section 8).
            framed.clear();
            framed.extend_from_slice(&(reply.len() as u16).to_be_bytes());
            framed.extend_from_slice(&reply);
            let send = async {
                stream.write_all(&framed).await?;
                stream.flush().await
            };
            tokio::time::timeout(limits.write, send).await??;
        }
    }
    tokio::time::timeout(limits.write, stream.shutdown()).await?
}
