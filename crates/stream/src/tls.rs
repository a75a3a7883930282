//! TLS to receivers, of streams and of alerts; verified always.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Why there is no TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsError {
    /// It would fail again: the certificates given are none, or there is no name to check.
    Lasting(String),
    /// It may work later.
    Passing(String),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (TlsError::Lasting(text) | TlsError::Passing(text)) = self;
        f.write_str(text)
    }
}

/// Speaks TLS on a connection. `ca` are the certificates in PEM that the receiver's has to be signed by; the system's
/// when absent.
///
/// # Errors
/// When they are no certificates, or the receiver shows none that they have signed for `host`.
pub async fn over(stream: TcpStream, host: &str, ca: Option<&str>) -> Result<TlsStream<TcpStream>, TlsError> {
    let roots = match ca {
        Some(pem) => Arc::new(read(pem)?),
        None => system().await,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Lasting(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| TlsError::Lasting("the receiver has no name a certificate could show".to_owned()))?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    connected.map_err(|error| TlsError::Passing(format!("no TLS: {error}")))
}

fn read(pem: &str) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let added =
            certificate.map_err(|e| e.to_string()).and_then(|c| roots.add(c).map_err(|e| e.to_string()));
        added.map_err(|error| TlsError::Lasting(format!("ca: {error}")))?;
    }
    Ok(roots)
}

/// The system's certificates, read once.
async fn system() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    if let Some(roots) = ROOTS.get() {
        return roots.clone();
    }
    let read = tokio::task::spawn_blocking(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    });
    let roots = read.await.unwrap_or_else(|_| Arc::new(RootCertStore::empty()));
    ROOTS.get_or_init(|| roots).clone()
}
