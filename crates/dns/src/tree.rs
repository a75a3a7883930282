//! All names of all zones in one table, with their records as octets.

use std::collections::HashMap;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use model::config::{Config, Mailbox, Service, Unhandled, Zone, ZoneIndex};
use model::rrtype::RrType;
use model::slots::{Slot, Slots};
use model::{DnsName, Problems};

use crate::few::Few;
use crate::prepare::{Data, each_set};

/// A record: type, class IN, TTL, length and data, ready to follow its owner.
pub type Body = Box<[u8]>;

/// Records of one type at one name.
#[derive(Debug)]
pub struct RrSet {
    pub rr_type: RrType,
    pub ttl: u32,
    pub bodies: Few<Body>,
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
    pub sets: Few<RrSet>,
    /// Its CNAME.
    pub alias: Option<Box<Alias>>,
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
    // Names are put in by the operator and only looked up by whoever asks: the hash needs a seed nobody knows, and speed.
    nodes: HashMap<Box<[u8]>, Node, RandomState>,
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
        let records: usize = config.zones.iter().map(|zone| zone.records.len()).sum();
        tree.nodes.reserve(records + services.len() + config.zones.len());
        for zone in &config.zones {
            let slot = slots.zone(&zone.name).unwrap_or(Slot::OUTSIDE);
            tree.zones.push(zone_data(zone, slot, serial));
        }
        let zones = ZoneIndex::new(config);
        for (index, zone) in config.zones.iter().enumerate() {
            tree.add_apex(index, zone, serial);
        }
        each_set(&config.zones, &zones, |set| {
            let node = tree.node(set.zone, &set.owner);
            match set.data {
                Data::Set(set) => node.sets.push(set),
                Data::Alias(alias) => node.alias = Some(Box::new(alias)),
            }
        })?;
        for (index, service) in services.iter().enumerate() {
            if let Some(zone) = zones.of(&service.name) {
                tree.node(zone, &service.name).service = Some(index);
            }
        }
        // The apex of a zone within another's exists there too: nothing on the way to it may be denied.
        for zone in &config.zones {
            if let Some(parent) = zone.name.parent()
                && let Some(outer) = zones.of(&parent)
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

    /// The node of a name, made with every name between it and the apex.
    fn node(&mut self, zone: usize, name: &DnsName) -> &mut Node {
        let apex = self.zones[zone].name.wire().len();
        let mut above = name.wire();
        let mut below_is_wildcard = false;
        // Up to the first name that is there: what is above it was made with it.
        loop {
            if let Some(node) = self.nodes.get_mut(above) {
                node.has_wildcard |= below_is_wildcard;
                break;
            }
            let node = Node { zone, has_wildcard: below_is_wildcard, ..Node::default() };
            self.nodes.insert(above.into(), node);
            if above.len() <= apex {
                break;
            }
            below_is_wildcard = above.starts_with(b"\x01*");
            above = &above[1 + usize::from(above[0])..];
        }
        self.nodes.entry(name.wire().into()).or_default()
    }

    fn add_apex(&mut self, index: usize, zone: &Zone, serial: u32) {
        let ttl = zone.ttl.get();
        let soa = RrSet {
            rr_type: RrType::SOA,
            ttl,
            bodies: Few::One(body(RrType::SOA, ttl, &soa_data(zone, serial))),
        };
        let servers =
            zone.name_servers.iter().map(|name| body(RrType::NS, ttl, name.wire())).collect::<Few<_>>();
        let node = self.node(index, &zone.name);
        node.sets.push(soa);
        if !servers.is_empty() {
            node.sets.push(RrSet { rr_type: RrType::NS, ttl, bodies: servers });
        }
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
