//! Tables that find a zone, a name's records or an object without going through lists.

use std::collections::{HashMap, HashSet};

use crate::Weight;
use crate::config::{Config, Location, Member, Pool, Service, Site, Zone};
use crate::name::DnsName;
use crate::problem::Problems;
use crate::rrtype::RrType;

/// A set of records: its type, the place of its zone in the configuration, and its own place there.
#[derive(Clone, Copy, Debug)]
pub struct At {
    pub rr_type: RrType,
    pub zone: usize,
    pub set: usize,
}

impl At {
    /// Its path in the declarative form.
    pub fn path(&self, zones: &[Zone]) -> String {
        format!("zones[{}].records[{}]", zones[self.zone].name, self.set)
    }
}

/// The sets of one name. Most names have one, and the list costs nothing then.
#[derive(Debug)]
pub struct Sets {
    first: At,
    others: Vec<At>,
}

impl Sets {
    /// All of them, in the order of the configuration.
    pub fn all(&self) -> impl Iterator<Item = &At> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The one of a type in a zone.
    pub fn of(&self, zone: usize, rr_type: RrType) -> Option<&At> {
        self.all().find(|at| at.zone == zone && at.rr_type == rr_type)
    }
}

/// Every name with static records.
#[derive(Debug)]
pub struct Names {
    table: HashMap<DnsName, Sets>,
    /// The owner of each set of each zone; none for one that is wrong.
    owners: Vec<Vec<Option<DnsName>>>,
}

impl Names {
    /// Reads all owners; those that are no names of their zone are problems.
    pub fn of(zones: &[Zone], problems: &mut Problems) -> Names {
        let count = zones.iter().map(|zone| zone.records.len()).sum();
        let mut table: HashMap<DnsName, Sets> = HashMap::with_capacity(count);
        let mut owners = Vec::with_capacity(zones.len());
        for (place, zone) in zones.iter().enumerate() {
            let mut own = Vec::with_capacity(zone.records.len());
            for (i, set) in zone.records.iter().enumerate() {
                let field = || format!("zones[{}].records[{i}].name", zone.name);
                let owner = match set.owner(&zone.name) {
                    Ok(owner) if owner.is_within(&zone.name) => owner,
                    Ok(_) => {
                        let message =
                            format!("the name is outside the zone {}: give one inside it", zone.name);
                        problems.push(field(), &*set.name, message);
                        own.push(None);
                        continue;
                    }
                    Err(e) => {
                        problems.push(field(), &*set.name, e.to_string());
                        own.push(None);
                        continue;
                    }
                };
                let at = At { rr_type: set.rr_type, zone: place, set: i };
                own.push(Some(owner.clone()));
                table
                    .entry(owner)
                    .and_modify(|sets| sets.others.push(at))
                    .or_insert_with(|| Sets { first: at, others: Vec::new() });
            }
            owners.push(own);
        }
        Names { table, owners }
    }

    /// The records of a name, in wire format.
    pub fn get(&self, name: &[u8]) -> Option<&Sets> {
        self.table.get(name)
    }

    /// Every name with its records, in no order.
    pub fn all(&self) -> impl Iterator<Item = (&DnsName, &Sets)> {
        self.table.iter()
    }

    /// The owner of a set.
    pub fn owner(&self, zone: usize, set: usize) -> Option<&DnsName> {
        self.owners[zone][set].as_ref()
    }
}

/// The configuration by name.
pub struct Index<'a> {
    pub config: &'a Config,
    pub names: &'a Names,
    zones: HashMap<&'a [u8], usize>,
    services: HashMap<&'a [u8], usize>,
    sites: HashMap<&'a str, &'a Site>,
    locations: HashMap<&'a str, &'a Location>,
    monitors: HashSet<&'a str>,
}

impl<'a> Index<'a> {
    pub fn of(config: &'a Config, names: &'a Names) -> Self {
        Index {
            config,
            names,
            zones: config.zones.iter().enumerate().map(|(i, zone)| (zone.name.wire(), i)).collect(),
            services: config.services.iter().enumerate().map(|(i, s)| (s.name.wire(), i)).collect(),
            sites: config.sites.iter().map(|s| (s.name.as_str(), s)).collect(),
            locations: config.locations.iter().map(|l| (l.name.as_str(), l)).collect(),
            monitors: config.monitors.iter().map(|m| m.name.as_str()).collect(),
        }
    }

    /// The zone a name belongs to: the longest that contains it.
    pub fn zone_of(&self, name: &DnsName) -> Option<usize> {
        name.suffixes().find_map(|suffix| self.zones.get(suffix)).copied()
    }

    /// The service of a name, in wire format.
    pub fn service(&self, name: &[u8]) -> Option<(usize, &'a Service)> {
        self.services.get(name).map(|place| (*place, &self.config.services[*place]))
    }

    pub fn has_site(&self, name: &str) -> bool {
        self.sites.contains_key(name)
    }

    pub fn has_location(&self, name: &str) -> bool {
        self.locations.contains_key(name)
    }

    /// The weight a member has after what its location, its site and its pool say.
    pub fn weight_of(&self, pool: &Pool, member: &Member) -> Weight {
        let location = member.location.as_ref().and_then(|name| self.locations.get(name.as_str()));
        let site = location.and_then(|location| self.sites.get(location.site.as_ref()?.as_str()));
        let above = location.and_then(|l| l.weight).or_else(|| site.and_then(|s| s.weight));
        above.or(pool.weight).unwrap_or(member.weight)
    }

    pub fn has_monitor(&self, name: &str) -> bool {
        self.monitors.contains(name)
    }
}
