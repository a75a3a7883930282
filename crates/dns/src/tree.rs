//! All names of all zones in one table, with their records as octets.

use std::collections::HashMap;
use std::net::IpAddr;

use model::config::{Config, Mailbox, Service, Unhandled, Zone, ZoneIndex};
use model::rrtype::RrType;
use model::slots::{Slot, Slots};
use model::{DnsName, Problems};

use crate::few::Few;
use crate::nodes::Nodes;
use crate::prepare::{Prepared, each_set};

/// A record: type, class IN, TTL, length and data, ready to follow its owner.
pub type Body = Box<[u8]>;

/// What stands before the data in a record without its owner: type, class, TTL and length, octets.
pub const FIXED: usize = 10;

/// Records of one type at one name, in one run of octets.
#[derive(Debug)]
pub struct RrSet {
    pub rr_type: RrType,
    pub ttl: u32,
    pub count: u16,
    octets: Box<[u8]>,
}

impl RrSet {
    /// A set of the records that `data` gives one by one.
    pub fn new<'a>(rr_type: RrType, ttl: u32, data: impl IntoIterator<Item = &'a [u8]>) -> RrSet {
        let (mut octets, mut count) = (Vec::new(), 0);
        for data in data {
            push_body(&mut octets, rr_type, ttl, data);
            count += 1;
        }
        RrSet { rr_type, ttl, count, octets: octets.into() }
    }

    /// Each record, without its owner.
    pub fn bodies(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest: &[u8] = &self.octets;
        std::iter::from_fn(move || {
            let length = rest.get(FIXED - 2..FIXED)?;
            let end = FIXED + usize::from(u16::from_be_bytes([length[0], length[1]]));
            let (body, tail) = rest.split_at_checked(end)?;
            rest = tail;
            Some(body)
        })
    }

    /// The data of each record.
    pub fn data(&self) -> impl Iterator<Item = &[u8]> {
        self.bodies().map(|body| &body[FIXED..])
    }

    /// The name an alias stands for, in wire format: the data of the only record of a CNAME or DNAME.
    pub fn target(&self) -> &[u8] {
        self.data().next().unwrap_or(&[0])
    }

    /// The addresses in its records; nothing for types that hold none.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.data().filter_map(|data| match self.rr_type {
            RrType::A => <[u8; 4]>::try_from(data).ok().map(IpAddr::from),
            RrType::AAAA => <[u8; 16]>::try_from(data).ok().map(IpAddr::from),
            _ => None,
        })
    }
}

/// A name that exists, if only because something lies below it (RFC 4592 section 2.2.2).
#[derive(Debug, Default)]
pub struct Node {
    /// Index of its zone.
    pub zone: usize,
    /// Its static records.
    pub sets: Few<RrSet>,
    /// Index of its service.
    pub service: Option<usize>,
    /// Whether `*` lies directly below it.
    pub has_wildcard: bool,
    /// Where it lies with respect to what ends the zone's own data.
    pub place: Place,
    /// At an apex whose parent zone is served here as well: what the parent has to say (RFC 4035 section 3.1.4.1).
    pub above: Option<Box<Above>>,
}

impl Node {
    /// Its records of a type.
    pub fn set(&self, rr_type: RrType) -> Option<&RrSet> {
        self.sets.iter().find(|set| set.rr_type == rr_type)
    }
}

/// The parent zone's side of an apex.
#[derive(Debug)]
pub struct Above {
    /// Index of the parent zone.
    pub zone: usize,
    /// The child's DS records.
    pub ds: Option<RrSet>,
}

/// Where a name lies with respect to a delegation (RFC 1034 section 4.2) or a DNAME (RFC 6672). The number is that of
/// the [`Break`] nearest to the apex: what lies below one is not this zone's to say, breaks included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// The zone's own.
    #[default]
    Own,
    /// The name that is delegated.
    AtCut(u32),
    /// Below a delegated name.
    BelowCut(u32),
    /// The name that has a DNAME.
    AtDname(u32),
    /// Below it.
    BelowDname(u32),
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

impl ZoneData {
    /// The data of the SOA of negative answers.
    pub fn negative_soa_data(&self) -> &[u8] {
        &self.negative_soa[FIXED..]
    }
}

/// The table.
#[derive(Debug, Default)]
pub struct Tree {
    pub zones: Vec<ZoneData>,
    /// Names with a delegation or a DNAME.
    breaks: Vec<DnsName>,
    nodes: Nodes,
}

/// Writes type, class IN, TTL, length and data.
pub fn body(rr_type: RrType, ttl: u32, data: &[u8]) -> Body {
    let mut out = Vec::with_capacity(FIXED + data.len());
    push_body(&mut out, rr_type, ttl, data);
    out.into()
}

fn push_body(out: &mut Vec<u8>, rr_type: RrType, ttl: u32, data: &[u8]) {
    out.extend_from_slice(&rr_type.0.to_be_bytes());
    out.extend_from_slice(&[0, 1]);
    out.extend_from_slice(&ttl.to_be_bytes());
    out.extend_from_slice(&(data.len() as u16).to_be_bytes());
    out.extend_from_slice(data);
}

impl Tree {
    /// Compiles every zone. `services` are the enabled ones, in the order of their index.
    pub fn new(config: &Config, services: &[&Service], slots: &Slots, serial: u32) -> Result<Tree, Problems> {
        let index = ZoneIndex::new(config);
        let names = config.zones.iter().map(|zone| 1 + zone.records.len()).sum::<usize>() + services.len();
        let mut tree = Tree::default();
        tree.nodes.reserve(names);
        for zone in &config.zones {
            let slot = slots.zone(&zone.name).unwrap_or(Slot::OUTSIDE);
            tree.zones.push(zone_data(zone, slot, serial));
        }
        for (number, zone) in config.zones.iter().enumerate() {
            tree.add_apex(number, zone, serial);
        }
        // DS records at the apex of a zone that is served here as well.
        let mut child_ds = HashMap::new();
        each_set(&config.zones, &index, |prepared| {
            let Prepared { zone, owned_by, owner, set } = prepared;
            // A zone within this one owns what lies below its apex.
            if owned_by == zone {
                tree.node(zone, &owner).sets.push(set);
            } else if set.rr_type == RrType::DS && tree.zones[owned_by].name == owner {
                child_ds.insert((zone, owner), set);
            }
        })?;
        for (number, service) in services.iter().enumerate() {
            if let Some(zone) = index.of(&service.name) {
                tree.node(zone, &service.name).service = Some(number);
                if let Some(below) = wildcard_below(service) {
                    tree.node(zone, &below).service = Some(number);
                }
            }
        }
        // The apex of a zone within another's exists there too: nothing on the way to it may be denied.
        for zone in &config.zones {
            if let Some(parent) = zone.name.parent()
                && let Some(outer) = index.of(&parent)
            {
                tree.node(outer, &parent);
                let ds = child_ds.remove(&(outer, zone.name.clone()));
                tree.node(outer, &zone.name).above = Some(Box::new(Above { zone: outer, ds }));
            }
        }
        tree.place_nodes();
        Ok(tree)
    }

    /// All names.
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// The node of a name in lower-case wire format.
    pub fn get(&self, name: &[u8]) -> Option<&Node> {
        self.nodes.get(name)
    }

    /// The node of a name, made with every name between it and the apex.
    fn node(&mut self, zone: usize, name: &DnsName) -> &mut Node {
        let apex = self.zones[zone].name.wire().len();
        let mut rest = name.wire();
        let mut below_is_wildcard = false;
        // What is there already has all that is above it.
        loop {
            if let Some(node) = self.nodes.get_mut(rest) {
                node.has_wildcard |= below_is_wildcard;
                break;
            }
            let node = Node { zone, has_wildcard: below_is_wildcard, ..Node::default() };
            self.nodes.insert(rest, node);
            below_is_wildcard = rest.starts_with(b"\x01*");
            match rest.get(1 + usize::from(rest[0])..) {
                Some(parent) if rest.len() > apex => rest = parent,
                _ => break,
            }
        }
        self.nodes.get_mut(name.wire()).expect("the node that was found or made above")
    }

    fn add_apex(&mut self, index: usize, zone: &Zone, serial: u32) {
        let ttl = zone.ttl.get();
        let soa = soa_data(zone, serial);
        let servers = zone.name_servers.iter().map(DnsName::wire);
        let node = self.node(index, &zone.name);
        node.sets.push(RrSet::new(RrType::SOA, ttl, [soa.as_slice()]));
        if !zone.name_servers.is_empty() {
            node.sets.push(RrSet::new(RrType::NS, ttl, servers));
        }
    }

    /// Finds delegations and DNAMEs, and tells every node of their zones where it lies.
    fn place_nodes(&mut self) {
        let mut found = HashMap::new();
        let mut zones = vec![false; self.zones.len()];
        for (octets, node) in self.nodes.iter() {
            let (servers, dname) = (node.set(RrType::NS).is_some(), node.set(RrType::DNAME).is_some());
            if !servers && !dname {
                continue;
            }
            let Some(name) = DnsName::from_wire(octets) else { continue };
            // A wildcard delegates nothing (RFC 4592 section 4.2).
            let cut = servers && !name.is_wildcard() && self.zones[node.zone].name != name;
            if cut || dname {
                zones[node.zone] = true;
                found.insert(octets.to_vec(), (self.breaks.len() as u32, cut));
                self.breaks.push(name);
            }
        }
        for (octets, node) in self.nodes.iter_mut().filter(|(_, node)| zones[node.zone]) {
            let apex = self.zones[node.zone].name.wire().len();
            let mut rest = octets;
            while rest.len() >= apex {
                if let Some(&(number, cut)) = found.get(rest) {
                    node.place = match (cut, rest.len() == octets.len()) {
                        (true, true) => Place::AtCut(number),
                        (true, false) => Place::BelowCut(number),
                        (false, true) => Place::AtDname(number),
                        (false, false) => Place::BelowDname(number),
                    };
                }
                rest = rest.get(1 + usize::from(rest[0])..).unwrap_or_default();
            }
        }
    }

    /// The owner of a break, with its node.
    pub fn break_at(&self, number: u32) -> Option<(&DnsName, &Node)> {
        let owner = self.breaks.get(number as usize)?;
        Some((owner, self.get(owner.wire())?))
    }
}

/// The source of synthesis (RFC 4592) for the names below a service that answers them; none where that would be too long.
fn wildcard_below(service: &Service) -> Option<DnsName> {
    let below = || DnsName::from_wire(&[b"\x01*", service.name.wire()].concat());
    service.wildcard.then(below).flatten()
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
