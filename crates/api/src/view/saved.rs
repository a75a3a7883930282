//! Views of the query log that users saved.

use serde::{Deserialize, Serialize};

/// What the Logs page shows, under a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its number.
    pub id: i64,
    /// What it is called; no two of one owner are called alike.
    pub name: String,
    /// Who saved it.
    pub owner: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// Whether the reader's Logs page begins with it.
    pub default: bool,
    /// The query of its address, as `since=1h&filter=rcode%20%3D%20SERVFAIL`.
    pub query: String,
    /// When it was saved, microseconds since 1970 UTC.
    pub created: i64,
}
