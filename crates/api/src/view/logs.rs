//! What is read out of the query log beside its rows: pages that may end before all was searched, bars, ranks.

use std::fmt;
use std::str::FromStr;

use model::filter::Field;
use model::value::ValueError;
use serde::{Deserialize, Serialize};

use super::LogLine;

/// Rows of the log with the place where the next ones begin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogPage {
    /// In the order that was asked for.
    pub rows: Vec<LogLine>,
    /// Where the next page begins: (time, id); none when there is nothing more.
    pub next: Option<(i64, i64)>,
    /// Set when time was up before the page was full: how far the log was searched, microseconds since 1970 UTC. All
    /// rows on this side of it are in the page, and `next` goes on from there.
    pub searched_to: Option<i64>,
}

/// One row with those around it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Around {
    /// Rows before it, the oldest first.
    pub before: Vec<LogLine>,
    /// The row.
    pub row: Option<LogLine>,
    /// Rows after it, the oldest first.
    pub after: Vec<LogLine>,
}

/// Which rows count as being around another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Near {
    /// All of the site.
    #[default]
    All,
    /// Those of the same client address.
    Client,
    /// Those of the same service, or of none if it has none.
    Service,
}

impl Near {
    /// Every kind, in the order of a choice.
    pub const ALL: [Near; 3] = [Near::All, Near::Client, Near::Service];

    /// `all`, `client` or `service`.
    pub fn as_str(self) -> &'static str {
        match self {
            Near::All => "all",
            Near::Client => "client",
            Near::Service => "service",
        }
    }
}

impl FromStr for Near {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let known = Near::ALL.into_iter().find(|near| near.as_str() == text);
        known.ok_or_else(|| ValueError("write all, client or service".to_owned()))
    }
}

/// Where a number of the log comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Every row was looked at.
    #[default]
    Exact,
    /// By the lossless counters, where they and the accounts say that every answer has its row: as exact as rows.
    Counted,
    /// From a random sample of the window, scaled up by the known number of rows.
    Estimated,
    /// Time was up: what is older than `searched_to` is missing.
    Partial,
}

impl Basis {
    /// `exact`, `counted`, `estimated` or `partial`.
    pub fn as_str(self) -> &'static str {
        match self {
            Basis::Exact => "exact",
            Basis::Counted => "counted",
            Basis::Estimated => "estimated",
            Basis::Partial => "partial",
        }
    }
}

/// A number of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCount {
    /// Rows that pass the filter.
    pub rows: u64,
    /// How that is known.
    pub basis: Basis,
    /// How far back rows were counted when time was up, microseconds since 1970 UTC.
    pub searched_to: Option<i64>,
}

/// Rows by step of time and value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    /// Length of a step, microseconds. Steps begin at multiples of it since 1970 UTC; the first and the last hold only
    /// what lies inside the window.
    pub step: i64,
    /// (start of the step, value, rows), in this order; steps without rows are left out.
    pub points: Vec<(i64, String, u64)>,
    /// Answers whose rows were left out by a throttle or lost: (start of the step, answers). They are of the services
    /// the filter admits; whether they would pass the rest of it nobody knows.
    pub suppressed: Vec<(i64, u64)>,
    /// How rows are known.
    pub basis: Basis,
    /// How far back rows were counted when time was up, microseconds since 1970 UTC.
    pub searched_to: Option<i64>,
}

/// One value of a field with its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopValue {
    /// The value as the compact columns write it; empty when the row has none.
    pub value: String,
    /// Rows.
    pub rows: u64,
    /// Answers they stand for.
    pub stands_for: u64,
}

/// The values of a field that most rows have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Top {
    /// The most frequent first.
    pub values: Vec<TopValue>,
    /// Rows with any other value.
    pub other: u64,
    /// How many values there are; none when only a sample was looked at.
    pub distinct: Option<u64>,
    /// How rows are known.
    pub basis: Basis,
    /// How far back rows were counted when time was up, microseconds since 1970 UTC.
    pub searched_to: Option<i64>,
}

/// What rows are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A field of the filter language.
    Field(Field),
    /// `significant`, `filtered` or `non_significant`.
    Class,
    /// The client's network: /24 of IPv4, /56 of IPv6.
    ClientNetwork,
}

impl By {
    /// `client_ip`, `class`, `client_network` and so on.
    pub fn as_str(self) -> &'static str {
        match self {
            By::Field(field) => field.as_str(),
            By::Class => "class",
            By::ClientNetwork => "client_network",
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for By {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.to_ascii_lowercase().as_str() {
            "class" => Ok(By::Class),
            "client_network" => Ok(By::ClientNetwork),
            other => other.parse().map(By::Field),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rows_are_grouped_by_reads_back() {
        let fields = Field::ALL.map(By::Field);
        for by in fields.into_iter().chain([By::Class, By::ClientNetwork]) {
            assert_eq!(by.to_string().parse(), Ok(by));
        }
        assert!("colour".parse::<By>().is_err());
        for near in Near::ALL {
            assert_eq!(near.as_str().parse(), Ok(near));
        }
        assert!("pool".parse::<Near>().is_err());
    }
}
