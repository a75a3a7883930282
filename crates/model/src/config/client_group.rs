use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::value::Label;

/// Clients that are answered the same kind of addresses. Of all groups the longest network that holds a client wins;
/// clients in none are answered public addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientGroup {
    /// Name of the group.
    pub name: Label,
    /// Its networks, at least one. A client is the network its resolver tells (RFC 7871), else the resolver.
    pub cidr: Vec<IpNet>,
    /// What it is answered.
    pub addresses: Addresses,
}

/// Which of a member's addresses are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addresses {
    /// Its `address`.
    Private,
    /// Its `public_address` where it has one, else its `address`.
    #[default]
    Public,
}

impl Addresses {
    /// `private` or `public`.
    pub fn as_str(self) -> &'static str {
        match self {
            Addresses::Private => "private",
            Addresses::Public => "public",
        }
    }
}
