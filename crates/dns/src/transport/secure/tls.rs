//! DNS over TLS (RFC 7858): streams as over TCP, within TLS.

use std::io;
use std::sync::Arc;

use hickory_server::server::default_tls_server_config;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Certificate, Handler};
use crate::transport::connections::{Connections, Place, accept};
use crate::transport::tcp::converse;

/// TLS 1.2 and 1.3 for one application protocol (RFC 7301), with the certificate in force.
pub fn acceptor(protocol: &[u8], certificate: &Certificate) -> io::Result<TlsAcceptor> {
    Ok(TlsAcceptor::from(Arc::new(default_tls_server_config(protocol, certificate.resolver())?)))
}

/// Accepts until told to stop.
pub fn listen(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    handler: &Arc<Handler>,
    connections: &Arc<Connections>,
) {
    let handler = handler.clone();
    connections.spawn(accept(listener, connections.clone(), move |stream, client, place| {
        let (acceptor, handler) = (acceptor.clone(), handler.clone());
        async move {
            let stream = handshake(stream, acceptor, &place).await?;
            converse(stream, client, &place, &*handler).await
        }
    }));
}

/// Secures a stream, within the time and as long as there is a place for it.
pub async fn handshake(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    place: &Place,
) -> io::Result<TlsStream<TcpStream>> {
    stream.set_nodelay(true)?;
    tokio::select! {
        accepted = tokio::time::timeout(place.limits().write, acceptor.accept(stream)) => accepted?,
        () = place.stopping() => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}
