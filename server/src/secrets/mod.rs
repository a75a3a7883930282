//! Secrets that monitors and channels name: passwords, tokens, webhook addresses. They are sealed when they come in,
//! kept sealed in storage and on disk, opened where they are used, and shown to nobody.

mod key;
mod uses;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Label;
use store::{SecretRow, Store, StoreError};
use zeroize::Zeroizing;

pub use uses::{unknown, uses};

use crate::kept::{self, Kept};
use key::Key;

/// Longest secret taken, octets: a client key of 4096 bits with its chain fits.
pub const MAX_LENGTH: usize = 32 * 1024;

/// The sealed secrets of this site, and the key to them.
pub struct Secrets {
    key: Key,
    sealed: RwLock<BTreeMap<String, Vec<u8>>>,
    kept: Mutex<Kept>,
}

impl Secrets {
    /// The secrets of a data directory, as they were when storage was last there.
    pub fn open(data_dir: &Path) -> anyhow::Result<Secrets> {
        let kept = Kept::new(kept::SECRETS, data_dir);
        let texts: BTreeMap<String, String> = match kept.read() {
            Ok(texts) => texts.unwrap_or_default(),
            Err(error) => {
                tracing::error!(error = format!("{error:#}"), "secrets are not known until storage is there");
                BTreeMap::new()
            }
        };
        let read = |(name, text): (String, String)| Some((name, STANDARD.decode(text).ok()?));
        let sealed = texts.into_iter().filter_map(read).collect();
        Ok(Secrets { key: Key::of(data_dir)?, sealed: RwLock::new(sealed), kept: Mutex::new(kept) })
    }

    /// The secret of a name; none when there is none, or it was sealed with another key.
    pub fn get(&self, name: &Label) -> Option<Zeroizing<String>> {
        let sealed = self.sealed.read().unwrap_or_else(|e| e.into_inner());
        self.key.open(name.as_str(), sealed.get(name.as_str())?)
    }

    /// Whether there is a secret of this name.
    pub fn has(&self, name: &str) -> bool {
        self.sealed.read().unwrap_or_else(|e| e.into_inner()).contains_key(name)
    }

    /// Keeps a secret under a name, in place of one that was there. `now` is microseconds since 1970 UTC.
    pub async fn put(
        &self,
        store: &Store,
        name: &Label,
        secret: &str,
        by: &str,
        now: i64,
    ) -> anyhow::Result<()> {
        let sealed = self.key.seal(name.as_str(), secret)?;
        store.put_secret(name.as_str(), &sealed, by, now).await?;
        self.change(|all| {
            all.insert(name.to_string(), sealed);
        });
        Ok(())
    }

    /// Forgets a secret; false when there is none of this name.
    pub async fn remove(&self, store: &Store, name: &Label, by: &str, now: i64) -> Result<bool, StoreError> {
        let removed = store.remove_secret(name.as_str(), by, now).await?;
        self.change(|all| {
            all.remove(name.as_str());
        });
        Ok(removed)
    }

    /// Takes what storage has, once it is there.
    pub async fn load(&self, store: &Store) -> Result<(), StoreError> {
        let rows = store.secrets().await?;
        let unreadable = |row: &&SecretRow| self.key.open(&row.name, &row.sealed).is_none();
        for row in rows.iter().filter(unreadable) {
            tracing::warn!(secret = row.name, "this secret was sealed with another key: set it again");
        }
        let rows = rows.into_iter().map(|row| (row.name, row.sealed)).collect();
        self.change(|all| *all = rows);
        Ok(())
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) {
        let kept = self.kept.lock().unwrap_or_else(|e| e.into_inner());
        let texts: BTreeMap<String, String> = {
            let mut sealed = self.sealed.write().unwrap_or_else(|e| e.into_inner());
            change(&mut sealed);
            sealed.iter().map(|(name, octets)| (name.clone(), STANDARD.encode(octets))).collect()
        };
        if let Err(error) = kept.write(&texts) {
            tracing::error!(error = format!("{error:#}"), "secrets could not be written to disk");
        }
    }
}
