//! Places by address, from one database of cities or countries and one of autonomous systems.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{LookupResult, PathElement};
use model::config::Continent;
use steering::{Locate, Located};

use crate::file::File;

/// The databases of a site; either may be absent.
#[derive(Debug, Default)]
pub struct Databases {
    places: Option<File>,
    systems: Option<File>,
}

impl Databases {
    /// Reads the databases there are. One that cannot be read is complained of in the log, and tried again when its file
    /// changes.
    pub fn open(places: Option<&Path>, systems: Option<&Path>) -> Databases {
        let databases = Databases { places: places.map(File::new), systems: systems.map(File::new) };
        databases.refresh();
        databases
    }

    /// Whether there is nothing to look into.
    pub fn is_empty(&self) -> bool {
        self.places.is_none() && self.systems.is_none()
    }

    /// Reads the files that have changed; takes as long as reading them does.
    pub fn refresh(&self) {
        self.places.iter().chain(&self.systems).for_each(File::refresh);
    }
}

impl Locate for Databases {
    fn locate(&self, address: IpAddr) -> Located {
        let mut located = Located::default();
        let place = &mut located.place;
        if let Some(reader) = self.places.as_ref().map(File::reader)
            && let Some(found) = reader.as_ref().and_then(|reader| reader.lookup(address).ok())
        {
            // Where a network is not known to be, it may be known to be registered.
            let country =
                ["country", "registered_country"].iter().find_map(|key| text(&found, &[key, "iso_code"]));
            place.country = country.and_then(|code| code.parse().ok());
            place.continent = text(&found, &["continent", "code"]).and_then(Continent::coded);
            let degrees = |key| found.decode_path::<f64>(&path(&["location", key])).ok().flatten();
            place.coordinates = degrees("latitude").zip(degrees("longitude"));
            located.prefix = prefix(&found, address);
        }
        if let Some(reader) = self.systems.as_ref().map(File::reader)
            && let Some(found) = reader.as_ref().and_then(|reader| reader.lookup(address).ok())
        {
            place.asn = found.decode_path::<u32>(&path(&["autonomous_system_number"])).ok().flatten();
            located.prefix = located.prefix.max(prefix(&found, address));
        }
        located
    }
}

/// Bits of the address that the record found stands for.
fn prefix<S: AsRef<[u8]>>(found: &LookupResult<'_, S>, address: IpAddr) -> u8 {
    let Ok(network) = found.network() else { return 0 };
    match (address, network.ip()) {
        // IPv4 lives in the last 32 bits of a tree of 128.
        (IpAddr::V4(_), IpAddr::V6(_)) => network.prefix().saturating_sub(96),
        _ => network.prefix(),
    }
}

fn path<'a, const N: usize>(keys: &[&'a str; N]) -> [PathElement<'a>; N] {
    keys.map(PathElement::Key)
}

fn text<'a, S: AsRef<[u8]>>(found: &LookupResult<'a, S>, keys: &[&str; 2]) -> Option<&'a str> {
    found.decode_path::<&str>(&path(keys)).ok().flatten()
}
