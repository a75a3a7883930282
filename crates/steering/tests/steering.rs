//! What a compiled service answers, and what survives a new view.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use model::config::{self, Algorithm, DownResponse, Member, Pool};
use model::health::{Health, HealthTable, MemberKey};
use model::rrtype::Family;
use model::slots::Slot;
use model::{Priority, Weight};
use proptest::prelude::*;
use steering::{Compile, Decision, Force, Plan, Service};

fn member(last: u8, weight: i64) -> Member {
    Member { weight: Weight::new(weight).unwrap(), ..Member::at([192, 0, 2, last]) }
}

fn pool(name: &str, priority: i64, members: Vec<Member>) -> Pool {
    Pool { priority: Priority::new(priority).unwrap(), ..Pool::new(name.parse().unwrap(), members) }
}

fn service(pools: Vec<Pool>) -> config::Service {
    config::Service::new("hello.example.org".parse().unwrap(), pools)
}

fn down(service: &config::Service, lasts: &[u8]) -> HealthTable {
    let mut table = HealthTable { epoch: 1, ..HealthTable::default() };
    for pool in &service.pools {
        for last in lasts {
            let address = IpAddr::from([192, 0, 2, *last]);
            let key = MemberKey { service: service.name.clone(), pool: pool.name.clone(), address };
            table.members.insert(key, Health::Down);
        }
    }
    table
}

fn compile(service: &config::Service, health: &HealthTable, previous: Option<&Service>) -> Service {
    Service::compile(&Compile { service, health, site_of: &|_| None, slot: Slot(10), seed: 0, previous })
}

fn v4(service: &Service) -> &Plan {
    service.plan(Family::V4).unwrap()
}

fn turns(service: &Service) -> u64 {
    v4(service).peek_turn(0)
}

/// Last octets of the addresses answered on a turn.
fn answer(plan: &Plan, turn: u64) -> Vec<u8> {
    let Decision::Members(pick) = plan.decide(turn) else { panic!("no members: {:?}", plan.force) };
    let last = |address: IpAddr| match address {
        IpAddr::V4(ip) => ip.octets()[3],
        IpAddr::V6(ip) => ip.octets()[15],
    };
    pick.members().map(|m| last(m.address)).collect()
}

/// Last octets of the next `count` answers' first addresses.
fn answers(service: &Service, count: usize) -> Vec<u8> {
    (0..count).map(|_| answer(v4(service), v4(service).next_turn())[0]).collect()
}

fn count(answers: &[u8], last: u8) -> usize {
    answers.iter().filter(|a| **a == last).count()
}

#[test]
fn the_highest_pool_with_a_member_up_answers() {
    let service = service(vec![
        pool("low", 5, vec![member(1, 1)]),
        pool("high", 20, vec![member(2, 1), member(3, 1)]),
        pool("never", 0, vec![member(4, 1)]),
    ]);
    let of = |down_ones: &[u8]| answers(&compile(&service, &down(&service, down_ones), None), 4);
    assert_eq!(of(&[]), [2, 3, 2, 3]);
    assert_eq!(of(&[2]), [3, 3, 3, 3]);
    assert_eq!(of(&[2, 3]), [1, 1, 1, 1]);
    // All down: as if all were up, from the highest pool.
    assert_eq!(of(&[1, 2, 3, 4]), [2, 3, 2, 3]);
}

#[test]
fn a_disabled_member_is_never_answered_not_even_failing_open() {
    let mut service = service(vec![pool("a", 10, vec![member(1, 1), member(2, 1)])]);
    service.pools[0].members[0].enabled = false;
    assert_eq!(answers(&compile(&service, &down(&service, &[1, 2]), None), 3), [2, 2, 2]);
    service.pools[0].members[1].enabled = false;
    let nobody = compile(&service, &down(&service, &[]), None);
    assert!(matches!(v4(&nobody).force, Force::NoMembers));
}

#[test]
fn each_down_response_does_what_it_says() {
    let mut service = service(vec![pool("a", 10, vec![member(1, 1), member(2, 1)])]);
    let all_down = down(&service, &[1, 2]);
    let mut force = |response: DownResponse| {
        service.down_response = response;
        v4(&compile(&service, &all_down, None)).clone()
    };
    let open = force(DownResponse::FailOpen);
    assert_eq!((answer(&open, 0).len(), open.force.is_down_response()), (1, true));
    assert_eq!(answer(&force(DownResponse::AllRecords), 0).len(), 2);
    assert!(matches!(force(DownResponse::None).decide(0), Decision::Silence));
    assert!(matches!(force(DownResponse::Empty).decide(0), Decision::NoData));
    let fallback = vec!["198.51.100.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
    assert!(
        matches!(force(DownResponse::Fallback(fallback)).decide(0), Decision::Addresses(a) if a.len() == 1)
    );
    let alias = "sorry.example.org".parse().unwrap();
    assert!(matches!(force(DownResponse::Cname(alias)).decide(0), Decision::Alias(_)));
}

#[test]
fn weight_zero_is_answered_only_when_nothing_else_can_be() {
    let service = service(vec![pool("a", 10, vec![member(1, 0), member(2, 3), member(3, 0)])]);
    assert_eq!(answers(&compile(&service, &down(&service, &[]), None), 3), [2, 2, 2]);
    assert_eq!(answers(&compile(&service, &down(&service, &[2]), None), 4), [1, 3, 1, 3]);
}

#[test]
fn several_answers_are_distinct_and_begin_with_the_chosen_one() {
    let mut service = service(vec![pool("a", 10, vec![member(1, 2), member(2, 1), member(3, 1)])]);
    service.answers = 2;
    let steered = compile(&service, &down(&service, &[]), None);
    for turn in 0..8 {
        let picked = answer(v4(&steered), turn);
        assert_eq!(picked.len(), 2);
        assert_ne!(picked[0], picked[1]);
    }
    service.answers = 0;
    let all = compile(&service, &down(&service, &[]), None);
    assert_eq!(answer(v4(&all), 0).len(), 3);
}

#[test]
fn a_new_view_goes_on_where_nothing_changed_and_begins_anew_where_it_did() {
    let mut service = service(vec![pool("a", 10, vec![member(1, 3), member(2, 1)])]);
    let healthy = down(&service, &[]);
    let first = compile(&service, &healthy, None);
    answers(&first, 2);
    service.ttl = model::Ttl::new(5).unwrap();
    service.pools.insert(0, pool("spare", 1, vec![member(9, 1)]));
    let same = compile(&service, &healthy, Some(&first));
    assert_eq!(turns(&same), 2);
    answers(&first, 1);
    assert_eq!(turns(&same), 3);
    service.pools[1].members[0].weight = Weight::new(4).unwrap();
    let changed = compile(&service, &healthy, Some(&same));
    assert_eq!(turns(&changed), 0);
}

#[test]
fn many_workers_together_are_exact() {
    let service = service(vec![pool("a", 10, vec![member(1, 6), member(2, 3), member(3, 1)])]);
    let steered = Arc::new(compile(&service, &down(&service, &[]), None));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let steered = steered.clone();
            std::thread::spawn(move || answers(&steered, 2500))
        })
        .collect();
    let all: Vec<u8> = workers.into_iter().flat_map(|w| w.join().unwrap()).collect();
    assert_eq!((count(&all, 1), count(&all, 2), count(&all, 3)), (6000, 3000, 1000));
}

#[test]
fn random_draws_follow_the_weights() {
    let mut service =
        service(vec![pool("a", 10, vec![member(1, 6), member(2, 0), member(3, 3), member(4, 1)])]);
    service.pools[0].algorithm = Algorithm::Random;
    let steered = compile(&service, &down(&service, &[]), None);
    let all = answers(&steered, 10_000);
    for (last, share) in [(1, 0.6), (2, 0.0), (3, 0.3), (4, 0.1f64)] {
        // Four sigma; the seed is fixed, so that this either holds or does not.
        let sigma = (10_000.0 * share * (1.0 - share)).sqrt();
        assert!((count(&all, last) as f64 - 10_000.0 * share).abs() <= 4.0 * sigma, "{last}");
    }
}

#[test]
fn an_explanation_names_every_member_and_takes_no_turn() {
    let service = service(vec![pool("a", 10, vec![member(1, 6), member(2, 3)])]);
    let health = down(&service, &[2]);
    let steered = compile(&service, &health, None);
    let steps = v4(&steered).steps();
    assert!(steps[0].contains("Pool a (priority 10): taken"), "{steps:?}");
    assert!(steps[2].contains("192.0.2.2 weight 3: down"), "{steps:?}");
    assert!(steps.last().unwrap().contains("turn 1 of a period of 1"), "{steps:?}");
    assert_eq!(turns(&steered), 0);
}

/// Draws `count` answers, each from the view that is published at that moment.
fn draw(published: &Mutex<Arc<Service>>, count: usize) -> Vec<u8> {
    let one = |_| {
        let view = published.lock().unwrap().clone();
        answer(v4(&view), v4(&view).next_turn())[0]
    };
    (0..count).map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whole_periods_are_exact_for_any_weights_and_workers_while_views_are_published(
        weights in prop::collection::vec(0i64..=12, 1..7), workers in 1usize..=4,
        periods in 1usize..=6, publications in 0usize..=8
    ) {
        let members = weights.iter().enumerate().map(|(i, weight)| member(i as u8 + 1, *weight));
        let service = service(vec![pool("a", 10, members.collect())]);
        let health = down(&service, &[]);
        let published = Mutex::new(Arc::new(compile(&service, &health, None)));
        // Without any weight all members are served alike.
        let parts: Vec<i64> = if weights.iter().all(|w| *w == 0) { vec![1; weights.len()] } else { weights.clone() };
        let period = model::shares::period(&parts.iter().map(|w| *w as u64).collect::<Vec<_>>()) as usize;
        let total = period * periods;
        let drawn = std::thread::scope(|scope| {
            let share = |i: usize| total * (i + 1) / workers - total * i / workers;
            let published = &published;
            let threads: Vec<_> = (0..workers).map(|i| scope.spawn(move || draw(published, share(i)))).collect();
            for _ in 0..publications {
                let current = published.lock().unwrap().clone();
                let next = Arc::new(compile(&service, &health, Some(&current)));
                *published.lock().unwrap() = next;
            }
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<u8>>()
        });
        let sum: i64 = parts.iter().sum();
        for (i, part) in parts.iter().enumerate() {
            prop_assert_eq!(count(&drawn, i as u8 + 1), *part as usize * total / sum as usize);
        }
    }

    #[test]
    fn never_a_member_that_is_down_or_disabled_while_another_is_up(
        members in prop::collection::vec((0i64..=9, any::<bool>(), any::<bool>()), 1..8), turns in 1usize..60
    ) {
        let list = members.iter().enumerate().map(|(i, (weight, enabled, _))| {
            Member { enabled: *enabled, ..member(i as u8 + 1, *weight) }
        });
        let service = service(vec![pool("a", 10, list.collect())]);
        let downs: Vec<u8> =
            members.iter().enumerate().filter(|(_, m)| m.2).map(|(i, _)| i as u8 + 1).collect();
        let steered = compile(&service, &down(&service, &downs), None);
        let any_up = members.iter().any(|(_, enabled, is_down)| *enabled && !is_down);
        let plan = v4(&steered);
        if plan.rotation().is_none() {
            prop_assert!(members.iter().all(|m| !m.1));
            return Ok(());
        }
        for turn in 0..turns as u64 {
            for last in answer(plan, turn) {
                let (_, enabled, is_down) = members[usize::from(last) - 1];
                prop_assert!(enabled);
                prop_assert!(!is_down || !any_up);
            }
        }
    }
}
