use serde::{Deserialize, Serialize};

use super::Member;
use crate::value::{Label, Priority, Weight};

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
    /// How `geo` and `topology` choose where the client's place is unknown, or among members that are equally good.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fallback: Fallback,
    /// What of a client's address `consistent_hash` looks at.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mask: HashMask,
    /// Weight of each of its members, in the place of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Chosen at all.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Its members take no new answers while any other member of the service may be answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draining: bool,
    /// Members, at least one; all of them are answered by address, or all as an alias.
    pub members: Vec<Member>,
}

impl Pool {
    /// A pool of these members with the default of everything else.
    pub fn new(name: Label, members: Vec<Member>) -> Pool {
        Pool {
            name,
            priority: Priority::default(),
            algorithm: Algorithm::default(),
            fallback: Fallback::default(),
            mask: HashMask::default(),
            weight: None,
            enabled: true,
            draining: false,
            members,
        }
    }

    /// Its members, those of one name together: where names have addresses, a name is a member for each of them, one
    /// behind the other.
    pub fn members_together(&self) -> impl Iterator<Item = &[Member]> {
        self.members.chunk_by(|one, next| one.fqdn.is_some() && one.fqdn == next.fqdn)
    }

    /// Whether its members are answered as aliases; those of one pool are all the same in this.
    pub fn is_alias(&self) -> bool {
        self.members.first().is_some_and(Member::is_alias)
    }
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
    /// The same member for the same client network, shares by weight; a member that leaves moves only its own clients.
    ConsistentHash,
    /// The member of the lowest preference that is up; those of one preference take exact turns by weight.
    PreferenceOrder,
    /// The member nearest to the client.
    Geo,
    /// Members at the locations and sites that the service's topology rules name for the client.
    Topology,
}

impl Algorithm {
    /// All of them, with what the console says.
    pub const ALL: [(Algorithm, &'static str); 6] = [
        (Algorithm::RoundRobin, "Exact weighted round robin"),
        (Algorithm::Random, "Weighted random"),
        (Algorithm::ConsistentHash, "Consistent hash of the client's network"),
        (Algorithm::PreferenceOrder, "Preference order"),
        (Algorithm::Geo, "Nearest member"),
        (Algorithm::Topology, "Topology rules"),
    ];

    /// The word of the declarative form.
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::RoundRobin => "round_robin",
            Algorithm::Random => "random",
            Algorithm::ConsistentHash => "consistent_hash",
            Algorithm::PreferenceOrder => "preference_order",
            Algorithm::Geo => "geo",
            Algorithm::Topology => "topology",
        }
    }
}

/// How a pool chooses where it is not the client's place that decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// As [`Algorithm::RoundRobin`].
    #[default]
    RoundRobin,
    /// As [`Algorithm::Random`].
    Random,
    /// As [`Algorithm::ConsistentHash`].
    ConsistentHash,
    /// As [`Algorithm::PreferenceOrder`].
    PreferenceOrder,
}

impl Fallback {
    /// All of them.
    pub const ALL: [Fallback; 4] =
        [Fallback::RoundRobin, Fallback::Random, Fallback::ConsistentHash, Fallback::PreferenceOrder];

    /// The algorithm it is.
    pub fn algorithm(self) -> Algorithm {
        match self {
            Fallback::RoundRobin => Algorithm::RoundRobin,
            Fallback::Random => Algorithm::Random,
            Fallback::ConsistentHash => Algorithm::ConsistentHash,
            Fallback::PreferenceOrder => Algorithm::PreferenceOrder,
        }
    }

    /// The word of the declarative form.
    pub fn as_str(self) -> &'static str {
        self.algorithm().as_str()
    }
}

/// Leading bits of a client's address that a hash is made of: clients of one such network get the same member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashMask {
    /// Of IPv4 clients, 1-32.
    #[serde(default = "v4")]
    pub v4: u8,
    /// Of IPv6 clients, 1-128.
    #[serde(default = "v6")]
    pub v6: u8,
}

/// What resolvers send as a client's network at most (RFC 7871 section 11.1).
fn v4() -> u8 {
    24
}
fn v6() -> u8 {
    56
}

impl Default for HashMask {
    fn default() -> Self {
        HashMask { v4: v4(), v6: v6() }
    }
}

fn yes() -> bool {
    true
}
fn is_yes(value: &bool) -> bool {
    *value
}
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
