//! What depends on who asks, and what is configured above a member.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use model::config::{Addresses, Config, LocationIndex, Member};
use model::health::{Health, HealthTable, MemberKey, RampStep, Standing};
use model::rrtype::Family;
use model::slots::Slot;
use model::split::SplitMode;
use serde_json::{Value, json};
use steering::{
    Atlas, Client, Compile, Decision, Home, Locate, Located, Nowhere, Place, Plan, Service, Turn, segment,
};

/// A database that knows two countries.
#[derive(Debug)]
struct Countries;

impl Locate for Countries {
    fn locate(&self, address: IpAddr) -> Located {
        let spain = address.to_string().starts_with("203.0.113.");
        let country = Some(if spain { "ES" } else { "SE" }.parse().unwrap());
        let coordinates = Some(if spain { (40.0, -4.0) } else { (59.3, 18.0) });
        Located { place: Place { country, coordinates, ..Place::default() }, prefix: 20 }
    }
}

struct Site {
    config: Config,
    health: HealthTable,
    atlas: Atlas,
}

impl Site {
    fn new(service: Value) -> Site {
        let config: Config = serde_json::from_value(json!({
            "sites": [{"name": "iberia"}, {"name": "north", "weight": 7}],
            "locations": [
                {"name": "madrid", "site": "iberia", "cidr": ["10.1.0.0/16"], "latitude": 40.4, "longitude": -3.7},
                {"name": "lisbon", "site": "iberia", "latitude": 38.7, "longitude": -9.1},
                {"name": "stockholm", "site": "north", "latitude": 59.3, "longitude": 18.0},
            ],
            "client_groups": [
                {"name": "inside", "cidr": ["10.0.0.0/8"], "addresses": "private"},
                {"name": "lab", "cidr": ["10.9.0.0/16"], "addresses": "public"},
            ],
            "services": [service],
        }))
        .unwrap();
        let atlas = Atlas::new(&config, Arc::new(Countries));
        Site { config, health: HealthTable::default(), atlas }
    }

    fn set(&mut self, last: u8, standing: impl Into<Standing>) {
        let service = &self.config.services[0];
        let standing = standing.into();
        for pool in &service.pools {
            let (service, pool) = (service.name.clone(), pool.name.clone());
            let key = MemberKey { service, pool, address: [192, 0, 2, last].into() };
            self.health.members.insert(key, standing);
        }
    }

    fn service(&self) -> Service {
        let index = LocationIndex::new(&self.config);
        Service::compile(&Compile {
            service: &self.config.services[0],
            health: &self.health,
            home_of: &|member: &Member| {
                let location = index.of(member);
                Home { location, site: location.and_then(|location| index.site(location)) }
            },
            slot: Slot(1),
            seed: 0,
            previous: None,
        })
    }

    fn client(&self, network: &str, prefix: u8) -> Client<'_> {
        Client::within(network.parse().unwrap(), prefix, &self.atlas)
    }

    /// How often each of the next `count` answers begins with which address (its last octet), and the scope.
    fn tally(&self, network: &str, prefix: u8, count: usize) -> (BTreeMap<u8, usize>, u8) {
        let service = self.service();
        let (mut tally, mut scope) = (BTreeMap::new(), 0);
        for _ in 0..count {
            let (answer, bits) = one(service.plan(Family::V4).unwrap(), &self.client(network, prefix));
            *tally.entry(answer[0]).or_default() += 1;
            scope = bits;
        }
        (tally, scope)
    }

    fn answered(&self, network: &str, prefix: u8) -> (Vec<u8>, u8) {
        let (tally, scope) = self.tally(network, prefix, 60);
        (tally.into_keys().collect(), scope)
    }
}

fn one(plan: &Plan, client: &Client<'_>) -> (Vec<u8>, u8) {
    let decided = plan.decide(client, Turn::Take);
    let Decision::Members(pick) = decided.decision else { panic!("{:?}", decided.decision) };
    let last = |(_, ip): (_, IpAddr)| match ip {
        IpAddr::V4(ip) => ip.octets()[3],
        IpAddr::V6(ip) => ip.octets()[15],
    };
    (pick.answers().map(last).collect(), decided.scope)
}

fn member(last: u8, more: Value) -> Value {
    let mut member = json!({"address": format!("192.0.2.{last}")});
    member.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    member
}

fn service(pools: Value, more: Value) -> Value {
    let mut service = json!({"name": "a.example.org", "pools": pools});
    service.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    service
}

const ANYBODY: (&str, u8) = ("198.51.100.0", 24);

#[test]
fn weights_are_those_of_location_then_site_then_pool_then_member() {
    let members = json!([
        member(1, json!({"location": "stockholm", "weight": 3})),
        member(2, json!({"location": "madrid"})),
        member(3, json!({}))
    ]);
    let mut site = Site::new(service(json!([{"name": "p", "weight": 2, "members": members}]), json!({})));
    let tally = |site: &Site| site.tally(ANYBODY.0, ANYBODY.1, 12).0;
    assert_eq!(site.tally(ANYBODY.0, ANYBODY.1, 11).0, BTreeMap::from([(1, 7), (2, 2), (3, 2)]));
    site.config.locations[2].weight = Some(model::Weight::new(0).unwrap());
    assert_eq!(tally(&site), BTreeMap::from([(2, 6), (3, 6)]));
    site.config.locations[0].enabled = false;
    assert_eq!(tally(&site), BTreeMap::from([(3, 12)]));
}

#[test]
fn who_drains_is_answered_last_before_the_down_response() {
    let pools = json!([
        {"name": "high", "priority": 20, "draining": true, "members": [member(1, json!({}))]},
        {"name": "low", "members": [member(2, json!({})), member(3, json!({"draining": true}))]},
    ]);
    let mut site = Site::new(service(pools, json!({})));
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1).0, [2]);
    site.set(2, Health::Down);
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1).0, [1]);
    site.set(1, Health::Down);
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1).0, [3]);
    let steps = site.service().plan(Family::V4).unwrap().steps(&site.client(ANYBODY.0, 24));
    assert!(steps.iter().any(|s| s.contains("answered although its member drains")), "{steps:?}");
}

#[test]
fn a_member_that_climbs_has_exactly_its_step_of_its_weight() {
    let members =
        json!([member(1, json!({"weight": 3})), member(2, json!({"weight": 3})), member(3, json!({}))]);
    let mut site = Site::new(service(json!([{"name": "p", "members": members}]), json!({})));
    let ramp = |step| Standing { ramp: Some(RampStep { step, of: 4 }), ..Standing::measured(Health::Up) };
    site.set(1, ramp(1));
    // 3/4 : 3 : 1 is 3 : 12 : 4.
    assert_eq!(site.tally(ANYBODY.0, ANYBODY.1, 19).0, BTreeMap::from([(1, 3), (2, 12), (3, 4)]));
    site.set(1, Standing { forced: Some(Health::Down), ..ramp(4) });
    assert_eq!(site.tally(ANYBODY.0, ANYBODY.1, 4).0, BTreeMap::from([(2, 3), (3, 1)]));
}

#[test]
fn pools_join_until_there_are_enough_members() {
    let pools = json!([
        {"name": "a", "priority": 30, "members": [member(1, json!({"weight": 2}))]},
        {"name": "b", "priority": 20, "members": [member(2, json!({})), member(3, json!({}))]},
        {"name": "c", "priority": 10, "members": [member(4, json!({}))]},
    ]);
    let mut site = Site::new(service(pools, json!({"min_members": 2})));
    assert_eq!(site.tally(ANYBODY.0, ANYBODY.1, 4).0, BTreeMap::from([(1, 2), (2, 1), (3, 1)]));
    site.set(2, Health::Down);
    site.set(3, Health::Down);
    assert_eq!(site.tally(ANYBODY.0, ANYBODY.1, 3).0, BTreeMap::from([(1, 2), (4, 1)]));
    let begun = segment(&site.service(), 1, 1, 0);
    let members: Vec<_> = begun.members.iter().map(|m| (m.pool.as_str(), m.weight)).collect();
    assert_eq!((begun.mode, members), (SplitMode::Exact, vec![("a", 2), ("c", 1)]));
}

#[test]
fn the_lowest_preference_that_is_up_is_answered_and_the_others_follow() {
    let members = json!([
        member(1, json!({"preference": 5})),
        member(2, json!({"preference": 2})),
        member(3, json!({"preference": 2})),
        member(4, json!({"preference": 1, "weight": 0}))
    ]);
    let pools = json!([{"name": "p", "algorithm": "preference_order", "members": members}]);
    let mut site = Site::new(service(pools, json!({"answers": 3})));
    assert_eq!(site.tally(ANYBODY.0, ANYBODY.1, 10).0, BTreeMap::from([(2, 5), (3, 5)]));
    let compiled = site.service();
    let (answer, _) = one(compiled.plan(Family::V4).unwrap(), &site.client(ANYBODY.0, 24));
    assert_eq!((answer.len(), answer[2]), (3, 1));
    assert_eq!(segment(&compiled, 1, 1, 0).mode, SplitMode::Exact);
    site.set(2, Health::Down);
    site.set(3, Health::Down);
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1).0, [1]);
}

#[test]
fn a_network_keeps_its_member_and_the_scope_is_the_mask() {
    let members: Vec<Value> = (1..=4).map(|last| member(last, json!({}))).collect();
    let pools =
        json!([{"name": "p", "algorithm": "consistent_hash", "mask": {"v4": 20}, "members": members}]);
    let mut site = Site::new(service(pools, json!({})));
    let mut moved = 0;
    let of = |site: &Site, i: u32| site.answered(&std::net::Ipv4Addr::from(i << 12).to_string(), 24);
    let before: Vec<_> = (0..200).map(|i| of(&site, i)).collect();
    assert!(before.iter().all(|(members, scope)| members.len() == 1 && *scope == 20));
    site.set(3, Health::Down);
    for (i, (members, _)) in before.iter().enumerate() {
        let after = of(&site, i as u32).0;
        assert!(after == *members || *members == [3], "{members:?} {after:?}");
        moved += usize::from(after != *members);
    }
    assert!((20..90).contains(&moved), "{moved} of 200 networks had the member that left");
    let begun = segment(&site.service(), 1, 1, 0);
    assert_eq!((begun.mode, begun.members.len()), (SplitMode::Hashed, 3));
    let hash = begun.members.iter().map(|m| m.hash.unwrap());
    assert!(hash.clone().all(|h| h.mask.v4 == 20 && h.slots > 4000), "{begun:?}");
    assert_eq!(hash.map(|h| h.slots).sum::<u32>(), 1 << 14, "every slot is somebody's");
    // Who tells nothing is answered by turns, for everybody.
    assert_eq!(site.answered("0.0.0.0", 0), (vec![1, 2, 4], 0));
}

#[test]
fn the_nearest_members_answer_by_turns_of_their_own() {
    let members = json!([
        member(1, json!({"location": "madrid", "weight": 2})),
        member(2, json!({"location": "madrid"})),
        member(3, json!({"location": "stockholm", "weight": 5})),
        member(4, json!({"location": "lisbon"})),
        member(5, json!({}))
    ]);
    let pools = json!([{"name": "p", "algorithm": "geo", "members": members}]);
    let mut site = Site::new(service(pools, json!({"answers": 4})));
    assert_eq!(site.tally("203.0.113.0", 24, 9), (BTreeMap::from([(1, 6), (2, 3)]), 20));
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1), (vec![3], 20));
    // What the operator says of a network comes before the database.
    assert_eq!(site.answered("10.1.2.0", 24), (vec![1, 2], 16));
    // Longer answers go on with the next nearest.
    let compiled = site.service();
    let plan = compiled.plan(Family::V4).unwrap();
    assert_eq!(one(plan, &site.client(ANYBODY.0, 24)).0[..2], [3, 1]);
    site.set(1, Health::Down);
    site.set(2, Health::Down);
    assert_eq!(site.answered("203.0.113.0", 24).0, [4]);
    site.atlas = Atlas::new(&Config::default(), Arc::new(Nowhere));
    assert_eq!(site.answered("203.0.113.0", 24).0, [3, 4, 5]);
}

#[test]
fn the_first_rule_that_matches_leads_to_pools_and_places() {
    let pools = json!([
        {"name": "main", "algorithm": "topology", "members": [
            member(1, json!({"location": "madrid"})), member(2, json!({"location": "lisbon"})), member(3, json!({"location": "stockholm"}))]},
        {"name": "lab", "priority": 5, "members": [member(9, json!({}))]},
    ]);
    let topology = json!([
        {"clients": {"cidr": ["10.9.0.0/16"]}, "to": ["lab"]},
        {"name": "spain", "clients": {"country": ["ES"]}, "to": ["lisbon", "north"]},
        {"clients": {"cidr": ["10.0.0.0/8", "203.0.112.0/20"]}, "to": ["iberia"]},
    ]);
    let mut site = Site::new(service(pools, json!({"topology": topology})));
    assert_eq!(site.answered("10.9.1.0", 24), (vec![9], 16));
    assert_eq!(site.answered("203.0.113.0", 24), (vec![2], 20));
    assert_eq!(site.answered("10.1.1.0", 24).0, [1, 2]);
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1).0, [1, 2, 3]);
    let steps = site.service().plan(Family::V4).unwrap().steps(&site.client("203.0.113.0", 24)).join("\n");
    assert!(steps.contains("Topology rule spain") && steps.contains("members at lisbon"), "{steps}");
    site.set(2, Health::Down);
    site.set(9, Health::Down);
    assert_eq!(site.answered("203.0.113.0", 24).0, [3]);
    assert_eq!(site.answered("10.9.1.0", 24).0, [1, 3]);
}

#[test]
fn the_pool_with_the_nearest_member_is_chosen_whatever_its_priority() {
    let pools = json!([
        {"name": "south", "priority": 20, "members": [member(1, json!({"location": "madrid"}))]},
        {"name": "north", "members": [member(3, json!({"location": "stockholm"}))]},
        {"name": "never", "priority": 0, "members": [member(4, json!({"location": "stockholm"}))]},
    ]);
    let mut site = Site::new(service(pools, json!({"pool_choice": "geo"})));
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1), (vec![3], 20));
    assert_eq!(site.answered("203.0.113.0", 24).0, [1]);
    assert_eq!(segment(&site.service(), 1, 1, 0).mode, SplitMode::ByClient);
    site.set(3, Health::Down);
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1).0, [1]);
}

#[test]
fn clients_of_a_private_group_are_answered_the_address_and_all_others_the_public_one() {
    let members = json!([member(1, json!({"public_address": "198.51.100.101"})), member(2, json!({}))]);
    let site = Site::new(service(json!([{"name": "p", "members": members}]), json!({})));
    assert_eq!(site.answered("10.1.2.0", 24).0, [1, 2]);
    assert_eq!(site.answered("10.9.2.0", 24), (vec![2, 101], 16));
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1).0, [2, 101]);
    assert_eq!(site.atlas.addresses(&site.client("10.1.2.0", 24)).0, Addresses::Private);
    assert_eq!(segment(&site.service(), 1, 1, 0).mode, SplitMode::Exact);
}

#[test]
fn a_pool_of_names_answers_every_type_or_none() {
    let named = |last: u8, name: &str| member(last, json!({"fqdn": name, "answer": "cname"}));
    let pools = json!([
        {"name": "own", "priority": 20, "members": [member(1, json!({}))]},
        {"name": "cdn", "members": [named(11, "a.example.net"), named(12, "b.example.net")]},
    ]);
    let mut site = Site::new(service(pools, json!({})));
    let compiled = site.service();
    assert!(compiled.plan(Family::Other).is_none() && compiled.alias().is_none());
    assert_eq!(site.answered(ANYBODY.0, ANYBODY.1).0, [1]);
    site.set(1, Health::Down);
    let compiled = site.service();
    let names: Vec<String> = [Family::V4, Family::V6, Family::Other]
        .map(|family| {
            let client = site.client(ANYBODY.0, 24);
            let decided = compiled.plan(family).unwrap().decide(&client, Turn::Take);
            let Decision::Named(_, name) = decided.decision else { panic!("{:?}", decided.decision) };
            name.to_string()
        })
        .to_vec();
    assert_eq!(names, ["a.example.net", "b.example.net", "a.example.net"]);
    assert_eq!(segment(&compiled, 1, 1, 0).members.len(), 2);
}
