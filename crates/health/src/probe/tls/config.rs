//! How a monitor's handshakes are made.

use std::sync::Arc;

use model::config::MonitorTls;
use model::health::FailureCode;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::probe::{Check, Failure};

/// The settings of a monitor; made once, unless a secret is part of them: that may change meanwhile.
pub(super) fn of(check: &Check<'_>, protocols: &[&[u8]]) -> Result<Arc<ClientConfig>, Failure> {
    let prepared = check.target.prepared();
    if let Some(made) = prepared.tls.get() {
        return Ok(made.clone());
    }
    let settings = check.target.monitor.tls.clone().unwrap_or_default();
    let config = Arc::new(make(check, &settings, protocols)?);
    if settings.client_key.is_none() {
        return Ok(prepared.tls.get_or_init(|| config).clone());
    }
    Ok(config)
}

fn make(check: &Check<'_>, settings: &MonitorTls, protocols: &[&[u8]]) -> Result<ClientConfig, Failure> {
    let unusable = |what: &str, why: String| Failure::new(FailureCode::NoResources, format!("{what}: {why}"));
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable("TLS", error.to_string()))?;
    let builder = if settings.verify {
        let roots = match &settings.ca {
            Some(pem) => own_roots(pem).map_err(|why| unusable("tls.ca", why))?,
            None => check.tools.system_roots(),
        };
        builder.with_root_certificates(roots)
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider)))
    };
    let mut config = match (&settings.client_certificate, &settings.client_key) {
        (Some(certificate), Some(key)) => {
            let chain = certificates(certificate).map_err(|why| unusable("tls.client_certificate", why))?;
            let secret = check.tools.secret(&key.secret)?;
            // The text of the error might quote the key.
            let key = PrivateKeyDer::from_pem_slice(secret.as_bytes())
                .map_err(|_| unusable("tls.client_key", "the secret is no private key in PEM".to_owned()))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|_| unusable("tls.client_key", "the key does not fit the certificate".to_owned()))?
        }
        _ => builder.with_no_client_auth(),
    };
    // Each check is a whole handshake: a member that only resumes old sessions serves nobody new.
    config.resumption = Resumption::disabled();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    read.map_err(|error| format!("no certificates in PEM: {error}"))
}

fn own_roots(pem: &str) -> Result<Arc<RootCertStore>, String> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    Ok(Arc::new(roots))
}

/// Takes any certificate, and still asks for the proof that the member has its key.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
