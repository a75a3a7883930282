//! Sites, locations and groups of clients with the members they are about.

use api::place::{
    Asked, GroupsView, LocationDetail, LocationLine, Resident, SiteDetail, SiteLine, Tally, Whereabouts,
};
use dns::Serving;
use ipnet::IpNet;
use model::config::{Location, LocationIndex, Member, Pool, Service, Site as SiteObject};
use model::health::{Health, MemberKey, Override, OverrideTarget, Standing};
use steering::Client;

use crate::site::Site;

/// Locations that are listed as the nearest ones.
const NEAREST: usize = 3;

/// Every site.
pub fn sites(site: &Site) -> Vec<SiteLine> {
    let view = site.responder.current();
    let (residents, overrides) = (residents(&view), site.overrides.list(site.now()));
    view.config().sites.iter().map(|one| site_line(site, &view, one, &residents, &overrides)).collect()
}

fn site_line(
    site: &Site,
    view: &Serving,
    one: &SiteObject,
    residents: &[Resident],
    overrides: &[Override],
) -> SiteLine {
    let locations = view.config().locations.iter().filter(|l| l.site.as_ref() == Some(&one.name));
    SiteLine {
        here: one.name == site.name,
        locations: locations.map(|location| location.name.clone()).collect(),
        tally: Tally::of(residents.iter().filter(|r| r.site.as_ref() == Some(&one.name))),
        forced: of_target(overrides, &OverrideTarget::Site(one.name.clone())),
        site: one.clone(),
    }
}

/// One site, with its locations and members.
pub fn site_detail(site: &Site, one: &SiteObject) -> SiteDetail {
    let view = site.responder.current();
    let (mut residents, overrides) = (residents(&view), site.overrides.list(site.now()));
    let line = site_line(site, &view, one, &residents, &overrides);
    let own = view.config().locations.iter().filter(|l| l.site.as_ref() == Some(&one.name));
    let locations = own.map(|l| location_line(l, &residents, &overrides)).collect();
    residents.retain(|r| r.site.as_ref() == Some(&one.name));
    SiteDetail { line, locations, residents }
}

/// Every location.
pub fn locations(site: &Site) -> Vec<LocationLine> {
    let view = site.responder.current();
    let (residents, overrides) = (residents(&view), site.overrides.list(site.now()));
    view.config().locations.iter().map(|one| location_line(one, &residents, &overrides)).collect()
}

fn location_line(one: &Location, residents: &[Resident], overrides: &[Override]) -> LocationLine {
    LocationLine {
        tally: Tally::of(residents.iter().filter(|r| r.location.as_ref() == Some(&one.name))),
        forced: of_target(overrides, &OverrideTarget::Location(one.name.clone())),
        location: one.clone(),
    }
}

/// One location, with its members.
pub fn location_detail(site: &Site, one: &Location) -> LocationDetail {
    let view = site.responder.current();
    let (mut residents, overrides) = (residents(&view), site.overrides.list(site.now()));
    let line = location_line(one, &residents, &overrides);
    residents.retain(|r| r.location.as_ref() == Some(&one.name));
    let above = view.config().sites.iter().find(|s| Some(&s.name) == one.site.as_ref()).cloned();
    LocationDetail { line, site: above, residents }
}

/// The groups of clients, and the members that have two kinds of addresses.
pub fn groups(site: &Site) -> GroupsView {
    let view = site.responder.current();
    let mut residents = residents(&view);
    residents.retain(|resident| resident.public_address.is_some());
    GroupsView { groups: view.config().client_groups.clone(), residents }
}

fn of_target(overrides: &[Override], target: &OverrideTarget) -> Option<Override> {
    overrides.iter().find(|one| one.target == *target).cloned()
}

/// Every member of every service, once.
fn residents(view: &Serving) -> Vec<Resident> {
    let places = LocationIndex::new(view.config());
    let mut all: Vec<Resident> = Vec::new();
    for service in &view.config().services {
        for pool in &service.pools {
            all.extend(pool.members_together().filter_map(|one| resident(view, &places, service, pool, one)));
        }
    }
    all
}

/// A member by all its addresses.
fn resident(
    view: &Serving,
    places: &LocationIndex<'_>,
    service: &Service,
    pool: &Pool,
    addresses: &[Member],
) -> Option<Resident> {
    let member = addresses.first()?;
    let keys = addresses.iter().filter_map(|member| MemberKey::of(service, pool, member));
    let standings: Vec<Standing> = keys.map(|key| view.health().of(&key)).collect();
    let candidate = view.service_named(&service.name).zip(member.address);
    let candidate = candidate.and_then(|(compiled, address)| compiled.candidate(&pool.name, address));
    let weight = candidate.and_then(|c| model::Weight::new(c.weight.into()).ok());
    Some(Resident {
        service: service.name.to_string(),
        pool: pool.name.to_string(),
        member: member.id().to_string(),
        addresses: addresses.iter().filter_map(|member| member.address).collect(),
        public_address: member.public_address,
        location: member.location.clone(),
        site: places.site_of(member).cloned(),
        weight: weight.unwrap_or(member.weight),
        enabled: service.enabled && candidate.map_or(member.enabled, |c| c.is_enabled()),
        draining: candidate.map_or(member.draining, |c| c.draining.is_some()),
        monitored: !service.monitors.is_empty(),
        health: Health::of_any(standings.iter().map(|standing| standing.health())),
        forced: standings.iter().any(|standing| standing.forced.is_some()),
    })
}

/// What steering knows of a client, who is given by an address or a network.
pub fn asked(site: &Site, client: &str) -> Asked {
    let client = client.trim();
    if client.is_empty() {
        return Asked::default();
    }
    let alone = || client.parse::<std::net::IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    let found = match client.parse::<IpNet>().or_else(|_| alone()) {
        Ok(network) => Ok(whereabouts(&site.responder.current(), network.trunc())),
        Err(_) => Err("write an address such as 192.0.2.1, or a network such as 10.0.0.0/8".to_owned()),
    };
    Asked { client: client.to_owned(), found: Some(found) }
}

fn whereabouts(view: &Serving, network: IpNet) -> Whereabouts {
    let atlas = view.atlas();
    let client = Client::within(network.addr(), network.prefix_len(), atlas);
    let (addresses, group, group_scope) = atlas.addresses(&client);
    let (coordinates, location, place_scope) = atlas.coordinates(&client);
    let place = atlas.located(&client).place;
    let placed = view.config().locations.iter().filter_map(|l| Some((l.name.clone(), l.coordinates()?)));
    let mut nearest: Vec<_> = coordinates
        .map(|here| placed.map(|(name, there)| (name, steering::kilometres(here, there))).collect())
        .unwrap_or_default();
    nearest.sort_by(|a, b| a.1.total_cmp(&b.1));
    nearest.truncate(NEAREST);
    let whole = if network.addr().is_ipv4() { 32 } else { 128 };
    let words = if network.prefix_len() == whole { network.addr().to_string() } else { network.to_string() };
    Whereabouts {
        client: words,
        group: group.cloned(),
        addresses,
        group_scope,
        location: location.cloned(),
        coordinates,
        place_scope,
        country: place.country.map(|country| country.to_string()),
        continent: place.continent.map(|continent| continent.as_str().to_owned()),
        asn: place.asn,
        nearest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serving(health: &[(&str, Health)]) -> Serving {
        let config: model::config::Config = serde_json::from_value(serde_json::json!({
            "sites": [{"name": "s", "weight": 5}],
            "locations": [{"name": "here", "site": "s"}, {"name": "apart", "site": "s", "draining": true}],
            "zones": [{"name": "a.test", "name_servers": ["ns.b.test"]}],
            "services": [{"name": "www.a.test", "pools": [
                {"name": "p", "members": [{"address": "192.0.2.1", "location": "here"}, {"fqdn": "b.test", "location": "apart"}]},
                {"name": "q", "members": [{"fqdn": "b.test"}, {"fqdn": "c.test", "enabled": false}]}]}]}))
        .unwrap();
        let mut resolved = model::config::Resolved::default();
        let found = model::config::Found {
            v4: Some([192, 0, 2, 7].into()),
            v6: Some("2001:db8::7".parse().unwrap()),
        };
        resolved.set("b.test".parse().unwrap(), found);
        let mut table = model::health::HealthTable::default();
        for (address, health) in health {
            let (service, pool) = ("www.a.test".parse().unwrap(), "p".parse().unwrap());
            table.members.insert(MemberKey { service, pool, address: address.parse().unwrap() }, *health);
        }
        let snapshot = model::snapshot::Snapshot { epoch: 1, generation: 1, at: 0, config };
        let surroundings = dns::Surroundings { resolved: resolved.into(), ..Default::default() };
        Serving::build_within(surroundings, snapshot.into(), table.into(), None, 1, 0, 0).unwrap()
    }

    #[test]
    fn a_name_with_two_addresses_is_one_member_that_is_up_when_either_is() {
        for (health, expected) in [
            ([("192.0.2.7", Health::Down), ("2001:db8::7", Health::Up)], Health::Up),
            ([("192.0.2.7", Health::Down), ("2001:db8::7", Health::Down)], Health::Down),
            ([("192.0.2.7", Health::Down), ("2001:db8::7", Health::Unknown)], Health::Unknown),
        ] {
            let all = residents(&serving(&health));
            let members: Vec<(&str, &str, usize)> =
                all.iter().map(|r| (r.pool.as_str(), r.member.as_str(), r.addresses.len())).collect();
            let names = [("p", "192.0.2.1", 1), ("p", "b.test", 2), ("q", "b.test", 2), ("q", "c.test", 0)];
            assert_eq!(members, names);
            assert_eq!(all[1].health, expected);
            let of_site = Tally::of(all.iter().filter(|r| r.site.is_some()));
            assert_eq!((of_site.members, of_site.down), (2, usize::from(expected == Health::Down)));
        }
    }

    #[test]
    fn a_member_is_as_the_places_above_it_make_it() {
        let all = residents(&serving(&[]));
        let of = |i: usize| (all[i].weight.get(), all[i].enabled, all[i].draining);
        assert_eq!([of(0), of(1)], [(5, true, false), (5, true, true)]);
        assert_eq!([of(2), of(3)], [(1, true, false), (1, false, false)]);
    }
}
