//! DNS over dedicated QUIC connections (RFC 9250): a stream for each query.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use hickory_server::net::xfer::Protocol;
use hickory_server::server::default_tls_server_config;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{
    Connection, Endpoint, EndpointConfig, Incoming, RecvStream, SendStream, TransportConfig, VarInt,
};
use socket2::{Domain, Socket, Type};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinSet;

use super::{Certificate, Handler};
use crate::message::MAX_TCP;
use crate::transport::connections::{Connections, Limits, Place};

/// Codes that end a stream or a connection (RFC 9250 section 4.3).
const NO_ERROR: VarInt = VarInt::from_u32(0);
const PROTOCOL_ERROR: VarInt = VarInt::from_u32(2);
const UNSPECIFIED_ERROR: VarInt = VarInt::from_u32(5);
/// Queries in flight on one connection.
const STREAMS: VarInt = VarInt::from_u32(100);
/// Octets a client may send before they are read: the longest message with its length, and twice that in all.
const STREAM_WINDOW: VarInt = VarInt::from_u32(65_537);
const WINDOW: VarInt = VarInt::from_u32(2 * 65_537);

/// Binds a socket. One for IPv6 takes IPv6 alone, so that `0.0.0.0` and `[::]` may share a port.
pub fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(socket2::Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}

/// Accepts until told to stop.
///
/// # Errors
/// When TLS or the socket cannot be set up.
pub fn listen(
    socket: UdpSocket,
    certificate: &Certificate,
    handler: &Arc<Handler>,
    connections: &Arc<Connections>,
) -> io::Result<()> {
    let tls = Arc::new(default_tls_server_config(b"doq", certificate.resolver())?);
    let crypto = Arc::new(QuicServerConfig::try_from(tls).map_err(io::Error::other)?);
    let config = config(crypto, connections.limits)?;
    let mut endpoint = Some(start(&socket, &config)?);
    let (handler, all) = (handler.clone(), connections.clone());
    connections.spawn(async move {
        let mut pause = Duration::from_millis(100);
        loop {
            if let Some(endpoint) = endpoint.take() {
                tokio::select! {
                    () = accept(&endpoint, &handler, &all) => {}
                    () = all.stopping() => return,
                }
                // quinn gives an endpoint up when its socket fails; the address itself is still ours.
                tracing::warn!(address = ?socket.local_addr().ok(), "DNS over QUIC is started again");
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(10));
            endpoint = start(&socket, &config).ok();
        }
    });
    Ok(())
}

fn config(crypto: Arc<QuicServerConfig>, limits: Limits) -> io::Result<quinn::ServerConfig> {
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(STREAMS)
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .datagram_receive_buffer_size(None)
        .stream_receive_window(STREAM_WINDOW)
        .receive_window(WINDOW)
        .max_idle_timeout(Some(limits.idle.try_into().map_err(io::Error::other)?));
    let mut config = quinn::ServerConfig::with_crypto(crypto);
    config.transport_config(Arc::new(transport)).max_incoming(limits.connections);
    Ok(config)
}

fn start(socket: &UdpSocket, config: &quinn::ServerConfig) -> io::Result<Endpoint> {
    let runtime = Arc::new(quinn::TokioRuntime);
    Endpoint::new(EndpointConfig::default(), Some(config.clone()), socket.try_clone()?, runtime)
}

async fn accept(endpoint: &Endpoint, handler: &Arc<Handler>, connections: &Arc<Connections>) {
    while let Some(incoming) = endpoint.accept().await {
        // A source that nobody has proved may be made up: while many are connected, a client has to show that it gets
        // what is sent to it, so that no place is taken, and nobody closed, for a datagram's sake.
        if !incoming.remote_address_validated() && connections.count() >= connections.limits.connections / 2 {
            let _ = incoming.retry();
            continue;
        }
        let Some(place) = connections.enter(incoming.remote_address().ip()) else {
            incoming.refuse();
            continue;
        };
        let handler = handler.clone();
        connections.serve(place, |place| serve(incoming, handler, place));
    }
}

async fn serve(incoming: Incoming, handler: Arc<Handler>, place: Place) -> io::Result<()> {
    let limits = place.limits();
    let connection = tokio::select! {
        connected = tokio::time::timeout(limits.write, incoming.accept()?) => connected??,
        () = place.stopping() => return Ok(()),
    };
    let place = Arc::new(place);
    // Queries that are under way on one connection hold no more octets than the longest message together.
    let room = Arc::new(Semaphore::new(MAX_TCP));
    let mut answering = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = tokio::time::timeout(limits.idle, connection.accept_bi()) => accepted,
            () = place.stopping() => break,
        };
        let Ok(accepted) = accepted else { break };
        let (send, receive) = accepted?;
        let (connection, handler) = (connection.clone(), handler.clone());
        let (place, room) = (place.clone(), room.clone());
        answering.spawn(async move { answer(send, receive, &connection, &handler, &place, &room).await });
        while answering.try_join_next().is_some() {}
    }
    // What was asked before is answered.
    let rest = async { while answering.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(limits.write, rest).await;
    connection.close(NO_ERROR, b"");
    Ok(())
}

async fn answer(
    mut send: SendStream,
    mut receive: RecvStream,
    connection: &Connection,
    handler: &Handler,
    place: &Place,
    room: &Semaphore,
) -> io::Result<()> {
    let limits = place.limits();
    let (query, _held) = tokio::time::timeout(limits.idle, query(&mut receive, room)).await??;
    // RFC 9250 section 4.2.1: the stream tells queries apart, and the message's own number is 0.
    if query.get(..2).is_some_and(|id| id != [0, 0]) {
        connection.close(PROTOCOL_ERROR, b"the message ID of a query is 0");
        return Ok(());
    }
    place.active();
    let Some(reply) = handler.reply(&query, connection.remote_address(), Protocol::Quic).await else {
        let _ = send.reset(UNSPECIFIED_ERROR);
        return Ok(());
    };
    let framed = [&(reply.len() as u16).to_be_bytes(), reply.as_slice()].concat();
    let reply = async {
        send.write_all(&framed).await?;
        let _ = send.finish();
        // The stream is held until the client has it all, so that the end of the connection does not overtake it.
        let _ = send.stopped().await;
        io::Result::Ok(())
    };
    tokio::time::timeout(limits.write, reply).await?
}

/// One message after two octets with its length (RFC 9250 section 4.2).
async fn query<'a>(
    receive: &mut RecvStream,
    room: &'a Semaphore,
) -> io::Result<(Vec<u8>, SemaphorePermit<'a>)> {
    let mut length = [0; 2];
    receive.read_exact(&mut length).await.map_err(io::Error::other)?;
    let length = u16::from_be_bytes(length);
    let held = room.acquire_many(u32::from(length)).await.map_err(io::Error::other)?;
    let mut query = vec![0; usize::from(length)];
    receive.read_exact(&mut query).await.map_err(io::Error::other)?;
    Ok((query, held))
}
