//! The key that seals secrets: 256 random bits in a file of the data directory, and never in the database.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use rand::RngCore;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// Name of the file.
const FILE: &str = "secret.key";
/// Octets of the key.
const LENGTH: usize = 32;

/// Seals and opens. AES-256-GCM (NIST SP 800-38D) with random nonces, far below the 2^32 that are safe for one key.
pub struct Key(LessSafeKey);

impl Key {
    /// The key of a data directory, made when there is none.
    pub fn of(data_dir: &Path) -> anyhow::Result<Key> {
        let path = data_dir.join(FILE);
        let octets = match fs::read(&path) {
            Ok(octets) => Zeroizing::new(octets),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&path)?,
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        };
        if octets.len() != LENGTH {
            bail!("{} holds {} octets, not {LENGTH}: restore it from a backup", path.display(), octets.len());
        }
        let key = UnboundKey::new(&AES_256_GCM, &octets).map_err(|_| anyhow!("the key cannot be used"))?;
        Ok(Key(LessSafeKey::new(key)))
    }

    /// Seals a secret under its name: what is sealed for one name does not open under another.
    pub fn seal(&self, name: &str, secret: &str) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut octets = Zeroizing::new(secret.as_bytes().to_vec());
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut octets)
            .map_err(|_| anyhow!("the secret {name} cannot be sealed"))?;
        Ok([&nonce[..], &octets, tag.as_ref()].concat())
    }

    /// Opens what [`Key::seal`] made; none when it was made with another key or for another name.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Option<Zeroizing<String>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let mut octets = Zeroizing::new(rest.to_vec());
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = self.0.open_in_place(nonce, Aad::from(name), &mut octets).ok()?;
        String::from_utf8(plain.to_vec()).ok().map(Zeroizing::new)
    }
}

fn make(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let mut octets = Zeroizing::new(vec![0; LENGTH]);
    rand::rng().fill_bytes(&mut octets);
    let partial = path.with_extension("key.partial");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&partial)
        .with_context(|| format!("writing {}", partial.display()))?;
    file.write_all(&octets)?;
    file.sync_all()?;
    fs::rename(&partial, path).with_context(|| format!("writing {}", path.display()))?;
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_was_sealed_opens_with_the_same_key_under_the_same_name_only() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let sealed = Key::of(dir.path()).unwrap().seal("slack", "https://hooks.example/T0/B0").unwrap();
        assert!(!sealed.windows(5).any(|w| w == b"hooks"));
        let key = Key::of(dir.path()).unwrap();
        assert_eq!(key.open("slack", &sealed).unwrap().as_str(), "https://hooks.example/T0/B0");
        assert!(key.open("teams", &sealed).is_none());
        assert!(Key::of(other.path()).unwrap().open("slack", &sealed).is_none());
        assert_ne!(key.seal("slack", "same").unwrap(), key.seal("slack", "same").unwrap());
    }

    #[test]
    fn the_key_is_its_owner_s_and_a_damaged_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        Key::of(dir.path()).unwrap();
        let path = dir.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::write(&path, b"short").unwrap();
        let Err(error) = Key::of(dir.path()) else { panic!("a short key was taken") };
        assert!(error.to_string().contains("backup"));
    }
}
