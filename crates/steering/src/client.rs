//! Who asks, and what is known of where that is.

use std::fmt::Debug;
use std::net::IpAddr;
use std::sync::Arc;

use model::config::{Addresses, Config, Continent, Country};
use model::value::Label;

use crate::networks::Networks;

/// What an answer may depend on: the network its resolver tells of (RFC 7871), else the address that asks.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// An address of the network, its bits past `prefix` zero.
    pub network: IpAddr,
    /// Leading bits that are known.
    pub prefix: u8,
    /// Where networks are.
    pub atlas: &'a Atlas,
}

impl<'a> Client<'a> {
    /// The client at an address.
    pub fn at(address: IpAddr, atlas: &'a Atlas) -> Client<'a> {
        let network = address.to_canonical();
        Client { network, prefix: if network.is_ipv4() { 32 } else { 128 }, atlas }
    }

    /// A network that a resolver told of. Of one of no bits nothing is to be known, and its answers are those of
    /// everybody.
    pub fn within(network: IpAddr, prefix: u8, atlas: &'a Atlas) -> Client<'a> {
        Client { network, prefix, atlas }
    }

    /// Whether anything is known.
    pub fn is_known(&self) -> bool {
        self.prefix > 0
    }
}

/// Where a network is, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Its country.
    pub country: Option<Country>,
    /// Its continent.
    pub continent: Option<Continent>,
    /// Number of its autonomous system.
    pub asn: Option<u32>,
    /// Degrees north and east.
    pub coordinates: Option<(f64, f64)>,
}

/// A place, and how much of the address says so.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Located {
    /// The place.
    pub place: Place,
    /// Leading bits of the address for which every address has it.
    pub prefix: u8,
}

/// A database of places. Asked while an answer waits: it looks into memory and nowhere else.
pub trait Locate: Debug + Send + Sync {
    /// Where the network of an address is.
    fn locate(&self, address: IpAddr) -> Located;
}

/// Without a database nothing is known of any place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nowhere;

impl Locate for Nowhere {
    fn locate(&self, _: IpAddr) -> Located {
        Located::default()
    }
}

/// Coordinates that an operator gave a network.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnPlace {
    /// The location it belongs to.
    pub location: Label,
    /// Degrees north and east.
    pub coordinates: (f64, f64),
}

/// What all services of a configuration know of clients.
#[derive(Clone, Debug)]
pub struct Atlas {
    groups: Networks<(Label, Addresses)>,
    locations: Networks<OwnPlace>,
    database: Arc<dyn Locate>,
}

impl Default for Atlas {
    fn default() -> Self {
        Atlas::new(&Config::default(), Arc::new(Nowhere))
    }
}

impl Atlas {
    /// Of the groups and locations of `config`, and a database for what they leave open.
    pub fn new(config: &Config, database: Arc<dyn Locate>) -> Atlas {
        let groups = config.client_groups.iter().flat_map(|group| {
            group.cidr.iter().map(|network| (*network, (group.name.clone(), group.addresses)))
        });
        let locations = config.locations.iter().filter_map(|l| Some((l, l.coordinates()?)));
        let locations = locations.flat_map(|(location, coordinates)| {
            let place = OwnPlace { location: location.name.clone(), coordinates };
            location.cidr.iter().map(move |network| (*network, place.clone()))
        });
        let own = |_: &_, own| own;
        Atlas {
            groups: Networks::new(groups, own),
            locations: Networks::new(locations, |_, own| own),
            database,
        }
    }

    /// Which addresses a client is answered, the group that says so, and the scope of that.
    pub fn addresses(&self, client: &Client<'_>) -> (Addresses, Option<&Label>, u8) {
        let found = self.groups.find(client.network, client.prefix);
        match found.value {
            Some((group, addresses)) => (*addresses, Some(group), found.scope),
            None => (Addresses::Public, None, found.scope),
        }
    }

    /// Where the database has a client.
    pub fn located(&self, client: &Client<'_>) -> Located {
        self.database.locate(client.network)
    }

    /// The coordinates of a client, what an operator says before what the database has, and the scope of that.
    pub fn coordinates(&self, client: &Client<'_>) -> (Option<(f64, f64)>, Option<&Label>, u8) {
        let own = self.locations.find(client.network, client.prefix);
        if let Some(place) = own.value {
            return (Some(place.coordinates), Some(&place.location), own.scope);
        }
        let located = self.located(client);
        (located.place.coordinates, None, own.scope.max(located.prefix))
    }
}
