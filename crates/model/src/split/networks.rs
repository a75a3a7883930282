//! A split by the networks of clients, where a hash of the network chooses the member.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::config::HashMask;

/// The part of a hash table that is a member's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashShare {
    /// Slots that lead to it. Shares are of the sum over the members of its pool.
    pub slots: u32,
    /// What of a client's address is hashed.
    pub mask: HashMask,
}

/// Rows that named a member.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberRows {
    /// The member's address.
    pub member: IpAddr,
    /// Rows.
    pub rows: u64,
}

/// A network whose answers named more than one member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DividedNetwork {
    /// The network, as long as the mask of the hash.
    pub network: IpNet,
    /// Its members, the most frequent first.
    pub members: Vec<MemberRows>,
}

/// What stored rows tell of the networks that were answered within one segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ObservedNetworks {
    /// Networks of each of the segment's members, those alone that had one member.
    pub networks: Vec<u64>,
    /// Networks that were answered by several members.
    pub divided: u64,
    /// Some of those, at most ten.
    pub examples: Vec<DividedNetwork>,
    /// Rows that were read.
    pub rows: u64,
    /// The newest rows alone were read, from this moment on, microseconds since 1970 UTC; none when all were.
    pub cut_at: Option<i64>,
}

/// One member's part of the networks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkShare {
    /// The member's address.
    pub address: IpAddr,
    /// The share of all slots that lead to it, 0 to 1.
    pub expected_share: f64,
    /// Networks that were answered by it.
    pub networks: u64,
    /// Their share, 0 to 1.
    pub share: f64,
    /// Lower end of the 95 % Wilson interval of the share.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Networks more (or, negative, fewer) than expected.
    pub deviation: f64,
}

/// The networks of a segment, as its verdict counts them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkSplit {
    /// Networks that one member answered.
    pub counted: u64,
    /// Networks that several members answered.
    pub divided: u64,
    /// Some of those, at most ten.
    pub examples: Vec<DividedNetwork>,
    /// The members, in the order of the segment.
    pub members: Vec<NetworkShare>,
    /// Rows that were read.
    pub rows: u64,
    /// The newest rows alone were read, from this moment on, microseconds since 1970 UTC; none when all were.
    pub cut_at: Option<i64>,
}
