//! The certificate of the secure transports: two PEM files, read again when they change, without a listener that
//! notices.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::sync::watch;

/// How often the files are looked at.
const ROUND: Duration = Duration::from_secs(10);

/// A chain with its key, as the two files held it when they were last right.
#[derive(Clone)]
pub struct Certificate {
    held: Arc<Held>,
}

struct Held {
    chain: PathBuf,
    key: PathBuf,
    current: ArcSwap<CertifiedKey>,
    /// The files when they were last read, right or wrong.
    seen: Mutex<Option<Stamp>>,
    readings: watch::Sender<Reading>,
}

/// What came of reading the files again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// How often they were read since the start.
    pub count: u64,
    /// Why the pair that was in force stays; none when the new one is in force.
    pub error: Option<String>,
}

/// What tells that a file was replaced: time of change and length, for both.
type Stamp = [(SystemTime, u64); 2];

/// Why a pair cannot be used: which file, and what helps.
#[derive(Debug)]
pub struct CertificateError(String);

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CertificateError {}

impl Certificate {
    /// Reads a chain, the server's own certificate first, and its key (PKCS #8, PKCS #1 or SEC 1).
    ///
    /// # Errors
    /// When a file cannot be read, holds something else, or the two do not belong together.
    pub fn read(chain: &Path, key: &Path) -> Result<Certificate, CertificateError> {
        let seen = Mutex::new(stamp(chain, key));
        let current = ArcSwap::from_pointee(load(chain, key)?);
        let (chain, key, readings) = (chain.into(), key.into(), watch::Sender::default());
        Ok(Certificate { held: Arc::new(Held { chain, key, current, seen, readings }) })
    }

    /// Tells of each time the files are read again.
    pub fn readings(&self) -> watch::Receiver<Reading> {
        self.held.readings.subscribe()
    }

    /// The server's own certificate in force, in DER.
    pub fn own(&self) -> Vec<u8> {
        self.held.current.load().cert.first().map(|own| own.as_ref().to_vec()).unwrap_or_default()
    }

    /// Reads the files again; the next handshake uses them, and open connections go on.
    ///
    /// # Errors
    /// As [`Certificate::read`]; the pair that was in force stays.
    pub fn reload(&self) -> Result<(), CertificateError> {
        let held = &self.held;
        *self.seen() = stamp(&held.chain, &held.key);
        let loaded = load(&held.chain, &held.key).map(|pair| held.current.store(Arc::new(pair)));
        held.readings.send_modify(|reading| {
            reading.count += 1;
            reading.error = loaded.as_ref().err().map(ToString::to_string);
        });
        loaded
    }

    /// Reads the files again whenever they change, and says so.
    pub async fn follow(&self) {
        let mut looked = None;
        loop {
            tokio::time::sleep(ROUND).await;
            // A file system may take its time.
            let (certificate, before) = (self.clone(), looked);
            looked = tokio::task::spawn_blocking(move || certificate.look(before)).await.ok().flatten();
        }
    }

    /// Looks once, knowing what the last look saw. Two files are never replaced at once: a pair is read when it has
    /// stood still for one round.
    fn look(&self, before: Option<Stamp>) -> Option<Stamp> {
        let now = stamp(&self.held.chain, &self.held.key);
        if now != *self.seen() && now == before && now.is_some() {
            self.reload_and_say();
        }
        now
    }

    /// Reads the files again, and logs what came of it.
    pub fn reload_and_say(&self) {
        let chain = self.held.chain.display();
        match self.reload() {
            Ok(()) => tracing::info!(%chain, "the certificate was read again"),
            Err(error) => tracing::error!(%error, "the certificate in force stays"),
        }
    }

    /// What rustls asks for the certificate at each handshake.
    pub(super) fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        Arc::new(self.clone())
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Option<Stamp>> {
        self.held.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.held.current.load_full())
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("chain", &self.held.chain)
            .field("key", &self.held.key)
            .finish_non_exhaustive()
    }
}

fn stamp(chain: &Path, key: &Path) -> Option<Stamp> {
    let one = |path: &Path| -> io::Result<(SystemTime, u64)> {
        let metadata = fs::metadata(path)?;
        Ok((metadata.modified()?, metadata.len()))
    };
    Some([one(chain).ok()?, one(key).ok()?])
}

fn load(chain: &Path, key: &Path) -> Result<CertifiedKey, CertificateError> {
    let octets = |name: &str, path: &Path| {
        fs::read(path).map_err(|e| {
            CertificateError(format!(
                "{name} {}: cannot be read: {e}: name a file that the server's user may read",
                path.display()
            ))
        })
    };
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(&octets("tls_cert", chain)?).collect();
    let certificates = certificates.ok().filter(|all| !all.is_empty()).ok_or_else(|| {
        CertificateError(format!(
            "tls_cert {}: there is no certificate in it: give a PEM file with the chain, the server's own first",
            chain.display()
        ))
    })?;
    let private = PrivateKeyDer::from_pem_slice(&octets("tls_key", key)?).map_err(|_| {
        CertificateError(format!(
            "tls_key {}: there is no private key in it: give a PEM file with the key as PKCS #8, PKCS #1 or SEC 1, \
             not encrypted",
            key.display()
        ))
    })?;
    CertifiedKey::from_der(certificates, private, &ring::default_provider()).map_err(|e| match e {
        rustls::Error::InconsistentKeys(_) => CertificateError(format!(
            "tls_key {}: it is not the key of the certificate in {}: give the two that were issued together",
            key.display(),
            chain.display()
        )),
        e => CertificateError(format!(
            "tls_cert {}, tls_key {}: they cannot be used: {e}: give an RSA, ECDSA or Ed25519 certificate and its key",
            chain.display(),
            key.display()
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(chain: &Path, key: &Path) {
        let issued = rcgen::generate_simple_self_signed(["ns1.example.org".to_owned()]).unwrap();
        fs::write(chain, issued.cert.pem()).unwrap();
        fs::write(key, issued.signing_key.serialize_pem()).unwrap();
    }

    /// Sets the time of change, as a clock that moves on would.
    fn touch(file: &Path, seconds: u64) {
        let file = fs::File::options().append(true).open(file).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    #[test]
    fn a_pair_is_read_when_it_changed_and_then_stood_still() {
        let folder = tempfile::tempdir().unwrap();
        let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
        issue(&chain, &key);
        let certificate = Certificate::read(&chain, &key).unwrap();
        let in_force = || certificate.held.current.load().cert[0].clone();
        let first = in_force();

        let looked = certificate.look(None);
        let looked = certificate.look(looked);
        assert_eq!(in_force(), first, "nothing changed");

        issue(&chain, &key);
        touch(&chain, 1000);
        let looked = certificate.look(looked);
        touch(&key, 1001);
        let looked = certificate.look(looked);
        assert_eq!(in_force(), first, "it was changed again since the last look");
        let looked = certificate.look(looked);
        let second = in_force();
        assert_ne!(second, first, "it stood still");

        // A wrong pair is tried once, and what is in force stays; so it does while a file is away.
        fs::write(&key, "nothing").unwrap();
        let looked = certificate.look(looked);
        let looked = certificate.look(looked);
        fs::remove_file(&key).unwrap();
        let looked = certificate.look(looked);
        let looked = certificate.look(looked);
        assert_eq!(in_force(), second);

        issue(&chain, &key);
        let looked = certificate.look(looked);
        certificate.look(looked);
        assert_ne!(in_force(), second, "it is right again");
    }
}
