//! A responder with the secure transports, and clients of each.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use dns::{Certificate, Limits, Options, Policy, Responder, Secure, SecureAddresses};
use h2::client::SendRequest;
use http::{Request, StatusCode};
use model::event::EventReceiver;
use quinn::{ConnectionError, Endpoint};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::{config, serving};

/// The name in the certificates.
pub const NAME: &str = "ns1.example.org";
/// After this an answer counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a client trusts.
pub type Roots = Vec<CertificateDer<'static>>;

pub struct Site {
    pub responder: Responder,
    pub rings: Vec<EventReceiver>,
    pub dns: SocketAddr,
    pub secure: SecureAddresses,
    pub certificate: Certificate,
    pub roots: Roots,
    pub folder: TempDir,
}

/// Where a test's certificate is.
pub fn files(folder: &Path) -> [PathBuf; 2] {
    [folder.join("chain.pem"), folder.join("key.pem")]
}

/// A new certificate in the folder, over the one that was there.
pub fn issue(folder: &Path) -> Roots {
    let issued = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    let [chain, key] = files(folder);
    std::fs::write(chain, issued.cert.pem()).unwrap();
    std::fs::write(key, issued.signing_key.serialize_pem()).unwrap();
    vec![issued.cert.der().clone()]
}

impl Site {
    pub async fn start() -> Site {
        Site::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Site {
        let folder = tempfile::tempdir().unwrap();
        let roots = issue(folder.path());
        let [chain, key] = files(folder.path());
        let certificate = Certificate::read(&chain, &key).unwrap();
        let any = vec![SocketAddr::from(([127, 0, 0, 1], 0))];
        let secure = Secure {
            tls: any.clone(),
            https: any.clone(),
            quic: any.clone(),
            certificate: Some(certificate.clone()),
        };
        let options = Options { listen: any, secure, ..Options::default() };
        let view = serving(config(), 42, None, options.worker_slots());
        let (responder, rings) =
            Responder::start(options, view, Policy { tcp: limits, ..Policy::default() }).await.unwrap();
        let (dns, secure) = (responder.addresses()[0], responder.secure_addresses());
        Site { responder, rings, dns, secure, certificate, roots, folder }
    }

    pub async fn dot(&self) -> Dot {
        Dot::connect(self.secure.tls[0], &self.roots).await.unwrap()
    }

    pub async fn doh(&self) -> Doh {
        Doh::connect(self.secure.https[0], &self.roots).await.unwrap()
    }

    pub async fn doq(&self) -> Doq {
        Doq::connect(self.secure.quic[0], &self.roots).await.unwrap()
    }
}

pub fn trusting(roots: &Roots, protocol: &str) -> ClientConfig {
    let mut store = RootCertStore::empty();
    roots.iter().for_each(|root| store.add(root.clone()).unwrap());
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(store).with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    config
}

pub async fn patient<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("an answer in time")
}

async fn tls(server: SocketAddr, config: ClientConfig) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(server).await?;
    let name = ServerName::try_from(NAME).unwrap();
    patient(TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

/// A client of DNS over TLS.
pub struct Dot(TlsStream<TcpStream>);

impl Dot {
    pub async fn connect(server: SocketAddr, roots: &Roots) -> io::Result<Dot> {
        tls(server, trusting(roots, "dot")).await.map(Dot)
    }

    pub async fn with(server: SocketAddr, config: ClientConfig) -> io::Result<Dot> {
        tls(server, config).await.map(Dot)
    }

    pub async fn send(&mut self, packet: &[u8]) {
        self.0.write_all(&[&(packet.len() as u16).to_be_bytes(), packet].concat()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    pub async fn receive(&mut self) -> Vec<u8> {
        let length = patient(self.0.read_u16()).await.unwrap();
        let mut answer = vec![0; usize::from(length)];
        patient(self.0.read_exact(&mut answer)).await.unwrap();
        answer
    }

    pub async fn ask(&mut self, packet: &[u8]) -> Vec<u8> {
        self.send(packet).await;
        self.receive().await
    }

    /// Waits for the server to end the connection; whether it sent nothing before.
    pub async fn is_closed(&mut self) -> bool {
        matches!(patient(self.0.read(&mut [0; 1])).await, Ok(0) | Err(_))
    }

    pub fn version(&self) -> Option<rustls::ProtocolVersion> {
        self.0.get_ref().1.protocol_version()
    }
}

/// A client of DNS over HTTPS.
pub struct Doh(SendRequest<Bytes>, Option<JoinHandle<Result<(), h2::Error>>>);

impl Doh {
    pub async fn connect(server: SocketAddr, roots: &Roots) -> io::Result<Doh> {
        let stream = tls(server, trusting(roots, "h2")).await?;
        let (client, connection) = h2::client::handshake(stream).await.map_err(io::Error::other)?;
        Ok(Doh(client, Some(tokio::spawn(connection))))
    }

    /// Waits for the server to end the connection.
    pub async fn closed(&mut self) {
        let connection = self.1.take().expect("the one who connected");
        let _ = patient(connection).await;
    }

    /// Another asker on the same connection.
    pub fn another(&self) -> Doh {
        Doh(self.0.clone(), None)
    }

    pub fn request(method: &str, path: &str) -> http::request::Builder {
        Request::builder().method(method).uri(format!("https://{NAME}{path}"))
    }

    /// Status, content type and body.
    pub async fn send(
        &mut self,
        request: http::request::Builder,
        body: &[u8],
    ) -> Result<(StatusCode, String, Vec<u8>), h2::Error> {
        let mut client = patient(self.0.clone().ready()).await?;
        let (response, mut stream) = client.send_request(request.body(()).unwrap(), body.is_empty())?;
        if !body.is_empty() {
            stream.send_data(Bytes::copy_from_slice(body), true)?;
        }
        let response = patient(response).await?;
        let status = response.status();
        let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        let (mut body, mut stream) = (Vec::new(), response.into_body());
        while let Some(part) = patient(stream.data()).await {
            let part = part?;
            stream.flow_control().release_capacity(part.len())?;
            body.extend_from_slice(&part);
        }
        Ok((status, kind.unwrap_or_default(), body))
    }

    pub async fn try_post(&mut self, packet: &[u8]) -> Result<Vec<u8>, h2::Error> {
        let request = Doh::request("POST", "/dns-query").header("content-type", "application/dns-message");
        let (status, kind, body) = self.send(request, packet).await?;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/dns-message"));
        Ok(body)
    }

    pub async fn post(&mut self, packet: &[u8]) -> Vec<u8> {
        self.try_post(packet).await.expect("an answer over HTTPS")
    }

    pub async fn get(&mut self, packet: &[u8]) -> Vec<u8> {
        let path = format!("/dns-query?dns={}", BASE64URL_NOPAD.encode(packet));
        let (status, kind, body) = self.send(Doh::request("GET", &path), b"").await.expect("an answer");
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/dns-message"));
        body
    }
}

/// A client of DNS over QUIC.
#[derive(Clone)]
pub struct Doq {
    connection: quinn::Connection,
    _endpoint: Endpoint,
}

/// A client's endpoint and how it connects.
pub fn quic_client(roots: &Roots) -> Endpoint {
    let crypto = quinn::crypto::rustls::QuicClientConfig::try_from(trusting(roots, "doq")).unwrap();
    let mut endpoint = Endpoint::client(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    endpoint.set_default_client_config(quinn::ClientConfig::new(Arc::new(crypto)));
    endpoint
}

impl Doq {
    pub async fn connect(server: SocketAddr, roots: &Roots) -> Result<Doq, ConnectionError> {
        let endpoint = quic_client(roots);
        let connection = patient(endpoint.connect(server, NAME).unwrap()).await?;
        Ok(Doq { connection, _endpoint: endpoint })
    }

    pub async fn ask(&self, packet: &[u8]) -> io::Result<Vec<u8>> {
        let (mut send, mut receive) = patient(self.connection.open_bi()).await?;
        send.write_all(&[&(packet.len() as u16).to_be_bytes(), packet].concat()).await?;
        send.finish().unwrap();
        let framed = patient(receive.read_to_end(65_537)).await.map_err(io::Error::other)?;
        let (length, answer) = framed.split_at_checked(2).ok_or(io::ErrorKind::UnexpectedEof)?;
        assert_eq!(usize::from(u16::from_be_bytes([length[0], length[1]])), answer.len());
        Ok(answer.to_vec())
    }

    /// The code by which the server ended the connection.
    pub async fn closed(&self) -> Option<u64> {
        match patient(self.connection.closed()).await {
            ConnectionError::ApplicationClosed(close) => Some(close.error_code.into_inner()),
            _ => None,
        }
    }
}
