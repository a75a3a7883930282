//! Zones and their records.

use std::collections::HashSet;

use super::index::{At, Names, Sets};
use crate::config::{RecordSet, Zone};
use crate::name::DnsName;
use crate::problem::Problems;
use crate::rdata;
use crate::rrtype::RrType;

/// Most octets of one set's records in an answer; a message over TCP holds 65,535 (RFC 1035 section 4.2.2), and its
/// question, SOA and OPT need room as well.
const MAX_SET: usize = 60_000;
/// What a record takes beside its data: a pointer to its owner, type, class, TTL and length.
const RECORD_HEAD: usize = 12;

/// A record that leads to another name.
pub struct Alias {
    pub at: At,
    pub owner: DnsName,
    pub target: DnsName,
}

/// The zone's own fields.
pub fn fields(zone: &Zone, problems: &mut Problems) {
    let at = format!("zones[{}]", zone.name);
    if zone.name.is_root() || zone.name.is_wildcard() {
        problems.push(
            format!("{at}.name"),
            zone.name.to_string(),
            "a zone needs a name such as gslb.example.org",
        );
    }
    let mut seen = HashSet::new();
    for server in zone.name_servers.iter().filter(|server| !seen.insert(*server)) {
        let message = "this name server is there twice (RFC 2181 section 5): remove one";
        problems.push(format!("{at}.name_servers"), server.to_string(), message);
    }
}

/// The records of all zones; gives the aliases among them.
pub fn records(zones: &[Zone], names: &Names, problems: &mut Problems) -> Vec<Alias> {
    let mut aliases = Vec::new();
    for (place, zone) in zones.iter().enumerate() {
        for (i, set) in zone.records.iter().enumerate() {
            let at = At { rr_type: set.rr_type, zone: place, set: i };
            let path = || at.path(zones);
            let octets = data(zone, set, &path, problems);
            let Some(owner) = names.owner(place, i) else { continue };
            if let Some(sets) = names.get(owner.wire()) {
                place_of(zones, at, owner, sets, problems);
            }
            if let [one] = octets.as_slice()
                && rdata::is_alias(set.rr_type)
                && let Some(target) = DnsName::from_wire(one)
            {
                aliases.push(Alias { at, owner: owner.clone(), target });
            }
        }
    }
    below_dname(zones, names, &aliases, problems);
    aliases
}

/// Reads the data of a set.
fn data(zone: &Zone, set: &RecordSet, path: &impl Fn() -> String, problems: &mut Problems) -> Vec<Vec<u8>> {
    if set.data.is_empty() {
        problems.push(format!("{}.data", path()), "", "give the data of at least one record");
    }
    if rdata::is_alias(set.rr_type) && set.data.len() > 1 {
        let section =
            if set.rr_type == RrType::CNAME { "RFC 1034 section 3.6.2" } else { "RFC 6672 section 2.4" };
        let message = format!("a name has at most one {} ({section}): remove the others", set.rr_type);
        problems.push(format!("{}.data", path()), set.data.join(", "), message);
    }
    let mut all = Vec::with_capacity(set.data.len());
    for text in &set.data {
        match rdata::parse(set.rr_type, text, &zone.name) {
            Ok(octets) => all.push(octets),
            Err(e) => problems.push(format!("{}.data", path()), &**text, e.to_string()),
        }
    }
    if set.data.len() > 1 && all.len() == set.data.len() {
        let mut seen = HashSet::with_capacity(all.len());
        let again = all.iter().zip(&set.data).filter(|(octets, _)| !seen.insert(*octets));
        for (_, text) in again {
            let message = "this record is there twice (RFC 2181 section 5): remove one";
            problems.push(format!("{}.data", path()), &**text, message);
        }
    }
    let size: usize = all.iter().map(|octets| RECORD_HEAD + octets.len()).sum();
    if size > MAX_SET {
        let message = format!(
            "the records of this set take {size} octets in an answer, at most {MAX_SET} fit: use fewer records"
        );
        problems.push(format!("{}.data", path()), "", message);
    }
    all
}

/// Whether a set may stand where it does, beside the others of its name.
fn place_of(zones: &[Zone], at: At, owner: &DnsName, sets: &Sets, problems: &mut Problems) {
    let zone = &zones[at.zone];
    let path = || at.path(zones);
    let others = || sets.all().filter(|other| other.zone == at.zone && other.set != at.set);
    let rr_type = at.rr_type;
    if matches!(rr_type.0, 0 | 41 | 128..=255) {
        problems.push(format!("{}.type", path()), rr_type.to_string(), "this type exists in queries only");
    }
    if rr_type == RrType::NS && *owner == zone.name {
        let message = "the zone's own name servers are set by its field name_servers";
        problems.push(format!("{}.type", path()), "NS", message);
    }
    if owner.is_wildcard() && matches!(rr_type, RrType::NS | RrType::DNAME | RrType::DS) {
        let message = "what this type means at a wildcard is not defined (RFC 4592 section 4): name each one";
        problems.push(format!("{}.type", path()), rr_type.to_string(), message);
    }
    if others().any(|other| other.rr_type == rr_type && other.set < at.set) {
        let message = format!("{owner} has records of type {rr_type} already: put all data into one set");
        problems.push(format!("{}.name", path()), owner.to_string(), message);
    }
    if rr_type == RrType::CNAME {
        let message = if *owner == zone.name {
            Some("a CNAME cannot stand at the apex, beside SOA and NS (RFC 1034 section 3.6.2): use a service, or addresses".to_owned())
        } else {
            let other = others().find(|other| other.rr_type != rr_type);
            other.map(|other| {
                let other = other.rr_type;
                format!("a CNAME stands alone at its name, and there is a set of type {other} (RFC 1034 section 3.6.2): remove one of the two")
            })
        };
        if let Some(message) = message {
            problems.push(format!("{}.type", path()), owner.to_string(), message);
        }
    }
    if rr_type == RrType::DS && (*owner == zone.name || sets.of(at.zone, RrType::NS).is_none()) {
        let message = "a DS stands where an NS set delegates a name below the apex (RFC 4035 section 2.4)";
        problems.push(format!("{}.type", path()), owner.to_string(), message);
    }
}

/// RFC 6672 section 2.4: nothing stands below a DNAME.
fn below_dname(zones: &[Zone], names: &Names, aliases: &[Alias], problems: &mut Problems) {
    if !aliases.iter().any(|alias| alias.at.rr_type == RrType::DNAME) {
        return;
    }
    for (place, zone) in zones.iter().enumerate() {
        for i in 0..zone.records.len() {
            let Some(owner) = names.owner(place, i) else { continue };
            if let Some(dname) = above(names, place, &zone.name, owner, RrType::DNAME) {
                let path = At { rr_type: zone.records[i].rr_type, zone: place, set: i }.path(zones);
                let message = format!(
                    "the DNAME at {dname} stands for every name below it (RFC 6672 section 2.4): remove one of the two"
                );
                problems.push(format!("{path}.name"), owner.to_string(), message);
            }
        }
    }
}

/// The nearest name above `name`, within its zone, that has records of a type; NS at the apex delegates nothing.
pub fn above(
    names: &Names,
    place: usize,
    apex: &DnsName,
    name: &DnsName,
    rr_type: RrType,
) -> Option<DnsName> {
    let least = apex.wire().len() + usize::from(rr_type == RrType::NS);
    let within = |suffix: &&[u8]| suffix.len() >= least;
    let found = name
        .suffixes()
        .skip(1)
        .take_while(within)
        .find(|suffix| names.get(suffix).is_some_and(|sets| sets.of(place, rr_type).is_some()));
    DnsName::from_wire(found?)
}
