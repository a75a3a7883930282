//! What a site keeps on disk to start with while storage is away: the last good configuration,
//! operators' overrides, members that are not up, sealed secrets. Each file carries its checksum and is replaced whole.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// A kind of file: its name in the data directory, and the first word in it, before the checksum.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    name: &'static str,
    magic: &'static str,
}

/// The last good snapshot.
pub const SNAPSHOT: Kind = Kind { name: "snapshot.json", magic: "steelyard-snapshot-1" };
/// Operators' overrides of measured health.
pub const OVERRIDES: Kind = Kind { name: "overrides.json", magic: "steelyard-overrides-1" };
/// Members that are down, wait or climb.
pub const HEALTH: Kind = Kind { name: "health.json", magic: "steelyard-health-1" };
/// Secrets, sealed.
pub const SECRETS: Kind = Kind { name: "secrets.json", magic: "steelyard-secrets-1" };

/// One file of a data directory.
#[derive(Clone, Debug)]
pub struct Kept {
    kind: Kind,
    path: PathBuf,
}

impl Kept {
    /// The file of a kind in `data_dir`.
    pub fn new(kind: Kind, data_dir: &Path) -> Kept {
        Kept { kind, path: data_dir.join(kind.name) }
    }

    /// Writes the value so that a crash at any moment leaves the old one or the new one, whole.
    pub fn write(&self, value: &impl Serialize) -> anyhow::Result<()> {
        let body = serde_json::to_vec(value)?;
        let partial = self.path.with_extension("json.partial");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&partial)
            .with_context(|| format!("writing {}", partial.display()))?;
        writeln!(file, "{} {}", self.kind.magic, checksum(&body))?;
        file.write_all(&body)?;
        file.sync_all()?;
        fs::rename(&partial, &self.path).with_context(|| format!("writing {}", self.path.display()))?;
        // The rename itself lives in the directory; without this a power cut could undo it.
        if let Some(dir) = self.path.parent() {
            File::open(dir)?.sync_all()?;
        }
        Ok(())
    }

    /// Reads the value; none when there is no file.
    ///
    /// # Errors
    /// When the file is there and damaged: it is then better to know than to go on with nothing in silence.
    pub fn read<T: DeserializeOwned + Send>(&self) -> anyhow::Result<Option<T>> {
        let path = self.path.display();
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("reading {path}")),
        };
        let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let body = bytes.get(end + 1..).unwrap_or_default();
        // The checksum is computed while the text is read: at the size of a large site each takes a good part of the
        // start.
        let (sum, value) = std::thread::scope(|scope| {
            let sum = scope.spawn(|| checksum(body));
            let value = serde_json::from_slice(body);
            (sum.join().unwrap_or_default(), value)
        });
        if head != format!("{} {sum}", self.kind.magic) {
            bail!("{path} is damaged: its checksum does not match");
        }
        value.map(Some).with_context(|| format!("{path} is damaged"))
    }
}

fn checksum(body: &[u8]) -> String {
    Sha256::digest(body).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use model::snapshot::Snapshot;

    use super::*;

    #[test]
    fn a_snapshot_survives_and_damage_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Kept::new(SNAPSHOT, dir.path());
        assert!(kept.read::<Snapshot>().unwrap().is_none());
        let config = crate::declarative::read(include_str!("../../examples/lab.yaml")).unwrap();
        let snapshot = Snapshot { epoch: 1, generation: 7, at: 5, config };
        kept.write(&snapshot).unwrap();
        assert_eq!(kept.read::<Snapshot>().unwrap().unwrap(), snapshot);
        let mut bytes = fs::read(&kept.path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&kept.path, bytes).unwrap();
        assert!(kept.read::<Snapshot>().unwrap_err().to_string().contains("checksum"));
    }

    #[test]
    fn one_kind_is_not_taken_for_another() {
        let dir = tempfile::tempdir().unwrap();
        Kept::new(SNAPSHOT, dir.path()).write(&[1, 2]).unwrap();
        let other = Kept { kind: SECRETS, path: Kept::new(SNAPSHOT, dir.path()).path };
        assert!(other.read::<Vec<u8>>().is_err());
    }
}
