use std::fmt;

use serde::{Deserialize, Serialize};

use super::Health;
use crate::name::DnsName;
use crate::value::Label;

/// What an operator decided instead of what checks say, kept beside it until it is taken back or expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Whose health.
    pub target: OverrideTarget,
    /// `UP` or `DOWN`.
    pub forced: Health,
    /// When it expires by itself, microseconds since 1970 UTC; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// Who decided.
    pub by: String,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
}

impl Override {
    /// Whether it still holds.
    pub fn holds(&self, now: i64) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}

/// The members an override is about. Of several that name a member the narrowest decides: its own, its pool's, its
/// location's, its site's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OverrideTarget {
    /// One member.
    Member {
        /// The service.
        service: DnsName,
        /// Its pool.
        pool: Label,
        /// The member as the configuration names it: an address, or a name.
        member: String,
    },
    /// Every member of a pool.
    Pool {
        /// The service.
        service: DnsName,
        /// The pool.
        pool: Label,
    },
    /// Every member that lives there.
    Location(Label),
    /// Every member of a location of that site.
    Site(Label),
}

impl fmt::Display for OverrideTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OverrideTarget::Member { service, pool, member } => {
                write!(f, "member {member} of pool {pool} of {service}")
            }
            OverrideTarget::Pool { service, pool } => write!(f, "pool {pool} of {service}"),
            OverrideTarget::Location(name) => write!(f, "location {name}"),
            OverrideTarget::Site(name) => write!(f, "site {name}"),
        }
    }
}
