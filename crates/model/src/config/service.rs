use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Pool, TopologyRule, address};
use crate::name::DnsName;
use crate::value::{Label, Span, Ttl};

/// A name whose answers are steered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The name asked for.
    pub name: DnsName,
    /// What it is for, in the operator's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Answered at all; a disabled service's name does not exist.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Answers every name below its own as well that has no data of its own (RFC 4592); the longest match wins.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wildcard: bool,
    /// TTL of its answers, seconds.
    #[serde(default)]
    pub ttl: Ttl,
    /// Addresses in one answer, 0 for all that are eligible. Other than 1, clients choose and weights advise.
    #[serde(default = "one")]
    pub answers: u8,
    /// What is answered when no member is up.
    #[serde(default)]
    pub down_response: DownResponse,
    /// Monitors every member is checked with; all must pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitors: Vec<Label>,
    /// Eligible members to spread over at least: pools of the next lower priority join in until there are so many.
    /// 0 keeps to the one pool in force.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min_members: u16,
    /// Which of the pools with an eligible member answers.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pool_choice: PoolChoice,
    /// Which clients are sent where, before any other choice; the first rule that matches a client is its only one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topology: Vec<TopologyRule>,
    /// A member that recovered waits until an operator resumes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub manual_resume: bool,
    /// How a member that recovered climbs to its weight; at once when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Ramp>,
    /// Pools, at least one.
    pub pools: Vec<Pool>,
}

impl Service {
    /// A service of these pools with the default of everything else.
    pub fn new(name: DnsName, pools: Vec<Pool>) -> Service {
        Service {
            name,
            description: String::new(),
            enabled: true,
            wildcard: false,
            ttl: Ttl::default(),
            answers: 1,
            down_response: DownResponse::default(),
            monitors: Vec::new(),
            min_members: 0,
            pool_choice: PoolChoice::default(),
            topology: Vec::new(),
            manual_resume: false,
            ramp: None,
            pools,
        }
    }

    /// The pool of a name.
    pub fn pool(&self, name: &str) -> Option<&Pool> {
        self.pools.iter().find(|pool| pool.name.as_str() == name)
    }
}

/// Which of a service's pools answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolChoice {
    /// That of the highest priority.
    #[default]
    Priority,
    /// The one with the eligible member nearest to the client; by priority where the client's place is unknown.
    Geo,
}

impl PoolChoice {
    /// All of them, with what the console says.
    pub const ALL: [(PoolChoice, &'static str); 2] =
        [(PoolChoice::Priority, "Highest priority"), (PoolChoice::Geo, "Nearest member")];

    /// `priority` or `geo`.
    pub fn as_str(self) -> &'static str {
        match self {
            PoolChoice::Priority => "priority",
            PoolChoice::Geo => "geo",
        }
    }
}

/// A climb to full weight in equal steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// From the recovery to the full weight, 1s to 1d.
    pub duration: Span,
    /// Steps in which the weight rises, 2 to 20.
    pub steps: u8,
}

/// What is answered when no member of any pool is up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DownResponse {
    /// As if all were up.
    #[default]
    FailOpen,
    /// Every enabled member of the chosen pool.
    AllRecords,
    /// Silence.
    None,
    /// NOERROR without an address.
    Empty,
    /// These addresses.
    Fallback(#[serde(deserialize_with = "address::list")] Vec<IpAddr>),
    /// Another name.
    Cname(DnsName),
}

impl DownResponse {
    /// The word of the declarative form.
    pub fn as_str(&self) -> &'static str {
        match self {
            DownResponse::FailOpen => "fail_open",
            DownResponse::AllRecords => "all_records",
            DownResponse::None => "none",
            DownResponse::Empty => "empty",
            DownResponse::Fallback(_) => "fallback",
            DownResponse::Cname(_) => "cname",
        }
    }
}

fn yes() -> bool {
    true
}
fn is_yes(value: &bool) -> bool {
    *value
}
fn one() -> u8 {
    1
}
fn is_zero(value: &u16) -> bool {
    *value == 0
}
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
