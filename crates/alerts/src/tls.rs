//! TLS to receivers, as streams of the log speak it.

use stream::tls::TlsError;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::send::Failure;

/// Speaks TLS on a connection. `ca` are the certificates in PEM that the receiver's has to be signed by; the system's
/// when absent.
pub async fn over(stream: TcpStream, host: &str, ca: Option<&str>) -> Result<TlsStream<TcpStream>, Failure> {
    stream::tls::over(stream, host, ca).await.map_err(|error| match error {
        TlsError::Lasting(text) => Failure::lasting(text),
        TlsError::Passing(text) => Failure::passing(text),
    })
}
