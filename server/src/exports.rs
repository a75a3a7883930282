//! Exports under way: a browser that downloads one asks here how far it has come.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use futures::{Stream, StreamExt};
use serde::Serialize;
use store::ExportFormat;

use crate::csv_rows::CsvRows;

/// Exports remembered; the oldest is forgotten first.
const KEPT: usize = 256;

/// The exports this server knows of.
#[derive(Debug, Default)]
pub struct Exports {
    known: Mutex<VecDeque<Known>>,
}

#[derive(Debug)]
struct Known {
    owner: String,
    key: String,
    progress: Arc<Progress>,
}

/// How far one export has come.
#[derive(Debug, Default)]
pub struct Progress {
    total: u64,
    sent: AtomicU64,
    ended: AtomicBool,
    complete: AtomicBool,
}

/// The same at one moment, as the console is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct State {
    /// Rows to send.
    pub total: u64,
    /// Rows sent.
    pub sent: u64,
    /// Nothing more comes.
    pub ended: bool,
    /// Everything was sent.
    pub complete: bool,
}

impl Exports {
    /// Begins an export of `total` rows that `owner` follows under `key`.
    pub fn begin(&self, owner: &str, key: &str, total: u64) -> Arc<Progress> {
        let progress = Arc::new(Progress { total, ..Progress::default() });
        let mut known = self.known.lock().unwrap_or_else(|e| e.into_inner());
        if known.len() >= KEPT {
            known.pop_front();
        }
        known.push_back(Known { owner: owner.to_owned(), key: key.to_owned(), progress: progress.clone() });
        progress
    }

    /// How far the export of this owner and key has come.
    pub fn state(&self, owner: &str, key: &str) -> Option<State> {
        let known = self.known.lock().unwrap_or_else(|e| e.into_inner());
        let found = known.iter().rev().find(|k| k.owner == owner && k.key == key)?;
        Some(found.progress.state())
    }
}

impl Progress {
    fn state(&self) -> State {
        State {
            total: self.total,
            sent: self.sent.load(Relaxed),
            ended: self.ended.load(Relaxed),
            complete: self.complete.load(Relaxed),
        }
    }
}

/// Counts the rows of an export as it passes.
#[derive(Debug)]
pub enum Rows {
    /// Records of CSV after its header.
    Csv(CsvRows),
    /// Lines: no line end stands inside a line of JSON.
    Lines(u64),
}

impl Rows {
    /// Of this format, none yet.
    pub fn of(format: ExportFormat) -> Rows {
        match format {
            ExportFormat::Csv => Rows::Csv(CsvRows::default()),
            ExportFormat::Ndjson => Rows::Lines(0),
        }
    }

    /// Takes the next piece of the stream.
    pub fn take(&mut self, piece: &[u8]) {
        match self {
            Rows::Csv(rows) => rows.take(piece),
            Rows::Lines(ends) => *ends += memchr::memchr_iter(b'\n', piece).count() as u64,
        }
    }

    /// Rows that passed whole.
    pub fn count(&self) -> u64 {
        match self {
            Rows::Csv(rows) => rows.count(),
            Rows::Lines(ends) => *ends,
        }
    }
}

/// Marks the end also when the reader goes away in the middle.
struct Follower {
    progress: Arc<Progress>,
    rows: Rows,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.progress.ended.store(true, Relaxed);
    }
}

/// Passes a stream on and notes its rows in `progress`.
pub fn follow<E: Send + 'static>(
    progress: Arc<Progress>,
    format: ExportFormat,
    stream: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> impl Stream<Item = Result<Bytes, E>> + Send + 'static {
    let mut follower = Follower { progress, rows: Rows::of(format) };
    stream.map(Some).chain(futures::stream::once(async { None })).filter_map(move |piece| {
        let passed = match piece {
            Some(Ok(bytes)) => {
                follower.rows.take(&bytes);
                follower.progress.sent.store(follower.rows.count(), Relaxed);
                Some(Ok(bytes))
            }
            Some(Err(error)) => {
                follower.progress.ended.store(true, Relaxed);
                Some(Err(error))
            }
            None => {
                let broken = follower.progress.ended.load(Relaxed);
                follower.progress.complete.store(!broken, Relaxed);
                None
            }
        };
        futures::future::ready(passed)
    })
}

#[cfg(test)]
mod tests {
    use store::ExportFormat::{Csv, Ndjson};

    use super::*;

    fn pieces(list: &[Result<&'static str, ()>]) -> impl Stream<Item = Result<Bytes, ()>> + Send + use<> {
        let list: Vec<_> = list.iter().map(|p| p.map(|text| Bytes::from_static(text.as_bytes()))).collect();
        futures::stream::iter(list)
    }

    #[tokio::test]
    async fn an_export_is_followed_to_its_end_by_its_owner_alone() {
        let exports = Exports::default();
        let progress = exports.begin("ana", "k1", 2);
        let mut stream = Box::pin(follow(progress, Csv, pieces(&[Ok("a\n1\n"), Ok("2\n")])));
        assert!(stream.next().await.is_some());
        let state = exports.state("ana", "k1").unwrap();
        assert_eq!(state, State { total: 2, sent: 1, ended: false, complete: false });
        while stream.next().await.is_some() {}
        drop(stream);
        let state = exports.state("ana", "k1").unwrap();
        assert_eq!(state, State { total: 2, sent: 2, ended: true, complete: true });
        assert!(exports.state("ben", "k1").is_none());
    }

    #[tokio::test]
    async fn an_export_that_breaks_or_is_given_up_is_not_complete() {
        let exports = Exports::default();
        let broken = follow(exports.begin("ana", "k1", 2), Csv, pieces(&[Ok("a\n1\n"), Err(())]));
        assert_eq!(broken.collect::<Vec<_>>().await.len(), 2);
        drop(follow(exports.begin("ana", "k2", 2), Csv, pieces(&[Ok("a\n")])));
        for key in ["k1", "k2"] {
            let state = exports.state("ana", key).unwrap();
            assert!(state.ended && !state.complete, "{key}");
        }
    }

    #[test]
    fn lines_of_json_are_counted_whatever_quotes_they_hold() {
        let mut rows = Rows::of(Ndjson);
        for piece in ["{\"fqdn\":\"a\\\"b\"", "}\n{}", "\n{}\n"] {
            rows.take(piece.as_bytes());
        }
        assert_eq!(rows.count(), 3);
    }
}
