//! Throttles seen from outside.

use std::time::Duration;

use model::filter;
use model::row::{Class, Outcome};
use model::rrtype::Rcode;
use querylog::Matcher;

use crate::rig::{Rig, throttle};
use crate::sink::MemorySink;

#[tokio::test]
async fn kept_rows_stand_for_all_answers_of_their_second() {
    let mut rig = Rig::new(MemorySink::default(), throttle(10, 0), |_| {});
    (0..1000).for_each(|_| rig.answer("a", Rcode::NOERROR));
    (0..3).for_each(|_| rig.answer("b", Rcode::NOERROR));
    assert!(rig.pipeline.flush_now().await);
    assert!(rig.sink.content().rows.is_empty(), "the second is not over");
    rig.advance(Duration::from_millis(1100));
    assert!(rig.pipeline.flush_now().await);
    {
        let content = rig.sink.content();
        let of = |name: &str| {
            let rows = content.rows.iter().filter(|r| r.service.as_deref() == Some(name));
            rows.fold((0, 0), |(rows, answers), row| (rows + 1, answers + row.stands_for))
        };
        assert_eq!(of("a.example.org"), (10, 1000));
        assert_eq!(of("b.example.org"), (3, 3));
        assert_eq!(content.outcome(Outcome::ServiceThrottle), 990);
    }
    rig.finish().await;
}

#[tokio::test]
async fn names_that_are_no_service_are_limited_by_their_zone() {
    let mut rig = Rig::new(MemorySink::default(), throttle(10, 12), |_| {});
    (0..100).for_each(|_| rig.answer("no-service", Rcode::NXDOMAIN));
    (0..100).for_each(|_| rig.answer("a", Rcode::SERVFAIL));
    let sink = rig.finish().await;
    let content = sink.content();
    assert_eq!(content.rows.len(), 12);
    assert_eq!(content.outcome(Outcome::ServiceThrottle), 180);
    assert_eq!(content.outcome(Outcome::SiteThrottle), 8);
}

#[tokio::test]
async fn an_operators_filter_has_a_class_of_its_own() {
    let matcher = Matcher::new(&filter::parse("service = a.example.org and site = here").unwrap()).unwrap();
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |options| options.filter = Some(matcher));
    rig.answer("a", Rcode::NOERROR);
    rig.answer("b", Rcode::NOERROR);
    rig.answer("a", Rcode::SERVFAIL);
    let sink = rig.finish().await;
    let mut classes: Vec<Class> = sink.content().rows.iter().map(|row| row.class).collect();
    classes.sort();
    assert_eq!(classes, Class::ALL);
}
