//! Who asked: what stored rows tell of the clients behind the answers of a service.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A client with its answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientAnswers {
    /// The address that asked: a resolver's, as a rule.
    pub client: IpAddr,
    /// Answers.
    pub answers: u64,
    /// Their share, 0 to 1.
    pub share: f64,
}

/// The share of the answers that the clients with the most of them have together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopShare {
    /// How many clients.
    pub clients: u64,
    /// Their share, 0 to 1.
    pub share: f64,
}

/// Answers that named a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberAnswers {
    /// The member's address.
    pub member: IpAddr,
    /// Answers that named it first.
    pub answers: u64,
}

/// A part of the answers, by member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswersOf {
    /// A network as `192.0.2.0/24`, or a transport as `udp`.
    pub name: String,
    /// Answers.
    pub answers: u64,
    /// The members that were named, the most frequent first.
    pub members: Vec<MemberAnswers>,
}

/// The clients of a service over a window, from stored rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SplitClients {
    /// The service.
    pub service: String,
    /// Start of the window, microseconds since 1970 UTC.
    pub from: i64,
    /// Its end.
    pub to: i64,
    /// The newest rows alone were read, from this moment on; none when all were.
    pub cut_at: Option<i64>,
    /// Rows that were read.
    pub rows: u64,
    /// Answers the rows stand for.
    pub answers: u64,
    /// Whether a throttle sampled the rows, so that all numbers of answers here are estimates.
    pub estimated: bool,
    /// Addresses that asked.
    pub clients: u64,
    /// Their networks, of 24 or 56 bits; where a resolver told of its client's network, that one.
    pub networks: u64,
    /// How many clients with equal parts would be as concentrated: the inverse of the sum of the squared shares (Simpson,
    /// "Measurement of diversity", Nature 163, 1949). 0 without answers.
    pub effective_clients: f64,
    /// The fewest clients that have 80 % of the answers together.
    pub clients_of_80_percent: u64,
    /// The ten clients with the most answers.
    pub top: Vec<ClientAnswers>,
    /// The share of the first 1, 2, 5, 10 and so on of them.
    pub top_shares: Vec<TopShare>,
    /// The ten networks with the most answers.
    pub by_network: Vec<AnswersOf>,
    /// Each transport.
    pub by_transport: Vec<AnswersOf>,
}
