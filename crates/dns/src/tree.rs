//! All names of all zones in one table, with their records as octets.

use std::collections::HashMap;
use std::net::IpAddr;

use model::config::{Config, Mailbox, Service, Unhandled, Zone};
use model::rdata;
use model::rrtype::RrType;
use model::slots::{Slot, Slots};
use model::{DnsName, Problem, Problems};

/// A record: type, class IN, TTL, length and data, ready to follow its owner.
pub type Body = Box<[u8]>;

/// Records of one type at one name.
#[derive(Debug)]
pub struct RrSet {
    pub rr_type: RrType,
    pub ttl: u32,
    pub bodies: Vec<Body>,
}

impl RrSet {
    /// The addresses in its records; nothing for types that hold none.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.bodies.iter().filter_map(|body| match self.rr_type {
            RrType::A => body.last_chunk::<4>().map(|octets| IpAddr::from(*octets)),
            RrType::AAAA => body.last_chunk::<16>().map(|octets| IpAddr::from(*octets)),
            _ => None,
        })
    }
}

/// An alias: its record, and the name it stands for.
#[derive(Debug)]
pub struct Alias {
    pub body: Body,
    pub target: DnsName,
    pub ttl: u32,
}

/// A name that exists, if only because something lies below it (RFC 4592 section 2.2.2).
#[derive(Debug, Default)]
pub struct Node {
    /// Index of its zone.
    pub zone: usize,
    /// Its static records.
    pub sets: Vec<RrSet>,
    /// Its CNAME.
    pub alias: Option<Alias>,
    /// Index of its service.
    pub service: Option<usize>,
    /// Whether `*` lies directly below it.
    pub has_wildcard: bool,
}

/// What of a zone every negative answer needs.
#[derive(Debug)]
pub struct ZoneData {
    pub name: DnsName,
    pub slot: Slot,
    pub unhandled: Unhandled,
    /// The SOA of negative answers: its TTL is the lesser of the record's own and MINIMUM (RFC 2308 section 3).
    pub negative_soa: Body,
    pub negative_ttl: u32,
}

/// The table.
#[derive(Debug, Default)]
pub struct Tree {
    pub zones: Vec<ZoneData>,
    nodes: HashMap<Box<[u8]>, Node>,
}

/// Writes type, class IN, TTL, length and data.
pub fn body(rr_type: RrType, ttl: u32, data: &[u8]) -> Body {
    let mut out = Vec::with_capacity(10 + data.len());
    out.extend_from_slice(&rr_type.0.to_be_bytes());
    out.extend_from_slice(&[0, 1]);
    out.extend_from_slice(&ttl.to_be_bytes());
    out.extend_from_slice(&(data.len() as u16).to_be_bytes());
    out.extend_from_slice(data);
    out.into()
}

impl Tree {
    /// Compiles every zone. `services` are the enabled ones, in the order of their index.
    pub fn new(config: &Config, services: &[&Service], slots: &Slots, serial: u32) -> Result<Tree, Problems> {
        let mut tree = Tree::default();
        for zone in &config.zones {
            let slot = slots.zone(&zone.name).unwrap_or(Slot::OUTSIDE);
            tree.zones.push(zone_data(zone, slot, serial));
        }
        for (index, zone) in config.zones.iter().enumerate() {
            tree.add_apex(index, zone, serial);
        }
        for (index, zone) in config.zones.iter().enumerate() {
            tree.add_records(config, index, zone)?;
        }
        for (index, service) in services.iter().enumerate() {
            if let Some(zone) = tree.zone_index(config, &service.name) {
                tree.node(zone, &service.name).service = Some(index);
            }
        }
        // The apex of a zone within another's exists there too: nothing on the way to it may be denied.
        for zone in &config.zones {
            if let Some(parent) = zone.name.parent()
                && let Some(outer) = tree.zone_index(config, &parent)
            {
                tree.node(outer, &parent);
            }
        }
        Ok(tree)
    }

    /// The node of a name in lower-case wire format.
    pub fn get(&self, name: &[u8]) -> Option<&Node> {
        self.nodes.get(name)
    }

    fn zone_index(&self, config: &Config, name: &DnsName) -> Option<usize> {
        let zone = config.zone_of(name)?;
        self.zones.iter().position(|z| z.name == zone.name)
    }

    /// The node of a name, made with every name between it and the apex.
    fn node(&mut self, zone: usize, name: &DnsName) -> &mut Node {
        let apex = self.zones[zone].name.clone();
        let mut above = name.clone();
        let mut below_is_wildcard = false;
        loop {
            let node =
                self.nodes.entry(above.wire().into()).or_insert_with(|| Node { zone, ..Node::default() });
            node.has_wildcard |= below_is_wildcard;
            below_is_wildcard = above.is_wildcard();
            match above.parent() {
                Some(parent) if above != apex => above = parent,
                _ => break,
            }
        }
        self.nodes.entry(name.wire().into()).or_default()
    }

    fn add_apex(&mut self, index: usize, zone: &Zone, serial: u32) {
        let ttl = zone.ttl.get();
        let soa = RrSet {
            rr_type: RrType::SOA,
            ttl,
            bodies: vec![body(RrType::SOA, ttl, &soa_data(zone, serial))],
        };
        let servers =
            zone.name_servers.iter().map(|name| body(RrType::NS, ttl, name.wire())).collect::<Vec<_>>();
        let node = self.node(index, &zone.name);
        node.sets.push(soa);
        if !servers.is_empty() {
            node.sets.push(RrSet { rr_type: RrType::NS, ttl, bodies: servers });
        }
    }

    fn add_records(&mut self, config: &Config, index: usize, zone: &Zone) -> Result<(), Problems> {
        for set in &zone.records {
            let at = || format!("zones[{}].records", zone.name);
            let owner = set.owner(&zone.name).map_err(|e| Problem::new(at(), &*set.name, e.to_string()))?;
            // A zone within this one owns what lies below its apex.
            if self.zone_index(config, &owner) != Some(index) {
                continue;
            }
            let ttl = set.ttl.unwrap_or(zone.ttl).get();
            let mut bodies = Vec::with_capacity(set.data.len());
            for text in &set.data {
                let data = rdata::parse(set.rr_type, text, &zone.name)
                    .map_err(|e| Problem::new(at(), &**text, e.to_string()))?;
                if set.rr_type == RrType::CNAME {
                    let Some(target) = DnsName::from_wire(&data) else { continue };
                    let body = body(RrType::CNAME, ttl, target.wire());
                    self.node(index, &owner).alias = Some(Alias { body, target, ttl });
                    continue;
                }
                bodies.push(body(set.rr_type, ttl, &data));
            }
            if !bodies.is_empty() {
                self.node(index, &owner).sets.push(RrSet { rr_type: set.rr_type, ttl, bodies });
            }
        }
        Ok(())
    }
}

fn zone_data(zone: &Zone, slot: Slot, serial: u32) -> ZoneData {
    let negative_ttl = zone.soa.negative_ttl.get().min(zone.ttl.get());
    ZoneData {
        name: zone.name.clone(),
        slot,
        unhandled: zone.unhandled,
        negative_soa: body(RrType::SOA, negative_ttl, &soa_data(zone, serial)),
        negative_ttl,
    }
}

/// RFC 1035 section 3.3.13, names uncompressed.
fn soa_data(zone: &Zone, serial: u32) -> Vec<u8> {
    let soa = &zone.soa;
    let mname = soa.mname.as_ref().or(zone.name_servers.first()).unwrap_or(&zone.name);
    let rname = soa.rname.clone().or_else(|| Mailbox::hostmaster(&zone.name));
    let mut data = mname.wire().to_vec();
    data.extend_from_slice(rname.as_ref().map_or(zone.name.wire(), |r| r.name().wire()));
    for number in [serial, soa.refresh, soa.retry, soa.expire, soa.negative_ttl.get()] {
        data.extend_from_slice(&number.to_be_bytes());
    }
    data
}
