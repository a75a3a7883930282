//! What the query log hands to storage: rows, counters, accounts of what became of rows, and segments.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::counter::bucket_of;
use crate::event::Transport;
use crate::rrtype::{Family, Rcode, RrType};
use crate::split::{SegmentMember, SplitMode};

/// Which of the three throttles a row falls under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// An error or something else that stands out.
    Significant,
    /// Asked for by an operator's filter.
    Filtered,
    /// All other.
    NonSignificant,
}

impl Class {
    /// All classes, in the order of their number in storage.
    pub const ALL: [Class; 3] = [Class::Significant, Class::Filtered, Class::NonSignificant];

    /// `significant`, `filtered` or `non_significant`.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Significant => "significant",
            Class::Filtered => "filtered",
            Class::NonSignificant => "non_significant",
        }
    }
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is in the log.
    Stored,
    /// Over the service's limit.
    ServiceThrottle,
    /// Over the site's limit.
    SiteThrottle,
    /// The ring between responder and log was full.
    Queue,
    /// Storage was away for too long, or refused the row.
    Storage,
}

impl Outcome {
    /// All outcomes, in the order of their number in storage.
    pub const ALL: [Outcome; 5] =
        [Outcome::Stored, Outcome::ServiceThrottle, Outcome::SiteThrottle, Outcome::Queue, Outcome::Storage];

    /// The outcome in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Stored => "stored",
            Outcome::ServiceThrottle => "service_throttle",
            Outcome::SiteThrottle => "site_throttle",
            Outcome::Queue => "queue",
            Outcome::Storage => "storage",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One row of the query log, with every number resolved to its name.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRow {
    /// When the query arrived, microseconds since 1970 UTC.
    pub at: i64,
    /// Who asked.
    pub client: IpAddr,
    /// From which port.
    pub port: u16,
    /// How.
    pub transport: Transport,
    /// The name in presentation form, case as asked, without the last dot.
    pub fqdn: String,
    /// Type asked for.
    pub qtype: RrType,
    /// Code answered.
    pub rcode: Rcode,
    /// Throttle class.
    pub class: Class,
    /// Why it is significant; empty when it is not.
    pub significance: &'static str,
    /// Service, when the name is one.
    pub service: Option<Arc<str>>,
    /// Pool of the first member answered.
    pub pool: Option<Arc<str>>,
    /// First member answered.
    pub member: Option<IpAddr>,
    /// Addresses answered, joined by `;`; past the eighth only how many more there were, as `;+3`.
    pub answers: String,
    /// TTL answered, seconds.
    pub ttl: u32,
    /// The client's network, when the query carried one.
    pub ecs: Option<IpNet>,
    /// Generation that decided.
    pub generation: u64,
    /// From the packet's arrival in this process to the answer, microseconds.
    pub latency_us: u32,
    /// How many answered queries this row stands for; 1 unless a throttle sampled.
    pub stands_for: u32,
}

/// An increment of a lossless counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterRow {
    /// Start of the ten-second bucket, microseconds since 1970 UTC.
    pub bucket: i64,
    /// Zone, when the name is in one.
    pub zone: Option<Arc<str>>,
    /// Service, when the name is one.
    pub service: Option<Arc<str>>,
    /// Pool of the first member answered.
    pub pool: Option<Arc<str>>,
    /// First member answered.
    pub member: Option<IpAddr>,
    /// Family asked for.
    pub family: Family,
    /// Code answered.
    pub rcode: Rcode,
    /// Generation that decided.
    pub generation: u64,
    /// Health epoch that decided.
    pub health_epoch: u64,
    /// Answers to add.
    pub count: u64,
}

/// An increment of what became of rows. Over any buckets: answers counted = the sum of all outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Start of the ten-second bucket of the answers, microseconds since 1970 UTC.
    pub bucket: i64,
    /// Service, when the name is one.
    pub service: Option<Arc<str>>,
    /// Class of the rows; none for rows lost before they were classified.
    pub class: Option<Class>,
    /// What became of them.
    pub outcome: Outcome,
    /// Rows to add.
    pub count: u64,
}

impl AccountRow {
    /// What accounts for rows that all met this outcome, in the order of its keys.
    pub fn of(rows: &[LogRow], outcome: Outcome) -> Vec<AccountRow> {
        let mut counts: HashMap<(i64, Option<&Arc<str>>, Class), u64> = HashMap::new();
        for row in rows {
            *counts.entry((bucket_of(row.at), row.service.as_ref(), row.class)).or_default() += 1;
        }
        let account = |((bucket, service, class), count): ((i64, Option<&Arc<str>>, Class), u64)| {
            AccountRow { bucket, service: service.cloned(), class: Some(class), outcome, count }
        };
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable();
        counts.into_iter().map(account).collect()
    }
}

/// The start of a segment: from here on a service has these weights and these eligible members.
///
/// A counter belongs to the segment with the greatest (generation, health_epoch) that is not above its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentStart {
    /// The service.
    pub service: String,
    /// When the view was published, microseconds since 1970 UTC.
    pub at: i64,
    /// Generation of the view.
    pub generation: u64,
    /// Health epoch of the view.
    pub health_epoch: u64,
    /// How members are chosen.
    pub mode: SplitMode,
    /// Eligible members of the pool in force, both families, in the order of the configuration.
    pub members: Vec<SegmentMember>,
}
