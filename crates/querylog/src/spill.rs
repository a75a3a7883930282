//! The spill: a bounded place on disk for what storage has not taken and memory has no room for.
//!
//! Rows lie in segments, files of frames that each hold one batch with its number and checksums. They are older than
//! what waits in memory, so they are read back first, oldest first, and a segment is removed when all of it has met
//! its end. After a crash a batch may be offered again that was stored: storage knows its number. Counts that wait are
//! written before the rows they cover, so that no row is ever read back whose answer was not counted.
//!
//! Everything here blocks, and is called from threads made for that.

mod counts;
mod folder;
pub mod frame;
mod octets;
mod rows;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use model::row::{AccountRow, LogRow, Outcome};

pub(crate) use self::counts::{CountBatch, KeptCounts};
use self::folder::{Folder, Run};
use self::frame::{Head, content, frame, scan};
use crate::presence::lock;

/// Rows in one frame at most: what [`part_number`] has room for.
pub(crate) const FRAME_ROWS: usize = 2000;
/// Bits of the numbers of parts that say which part it is.
const PART_BITS: u32 = 12;
/// Longest that a frame written is not synced; a crash of the machine may cost that much, a kill of the process nothing.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// Sizes of a segment, octets: an eighth of the bound within these.
const SEGMENT: (u64, u64) = (32 << 10, 16 << 20);
/// How far the ceiling of numbers is above the last one given, microseconds.
const AHEAD: u64 = 2 * 3_600_000_000;

/// The number of a part of a frame that storage refused as a whole: the same part has the same number after a crash.
///
/// Parts come from halving: one of several rows is known by where it is halved, one of a single row by its place.
pub(crate) fn part_number(frame: u64, from: usize, to: usize) -> u64 {
    let part = if to - from > 1 { (from + to) / 2 } else { FRAME_ROWS + from };
    (frame << PART_BITS) | (part as u64 & ((1 << PART_BITS) - 1))
}

/// Why a batch was not taken.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// The bound is reached.
    Full,
    /// The disk is full, or failed.
    Failed(io::Error),
}

/// The oldest of what is spilled.
#[derive(Debug, PartialEq)]
pub(crate) enum First {
    /// A batch.
    Batch { number: u64, rows: Vec<LogRow>, earlier: bool },
    /// A batch that cannot be read any more: so many rows, which would be accounted for as these.
    Broken { rows: u64, accounts: Vec<AccountRow>, earlier: bool },
}

/// The folder of a spill, open.
pub(crate) struct Spill {
    folder: Folder,
    limit: u64,
    segments: Mutex<VecDeque<Segment>>,
    counts: Mutex<Counts>,
    run: Mutex<Run>,
    /// The greatest number an earlier run may have given.
    floor: u64,
    rows: AtomicU64,
    octets: AtomicU64,
    earlier_rows: AtomicU64,
    unsettled_since: Mutex<Option<i64>>,
}

struct Segment {
    first: u64,
    path: PathBuf,
    length: u64,
    frames: VecDeque<Frame>,
    /// While frames are added.
    open: Option<(File, Instant)>,
}

struct Frame {
    head: Head,
    /// Written by a process before this one.
    earlier: bool,
    /// What accounts for its rows if they are lost; unknown for those of an earlier process.
    lost: Vec<AccountRow>,
}

#[derive(Default)]
struct Counts {
    /// Of the last writing: an older one that comes late is not written any more.
    turn: u64,
    there: Option<u64>,
    octets: u64,
    earlier: Option<KeptCounts>,
}

impl Spill {
    /// Opens the folder, finds what an earlier run left, and begins one at `now`. With a `limit` of 0 octets nothing is
    /// added.
    ///
    /// # Errors
    /// When the folder cannot be made, read or written.
    pub(crate) fn open(path: &Path, limit: u64, now: i64) -> io::Result<Spill> {
        let folder = Folder::open(path)?;
        let mut segments = VecDeque::new();
        for (first, path) in folder.segments()? {
            let found = scan(File::open(&path)?)?;
            if found.broken > 0 {
                let (file, frames, broken) = (path.display(), found.frames.len(), found.broken);
                tracing::error!(%file, frames, broken, "a part of the spilled query log is damaged and left out");
            }
            if found.frames.is_empty() {
                fs::remove_file(&path)?;
                continue;
            }
            let length = fs::metadata(&path)?.len();
            let frames = found.frames.into_iter().map(|head| Frame { head, earlier: true, lost: Vec::new() });
            segments.push_back(Segment { first, path, length, frames: frames.collect(), open: None });
        }
        let counts = Counts::open(&folder)?;
        let before = folder.run();
        let heads = segments.iter().flat_map(|segment| &segment.frames).map(|frame| &frame.head);
        let (rows, last) =
            heads.fold((0, 0), |(rows, last), head| (rows + u64::from(head.rows), head.number.max(last)));
        let of_counts = counts.earlier.iter().flat_map(|counts| &counts.batches).map(|batch| batch.number);
        let last = of_counts.fold(last, u64::max).max(before.map_or(0, |run| run.ceiling));
        let unsettled_since = before.and_then(|run| run.since);
        let octets = segments.iter().map(|segment: &Segment| segment.length).sum();
        if rows > 0 || counts.earlier.is_some() {
            tracing::info!(rows, octets, "the query log that an earlier run spilled will be stored first");
        }
        let run = Run { since: Some(unsettled_since.unwrap_or(now)), ceiling: last };
        let spill = Spill {
            folder,
            limit,
            segments: Mutex::new(segments),
            counts: Mutex::new(counts),
            run: Mutex::new(run),
            floor: last,
            rows: AtomicU64::new(rows),
            octets: AtomicU64::new(octets),
            earlier_rows: AtomicU64::new(rows),
            unsettled_since: Mutex::new(unsettled_since),
        };
        spill.raise_ceiling(last.max(u64::try_from(now).unwrap_or(0)))?;
        Ok(spill)
    }

    /// No batch may have this number or a lower one: an earlier run may have given it.
    pub(crate) fn floor(&self) -> u64 {
        self.floor
    }

    /// Notes that numbers up to `last` were given, if that comes near to what was noted before.
    pub(crate) fn raise_ceiling(&self, last: u64) -> io::Result<()> {
        let mut run = lock(&self.run);
        if run.ceiling < last + AHEAD / 2 {
            run.ceiling = last + AHEAD;
            self.folder.write_run(*run)?;
        }
        Ok(())
    }

    /// Whether anything may be added.
    pub(crate) fn takes(&self) -> bool {
        self.limit > 0
    }

    /// Rows that are spilled, those of an earlier run among them.
    pub(crate) fn rows(&self) -> u64 {
        self.rows.load(Relaxed)
    }

    /// Rows that an earlier run spilled and that have not met their end yet.
    pub(crate) fn earlier_rows(&self) -> u64 {
        self.earlier_rows.load(Relaxed)
    }

    /// Octets on disk.
    pub(crate) fn octets(&self) -> u64 {
        self.octets.load(Relaxed) + lock(&self.counts).octets
    }

    /// The lowest number that may be offered again; none when nothing is spilled.
    pub(crate) fn oldest(&self) -> Option<u64> {
        let of_rows = lock(&self.segments).front().map(|segment| segment.first);
        of_rows.into_iter().chain(lock(&self.counts).there).min()
    }

    /// Adds a batch behind all others.
    pub(crate) fn append(&self, number: u64, rows: &[LogRow]) -> Result<(), NotTaken> {
        let octets = frame(number, rows.len() as u32, &rows::encode(rows));
        let mut segments = lock(&self.segments);
        if self.octets.load(Relaxed) + octets.len() as u64 > self.limit {
            return Err(NotTaken::Full);
        }
        let size = (self.limit / 8).clamp(SEGMENT.0, SEGMENT.1);
        if segments.back().is_none_or(|last| last.open.is_none() || last.length >= size) {
            if let Some(last) = segments.back_mut() {
                last.close();
            }
            segments.push_back(self.begin(number).map_err(NotTaken::Failed)?);
        }
        let Some(segment) = segments.back_mut() else { return Err(NotTaken::Full) };
        match segment.add(&octets) {
            Ok(at) => {
                let head = Head {
                    number,
                    rows: rows.len() as u32,
                    length: (octets.len() - frame::HEAD) as u32,
                    sum: u32::from_le_bytes([octets[20], octets[21], octets[22], octets[23]]),
                    at: at + frame::HEAD as u64,
                };
                let lost = AccountRow::of(rows, Outcome::Storage);
                segment.frames.push_back(Frame { head, earlier: false, lost });
                self.octets.fetch_add(octets.len() as u64, Relaxed);
                self.rows.fetch_add(rows.len() as u64, Relaxed);
                Ok(())
            }
            Err(error) => {
                // Nothing is added behind what may be half a frame.
                segment.open = None;
                if segment.frames.is_empty() {
                    self.remove(&mut segments, false);
                }
                Err(NotTaken::Failed(error))
            }
        }
    }

    /// Keeps a batch that is older than all others, in a segment of its own, at the end of a run.
    pub(crate) fn keep(&self, number: u64, rows: &[LogRow]) -> io::Result<()> {
        if !self.takes() {
            return Err(io::Error::other("the spill is off"));
        }
        let octets = frame(number, rows.len() as u32, &rows::encode(rows));
        let mut segment = self.begin(number)?;
        segment.add(&octets)?;
        segment.close();
        Ok(())
    }

    fn begin(&self, number: u64) -> io::Result<Segment> {
        let path = self.folder.segment(number);
        let file = self.folder.create(&path)?;
        let open = Some((file, Instant::now()));
        Ok(Segment { first: number, path, length: 0, frames: VecDeque::new(), open })
    }

    /// The oldest batch, which stays until [`Spill::done`].
    pub(crate) fn first(&self) -> Option<First> {
        let segments = lock(&self.segments);
        let segment = segments.front()?;
        let frame = segment.frames.front()?;
        let read = File::open(&segment.path).and_then(|file| content(file, &frame.head));
        let rows = match read {
            Ok(content) => content.and_then(|content| rows::decode(&content)),
            Err(error) => {
                tracing::error!(%error, file = %segment.path.display(), "the spilled query log cannot be read");
                None
            }
        };
        let (number, earlier) = (frame.head.number, frame.earlier);
        Some(match rows.filter(|rows| rows.len() == frame.head.rows as usize) {
            Some(rows) => First::Batch { number, rows, earlier },
            None => First::Broken { rows: frame.head.rows.into(), accounts: frame.lost.clone(), earlier },
        })
    }

    /// Lets go of the oldest batch, which has met its end.
    pub(crate) fn done(&self) {
        let mut segments = lock(&self.segments);
        let Some(segment) = segments.front_mut() else { return };
        if let Some(frame) = segment.frames.pop_front() {
            let rows = u64::from(frame.head.rows);
            self.rows.fetch_sub(rows, Relaxed);
            if frame.earlier {
                self.earlier_rows.fetch_sub(rows, Relaxed);
            }
        }
        if segment.frames.is_empty() {
            self.remove(&mut segments, true);
        }
    }

    /// Removes the first or the last segment, which has no frame left.
    fn remove(&self, segments: &mut VecDeque<Segment>, first: bool) {
        let segment = if first { segments.pop_front() } else { segments.pop_back() };
        let Some(segment) = segment else { return };
        self.octets.fetch_sub(segment.length, Relaxed);
        if let Err(error) = fs::remove_file(&segment.path) {
            let file = segment.path.display();
            tracing::error!(%error, %file, "a spilled part of the query log is stored and cannot be removed");
        }
    }

    /// Writes the counts that wait, instead of those written before. An older `turn` than the last is left out.
    pub(crate) fn write_counts(&self, turn: u64, kept: &KeptCounts) -> io::Result<()> {
        let octets = frame(0, 0, &counts::encode(kept));
        let mut counts = lock(&self.counts);
        if turn <= counts.turn {
            return Ok(());
        }
        counts.turn = turn;
        self.folder.write_counts(&octets)?;
        counts.there = Some(kept.oldest());
        counts.octets = octets.len() as u64;
        Ok(())
    }

    /// Whether counts are on disk.
    pub(crate) fn has_counts(&self) -> bool {
        lock(&self.counts).there.is_some()
    }

    /// The counts an earlier run left; they stay on disk until others are written or they are removed.
    pub(crate) fn take_earlier_counts(&self) -> Option<KeptCounts> {
        lock(&self.counts).earlier.take()
    }

    /// Storage has all of them.
    pub(crate) fn remove_counts(&self) -> io::Result<()> {
        let mut counts = lock(&self.counts);
        (counts.there, counts.octets) = (None, 0);
        self.folder.remove_counts()
    }

    /// Since when an earlier run may have left answers without an account, microseconds since 1970 UTC.
    pub(crate) fn unsettled_since(&self) -> Option<i64> {
        *lock(&self.unsettled_since)
    }

    /// Each answer of earlier runs has its account; this run began at `started`.
    pub(crate) fn settled(&self, started: i64) -> io::Result<()> {
        *lock(&self.unsettled_since) = None;
        let mut run = lock(&self.run);
        run.since = Some(started);
        self.folder.write_run(*run)
    }

    /// The run ends in order: nothing of it is without an account. `last` is the last number given.
    pub(crate) fn end(&self, last: u64) -> io::Result<()> {
        if let Some(segment) = lock(&self.segments).back_mut() {
            segment.close();
        }
        let since = self.unsettled_since();
        self.folder.write_run(Run { since, ceiling: last })
    }
}

impl Segment {
    /// Writes a frame and gives where it begins.
    fn add(&mut self, octets: &[u8]) -> io::Result<u64> {
        let Some((file, synced)) = &mut self.open else {
            return Err(io::Error::other("the segment is closed"));
        };
        let at = self.length;
        if let Err(error) = file.write_all(octets) {
            // What was written of it is no frame; if it cannot be taken back, the reader passes over it.
            let _ = file.set_len(at);
            return Err(error);
        }
        if synced.elapsed() >= SYNC_EVERY {
            file.sync_data()?;
            *synced = Instant::now();
        }
        self.length += octets.len() as u64;
        Ok(at)
    }

    fn close(&mut self) {
        if let Some((file, _)) = self.open.take()
            && let Err(error) = file.sync_data()
        {
            tracing::error!(%error, file = %self.path.display(), "the spilled query log may not survive a crash");
        }
    }
}

impl Counts {
    fn open(folder: &Folder) -> io::Result<Counts> {
        let path = folder.counts();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Counts::default()),
            Err(error) => return Err(error),
        };
        let found = scan(&file)?;
        let octets = match found.frames.first() {
            Some(head) => content(&file, head)?,
            None => None,
        };
        let Some(kept) = octets.as_deref().and_then(counts::decode) else {
            tracing::error!(file = %path.display(), "spilled counts are damaged: what they counted is lost");
            folder.remove_counts()?;
            return Ok(Counts::default());
        };
        let octets = file.metadata()?.len();
        Ok(Counts { turn: 0, there: Some(kept.oldest()), octets, earlier: Some(kept) })
    }
}

impl KeptCounts {
    fn oldest(&self) -> u64 {
        self.batches.iter().map(|batch| batch.number).min().unwrap_or(u64::MAX)
    }
}
