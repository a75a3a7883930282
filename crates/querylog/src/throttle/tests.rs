use proptest::prelude::*;

use super::*;

fn logging(service: u32, site: u32) -> Logging {
    let limits = |n| Limits { significant: n, filtered: 0, non_significant: n };
    Logging { service_throttle: limits(service), site_throttle: limits(site), ..Logging::default() }
}

fn group(class: Class, name: &str) -> Group {
    Group { class, service: Some(name.into()), zone: None }
}

#[test]
fn each_answer_of_a_second_is_kept_as_often_as_any_other() {
    // 20 answers, 4 kept, 5000 seconds: each is expected 1000 times with a standard deviation of 28.3.
    let mut throttle = Throttle::new(&logging(4, 0), Some(1));
    let mut kept = [0u32; 20];
    for second in 0..5000 {
        for n in 0..20 {
            throttle.offer(second * SECOND_US, group(Class::NonSignificant, "a"), || n);
        }
    }
    throttle.close_all().kept.into_iter().for_each(|(n, _)| kept[n] += 1);
    assert_eq!(kept.iter().sum::<u32>(), 20_000);
    assert!(kept.iter().all(|n| n.abs_diff(1000) < 5 * 29), "{kept:?}");
}

#[test]
fn the_site_draws_from_all_services_by_what_passed_them() {
    // 90 answers of one service and 30 of another share 12 rows: 9 and 3 are expected, over 2000 seconds.
    let mut throttle = Throttle::new(&logging(0, 12), Some(2));
    for second in 0..2000 {
        for n in 0..120 {
            let name = if n % 4 == 0 { "b" } else { "a" };
            throttle.offer(second * SECOND_US, group(Class::NonSignificant, name), || name);
        }
    }
    let kept = throttle.close_all().kept;
    let of_a = kept.iter().filter(|(name, _)| *name == "a").count();
    assert_eq!(kept.len(), 24_000);
    // Hypergeometric: 2.04 variance each second, so 64 is one standard deviation of the sum.
    assert!(of_a.abs_diff(18_000) < 5 * 64, "{of_a}");
}

#[test]
fn a_second_closes_when_it_is_over_or_when_the_clock_was_set_back() {
    let mut throttle = Throttle::new(&logging(1, 0), Some(3));
    let offer = |throttle: &mut Throttle<i64>, at| throttle.offer(at, group(Class::Significant, "a"), || at);
    offer(&mut throttle, 5 * SECOND_US);
    assert!(throttle.close(6 * SECOND_US + GRACE_US - 1, None).kept.is_empty());
    assert_eq!(throttle.close(6 * SECOND_US + GRACE_US, None).kept, [(5 * SECOND_US, 1)]);
    offer(&mut throttle, 100 * SECOND_US);
    assert_eq!(throttle.close(50 * SECOND_US, None).kept.len(), 1);
}

proptest! {
    #[test]
    fn rows_stand_for_every_answer_and_drops_are_counted_by_cause(
        answers in proptest::collection::vec((0i64..3, 0usize..4, any::<bool>()), 0..400),
        service in 0u32..20,
        site in 0u32..40,
        seed: u64,
    ) {
        let mut throttle = Throttle::new(&logging(service, site), Some(seed));
        let mut given: HashMap<(i64, Group), u64> = HashMap::new();
        prop_assume!(throttle.limits(Class::Significant));
        for (second, name, significant) in answers {
            let class = if significant { Class::Significant } else { Class::NonSignificant };
            let group = group(class, ["a", "b", "c", "d"][name]);
            *given.entry((second, group.clone())).or_default() += 1;
            throttle.offer(second * SECOND_US, group.clone(), || (second, group.clone()));
        }
        let closed = throttle.close_all();
        let mut stood_for: HashMap<(i64, Group), u64> = HashMap::new();
        let mut rows: HashMap<(i64, Group), u64> = HashMap::new();
        let mut of_site: HashMap<(i64, Class), u64> = HashMap::new();
        for (key, stands_for) in closed.kept {
            prop_assert!(stands_for > 0);
            *stood_for.entry(key.clone()).or_default() += u64::from(stands_for);
            *of_site.entry((key.0, key.1.class)).or_default() += 1;
            *rows.entry(key).or_default() += 1;
        }
        for (key, count) in &stood_for {
            prop_assert_eq!(count, &given[key]);
        }
        prop_assert!(service == 0 || rows.values().all(|n| *n <= u64::from(service)));
        prop_assert!(site == 0 || of_site.values().all(|n| *n <= u64::from(site)));
        let mut accounted = rows;
        for dropped in closed.dropped {
            let limit = if dropped.outcome == Outcome::SiteThrottle { site } else { service };
            prop_assert!(limit > 0 && dropped.count > 0);
            *accounted.entry((dropped.at / SECOND_US, dropped.group)).or_default() += dropped.count;
        }
        prop_assert_eq!(accounted, given);
    }
}
