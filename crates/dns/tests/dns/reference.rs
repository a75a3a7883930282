//! What a zone has to answer, by the algorithm of RFC 1034 section 4.3.2 with RFC 4592 and RFC 6672, over a plain list
//! of records and from the apex down: slow, obvious, and nothing of the responder's.

use model::config::{Config, Unhandled};
use model::{DnsName, rdata};

/// A record of the list: owner, type, TTL, data.
type Record = (DnsName, u16, u32, Vec<u8>);

/// A record of an answer, owner in lower case.
pub type Said = (String, u16, Vec<u8>);

/// What is to be answered.
#[derive(Debug, Default, PartialEq)]
pub struct Expected {
    pub rcode: u16,
    pub aa: bool,
    pub answers: Vec<Said>,
    pub authorities: Vec<(String, u16)>,
    pub glue: Vec<Said>,
    /// The chain ends at a service, whose addresses follow the answers.
    pub service: Option<DnsName>,
    pub silent: bool,
}

pub struct Reference<'a> {
    config: &'a Config,
    records: Vec<(usize, Record)>,
}

impl<'a> Reference<'a> {
    pub fn new(config: &'a Config) -> Reference<'a> {
        let mut records = Vec::new();
        for (index, zone) in config.zones.iter().enumerate() {
            records.push((index, (zone.name.clone(), 6, 300, Vec::new())));
            for server in &zone.name_servers {
                records.push((index, (zone.name.clone(), 2, 300, server.wire().to_vec())));
            }
            for set in &zone.records {
                let owner = set.owner(&zone.name).expect("an owner");
                for text in &set.data {
                    let data = rdata::parse(set.rr_type, text, &zone.name).expect("data");
                    records.push((index, (owner.clone(), set.rr_type.0, 0, data)));
                }
            }
        }
        Reference { config, records }
    }

    fn zone_of(&self, name: &DnsName) -> Option<usize> {
        let zones = self.config.zones.iter().enumerate();
        zones
            .filter(|(_, z)| name.is_within(&z.name))
            .max_by_key(|(_, z)| z.name.label_count())
            .map(|(i, _)| i)
    }

    /// The records a zone has at a name, those of a zone below it left out.
    fn at(&self, zone: usize, name: &DnsName, rr_type: u16) -> Vec<Vec<u8>> {
        let own = self.records.iter().filter(|(z, r)| *z == zone && r.0 == *name && r.1 == rr_type);
        own.map(|(_, r)| r.3.clone()).collect()
    }

    /// Names that services answer, and whether their members' own names do for every type.
    fn services(&self) -> impl Iterator<Item = (DnsName, bool)> {
        let wildcard = "*".parse::<DnsName>().expect("a name");
        self.config.services.iter().filter(|s| s.enabled).flat_map(move |service| {
            let named = service.pools.iter().max_by_key(|p| p.priority).is_some_and(|p| p.is_alias());
            let below = service.wildcard.then(|| wildcard.below(&service.name).expect("a name"));
            [Some(service.name.clone()), below].into_iter().flatten().map(move |name| (name, named))
        })
    }

    fn service(&self, name: &DnsName, qtype: u16) -> bool {
        let own: Vec<bool> = self.services().filter(|(n, _)| n == name).map(|(_, named)| named).collect();
        own.last().is_some_and(|named| *named || matches!(qtype, 1 | 28))
    }

    fn exists(&self, zone: usize, name: &DnsName) -> bool {
        let apex = self.config.zones.iter().map(|z| z.name.clone());
        let services = self.services().map(|(name, _)| name);
        let owners = self.records.iter().filter(|(z, _)| *z == zone).map(|(_, r)| r.0.clone());
        let mut owned = owners.chain(services).filter(|owner| self.zone_of(owner) == Some(zone));
        // What lies on the way to a zone within this one exists as well.
        let mut below = apex
            .filter(|a| a != name && a.is_within(name))
            .filter(|a| a.parent().is_some_and(|parent| self.zone_of(&parent) == Some(zone)));
        owned.any(|owner| owner.is_within(name)) || below.next().is_some()
    }

    pub fn answer(&self, qname: &DnsName, qtype: u16) -> Expected {
        let mut out = Expected { aa: true, ..Expected::default() };
        let mut name = qname.clone();
        let mut visited = Vec::new();
        while visited.len() < 17 && !visited.contains(&name) {
            visited.push(name.clone());
            match self.step(&name, qtype, visited.len() == 1, &mut out) {
                Some(next) => name = next,
                None => break,
            }
        }
        out
    }

    /// One name of the chain; the next one when it leads on.
    fn step(&self, name: &DnsName, qtype: u16, first: bool, out: &mut Expected) -> Option<DnsName> {
        let Some(mut zone) = self.zone_of(name) else {
            if first {
                (out.rcode, out.aa) = (5, false);
            }
            return None;
        };
        let is_apex = self.config.zones[zone].name == *name;
        if qtype == 43
            && is_apex
            && let Some(parent) = name.parent().and_then(|p| self.zone_of(&p))
        {
            zone = parent;
            let ds: Vec<_> =
                self.records.iter().filter(|(z, r)| *z == zone && r.0 == *name && r.1 == 43).collect();
            if ds.is_empty() {
                out.authorities.push((self.config.zones[zone].name.to_string(), 6));
            }
            out.answers.extend(ds.into_iter().map(|(_, r)| (name.to_string(), 43, r.3.clone())));
            return None;
        }
        let apex = self.config.zones[zone].name.clone();
        let mut path = vec![name.clone()];
        while *path.last().expect("a name") != apex {
            path.push(path.last().expect("a name").parent().expect("a parent"));
        }
        path.reverse();
        let mut source = name.clone();
        for (depth, at) in path.iter().enumerate() {
            if !self.exists(zone, at) && *at != apex {
                let encloser = &path[depth - 1];
                let wildcard = "*".parse::<DnsName>().expect("a name").below(encloser).expect("a name");
                if !self.exists(zone, &wildcard) {
                    if first && self.config.zones[zone].unhandled == Unhandled::Drop {
                        out.silent = true;
                        return None;
                    }
                    out.rcode = 3;
                    out.authorities.push((apex.to_string(), 6));
                    return None;
                }
                source = wildcard;
                break;
            }
            let servers = self.at(zone, at, 2);
            let asks_parent = *at == *name && qtype == 43;
            if *at != apex && !at.is_wildcard() && !servers.is_empty() && !asks_parent {
                out.aa = !first;
                out.authorities.extend(servers.iter().map(|_| (at.to_string(), 2)));
                for server in &servers {
                    let server = DnsName::from_wire(server).expect("a name");
                    if self.zone_of(&server) != Some(zone) {
                        continue;
                    }
                    for rr_type in [1, 28] {
                        let glue = self.at(zone, &server, rr_type);
                        out.glue.extend(glue.into_iter().map(|data| (server.to_string(), rr_type, data)));
                    }
                }
                return None;
            }
            if *at != *name
                && let Some(target) = self.at(zone, at, 39).into_iter().next()
            {
                out.answers.push((at.to_string(), 39, target.clone()));
                let head = &name.wire()[..name.wire().len() - at.wire().len()];
                let Some(renamed) = DnsName::from_wire(&[head, &target].concat()) else {
                    out.rcode = 6;
                    return None;
                };
                out.answers.push((name.to_string(), 5, renamed.wire().to_vec()));
                return (qtype != 5).then_some(renamed);
            }
        }
        if self.service(&source, qtype) {
            out.service = Some(source);
            return None;
        }
        let own = self.at(zone, &source, qtype);
        if !own.is_empty() {
            out.answers.extend(own.into_iter().map(|data| (name.to_string(), qtype, data)));
            return None;
        }
        match self.at(zone, &source, 5).into_iter().next() {
            Some(target) => {
                out.answers.push((name.to_string(), 5, target.clone()));
                DnsName::from_wire(&target)
            }
            None => {
                out.authorities.push((apex.to_string(), 6));
                None
            }
        }
    }
}
