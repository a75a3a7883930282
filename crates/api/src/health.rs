//! Health as it was seen: changes with their causes, strips of checks, and the transcript of a single one.

use std::net::IpAddr;

use model::health::{FailureCode, MemberKey, Standing};
use model::{DnsName, Label};
use serde::{Deserialize, Serialize};

/// One change of a member's standing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthChangeLine {
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// The site that saw it.
    pub site: String,
    /// The service.
    pub service: DnsName,
    /// Its pool.
    pub pool: Label,
    /// The member as the configuration names it.
    pub member: String,
    /// Its address.
    pub address: IpAddr,
    /// The standing before.
    pub before: Standing,
    /// The standing after.
    pub after: Standing,
    /// What changed it, as `check` or `override`.
    pub cause: String,
    /// The monitor whose check did.
    pub monitor: Option<Label>,
    /// Why that check failed.
    pub failure: Option<FailureCode>,
    /// What was seen, or who decided and why.
    pub detail: String,
}

/// The last checks of a member by one monitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckStrip {
    /// The service.
    pub service: DnsName,
    /// Its pool.
    pub pool: Label,
    /// The member's address.
    pub address: IpAddr,
    /// The monitor.
    pub monitor: Label,
    /// The checks, the oldest first.
    pub checks: Vec<CheckMark>,
}

/// One check of a strip.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckMark {
    /// When it ended, microseconds since 1970 UTC.
    pub at: i64,
    /// How long it took, microseconds.
    pub took_us: u64,
    /// Why it failed; none when it passed.
    pub failure: Option<FailureCode>,
}

/// What is remembered of the health of members.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HealthHistory {
    /// Changes, the newest first; at most 500.
    pub changes: Vec<HealthChangeLine>,
    /// The last checks of every member asked for, as this process has seen them.
    pub strips: Vec<CheckStrip>,
}

/// Which member a monitor is tried at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberAddress {
    /// The service.
    pub service: DnsName,
    /// Its pool.
    pub pool: Label,
    /// The member's address.
    pub address: IpAddr,
}

impl From<MemberAddress> for MemberKey {
    fn from(member: MemberAddress) -> MemberKey {
        MemberKey { service: member.service, pool: member.pool, address: member.address }
    }
}

/// A check that somebody asked for, step by step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckTranscript {
    /// Whether it passed.
    pub passed: bool,
    /// What it saw, as `status 200` or `connection refused`.
    pub detail: String,
    /// Why it failed.
    pub failure: Option<FailureCode>,
    /// How long it took in all, microseconds.
    pub took_us: u64,
    /// What it did and saw, in order.
    pub steps: Vec<CheckStep>,
}

/// One step of a transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckStep {
    /// When, microseconds after the check began.
    pub at_us: u64,
    /// What it is about, as `connect` or `response`.
    pub what: String,
    /// What was done or seen, without secrets.
    pub text: String,
}
