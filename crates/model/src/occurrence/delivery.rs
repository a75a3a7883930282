use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Level;
use crate::value::{Label, ValueError};

/// One attempt to hand an alert to a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Number; rises with every attempt of a site.
    pub id: i64,
    /// When it ended, microseconds since 1970 UTC.
    pub at: i64,
    /// The site that made it.
    pub site: Label,
    /// The channel.
    pub channel: Label,
    /// The rule; none for a test.
    pub rule: Option<Label>,
    /// Level of the alert.
    pub level: Level,
    /// The alert in a line: its last event's title and subject.
    pub subject: String,
    /// The events it tells of.
    pub events: Vec<i64>,
    /// Which attempt, from 1.
    pub attempt: u8,
    /// What became of it.
    pub outcome: Outcome,
    /// The receiver's answer, as `200`, `250` or `exit 0`; empty when there was none.
    pub code: String,
    /// How long it took, microseconds.
    pub took_us: u64,
    /// When it is tried again; none when it is not.
    pub next_at: Option<i64>,
    /// Why it failed, or what a script wrote; no secrets, and nothing of a web server's answer.
    pub note: String,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The receiver took it; of a datagram that is not confirmed, it was sent.
    Delivered,
    /// It failed and is tried again.
    Retrying,
    /// It failed and is not.
    Failed,
    /// The channel's queue was full; it was not tried.
    Dropped,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Outcome; 4] = [Outcome::Delivered, Outcome::Retrying, Outcome::Failed, Outcome::Dropped];

    /// The outcome in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Delivered => "delivered",
            Outcome::Retrying => "retrying",
            Outcome::Failed => "failed",
            Outcome::Dropped => "dropped",
        }
    }
}

impl FromStr for Outcome {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wanted = text.trim();
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == wanted).ok_or_else(|| {
            ValueError(format!("{wanted:?} is no outcome: give delivered, retrying, failed or dropped"))
        })
    }
}
