//! What checks are made with: rights, secrets, scripts, and what is made once and shared.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use model::Label;
use model::health::FailureCode;
use rustls::RootCertStore;
use zeroize::Zeroizing;

use super::icmp::Pingers;
use super::{Failure, Policy};

/// The value of a secret by its name; none when there is no such secret.
pub type SecretResolver = Arc<dyn Fn(&Label) -> Option<Zeroizing<String>> + Send + Sync>;

/// What checks are made with.
#[derive(Default)]
pub struct Tools {
    policy: Policy,
    secrets: Option<SecretResolver>,
    scripts: Option<PathBuf>,
    roots: OnceLock<Arc<RootCertStore>>,
    pub(super) pingers: Pingers,
}

impl Tools {
    /// Dials what `policy` permits; knows no secret and no script.
    pub fn new(policy: Policy) -> Self {
        Tools { policy, ..Tools::default() }
    }

    /// Looks secrets up there.
    pub fn with_secrets(mut self, secrets: SecretResolver) -> Self {
        self.secrets = Some(secrets);
        self
    }

    /// Runs the scripts of this folder.
    pub fn with_scripts(mut self, folder: Option<PathBuf>) -> Self {
        self.scripts = folder;
        self
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(super) fn scripts(&self) -> Option<&PathBuf> {
        self.scripts.as_ref()
    }

    /// The value of a secret.
    ///
    /// # Errors
    /// A failure that is not the member's when there is no such secret.
    pub(super) fn secret(&self, name: &Label) -> Result<Zeroizing<String>, Failure> {
        self.secrets.as_ref().and_then(|secrets| secrets(name)).ok_or_else(|| {
            Failure::new(FailureCode::NoResources, format!("there is no secret named {name} here: add it"))
        })
    }

    /// The authorities the system trusts, read once.
    pub(super) fn system_roots(&self) -> Arc<RootCertStore> {
        let read = || {
            let mut roots = RootCertStore::empty();
            let found = rustls_native_certs::load_native_certs();
            if found.certs.is_empty() {
                tracing::warn!("the system has no trusted authorities: HTTPS monitors need their own `ca`");
            }
            roots.add_parsable_certificates(found.certs);
            Arc::new(roots)
        };
        self.roots.get_or_init(read).clone()
    }
}

impl fmt::Debug for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tools")
            .field("policy", &self.policy)
            .field("scripts", &self.scripts)
            .finish_non_exhaustive()
    }
}
