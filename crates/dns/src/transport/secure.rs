//! DNS over TLS (RFC 7858), HTTPS (RFC 8484) and QUIC (RFC 9250) on hickory-server.
//!
//! Queries and answers are hickory-server's requests and responses, and TLS is set up as it does. Its listeners are
//! not run, since in 0.26.3 none of them bounds the connections it holds, and accept() is tried again at once when file
//! descriptors run out. Beside that, for each transport:
//!
//! - TLS: ECONNABORTED, which is one client's, ends the listener for good.
//! - HTTPS: the same; the HTTP/2 preface may take for ever; a client may open any number of streams; GET, which RFC 8484
//!   section 4.1 demands, is not there.
//! - QUIC: handshakes are made one after the other, so that each client that begins one and falls silent holds up all
//!   others for five seconds; queries of a connection are answered one after the other, and not more than 100.
//!
//! So this module accepts, and hands what arrives to the [handler], which any listener of hickory-server could use as
//! well.

mod certificate;
mod handler;
mod https;
mod padding;
mod quic;
mod tls;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;

use tokio::net::TcpListener;

pub use certificate::{Certificate, CertificateError, Reading};
pub use handler::Handler;

use super::connections::Connections;
use crate::responder::listen;

/// Where the secure transports listen, and with what.
#[derive(Clone, Debug, Default)]
pub struct Secure {
    /// DNS over TLS; port 0 takes any that is free.
    pub tls: Vec<SocketAddr>,
    /// DNS over HTTPS.
    pub https: Vec<SocketAddr>,
    /// DNS over QUIC.
    pub quic: Vec<SocketAddr>,
    /// Needed as soon as there is an address.
    pub certificate: Option<Certificate>,
}

/// Where they do listen, with the ports that were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecureAddresses {
    /// DNS over TLS.
    pub tls: Vec<SocketAddr>,
    /// DNS over HTTPS.
    pub https: Vec<SocketAddr>,
    /// DNS over QUIC.
    pub quic: Vec<SocketAddr>,
}

/// Sockets that wait to be served.
#[derive(Default)]
pub struct Bound {
    tls: Vec<TcpListener>,
    https: Vec<TcpListener>,
    quic: Vec<UdpSocket>,
    certificate: Option<Certificate>,
    pub addresses: SecureAddresses,
}

/// Binds every address.
///
/// # Errors
/// When an address is taken or not this machine's, or there is no certificate; the message names the address.
pub fn bind(secure: &Secure) -> io::Result<Bound> {
    let mut bound = Bound { certificate: secure.certificate.clone(), ..Bound::default() };
    let kinds = [("dns_tls", &secure.tls), ("dns_https", &secure.https), ("dns_quic", &secure.quic)];
    for (key, addresses) in kinds {
        for address in addresses {
            let named = |e: io::Error| io::Error::new(e.kind(), format!("{key} {address}: {e}"));
            if secure.certificate.is_none() {
                let error = "there is no certificate: give tls_cert and tls_key";
                return Err(named(io::Error::new(io::ErrorKind::InvalidInput, error)));
            }
            match key {
                "dns_quic" => {
                    let socket = quic::bind(*address).map_err(named)?;
                    bound.addresses.quic.push(socket.local_addr()?);
                    bound.quic.push(socket);
                }
                _ => {
                    let listener = TcpListener::from_std(listen(*address, false).map_err(named)?)?;
                    let (listeners, addresses) = match key {
                        "dns_tls" => (&mut bound.tls, &mut bound.addresses.tls),
                        _ => (&mut bound.https, &mut bound.addresses.https),
                    };
                    addresses.push(listener.local_addr()?);
                    listeners.push(listener);
                }
            }
        }
    }
    Ok(bound)
}

impl Bound {
    /// Begins to answer on all of them; their clients share `connections`.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn start(self, handler: Handler, connections: Arc<Connections>) -> io::Result<Arc<Connections>> {
        let Some(certificate) = self.certificate else { return Ok(connections) };
        let handler = Arc::new(handler);
        for listener in self.tls {
            tls::listen(listener, tls::acceptor(b"dot", &certificate)?, &handler, &connections);
        }
        for listener in self.https {
            https::listen(listener, tls::acceptor(b"h2", &certificate)?, &handler, &connections);
        }
        for socket in self.quic {
            quic::listen(socket, &certificate, &handler, &connections)?;
        }
        let (follows, stopping) = (certificate.clone(), connections.clone());
        connections.spawn(async move {
            tokio::select! {
                () = follows.follow() => {}
                () = stopping.stopping() => {}
            }
        });
        Ok(connections)
    }
}
