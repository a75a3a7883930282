use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::address;
use crate::name::DnsName;
use crate::value::{Label, Priority, Ttl, Weight};

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
    /// Pools, at least one.
    pub pools: Vec<Pool>,
}

/// Members that are chosen among by one algorithm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Name of the pool, once in a service.
    pub name: Label,
    /// Of the pools with a member up the highest is answered from; 0 is monitored and never chosen.
    #[serde(default)]
    pub priority: Priority,
    /// How a member is chosen.
    #[serde(default)]
    pub algorithm: Algorithm,
    /// Chosen at all.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Members, at least one.
    pub members: Vec<Member>,
}

/// An address that answers may name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The address answered and checked.
    #[serde(deserialize_with = "address::one")]
    pub address: IpAddr,
    /// Where it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Label>,
    /// Share of the pool's answers.
    #[serde(default)]
    pub weight: Weight,
    /// Answered at all; a disabled member is never answered, fail-open included.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
}

/// How a pool chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// Exact weighted round robin: any period of answers holds each member exactly by its weight.
    #[default]
    RoundRobin,
    /// An independent weighted draw for each answer.
    Random,
}

impl Algorithm {
    /// All of them, with what the console says.
    pub const ALL: [(Algorithm, &'static str); 2] =
        [(Algorithm::RoundRobin, "Exact weighted round robin"), (Algorithm::Random, "Weighted random")];

    /// `round_robin` or `random`.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::RoundRobin => "round_robin",
            Algorithm::Random => "random",
        }
    }
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
