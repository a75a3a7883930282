//! A folder for one run, under the system's folder of temporary files (`TMPDIR`), gone again at its end.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, bail};

const PREFIX: &str = "steelyard-bench-";
/// Longest path under which PostgreSQL's socket fits into the 108 octets of sun_path (unix(7)).
const LONGEST: usize = 60;
static MADE: AtomicU32 = AtomicU32::new(0);

/// The folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes it, and takes away what a run left behind that was killed.
    pub fn make() -> anyhow::Result<Folder> {
        let parent = std::env::temp_dir();
        remove_orphans(&parent);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
        if path.as_os_str().len() > LONGEST {
            bail!(
                "{} is too long a path for PostgreSQL's socket: set TMPDIR to a shorter one",
                parent.display()
            );
        }
        fs::create_dir(&path).with_context(|| {
            format!("{}: cannot be made: set TMPDIR to a folder you may write to", path.display())
        })?;
        let folder = Folder { path };
        folder.open_up(folder.path())?;
        Ok(folder)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new folder in it; one of this name that is there already goes first.
    pub fn fresh(&self, name: &str) -> anyhow::Result<PathBuf> {
        let path = self.path.join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).with_context(|| format!("{}: cannot be made", path.display()))?;
        self.open_up(&path)?;
        Ok(path)
    }

    /// Started by root, PostgreSQL and name servers run as other users, which have to pass through.
    fn open_up(&self, path: &Path) -> anyhow::Result<()> {
        fs::set_permissions(path, Permissions::from_mode(0o755))
            .with_context(|| format!("{}: its mode cannot be set", path.display()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("bench: {} could not be removed: {error}", self.path.display());
        }
    }
}

/// The name holds the process id of its run. What belongs to another user cannot be removed, and stays.
fn remove_orphans(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|n| n.strip_prefix(PREFIX));
        let pid = rest.and_then(|r| r.split('-').next()?.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lets_others_through_and_goes_with_its_guard() {
        let folder = Folder::make().unwrap();
        let inner = folder.fresh("a").unwrap();
        fs::write(inner.join("file"), "x").unwrap();
        assert!(!folder.fresh("a").unwrap().join("file").exists());
        assert_eq!(fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o755);
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }
}
