use model::config::{Config, DownResponse, Location, Member, Pool, RecordSet, Service, Site, Zone};
use model::rrtype::RrType;
use model::{Ttl, Weight};

/// The lab of `examples/lab.yaml` without its monitor: one zone, one service split 6:3:1 over three members.
pub fn lab() -> Config {
    let label = |text: &str| text.parse().expect("a label");
    let location = |name: &str, site: &str| Location {
        name: label(name),
        site: Some(label(site)),
        cidr: Vec::new(),
        latitude: None,
        longitude: None,
    };
    let member = |address: &str, location: &str, weight: i64| Member {
        address: address.parse().expect("an address"),
        location: Some(label(location)),
        weight: Weight::new(weight).expect("a weight"),
        enabled: true,
    };
    let record =
        RecordSet { name: "test".into(), rr_type: RrType::A, ttl: None, data: vec!["10.10.24.200".into()] };
    let mut config = Config {
        sites: ["leader", "site1", "site2"]
            .map(|name| Site { name: label(name), role: Default::default(), dns: Vec::new() })
            .to_vec(),
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
            name: "hello.avi.iberia.local".parse().expect("a name"),
            description: String::new(),
            enabled: true,
            ttl: Ttl::new(2).expect("a TTL"),
            answers: 1,
            down_response: DownResponse::FailOpen,
            monitors: Vec::new(),
            pools: vec![Pool {
                name: label("hello-10"),
                priority: Default::default(),
                algorithm: Default::default(),
                enabled: true,
                members: vec![
                    member("10.10.25.46", "s1az1", 6),
                    member("10.10.26.40", "s1az2", 3),
                    member("10.10.23.40", "s2", 1),
                ],
            }],
        }],
        ..Config::default()
    };
    config.sort();
    config
}
