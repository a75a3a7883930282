//! Exports of the query log as the console and REST show them.

use serde::{Deserialize, Serialize};

/// How an export reaches whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportKind {
    /// As the answer to the request itself; nothing is kept of it here.
    Direct,
    /// As a file that is made in the background and kept for a while.
    Job,
}

/// What became of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// It waits for others to end.
    Queued,
    /// Rows are on their way.
    Running,
    /// Every row was written.
    Done,
    /// It broke off.
    Failed,
    /// Somebody ended it, or its reader went away.
    Cancelled,
    /// It was done, and its file was removed when its time was over.
    Expired,
}

impl ExportKind {
    /// Its word in storage.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportKind::Direct => "direct",
            ExportKind::Job => "job",
        }
    }

    /// The kind of a stored word.
    pub fn of(word: &str) -> ExportKind {
        if word == "job" { ExportKind::Job } else { ExportKind::Direct }
    }
}

impl ExportState {
    const ALL: [ExportState; 6] = [
        ExportState::Queued,
        ExportState::Running,
        ExportState::Done,
        ExportState::Failed,
        ExportState::Cancelled,
        ExportState::Expired,
    ];

    /// Its word in storage and in the console.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportState::Queued => "queued",
            ExportState::Running => "running",
            ExportState::Done => "done",
            ExportState::Failed => "failed",
            ExportState::Cancelled => "cancelled",
            ExportState::Expired => "expired",
        }
    }

    /// The state of a stored word; none for a word of a later release.
    pub fn of(word: &str) -> Option<ExportState> {
        ExportState::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether something is still to come.
    pub fn is_open(self) -> bool {
        matches!(self, ExportState::Queued | ExportState::Running)
    }
}

/// One export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportLine {
    /// Its number.
    pub id: i64,
    /// How it reaches whoever asked.
    pub kind: ExportKind,
    /// `csv`, `ndjson` or `parquet`.
    pub format: String,
    /// `compact`, `avi` or names joined by commas.
    pub columns: String,
    /// Filter expression; empty when all rows were asked for.
    pub filter: String,
    /// Start of the window, microseconds since 1970 UTC.
    pub from: i64,
    /// Its end, not included.
    pub to: i64,
    /// Who asked.
    pub actor: String,
    /// What became of it.
    pub state: ExportState,
    /// Rows there were when it began; none before.
    pub total: Option<u64>,
    /// Rows written.
    pub rows: u64,
    /// Octets written.
    pub bytes: u64,
    /// Of all octets, in hexadecimal, once it is done.
    pub sha256: Option<String>,
    /// Why it broke off.
    pub error: Option<String>,
    /// When it was asked for, microseconds since 1970 UTC.
    pub asked: i64,
    /// When it began.
    pub started: Option<i64>,
    /// When it ended.
    pub ended: Option<i64>,
    /// When the file of a job is removed.
    pub expires: Option<i64>,
}

/// What is asked of a new export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExport {
    /// How it reaches whoever asked.
    pub kind: ExportKind,
    /// Its format.
    pub format: String,
    /// Its columns.
    pub columns: String,
    /// Its filter.
    pub filter: String,
    /// Start of the window, microseconds since 1970 UTC.
    pub from: i64,
    /// Its end, not included.
    pub to: i64,
    /// Who asks.
    pub actor: String,
    /// When, microseconds since 1970 UTC.
    pub asked: i64,
}

/// How an export ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportEnd {
    /// Done, failed or cancelled.
    pub state: ExportState,
    /// Rows written.
    pub rows: u64,
    /// Octets written.
    pub bytes: u64,
    /// Of all octets, when it is done.
    pub sha256: Option<String>,
    /// Why it broke off.
    pub error: Option<String>,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// When its file is removed.
    pub expires: Option<i64>,
}
