//! Answers that depend on who asks, and members that are known by names.

use std::process::Command;
use std::time::Duration;

use hickory_proto::rr::RecordType;
use ipnet::IpNet;
use mmdb_writer::{Value, Writer};

use crate::harness::{Client, Database, Site, Start, Transport, folder, shared_database, until, until_right};

/// A name is asked for again after five seconds at the soonest.
const PATIENCE: Duration = Duration::from_secs(40);

/// What kdig prints of a question asked for a client's network.
pub fn kdig(site: &Site, name: &str, subnet: &str) -> String {
    let (at, port) = (format!("@{}", site.dns().ip()), site.dns().port().to_string());
    let output =
        Command::new("kdig").args([&at, "-p", &port, name, "A", &format!("+subnet={subnet}")]).output();
    let output = output.unwrap_or_else(|e| panic!("kdig does not start ({e}): install knot-dnsutils"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A database of cities in which each network is at these degrees.
fn database(networks: &[(&str, &str, f64, f64)]) -> Vec<u8> {
    let mut writer = Writer::new("GeoLite2-City");
    for (network, country, latitude, longitude) in networks {
        let location = [("latitude", Value::from(*latitude)), ("longitude", Value::from(*longitude))];
        let record = Value::map([
            ("country", Value::map([("iso_code", Value::from(*country))])),
            ("location", Value::map(location)),
        ]);
        writer.insert_value(network.parse::<IpNet>().expect("a network"), record).expect("a record");
    }
    writer.to_bytes().expect("a database")
}

#[test]
fn the_nearest_member_answers_and_the_scope_is_that_of_the_database() {
    let folder = folder();
    let city = folder.path().join("city.mmdb");
    let spain = ("203.0.113.0/25", "ES", 40.4, -3.7);
    std::fs::write(&city, database(&[spain, ("198.51.100.0/24", "SE", 59.3, 18.0)]))
        .expect("writing a database");
    let settings = format!("dns = [\"127.0.0.1:0\"]\n[geo]\ncity = {city:?}\n");
    let site = Site::with_settings(&settings);
    site.apply(
        "version: 1
zones: [{name: geo.test, name_servers: [ns.example.net]}]
locations:
  - {name: madrid, latitude: 40.42, longitude: -3.70}
  - {name: stockholm, latitude: 59.33, longitude: 18.07, cidr: [10.7.0.0/16]}
client_groups: [{name: inside, cidr: [10.0.0.0/8], addresses: private}]
services:
  - name: app.geo.test
    wildcard: true
    pools:
      - name: all
        algorithm: geo
        members:
          - {address: 10.0.0.1, public_address: 192.0.2.1, location: madrid}
          - {address: 10.0.0.2, public_address: 192.0.2.2, location: stockholm}
",
    );
    for (name, client, address, scope) in [
        ("app.geo.test", "203.0.113.0/24", "192.0.2.1", "203.0.113.0/24/25"),
        ("app.geo.test", "198.51.100.7/32", "192.0.2.2", "198.51.100.7/32/24"),
        ("any.thing.app.geo.test", "10.7.1.0/24", "10.0.0.2", "10.7.1.0/24/16"),
    ] {
        let said = kdig(&site, name, client);
        assert!(said.contains(address) && said.contains(&format!("CLIENT-SUBNET: {scope}")), "{said}");
    }
    let nothing = kdig(&site, "nowhere.geo.test", "203.0.113.0/24");
    assert!(nothing.contains("NXDOMAIN") && nothing.contains("203.0.113.0/24/0"), "{nothing}");
    let explained = site.cli(&["explain", "app.geo.test", "--client", "203.0.113.9"]).success().stdout;
    assert!(explained.contains("members nearest to the client"), "{explained}");
    // A new file is read on SIGHUP, and a broken one leaves it in force.
    std::fs::write(&city, database(&[("203.0.113.0/24", "SE", 59.3, 18.0)])).expect("writing a database");
    site.reload(&settings);
    let moved = || kdig(&site, "app.geo.test", "203.0.113.0/24");
    until("the new database", PATIENCE, || moved().contains("192.0.2.2").then_some(()));
    std::fs::write(&city, b"no database").expect("writing a file");
    site.reload(&settings);
    until("the complaint", PATIENCE, || site.said().contains("cannot be read").then_some(()));
    assert!(moved().contains("192.0.2.2"));
}

#[test]
fn a_members_name_is_resolved_followed_and_kept_over_a_restart() {
    let names = Site::start();
    let set = |address: &str| {
        names.apply(&format!(
            "version: 1
zones:
  - name: names.test
    name_servers: [ns.example.net]
    records: [{{name: app, type: A, ttl: 1, data: [{address}]}}]
"
        ));
    };
    set("192.0.2.10");
    let variables = vec![("STEELYARD_RESOLVER", names.dns().to_string())];
    let mut site = Site::with(Start { database: Database::At(shared_database()), variables });
    let config = "version: 1
zones: [{name: shop.test, name_servers: [ns.example.net]}]
services:
  - name: www.shop.test
    pools: [{name: p, members: [{fqdn: app.names.test, weight: 3}]}]
  - name: cdn.shop.test
    pools: [{name: p, members: [{fqdn: app.names.test, answer: cname}]}]
";
    site.apply(config);
    let answers = |site: &Site, address: &str| {
        let mut client = Client::new(site.dns(), Transport::Udp);
        until_right("the address of the name", PATIENCE, || {
            let said = client.ask("www.shop.test", RecordType::A).addresses();
            if said == [address] { Ok(()) } else { Err(format!("{said:?}")) }
        });
    };
    answers(&site, "192.0.2.10");
    let mut client = Client::new(site.dns(), Transport::Udp);
    let aliased = format!("{:?}", client.ask("cdn.shop.test", RecordType::MX));
    assert!(aliased.contains("CNAME"), "{aliased}");
    // What is stored has the name, and an export of it is an empty plan.
    let exported = site.cli(&["export", "config"]).success().stdout;
    assert!(exported.contains("app.names.test") && !exported.contains("192.0.2.10"), "{exported}");
    set("192.0.2.20");
    answers(&site, "192.0.2.20");
    // With nobody to ask, the last address answers, after a restart as well.
    drop(names);
    site.stop();
    site.start_again();
    answers(&site, "192.0.2.20");
}
