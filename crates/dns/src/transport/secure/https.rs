//! DNS over HTTPS (RFC 8484): GET and POST of `/dns-query` over HTTP/2.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use h2::server::SendResponse;
use h2::{RecvStream, SendStream};
use hickory_server::net::http::DEFAULT_DNS_QUERY_PATH;
use hickory_server::net::xfer::Protocol;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Handler;
use super::tls::handshake;
use crate::message::MAX_TCP;
use crate::transport::connections::{Connections, Place, accept};

/// Media type of a message (RFC 8484 section 6).
const MESSAGE: &str = "application/dns-message";
/// Requests in flight on one connection.
const STREAMS: u32 = 100;
/// Octets of a request's headers; a query in a path is a third longer than itself.
const HEADERS: u32 = 16_384;
/// An answer is steered for the one who asks: a cache on the way would hand it to others. It is also no longer fresh
/// than its TTL, as RFC 8484 section 5.1 demands.
const UNCACHED: &str = "no-store";

/// Accepts until told to stop.
pub fn listen(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    handler: &Arc<Handler>,
    connections: &Arc<Connections>,
) {
    let handler = handler.clone();
    connections.spawn(accept(listener, connections.clone(), move |stream, client, place| {
        serve(stream, client, place, acceptor.clone(), handler.clone())
    }));
}

async fn serve(
    stream: TcpStream,
    client: SocketAddr,
    place: Place,
    acceptor: TlsAcceptor,
    handler: Arc<Handler>,
) -> io::Result<()> {
    let limits = place.limits();
    let stream = handshake(stream, acceptor, &place).await?;
    let mut builder = h2::server::Builder::new();
    builder.max_concurrent_streams(STREAMS).max_header_list_size(HEADERS);
    let preface = tokio::time::timeout(limits.write, builder.handshake::<_, Bytes>(stream));
    let mut connection = preface.await?.map_err(io::Error::other)?;
    let place = Arc::new(place);
    let mut answering = JoinSet::new();
    loop {
        // Accepting also moves the octets of requests and answers that are under way.
        let accepted = tokio::select! {
            accepted = tokio::time::timeout(limits.idle, connection.accept()) => accepted?,
            () = place.stopping() => break,
        };
        let Some(request) = accepted else { return Ok(()) };
        let (request, respond) = request.map_err(io::Error::other)?;
        let (handler, place) = (handler.clone(), place.clone());
        answering.spawn(async move { answer(request, respond, client, &handler, &place).await });
        while answering.try_join_next().is_some() {}
    }
    // What was asked before is answered, and the client is told to ask elsewhere (RFC 9113 section 6.8).
    connection.graceful_shutdown();
    let rest = async { while connection.accept().await.is_some_and(|request| request.is_ok()) {} };
    let _ = tokio::time::timeout(limits.write, rest).await;
    Ok(())
}

async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    client: SocketAddr,
    handler: &Handler,
    place: &Place,
) {
    let limits = place.limits();
    // A request that does not arrive whole in time gives up its stream.
    let Ok(query) = tokio::time::timeout(limits.idle, query(request)).await else { return };
    let (status, body) = match query {
        Ok(query) => {
            place.active();
            // Silence is a stream that ends without a response.
            match handler.reply(&query, client, Protocol::Https).await {
                Some(reply) => (StatusCode::OK, Bytes::from(reply)),
                None => return,
            }
        }
        Err(status) => (status, Bytes::new()),
    };
    let mut response = Response::builder().status(status).header(CONTENT_LENGTH, body.len());
    match status {
        StatusCode::OK => {
            response = response.header(CONTENT_TYPE, MESSAGE).header(CACHE_CONTROL, UNCACHED);
        }
        StatusCode::METHOD_NOT_ALLOWED => response = response.header(ALLOW, "GET, POST"),
        _ => {}
    }
    let Ok(response) = response.body(()) else { return };
    // A client that went away does not get its answer; nobody else is concerned.
    let Ok(stream) = respond.send_response(response, body.is_empty()) else { return };
    if !body.is_empty() {
        let _ = tokio::time::timeout(limits.write, send(stream, body)).await;
    }
}

/// Sends as the client has room for; the stream ends when this is given up.
async fn send(mut stream: SendStream<Bytes>, mut body: Bytes) -> Result<(), h2::Error> {
    while !body.is_empty() {
        stream.reserve_capacity(body.len());
        let room = std::future::poll_fn(|context| stream.poll_capacity(context)).await;
        let Some(room) = room.transpose()? else { return Ok(()) };
        let part = body.split_to(room.min(body.len()));
        stream.send_data(part, body.is_empty())?;
    }
    Ok(())
}

/// The query of a request, or the status that says what is wrong with it.
async fn query(request: Request<RecvStream>) -> Result<Vec<u8>, StatusCode> {
    if request.uri().path() != DEFAULT_DNS_QUERY_PATH {
        return Err(StatusCode::NOT_FOUND);
    }
    match *request.method() {
        Method::GET => {
            let parameters = request.uri().query().unwrap_or_default();
            let dns = parameters.split('&').find_map(|parameter| parameter.strip_prefix("dns="));
            let query = dns.and_then(|dns| BASE64URL_NOPAD.decode(dns.as_bytes()).ok());
            query.ok_or(StatusCode::BAD_REQUEST)
        }
        Method::POST => {
            let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            if !kind.is_some_and(|kind| kind.eq_ignore_ascii_case(MESSAGE)) {
                return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
            }
            let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
            if length
                .and_then(|length| length.parse().ok())
                .is_some_and(|length: u64| length > MAX_TCP as u64)
            {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            body(request.into_body()).await
        }
        _ => Err(StatusCode::METHOD_NOT_ALLOWED),
    }
}

/// The connection's window is given back when a body is whole: all that are under way on one connection hold no more
/// than the longest message together, which is what a window is by default (RFC 9113 section 6.9.2).
async fn body(mut stream: RecvStream) -> Result<Vec<u8>, StatusCode> {
    let mut body = Vec::new();
    while let Some(part) = stream.data().await {
        let part = part.map_err(|_| StatusCode::BAD_REQUEST)?;
        body.extend_from_slice(&part);
    }
    let _ = stream.flow_control().release_capacity(body.len());
    Ok(body)
}
