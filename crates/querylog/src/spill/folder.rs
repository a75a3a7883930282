//! The files of a spill: segments named by the number of their first batch, the counts, and the mark of a run.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const SEGMENT: &str = "rows";
const COUNTS: &str = "counts";
const RUN: &str = "run";

/// The folder; only its owner reads it, since rows say who asked for what.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

/// What runs leave behind of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// When the first run began of which it is not known that each answer has its account, microseconds since 1970 UTC.
    /// None when the last of them ended in order.
    pub(super) since: Option<i64>,
    /// Greater than every number given to a batch.
    pub(super) ceiling: u64,
}

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Folder> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Ok(Folder { path: path.to_owned() })
    }

    /// Paths of the segments by the number of their first batch, oldest first.
    pub(super) fn segments(&self) -> io::Result<Vec<(u64, PathBuf)>> {
        let mut segments = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            let is_segment = path.extension().is_some_and(|end| end == SEGMENT);
            let number = path.file_stem().and_then(|name| name.to_str()?.parse().ok());
            if let Some(number) = number.filter(|_| is_segment) {
                segments.push((number, path));
            }
        }
        segments.sort_unstable();
        Ok(segments)
    }

    pub(super) fn segment(&self, number: u64) -> PathBuf {
        self.path.join(format!("{number:020}.{SEGMENT}"))
    }

    pub(super) fn create(&self, path: &Path) -> io::Result<File> {
        let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
        self.sync()?;
        Ok(file)
    }

    /// Replaces a file whole: a crash at any moment leaves the old one or the new one.
    fn replace(&self, name: &str, octets: &[u8]) -> io::Result<()> {
        let partial = self.path.join(format!("{name}.partial"));
        let mut file =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&partial)?;
        file.write_all(octets)?;
        file.sync_all()?;
        fs::rename(&partial, self.path.join(name))?;
        self.sync()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn counts(&self) -> PathBuf {
        self.path.join(COUNTS)
    }

    pub(super) fn write_counts(&self, octets: &[u8]) -> io::Result<()> {
        self.replace(COUNTS, octets)
    }

    pub(super) fn remove_counts(&self) -> io::Result<()> {
        self.remove(COUNTS)
    }

    /// What the last run left; none when there was none.
    pub(super) fn run(&self) -> Option<Run> {
        let text = fs::read_to_string(self.path.join(RUN)).ok()?;
        let mut words = text.split_whitespace();
        let (since, ceiling) = (words.next()?, words.next()?.parse().ok()?);
        Some(Run { since: since.parse().ok(), ceiling })
    }

    pub(super) fn write_run(&self, run: Run) -> io::Result<()> {
        let since = run.since.map_or_else(|| "settled".to_owned(), |since| since.to_string());
        self.replace(RUN, format!("{since} {}\n", run.ceiling).as_bytes())
    }

    fn sync(&self) -> io::Result<()> {
        // A name lives in its folder: without this a power cut could take it back.
        File::open(&self.path)?.sync_all()
    }
}
