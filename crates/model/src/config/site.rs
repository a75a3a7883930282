use std::net::SocketAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{Label, Weight};

/// A place that answers DNS with its own responder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Name of the site.
    pub name: Label,
    /// Whether configuration is written here or received.
    #[serde(default)]
    pub role: SiteRole,
    /// Addresses its responder is reached at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<SocketAddr>,
    /// Its members are answered at all.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Its members take no new answers while any other member of their service may be answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draining: bool,
    /// Weight of each of its members, unless the location says another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
}

impl Site {
    /// A leader of this name with the default of everything else.
    pub fn new(name: Label) -> Site {
        Site {
            name,
            role: SiteRole::default(),
            dns: Vec::new(),
            enabled: true,
            draining: false,
            weight: None,
        }
    }
}

/// A site's part in the hierarchy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteRole {
    /// Accepts changes.
    #[default]
    Leader,
    /// Takes its configuration from the leader.
    Follower,
}

impl SiteRole {
    /// `leader` or `follower`.
    pub fn as_str(self) -> &'static str {
        match self {
            SiteRole::Leader => "leader",
            SiteRole::Follower => "follower",
        }
    }
}

/// Where members live: a cluster, an availability zone, a data centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Name of the location.
    pub name: Label,
    /// The site its members are counted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Label>,
    /// Networks that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cidr: Vec<IpNet>,
    /// Degrees north, -90 to 90.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east, -180 to 180.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// Its members are answered at all.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Its members take no new answers while any other member of their service may be answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draining: bool,
    /// Weight of each of its members, before what their site, pool or they themselves say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
}

impl Location {
    /// A location of this name with the default of everything else.
    pub fn new(name: Label) -> Location {
        Location {
            name,
            site: None,
            cidr: Vec::new(),
            latitude: None,
            longitude: None,
            enabled: true,
            draining: false,
            weight: None,
        }
    }

    /// Degrees north and east, where both are known.
    pub fn coordinates(&self) -> Option<(f64, f64)> {
        self.latitude.zip(self.longitude)
    }
}

fn yes() -> bool {
    true
}
fn is_yes(value: &bool) -> bool {
    *value
}
