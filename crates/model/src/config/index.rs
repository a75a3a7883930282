//! Finding things of a large configuration: what [`Config`] searches for one question, looked up for many.

use std::collections::HashMap;

use super::{Config, Location, Member};
use crate::Label;
use crate::name::DnsName;

/// Zones by name. Made once, where many names are to be placed.
#[derive(Debug)]
pub struct ZoneIndex<'a> {
    zones: HashMap<&'a [u8], usize>,
}

impl<'a> ZoneIndex<'a> {
    /// Of all zones of `config`.
    pub fn new(config: &'a Config) -> Self {
        ZoneIndex { zones: config.zones.iter().enumerate().map(|(i, z)| (z.name.wire(), i)).collect() }
    }

    /// The index, in the configuration, of the zone a name belongs to: the longest that contains it.
    pub fn of(&self, name: &DnsName) -> Option<usize> {
        let mut rest = name.wire();
        loop {
            if let Some(zone) = self.zones.get(rest) {
                return Some(*zone);
            }
            match rest.split_first()? {
                (0, _) => return None,
                (length, tail) => rest = tail.get(usize::from(*length)..)?,
            }
        }
    }
}

/// Locations by name. Made once, where the sites of many members are asked for.
#[derive(Debug)]
pub struct LocationIndex<'a> {
    locations: HashMap<&'a str, &'a Location>,
}

impl<'a> LocationIndex<'a> {
    /// Of all locations of `config`.
    pub fn new(config: &'a Config) -> Self {
        LocationIndex { locations: config.locations.iter().map(|l| (l.name.as_str(), l)).collect() }
    }

    /// Where a member lives.
    pub fn of(&self, member: &Member) -> Option<&'a Location> {
        self.locations.get(member.location.as_ref()?.as_str()).copied()
    }

    /// The site a member is counted to: its location's.
    pub fn site_of(&self, member: &Member) -> Option<&'a Label> {
        self.of(member)?.site.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_finds_what_a_search_finds() {
        let config: Config = serde_json::from_value(serde_json::json!({
            "sites": [{"name": "s"}],
            "locations": [{"name": "here", "site": "s"}, {"name": "nowhere"}],
            "zones": [{"name": "example.org"}, {"name": "b.example.org"}, {"name": "a.test"}],
        }))
        .unwrap();
        let index = ZoneIndex::new(&config);
        for name in
            ["example.org", "x.example.org", "y.x.b.example.org", "b.example.org", "xa.test", "org", "."]
        {
            let name: DnsName = name.parse().unwrap();
            let searched = config.zone_of(&name).map(|z| &z.name);
            assert_eq!(index.of(&name).map(|i| &config.zones[i].name), searched, "{name}");
        }
        let index = LocationIndex::new(&config);
        for location in [Some("here"), Some("nowhere"), Some("unknown"), None] {
            let member: Member =
                serde_json::from_value(serde_json::json!({"address": "192.0.2.1", "location": location}))
                    .unwrap();
            assert_eq!(index.site_of(&member), config.site_of(&member), "{location:?}");
        }
    }
}
