//! Throttles seen from outside.

use std::time::Duration;

use model::Moment;
use model::config::{LogFilter, Logging};
use model::row::{Class, Outcome};
use model::rrtype::Rcode;

use crate::rig::{Rig, START, throttle};
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
    let mut rig =
        Rig::new(MemorySink::default(), filtered("service = a.example.org and site = here"), |_| {});
    rig.answer("a", Rcode::NOERROR);
    rig.answer("b", Rcode::NOERROR);
    rig.answer("a", Rcode::SERVFAIL);
    let sink = rig.finish().await;
    let mut classes: Vec<Class> = sink.content().rows.iter().map(|row| row.class).collect();
    classes.sort();
    assert_eq!(classes, Class::ALL);
}

fn filtered(matches: &str) -> Logging {
    let filter = LogFilter { name: "mine".parse().unwrap(), matches: matches.to_owned(), until: None };
    Logging { filters: vec![filter], ..throttle(0, 0) }
}

#[tokio::test]
async fn a_filter_ends_by_itself_and_changes_without_a_restart() {
    let mut logging = filtered("service = a.example.org");
    logging.filters[0].until = Some(Moment(START + 2_000_000));
    let mut rig = Rig::new(MemorySink::default(), logging, |_| {});
    rig.answer("a", Rcode::NOERROR);
    rig.advance(Duration::from_secs(3));
    rig.answer("a", Rcode::NOERROR);
    assert!(rig.pipeline.flush_now().await);
    rig.pipeline.set_logging(filtered("service = b.example.org"));
    rig.answer("b", Rcode::NOERROR);
    rig.answer("a", Rcode::NOERROR);
    let sink = rig.finish().await;
    let rows: Vec<(String, Class)> =
        sink.content().rows.iter().map(|r| (r.service.as_deref().unwrap().to_owned(), r.class)).collect();
    let of = |service: &str, class: Class| rows.iter().filter(|r| r.0 == service && r.1 == class).count();
    assert_eq!(of("a.example.org", Class::Filtered), 1, "{rows:?}");
    assert_eq!(of("a.example.org", Class::NonSignificant), 2, "{rows:?}");
    assert_eq!(of("b.example.org", Class::Filtered), 1, "{rows:?}");
}

#[tokio::test]
async fn every_row_is_kept_until_the_full_log_ends_and_is_limited_after_it() {
    let logging = Logging { full_until: Some(Moment(START + 2_000_000)), ..throttle(10, 10) };
    let mut rig = Rig::new(MemorySink::default(), logging, |_| {});
    (0..100).for_each(|_| rig.answer("a", Rcode::NOERROR));
    assert!(rig.pipeline.flush_now().await);
    assert_eq!(rig.sink.content().rows.len(), 100);
    rig.advance(Duration::from_secs(2));
    (0..100).for_each(|_| rig.answer("a", Rcode::NOERROR));
    let sink = rig.finish().await;
    let content = sink.content();
    assert_eq!(content.rows.len(), 110);
    assert_eq!(content.rows.iter().map(|row| row.stands_for).sum::<u32>(), 200);
    assert_eq!(content.outcome(Outcome::ServiceThrottle), 90);
}
