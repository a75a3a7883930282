//! What is lost is counted by its cause.

use std::time::Duration;

use model::row::{Class, Outcome};
use model::rrtype::Rcode;

use crate::rig::{Rig, throttle};
use crate::sink::{Fault, MemorySink};

#[tokio::test]
async fn an_event_a_full_ring_refused_is_counted_without_a_class() {
    let mut rig = Rig::with_rings(MemorySink::default(), throttle(0, 0), 1, |_| {});
    // The smallest ring for each of two workers: of ten thousand events pushed in a row most find it full.
    (0..10_000).for_each(|_| rig.answer("a", Rcode::NOERROR));
    let sink = rig.finish().await;
    let content = sink.content();
    assert!(content.outcome(Outcome::Queue) > 0);
    for account in content.accounts.iter().filter(|a| a.outcome == Outcome::Queue) {
        assert_eq!((account.class, account.service.as_deref()), (None, Some("a.example.org")));
    }
}

#[tokio::test]
async fn a_full_queue_loses_rows_and_counts_them() {
    let sink = MemorySink::default();
    sink.always(Fault::Away);
    let mut rig = Rig::new(sink, throttle(0, 0), |options| {
        options.queue_rows = 100;
        options.flush_patience = Duration::from_millis(50);
    });
    (0..1000).for_each(|_| rig.answer("a", Rcode::NOERROR));
    let status = rig.status_when(|status| status.waiting + status.dropped == 1000).await;
    assert!((100..=116).contains(&status.waiting), "{status:?}");
    assert_eq!(
        status.by_class_outcome[Class::NonSignificant as usize][Outcome::Storage as usize],
        status.dropped
    );
    rig.sink.always(Fault::None);
    let sink = rig.finish().await;
    assert_eq!(sink.content().rows.len() as u64, status.waiting);
}

#[tokio::test]
async fn memory_bounds_the_queue_as_well() {
    let sink = MemorySink::default();
    sink.always(Fault::Away);
    let mut rig = Rig::new(sink, throttle(0, 0), |options| {
        options.queue_bytes = 10_000;
        options.flush_patience = Duration::from_millis(50);
    });
    (0..1000).for_each(|_| rig.answer("a", Rcode::NOERROR));
    let status = rig.status_when(|status| status.waiting + status.dropped == 1000).await;
    assert!(status.waiting < 16 + 10_000 / size_of::<model::row::LogRow>() as u64 + 1, "{status:?}");
    rig.sink.always(Fault::None);
    rig.finish().await;
}
