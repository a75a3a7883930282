//! Views that change while their events are under way.

use std::sync::Arc;

use model::rrtype::Rcode;

use crate::rig::{Rig, slots, throttle, view};
use crate::sink::MemorySink;

#[tokio::test]
async fn an_event_is_read_by_the_numbers_of_its_own_view() {
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |_| {});
    let number = rig.slot("a");
    rig.answer("a", Rcode::NOERROR);
    rig.publish(view(2, 0, slots(&["b", "a"])));
    assert_eq!(rig.slot("b"), number, "the same number means another service now");
    rig.answer("b", Rcode::NOERROR);
    rig.publish(view(2, 1, rig.view.slots.clone()));
    rig.answer("a", Rcode::NOERROR);
    let sink = rig.finish().await;
    let mut rows: Vec<_> = sink.content().rows.iter().map(|r| (r.generation, r.service.clone())).collect();
    rows.sort();
    let expected = [(1, "a"), (2, "a"), (2, "b")].map(|(g, s)| (g, Some(format!("{s}.example.org").into())));
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn a_view_is_let_go_once_its_last_answer_is_counted() {
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |_| {});
    rig.answer("a", Rcode::NOERROR);
    let first = Arc::downgrade(&rig.view.counters);
    rig.publish(view(2, 0, slots(&["a"])));
    // The first reading that finds it without writers, and the one after the rings were drained once more.
    for _ in 0..2 {
        assert!(rig.pipeline.flush_now().await);
    }
    assert!(first.upgrade().is_none());
    rig.answer("a", Rcode::NOERROR);
    rig.finish().await;
}

#[tokio::test]
async fn workers_come_and_go_and_no_event_of_theirs_is_lost() {
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |_| {});
    for round in 0..20 {
        (0..8).for_each(|_| rig.answer("a", Rcode::NOERROR));
        rig.replace_worker(round % 2);
    }
    assert!(rig.pipeline.flush_now().await);
    assert!(rig.is_drained(0) && rig.is_drained(1));
    assert_eq!(rig.sink.content().rows.len(), 160);
    rig.finish().await;
}
