use std::net::IpAddr;

use model::config::{Config, Location, Member, Pool, RecordSet, Service, Site, Zone};
use model::rrtype::RrType;
use model::{Ttl, Weight};

/// The lab of `examples/lab.yaml` without its monitor: one zone, one service split 6:3:1 over three members.
pub fn lab() -> Config {
    let label = |text: &str| text.parse().expect("a label");
    let location =
        |name: &str, site: &str| Location { site: Some(label(site)), ..Location::new(label(name)) };
    let member = |address: &str, location: &str, weight: i64| Member {
        location: Some(label(location)),
        weight: Weight::new(weight).expect("a weight"),
        ..Member::at(address.parse::<IpAddr>().expect("an address"))
    };
    let members = vec![
        member("10.10.25.46", "s1az1", 6),
        member("10.10.26.40", "s1az2", 3),
        member("10.10.23.40", "s2", 1),
    ];
    let pool = Pool::new(label("hello-10"), members);
    let record =
        RecordSet { name: "test".into(), rr_type: RrType::A, ttl: None, data: vec!["10.10.24.200".into()] };
    let mut config = Config {
        sites: ["leader", "site1", "site2"].map(|name| Site::new(label(name))).to_vec(),
        locations: vec![location("s1az1", "site1"), location("s1az2", "site1"), location("s2", "site2")],
        zones: vec![Zone {
            name: "avi.iberia.local".parse().expect("a name"),
            soa: Default::default(),
            name_servers: vec!["g-dns.iberia.local".parse().expect("a name")],
            ttl: Default::default(),
            unhandled: Default::default(),
            records: vec![record],
            transfer: None,
        }],
        services: vec![Service {
            ttl: Ttl::new(2).expect("a TTL"),
            ..Service::new("hello.avi.iberia.local".parse().expect("a name"), vec![pool])
        }],
        ..Config::default()
    };
    config.sort();
    config
}
