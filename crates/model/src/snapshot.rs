//! A configuration with its number, as it is published, written to disk and sent to other sites.

use serde::{Deserialize, Serialize};

use crate::config::Config;

/// Number of a configuration; rises by one with every accepted change.
pub type Generation = u64;

/// One configuration of one generation. Ordered by (epoch, generation): a lower one never replaces a higher.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Rises when another site becomes leader.
    pub epoch: u64,
    /// Rises with every change.
    pub generation: Generation,
    /// When the change was made, microseconds since 1970 UTC.
    pub at: i64,
    /// The configuration.
    pub config: Config,
}

impl Snapshot {
    /// What orders snapshots.
    pub fn version(&self) -> (u64, Generation) {
        (self.epoch, self.generation)
    }

    /// The SOA serial of this generation (RFC 1982 arithmetic: it wraps after 2^32 changes).
    pub fn serial(&self) -> u32 {
        self.generation as u32
    }
}
