//! What happened and what was sent of it: appended in any order, read newest first, kept for a time.

mod deliveries;
mod read;
mod write;

use std::net::IpAddr;

use model::occurrence::{Kind, Level, Outcome};

use crate::error::StoreError;

/// Which events, newest first.
#[derive(Clone, Debug)]
pub struct EventQuery {
    /// Start, microseconds since 1970 UTC.
    pub from: i64,
    /// End, not included.
    pub to: i64,
    /// Kinds; all when empty.
    pub kinds: Vec<Kind>,
    /// The lowest level.
    pub level: Level,
    /// The service.
    pub service: Option<String>,
    /// The member.
    pub member: Option<IpAddr>,
    /// The site that saw it, or the member's.
    pub site: Option<String>,
    /// Only those before this (time, number): the last of the page before.
    pub before: Option<(i64, i64)>,
    /// How many at most.
    pub limit: i64,
}

impl EventQuery {
    /// All of a window.
    pub fn all(from: i64, to: i64, limit: i64) -> EventQuery {
        EventQuery {
            from,
            to,
            kinds: Vec::new(),
            level: Level::Low,
            service: None,
            member: None,
            site: None,
            before: None,
            limit,
        }
    }
}

/// Which deliveries, newest first.
#[derive(Clone, Debug, Default)]
pub struct DeliveryQuery {
    /// The channel.
    pub channel: Option<String>,
    /// The rule.
    pub rule: Option<String>,
    /// What became of them.
    pub outcome: Option<Outcome>,
    /// The event they tell of.
    pub event: Option<i64>,
    /// Only those before this (time, number): the last of the page before.
    pub before: Option<(i64, i64)>,
    /// How many at most.
    pub limit: i64,
}

/// What was valid when it was written.
fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: String) -> Result<T, StoreError> {
    text.parse().map_err(StoreError::unreadable)
}
