//! What pages show of sites, locations and groups of clients: who lives there, how they are, and who is sent where.

use std::net::IpAddr;

use model::config::{Addresses, ClientGroup, Location, Site};
use model::health::{Health, Override};
use model::{Label, Weight};
use serde::{Deserialize, Serialize};

/// A member as the places above it see it. One whose name has an address of each family is one member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resident {
    /// The service.
    pub service: String,
    /// Its pool.
    pub pool: String,
    /// The member as the configuration names it: an address, or a name.
    pub member: String,
    /// Its addresses; none while its name has none.
    pub addresses: Vec<IpAddr>,
    /// What clients outside the groups of private addresses are answered.
    pub public_address: Option<IpAddr>,
    /// Where it lives.
    pub location: Option<Label>,
    /// The site it is counted to.
    pub site: Option<Label>,
    /// The weight it is answered by, after what every level above it says.
    pub weight: Weight,
    /// Whether it and every level above it are enabled.
    pub enabled: bool,
    /// Whether it or a level above it drains.
    pub draining: bool,
    /// Whether its service has monitors.
    pub monitored: bool,
    /// What answers go by; up when any of its addresses is.
    pub health: Health,
    /// Whether an operator decided that.
    pub forced: bool,
}

/// Members by how they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All of them.
    pub members: usize,
    /// Up.
    pub up: usize,
    /// Down.
    pub down: usize,
}

impl Tally {
    /// Of some members.
    pub fn of<'a>(residents: impl IntoIterator<Item = &'a Resident>) -> Tally {
        let mut tally = Tally::default();
        for resident in residents {
            tally.members += 1;
            match resident.health {
                Health::Up => tally.up += 1,
                Health::Down => tally.down += 1,
                Health::Unknown => {}
            }
        }
        tally
    }
}

/// A site in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteLine {
    /// The site as configured.
    pub site: Site,
    /// Whether this server is it.
    pub here: bool,
    /// Its locations.
    pub locations: Vec<Label>,
    /// The members that are counted to it.
    pub tally: Tally,
    /// What an operator decided of all its members.
    pub forced: Option<Override>,
}

/// A site with who lives there.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteDetail {
    /// The site, as in the list.
    pub line: SiteLine,
    /// Its locations.
    pub locations: Vec<LocationLine>,
    /// The members that are counted to it.
    pub residents: Vec<Resident>,
}

/// A location in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct LocationLine {
    /// The location as configured.
    pub location: Location,
    /// The members that live there.
    pub tally: Tally,
    /// What an operator decided of all its members.
    pub forced: Option<Override>,
}

/// A location with who lives there.
#[derive(Clone, Debug, PartialEq)]
pub struct LocationDetail {
    /// The location, as in the list.
    pub line: LocationLine,
    /// Its site, where it has one.
    pub site: Option<Site>,
    /// The members that live there.
    pub residents: Vec<Resident>,
}

/// The groups of clients, and the members they are about.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupsView {
    /// The groups.
    pub groups: Vec<ClientGroup>,
    /// The members that have a public address beside the other.
    pub residents: Vec<Resident>,
}

/// A client that was asked about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// What was typed; empty when nothing was.
    pub client: String,
    /// What is wrong with it, or what is known of the client.
    pub found: Option<Result<Whereabouts, String>>,
}

/// What steering knows of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Whereabouts {
    /// The client's network.
    pub client: String,
    /// The group it is in.
    pub group: Option<Label>,
    /// What it is answered of members that have both.
    pub addresses: Addresses,
    /// Leading bits of its address for which that holds.
    pub group_scope: u8,
    /// The location whose networks hold it.
    pub location: Option<Label>,
    /// Degrees north and east.
    pub coordinates: Option<(f64, f64)>,
    /// Leading bits of its address for which those hold.
    pub place_scope: u8,
    /// What the geographic databases say, as `ES`.
    pub country: Option<String>,
    /// As `EU`.
    pub continent: Option<String>,
    /// Number of its autonomous system.
    pub asn: Option<u32>,
    /// Locations with coordinates, the nearest first, with the great circle to them in kilometres.
    pub nearest: Vec<(Label, f64)>,
}
