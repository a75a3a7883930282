//! One export while it runs.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use api::export::{ExportEnd, ExportLine, ExportState};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::Store;
use tokio_util::sync::CancellationToken;

use super::encode::Piece;
use crate::clock;

/// Of how many rows nothing is known.
const UNKNOWN: u64 = u64::MAX;
/// How long an end that storage could not be told is told again.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(3600);

/// How far an export has come.
#[derive(Debug)]
pub struct Live {
    /// Its number.
    pub id: i64,
    /// Who asked.
    pub owner: String,
    /// Under which a browser asks for its progress; empty when none does.
    pub key: String,
    /// Ends it.
    pub cancel: CancellationToken,
    total: AtomicU64,
    rows: AtomicU64,
    bytes: AtomicU64,
    end: OnceLock<ExportEnd>,
}

/// The same at one moment, as the console is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Its number.
    pub id: i64,
    /// Rows to send.
    pub total: u64,
    /// Rows sent.
    pub sent: u64,
    /// Octets sent.
    pub bytes: u64,
    /// Nothing more comes.
    pub ended: bool,
    /// Everything was sent.
    pub complete: bool,
    /// Of all octets, once everything was sent.
    pub sha256: Option<String>,
}

impl Live {
    /// One that begins.
    pub fn new(id: i64, owner: &str, key: &str) -> Live {
        Live {
            id,
            owner: owner.to_owned(),
            key: key.to_owned(),
            cancel: CancellationToken::new(),
            total: AtomicU64::new(UNKNOWN),
            rows: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            end: OnceLock::new(),
        }
    }

    /// Says how many rows there are.
    pub fn expect(&self, total: u64) {
        self.total.store(total, Relaxed);
    }

    /// How it ended, if it has.
    pub fn end(&self) -> Option<&ExportEnd> {
        self.end.get()
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let complete = self.end().is_some_and(|end| end.state == ExportState::Done);
        let sent = self.rows.load(Relaxed);
        let total = self.total.load(Relaxed);
        Progress {
            id: self.id,
            total: if total == UNKNOWN { sent } else { total },
            sent,
            bytes: self.bytes.load(Relaxed),
            ended: self.end().is_some(),
            complete,
            sha256: self.end().and_then(|end| end.sha256.clone()),
        }
    }

    /// What storage says, with what is known here.
    pub fn onto(&self, line: ExportLine) -> ExportLine {
        let total = Some(self.total.load(Relaxed)).filter(|total| *total != UNKNOWN).or(line.total);
        let (rows, bytes) = (self.rows.load(Relaxed), self.bytes.load(Relaxed));
        let line = ExportLine { total, rows, bytes, ..line };
        match self.end().cloned() {
            None => line,
            Some(end) => ExportLine {
                state: end.state,
                sha256: end.sha256,
                error: end.error,
                ended: Some(end.at),
                expires: end.expires,
                ..line
            },
        }
    }

    /// Ends it, once; what it has come to is told to storage in the background.
    pub fn finish(&self, store: &Store, outcome: Outcome) {
        let (state, sha256, error, expires) = match outcome {
            Outcome::Done { sha256, expires } => (ExportState::Done, Some(sha256), None, expires),
            Outcome::Failed(error) => (ExportState::Failed, None, Some(error), None),
            Outcome::Cancelled(why) => (ExportState::Cancelled, None, Some(why.to_owned()), None),
        };
        let (rows, bytes, at) = (self.rows.load(Relaxed), self.bytes.load(Relaxed), clock::now());
        let end = ExportEnd { state, rows, bytes, sha256, error, at, expires };
        if self.end.set(end.clone()).is_ok() {
            tokio::spawn(tell(store.clone(), self.id, end));
        }
    }
}

/// How an export may end.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Every row was written.
    Done {
        /// Of all octets.
        sha256: String,
        /// When the file is removed.
        expires: Option<i64>,
    },
    /// It broke off, for this reason.
    Failed(String),
    /// It was ended, by whom the text says.
    Cancelled(&'static str),
}

async fn tell(store: Store, id: i64, end: ExportEnd) {
    let told = async {
        loop {
            match store.end_export(id, &end).await {
                Err(error) if error.is_away() => tokio::time::sleep(std::time::Duration::from_secs(2)).await,
                other => return other,
            }
        }
    };
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::error!(%error, id, "the end of an export could not be noted"),
        Err(_) => tracing::error!(id, "the end of an export could not be noted: storage is away"),
    }
}

/// Counts what passes, and digests it.
#[derive(Debug)]
pub struct Counting {
    digest: Sha256,
}

impl Counting {
    /// Nothing has passed yet.
    pub fn new() -> Counting {
        Counting { digest: Sha256::new() }
    }

    /// The next piece passes.
    pub fn pass(&mut self, live: &Live, piece: &Piece) {
        self.digest.update(&piece.octets);
        live.rows.store(piece.rows, Relaxed);
        live.bytes.fetch_add(piece.octets.len() as u64, Relaxed);
    }

    /// SHA-256 of everything, in hexadecimal.
    pub fn sha256(self) -> String {
        hexadecimal(&self.digest.finalize())
    }
}

/// Octets in hexadecimal.
pub fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
