//! A zone's records in the order of a transfer (RFC 5936 section 2.2): the SOA, everything else, the SOA again.

use std::collections::{HashSet, VecDeque};
use std::net::IpAddr;

use model::DnsName;
use model::config::{Addresses, RecordSet, Zone};
use model::rdata;
use model::rrtype::{Family, RrType};
use steering::{Force, Plan, Service};

use crate::prepare::compile;
use crate::serving::Serving;
use crate::tree::{Node, Place, RrSet, Tree};

/// A record, its names uncompressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub owner: Box<[u8]>,
    pub rr_type: RrType,
    pub ttl: u32,
    pub data: Box<[u8]>,
}

/// The records of one zone, of which few are held at a time.
pub struct Records<'a> {
    serving: &'a Serving,
    zone: usize,
    next: Next,
    ready: VecDeque<Record>,
    /// The servers that the zone's delegations name; found when they are first needed.
    servers: Option<HashSet<Vec<u8>>>,
}

/// What comes next.
#[derive(Clone, Copy)]
enum Next {
    Apex,
    /// The static set of this index in the configuration.
    Set(usize),
    /// The service of this index in the configuration.
    Service(usize),
    End,
    Nothing,
}

impl<'a> Records<'a> {
    /// From the first SOA to the last.
    pub fn new(serving: &'a Serving, zone: usize) -> Records<'a> {
        Records { serving, zone, next: Next::Apex, ready: VecDeque::new(), servers: None }
    }

    fn tree(&self) -> &'a Tree {
        self.serving.tree()
    }

    /// Makes the next few records ready; false at the end.
    fn advance(&mut self) -> bool {
        let config = &self.serving.snapshot().config;
        let Some(zone) = config.zones.get(self.zone) else { return false };
        self.next = match self.next {
            Next::Apex => {
                self.soa(zone);
                if let Some(set) = self.tree().get(zone.name.wire()).and_then(|apex| apex.set(RrType::NS)) {
                    self.set(&zone.name, set);
                }
                Next::Set(0)
            }
            Next::Set(index) => match zone.records.get(index) {
                Some(set) => {
                    self.static_set(zone, set);
                    Next::Set(index + 1)
                }
                None => Next::Service(0),
            },
            Next::Service(index) => match config.services.get(index) {
                Some(service) => {
                    self.service(service);
                    Next::Service(index + 1)
                }
                None => Next::End,
            },
            Next::End => {
                self.soa(zone);
                Next::Nothing
            }
            Next::Nothing => return false,
        };
        true
    }

    fn soa(&mut self, zone: &Zone) {
        if let Some(set) = self.tree().get(zone.name.wire()).and_then(|apex| apex.set(RrType::SOA)) {
            self.set(&zone.name, set);
        }
    }

    fn set(&mut self, owner: &DnsName, set: &RrSet) {
        self.ready.extend(set.data().map(|data| Record {
            owner: owner.wire().into(),
            rr_type: set.rr_type,
            ttl: set.ttl,
            data: data.into(),
        }));
    }

    fn static_set(&mut self, zone: &Zone, set: &RecordSet) {
        let Ok(owner) = set.owner(&zone.name) else { return };
        let node = self.tree().get(owner.wire());
        let own = node.filter(|node| node.zone == self.zone);
        match own {
            Some(node) => {
                // What stands beside an alias is not answered, and no zone may hold it (RFC 2181 section 10.1).
                if self.alias_at(node).is_none()
                    && let Some(compiled) = node.set(set.rr_type)
                {
                    self.set(&owner, compiled);
                }
            }
            // Of a zone of ours within this one, the parent has the delegation: NS and DS at its apex, and the
            // addresses of servers within it.
            None => {
                let apex = node.is_some_and(|node| self.tree().zones[node.zone].name == owner);
                let delegates = apex && matches!(set.rr_type, RrType::NS | RrType::DS);
                let address = matches!(set.rr_type, RrType::A | RrType::AAAA);
                if (delegates || address && self.is_server(zone, &owner))
                    && let Ok(compiled) = compile(zone, set)
                {
                    self.set(&owner, &compiled);
                }
            }
        }
    }

    /// Whether a delegation of the zone names this server.
    fn is_server(&mut self, zone: &Zone, name: &DnsName) -> bool {
        let servers = self.servers.get_or_insert_with(|| {
            let sets = zone.records.iter().filter(|set| set.rr_type == RrType::NS);
            let parse = |text: &String| rdata::parse(RrType::NS, text, &zone.name).ok();
            sets.flat_map(|set| set.data.iter().filter_map(parse)).collect()
        });
        servers.contains(name.wire())
    }

    /// What a service is an alias of, where a zone can say so.
    fn alias_at(&self, node: &Node) -> Option<&'a Service> {
        let service = self.serving.service(node.service?)?;
        service.alias().filter(|_| node.set(RrType::SOA).is_none()).map(|_| service)
    }

    /// A service, and the names below it where it answers those.
    fn service(&mut self, service: &model::config::Service) {
        self.service_at(&service.name);
        let below = || DnsName::from_wire(&[b"\x01*", service.name.wire()].concat());
        if let Some(below) = service.wildcard.then(below).flatten() {
            self.service_at(&below);
        }
    }

    fn service_at(&mut self, name: &DnsName) {
        let Some(node) = self.tree().get(name.wire()).filter(|node| node.zone == self.zone) else { return };
        // Below a delegation or a DNAME nobody is answered by it.
        let reached = matches!(node.place, Place::Own | Place::AtDname(_));
        let Some(service) = node.service.filter(|_| reached).and_then(|index| self.serving.service(index))
        else {
            return;
        };
        if let Some(target) = self.alias_at(node).and_then(Service::alias) {
            self.set(name, &RrSet::new(RrType::CNAME, service.ttl, [target.wire()]));
            return;
        }
        for (family, rr_type) in [(Family::V4, RrType::A), (Family::V6, RrType::AAAA)] {
            let Some(plan) = service.plan(family) else { continue };
            for address in addresses(plan) {
                let data: Box<[u8]> = match address {
                    IpAddr::V4(ip) => Box::from(ip.octets()),
                    IpAddr::V6(ip) => Box::from(ip.octets()),
                };
                self.ready.push_back(Record { owner: name.wire().into(), rr_type, ttl: service.ttl, data });
            }
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(record);
            }
            if !self.advance() {
                return None;
            }
        }
    }
}

/// The fallback set: every address that a plan may answer now to a client of whom nothing is known, each once, whatever
/// its weight.
fn addresses(plan: &Plan) -> Vec<IpAddr> {
    let all: Vec<IpAddr> = match (&plan.force, plan.rotation()) {
        (_, Some(rotation)) => {
            rotation.members.iter().map(|member| member.address_for(Addresses::Public)).collect()
        }
        (Force::Fallback(addresses), None) => addresses.clone(),
        _ => Vec::new(),
    };
    let mut seen = HashSet::new();
    all.into_iter().filter(|address| seen.insert(*address)).collect()
}
