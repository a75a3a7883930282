//! Configurations of a given size, the same on every run.

use std::net::{IpAddr, Ipv4Addr};

use model::config::{Config, Location, Member, Pool, RecordSet, Service, Site, Zone};
use model::rrtype::RrType;
use model::{DnsName, Label, Ttl, Weight};

/// Locations members are spread over.
const LOCATIONS: usize = 20;

/// How much of everything there is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub zones: usize,
    pub services: usize,
    /// Of all services together.
    pub members: usize,
    /// Static records of all zones together, each a set of its own.
    pub records: usize,
}

/// As large as the lab: one zone, one service of three members, one record.
pub const SMALL: Size = Size { zones: 1, services: 1, members: 3, records: 1 };
/// As large as a site has to hold.
pub const BIG: Size = Size { zones: 100, services: 10_000, members: 100_000, records: 1_000_000 };

impl Size {
    pub fn config(self) -> Config {
        let label = |text: String| text.parse::<Label>().expect("a label");
        let sites = (0..3).map(|i| Site::new(label(format!("site{i}"))));
        let locations = (0..LOCATIONS).map(|i| Location {
            site: Some(label(format!("site{}", i % 3))),
            ..Location::new(label(format!("location{i}")))
        });
        let mut config = Config {
            sites: sites.collect(),
            locations: locations.collect(),
            zones: (0..self.zones).map(|zone| self.zone(zone)).collect(),
            services: (0..self.services).map(|service| self.service(service)).collect(),
            ..Config::default()
        };
        config.sort();
        config
    }

    /// What may be asked, with the type of the answer, in no order that an answer could profit from.
    pub fn questions(self, count: usize) -> Vec<(String, &'static str)> {
        // Steps by a prime that divides neither number visit all of them.
        let step = |i: usize, of: usize| i.wrapping_mul(7_368_787) % of;
        (0..count)
            .map(|i| match i % 2 {
                0 => (service_name(step(i / 2, self.services), self.zones), "A"),
                _ => {
                    let record = step(i / 2, self.records);
                    let zone = record % self.zones;
                    (format!("{}.{}", owner(record), zone_name(zone)), kind(record).to_static())
                }
            })
            .collect()
    }

    fn zone(self, zone: usize) -> Zone {
        let mut records = Vec::new();
        for record in (zone..self.records).step_by(self.zones) {
            let kind = kind(record);
            records.push(RecordSet {
                name: owner(record),
                rr_type: kind.rr_type(),
                ttl: (record % 4 == 0).then(|| Ttl::new(300).expect("a TTL")),
                data: vec![kind.data(record)],
            });
        }
        Zone {
            name: name(&zone_name(zone)),
            soa: Default::default(),
            name_servers: vec![name("ns1.example.net"), name("ns2.example.net")],
            ttl: Default::default(),
            unhandled: Default::default(),
            transfer: None,
            records,
        }
    }

    fn service(self, service: usize) -> Service {
        let members = self.members / self.services;
        let member = |i: usize| {
            let number = service * members + i;
            Member {
                location: Some(format!("location{}", number % LOCATIONS).parse().expect("a label")),
                weight: Weight::new((number % 7) as i64 + 1).expect("a weight"),
                ..Member::at(address(number))
            }
        };
        let pool = Pool::new("main".parse().expect("a label"), (0..members).map(member).collect());
        Service {
            ttl: Ttl::new(2).expect("a TTL"),
            ..Service::new(name(&service_name(service, self.zones)), vec![pool])
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    A,
    Aaaa,
    Cname,
    Mx,
    Txt,
}

impl Kind {
    fn to_static(self) -> &'static str {
        match self {
            Kind::A => "A",
            Kind::Aaaa => "AAAA",
            Kind::Cname => "CNAME",
            Kind::Mx => "MX",
            Kind::Txt => "TXT",
        }
    }

    fn rr_type(self) -> RrType {
        match self {
            Kind::A => RrType::A,
            Kind::Aaaa => RrType::AAAA,
            Kind::Cname => RrType::CNAME,
            Kind::Mx => RrType::MX,
            Kind::Txt => RrType::TXT,
        }
    }

    fn data(self, record: usize) -> String {
        match self {
            Kind::A => address(record).to_string(),
            Kind::Aaaa => format!("2001:db8::{:x}:{:x}", record >> 16, record & 0xffff),
            Kind::Cname => format!("host{record}.example.net."),
            Kind::Mx => format!("10 mail{record}.example.net."),
            Kind::Txt => format!("\"v=example; id={record}\""),
        }
    }
}

/// Seven of ten are IPv4 addresses.
fn kind(record: usize) -> Kind {
    match record % 10 {
        7 => Kind::Aaaa,
        8 => Kind::Cname,
        9 if record % 20 == 9 => Kind::Mx,
        9 => Kind::Txt,
        _ => Kind::A,
    }
}

fn name(text: &str) -> DnsName {
    text.parse().expect("a name")
}

fn zone_name(zone: usize) -> String {
    format!("zone{zone}.example.org")
}

fn service_name(service: usize, zones: usize) -> String {
    format!("service{service}.{}", zone_name(service % zones))
}

fn owner(record: usize) -> String {
    format!("host{record}")
}

/// One of 10.0.0.0/8, nobody's outside.
fn address(number: usize) -> IpAddr {
    Ipv4Addr::from(0x0a00_0000 | (number as u32 + 1) & 0x00ff_ffff).into()
}
