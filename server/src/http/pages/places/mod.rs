//! Where things are: sites, locations, and the groups clients belong to.

pub mod client_groups;
pub mod locations;
pub mod sites;

use serde::Deserialize;

/// A client that is asked about on a page.
#[derive(Debug, Default, Deserialize)]
pub struct FinderQuery {
    /// An address or a network.
    #[serde(default)]
    pub client: String,
}
