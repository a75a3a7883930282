//! Databases as they are written to disk, and what becomes of them there.

use std::net::IpAddr;
use std::path::Path;

use geo::Databases;
use ipnet::IpNet;
use mmdb_writer::{Value, Writer};
use model::config::Continent;
use steering::Locate;

fn city(country: &str, continent: &str, (latitude, longitude): (f64, f64)) -> Value {
    Value::map([
        ("country", Value::map([("iso_code", Value::from(country))])),
        ("continent", Value::map([("code", Value::from(continent))])),
        (
            "location",
            Value::map([("latitude", Value::from(latitude)), ("longitude", Value::from(longitude))]),
        ),
    ])
}

fn write(path: &Path, kind: &str, networks: &[(&str, Value)]) {
    let mut writer = Writer::new(kind);
    for (network, value) in networks {
        writer.insert_value(network.parse::<IpNet>().unwrap(), value.clone()).unwrap();
    }
    // As the tools that fetch such files do it.
    let partial = path.with_extension("partial");
    std::fs::write(&partial, writer.to_bytes().unwrap()).unwrap();
    std::fs::rename(&partial, path).unwrap();
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_client_has_the_place_of_the_record_and_its_prefix() {
    let folder = tempfile::tempdir().unwrap();
    let (places, systems) = (folder.path().join("city.mmdb"), folder.path().join("asn.mmdb"));
    let madrid = || city("ES", "EU", (40.42, -3.70));
    write(&places, "GeoLite2-City", &[("192.0.2.0/25", madrid()), ("2001:db8::/33", madrid())]);
    let asn = Value::map([("autonomous_system_number", Value::from(64_500u32))]);
    write(&systems, "GeoLite2-ASN", &[("192.0.2.0/24", asn)]);
    let databases = Databases::open(Some(&places), Some(&systems));
    let found = databases.locate(ip("192.0.2.7"));
    assert_eq!(found.place.country.unwrap().as_str(), "ES");
    assert_eq!((found.place.continent, found.place.asn), (Some(Continent::Eu), Some(64_500)));
    assert_eq!((found.place.coordinates, found.prefix), (Some((40.42, -3.70)), 25));
    let found = databases.locate(ip("2001:db8::1"));
    assert_eq!((found.place.continent, found.prefix), (Some(Continent::Eu), 33));
    let beyond = databases.locate(ip("192.0.2.200"));
    assert_eq!((beyond.place.country, beyond.place.asn, beyond.prefix), (None, Some(64_500), 25));
}

#[test]
fn a_new_file_is_read_and_a_broken_one_leaves_the_old_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city.mmdb");
    let databases = Databases::open(Some(&path), None);
    let country = || databases.locate(ip("192.0.2.7")).place.country.map(|c| c.to_string());
    assert_eq!(country(), None);
    write(&path, "GeoLite2-City", &[("192.0.2.0/24", city("ES", "EU", (40.0, -3.0)))]);
    assert_eq!(country(), None, "nothing is read while an answer waits");
    databases.refresh();
    assert_eq!(country().as_deref(), Some("ES"));
    std::fs::write(&path, b"half of a fi").unwrap();
    databases.refresh();
    assert_eq!(country().as_deref(), Some("ES"));
    std::fs::remove_file(&path).unwrap();
    databases.refresh();
    assert_eq!(country().as_deref(), Some("ES"));
    write(&path, "GeoLite2-City", &[("192.0.2.0/24", city("PT", "EU", (38.7, -9.1)))]);
    databases.refresh();
    assert_eq!(country().as_deref(), Some("PT"));
}
