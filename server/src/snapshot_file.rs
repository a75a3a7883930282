//! The last good snapshot on disk: what a site answers from when it starts and storage is away.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use model::snapshot::Snapshot;
use sha2::{Digest, Sha256};

/// First line of the file, before the checksum.
const MAGIC: &str = "steelyard-snapshot-1";

/// The file's place in a data directory.
pub fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("snapshot.json")
}

/// Writes the snapshot so that a crash at any moment leaves the old one or the new one, whole.
pub fn write(path: &Path, snapshot: &Snapshot) -> anyhow::Result<()> {
    let body = serde_json::to_vec(snapshot)?;
    let partial = path.with_extension("json.partial");
    let mut file = File::create(&partial).with_context(|| format!("writing {}", partial.display()))?;
    writeln!(file, "{MAGIC} {}", checksum(&body))?;
    file.write_all(&body)?;
    file.sync_all()?;
    fs::rename(&partial, path).with_context(|| format!("writing {}", path.display()))?;
    // The rename itself lives in the directory; without this a power cut could undo it.
    if let Some(dir) = path.parent() {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// Reads the snapshot; none when there is no file.
///
/// # Errors
/// When the file is there and damaged: it is then better to know than to serve nothing in silence.
pub fn read(path: &Path) -> anyhow::Result<Option<Snapshot>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let body = bytes.get(end + 1..).unwrap_or_default();
    // The checksum is computed while the text is read: at the size of a large site each takes a good part of the start.
    let (sum, snapshot) = std::thread::scope(|scope| {
        let sum = scope.spawn(|| checksum(body));
        let snapshot = serde_json::from_slice(body);
        (sum.join().unwrap_or_default(), snapshot)
    });
    if head != format!("{MAGIC} {sum}") {
        bail!("{} is damaged: its checksum does not match", path.display());
    }
    snapshot.map(Some).with_context(|| format!("{} is damaged", path.display()))
}

fn checksum(body: &[u8]) -> String {
    Sha256::digest(body).iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_survives_and_damage_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path());
        assert!(read(&path).unwrap().is_none());
        let config = crate::declarative::read(include_str!("../../examples/lab.yaml")).unwrap();
        let snapshot = Snapshot { epoch: 1, generation: 7, at: 5, config };
        write(&path, &snapshot).unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), snapshot);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("checksum"));
    }
}
