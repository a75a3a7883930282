//! A view built upon the one before it is the view that would have been built from nothing.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use dns::Serving;
use model::DnsName;
use model::config::Config;
use model::health::{Health, HealthTable, MemberKey};
use model::row::SegmentStart;
use model::rrtype::RrType;
use model::snapshot::Snapshot;
use model::split::{SegmentMember, SplitMode};
use proptest::prelude::*;
use serde_json::json;

const SERVICES: [(&str, &str); 4] =
    [("a", "\"fail_open\""), ("b", "\"empty\""), ("c", "{\"cname\": \"a.example.org\"}"), ("d", "\"none\"")];

fn config(reversed: bool) -> Config {
    let mut services: Vec<_> = SERVICES
        .iter()
        .map(|(name, down)| {
            let members = |place: u8| {
                json!([
                    {"address": format!("10.0.{place}.1"), "weight": 6, "location": "here"},
                    {"address": format!("10.0.{place}.2"), "weight": 3},
                    {"address": format!("2001:db8::{place}")},
                ])
            };
            json!({
                "name": format!("{name}.example.org"),
                "down_response": serde_json::from_str::<serde_json::Value>(down).unwrap(),
                "pools": [{"name": "first", "priority": 20, "members": members(1)},
                          {"name": "second", "members": members(2)}],
            })
        })
        .collect();
    if reversed {
        services.reverse();
        services[0]["enabled"] = json!(false);
    }
    serde_json::from_value(json!({
        "sites": [{"name": "s"}],
        "locations": [{"name": "here", "site": "s"}],
        "zones": [{"name": "example.org"}],
        "services": services,
    }))
    .unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    /// So many members get a verdict, and then a view is published.
    Health(Vec<(MemberKey, Health)>),
    /// The services are put into another order, and one is disabled or enabled.
    Config,
}

fn verdict() -> impl Strategy<Value = (MemberKey, Health)> {
    let health = prop::sample::select(vec![Health::Up, Health::Down, Health::Down, Health::Unknown]);
    (0..SERVICES.len(), 0..2u8, 0..3u8, health).prop_map(|(service, pool, member, health)| {
        let address = match member {
            2 => format!("2001:db8::{}", pool + 1),
            _ => format!("10.0.{}.{}", pool + 1, member + 1),
        };
        let key = MemberKey {
            service: name(service),
            pool: ["first", "second"][usize::from(pool)].parse().unwrap(),
            address: address.parse().unwrap(),
        };
        (key, health)
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => prop::collection::vec(verdict(), 0..8).prop_map(Step::Health),
        1 => Just(Step::Config),
    ]
}

fn name(service: usize) -> DnsName {
    format!("{}.example.org", SERVICES[service].0).parse().unwrap()
}

/// What a view answers, in words.
fn explained(view: &Serving) -> Vec<String> {
    let client: IpAddr = [192, 0, 2, 1].into();
    let questions = (0..SERVICES.len()).flat_map(|s| [(s, RrType::A), (s, RrType::AAAA), (s, RrType::TXT)]);
    questions.map(|(s, rr_type)| format!("{:?}", view.explain(&name(s), rr_type, client, 12))).collect()
}

type Split = (SplitMode, Vec<SegmentMember>);

fn splits(starts: &[Arc<SegmentStart>]) -> BTreeMap<String, Split> {
    starts.iter().map(|s| (s.service.clone(), (s.mode, s.members.clone()))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_view_upon_another_answers_as_one_from_nothing(steps in prop::collection::vec(step(), 1..12)) {
        let snapshot = |generation, reversed| {
            Arc::new(Snapshot { epoch: 1, generation, at: 0, config: config(reversed) })
        };
        let build = |snapshot: Arc<Snapshot>, health: Arc<HealthTable>, previous: Option<&Serving>| {
            Serving::build(snapshot, health, previous, 1, 3, 9).unwrap()
        };
        let mut present = snapshot(1, false);
        let mut view = build(present.clone(), Arc::default(), None);
        let mut before = splits(view.segments());
        for step in steps {
            let mut health = HealthTable::clone(view.health());
            match step {
                Step::Health(verdicts) => {
                    health.epoch += 1;
                    verdicts.into_iter().for_each(|(key, verdict)| health.members.insert(key, verdict));
                }
                Step::Config => present = snapshot(present.generation + 1, present.generation % 2 == 1),
            }
            let health = Arc::new(health);
            view = build(present.clone(), health.clone(), Some(&view));
            let anew = build(present.clone(), health, None);
            prop_assert_eq!(explained(&view), explained(&anew));
            prop_assert_eq!(view.counters().health_epoch, view.health().epoch);
            // Begun are the segments that differ from those in force, in the way members are chosen, in them or in
            // their weights; each carries the version it began with.
            let after = splits(anew.segments());
            let begun: BTreeMap<_, _> =
                after.iter().filter(|(service, split)| before.get(*service) != Some(split)).collect();
            let said = splits(view.segments());
            prop_assert_eq!(said.iter().collect::<BTreeMap<_, _>>(), begun);
            for start in view.segments() {
                let version = (view.snapshot().generation, view.health().epoch);
                prop_assert_eq!((start.generation, start.health_epoch), version);
            }
            before = after;
        }
    }
}

#[test]
fn a_record_that_cannot_be_encoded_is_named_and_makes_no_view() {
    let mut config = crate::config();
    config.zones[0].records[0].data = vec!["nonsense".to_owned()];
    let snapshot = std::sync::Arc::new(model::snapshot::Snapshot { epoch: 1, generation: 1, at: 0, config });
    let problems = dns::Serving::build(snapshot, std::sync::Arc::default(), None, 1, 0, 0).unwrap_err();
    let said = problems.to_string();
    assert!(said.contains("zones[example.org].records") && said.contains("IPv4 address"), "{said}");
}
