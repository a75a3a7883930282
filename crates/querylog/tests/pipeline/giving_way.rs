//! Rows wait while the threads that answer do, and nothing is lost or confused by that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use model::config::Logging;
use model::row::Outcome;
use model::rrtype::Rcode;
use querylog::{GiveWay, Options, SpillOptions};

use tokio::sync::broadcast::error::RecvError;

use crate::rig::{Rig, START, slots, throttle, view};
use crate::sink::{Fault, MemorySink};

/// A rig on a machine that is full for as long as the switch says.
fn rig(logging: Logging, adjust: impl FnOnce(&mut Options)) -> (Rig, Arc<AtomicBool>) {
    let full = Arc::new(AtomicBool::new(true));
    let of = full.clone();
    let waits = move || if of.load(Relaxed) { Duration::from_millis(50) } else { Duration::ZERO };
    let longest = Duration::from_secs(3600);
    let give_way = GiveWay { longest, octets: 1 << 30, busy: 0, waits: Arc::new(waits) };
    let rig = Rig::new(MemorySink::default(), logging, |options| {
        options.give_way = Some(give_way);
        adjust(options);
    });
    (rig, full)
}

/// Answers for one service and for the other until so many more are put off; gives how many were ever answered.
async fn put_off(rig: &mut Rig, more: u64) -> u64 {
    let before = rig.pipeline.status().put_off;
    while rig.pipeline.status().put_off < before + more {
        (0..100).for_each(|_| rig.answer("a", Rcode::NOERROR));
        (0..100).for_each(|_| rig.answer("b", Rcode::NXDOMAIN));
        // The rings hold a few thousand only.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    rig.answered.values().sum()
}

async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn rows_wait_while_answers_do_and_counters_do_not() {
    let (mut rig, full) = rig(throttle(0, 0), |_| {});
    let answered = put_off(&mut rig, 1000).await;
    let total = |rig: &Rig| rig.pipeline.totals().iter().map(|(.., count)| count).sum::<u64>();
    until(|| total(&rig) == answered && rig.sink.content().answered() == rig.answered).await;
    let status = rig.pipeline.status();
    assert!(status.put_off >= 1000 && status.stored + status.waiting == answered, "{status:?}");
    full.store(false, Relaxed);
    // Few answers come, and nobody waits: it needs no question to go on.
    until(|| rig.pipeline.status().stored == answered).await;
    rig.finish().await;
}

#[tokio::test]
async fn counters_are_flushed_and_rows_that_wait_are_not() {
    let (mut rig, full) = rig(throttle(0, 0), |options| options.flush_patience = Duration::from_millis(100));
    put_off(&mut rig, 1000).await;
    let rows = rig.sink.content().rows.len();
    assert!(!rig.pipeline.flush_now().await);
    // They are on their way at least.
    until(|| rig.sink.content().answered() == rig.answered).await;
    assert!(rig.pipeline.status().put_off >= 1000 && rig.sink.content().rows.len() < rows + 1000);
    full.store(false, Relaxed);
    until(|| rig.pipeline.status().put_off == 0).await;
    rig.finish().await;
}

#[tokio::test]
async fn who_would_rather_wait_misses_none() {
    let (mut rig, _full) = rig(throttle(0, 0), |_| {});
    let answered = put_off(&mut rig, 5000).await;
    assert!(rig.pipeline.catch_up(Duration::from_secs(20)).await);
    assert_eq!(rig.sink.content().rows.len() as u64, answered);
    put_off(&mut rig, 1000).await;
    rig.sink.always(Fault::Away);
    assert!(!rig.pipeline.catch_up(Duration::from_millis(50)).await);
    rig.sink.always(Fault::None);
    rig.finish().await;
}

#[tokio::test]
async fn who_watches_is_not_kept_waiting() {
    let (mut rig, _full) = rig(throttle(0, 0), |_| {});
    put_off(&mut rig, 5000).await;
    let mut tail = rig.pipeline.tail();
    let (mut rows, mut missed) = (0, 0);
    while rows + missed < 5000 {
        match tail.recv().await {
            Ok(_) => rows += 1,
            Err(RecvError::Lagged(more)) => missed += more,
            Err(RecvError::Closed) => panic!("the log has ended"),
        }
    }
    until(|| rig.pipeline.status().put_off == 0).await;
    drop(tail);
    rig.finish().await;
}

#[tokio::test]
async fn who_watches_sees_what_was_put_off_though_storage_is_away() {
    let (mut rig, _full) = rig(throttle(0, 0), |_| {});
    put_off(&mut rig, 3000).await;
    rig.sink.always(Fault::Away);
    let _tail = rig.pipeline.tail();
    until(|| rig.pipeline.status().put_off == 0).await;
    assert!(rig.pipeline.status().away_since.is_some());
    rig.sink.always(Fault::None);
    rig.finish().await;
}

#[tokio::test]
async fn views_do_not_wait_with_their_events_for_storage_that_is_away() {
    let (mut rig, _full) = rig(throttle(0, 0), |_| {});
    put_off(&mut rig, 3000).await;
    rig.sink.always(Fault::Away);
    let first = Arc::downgrade(&rig.view.counters);
    for epoch in 1..40 {
        rig.publish(view(1, epoch, rig.view.slots.clone()));
        rig.answer("a", Rcode::NOERROR);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    until(|| first.upgrade().is_none()).await;
    rig.sink.always(Fault::None);
    rig.finish().await;
}

#[tokio::test]
async fn no_more_room_is_taken_than_there_is() {
    let (mut rig, _full) = rig(throttle(0, 0), |options| {
        options.give_way.as_mut().unwrap().octets = 300_000;
    });
    let mut most = 0;
    while rig.sink.content().rows.len() < 20_000 {
        (0..200).for_each(|_| rig.answer("a", Rcode::NOERROR));
        tokio::time::sleep(Duration::from_millis(1)).await;
        most = most.max(rig.pipeline.status().put_off);
    }
    // Of some seventy octets each at least, and what came with one look at the rings.
    assert!((1000..15_000).contains(&most), "{most}");
    rig.finish().await;
}

#[tokio::test]
async fn an_end_stores_what_was_put_off() {
    let (mut rig, _full) = rig(throttle(0, 0), |_| {});
    let answered = put_off(&mut rig, 1000).await;
    let sink = rig.finish().await;
    assert_eq!(sink.content().rows.len() as u64, answered);
}

#[tokio::test]
async fn an_end_without_storage_spills_what_was_put_off() {
    let folder = tempfile::tempdir().unwrap();
    let spill =
        SpillOptions { folder: folder.path().to_owned(), octets: 1 << 30, pause: Duration::from_millis(5) };
    let (mut rig, _full) = rig(throttle(0, 0), |options| {
        options.spill = Some(spill.clone());
        options.queue_rows = 8192;
    });
    let answered = put_off(&mut rig, 20_000).await;
    rig.sink.always(Fault::Away);
    rig.pipeline.shutdown(Duration::from_secs(2)).await;
    let status = rig.pipeline.status();
    assert_eq!((status.put_off, status.dropped), (0, 0), "{status:?}");
    let again = Rig::new(rig.sink.copy(), throttle(0, 0), |options| options.spill = Some(spill));
    until(|| again.pipeline.status().recovered + status.stored == answered).await;
    assert_eq!(again.sink.content().rows.len() as u64, answered);
}

#[tokio::test]
async fn an_event_that_waits_is_read_by_the_numbers_of_its_own_view() {
    let (mut rig, full) = rig(throttle(0, 0), |_| {});
    let number = rig.slot("a");
    put_off(&mut rig, 1000).await;
    rig.publish(view(2, 0, slots(&["b", "a"])));
    assert_eq!(rig.slot("b"), number, "the same number means another service now");
    put_off(&mut rig, 1000).await;
    let first = Arc::downgrade(&rig.view.counters);
    rig.publish(view(2, 1, rig.view.slots.clone()));
    put_off(&mut rig, 1000).await;
    assert!(rig.pipeline.status().put_off >= 3000);
    full.store(false, Relaxed);
    until(|| rig.pipeline.status().put_off == 0).await;
    until(|| first.upgrade().is_none()).await;
    let answered = rig.answered.clone();
    let sink = rig.finish().await;
    for (name, answers) in answered {
        let rows = sink.content().rows.iter().filter(|row| row.service.as_deref() == name.as_deref()).count();
        assert_eq!(rows as u64, answers, "{name:?}");
    }
}

#[tokio::test]
async fn a_second_is_sampled_when_all_its_answers_are_there() {
    let (mut rig, _full) = rig(throttle(10, 0), |_| {});
    put_off(&mut rig, 1000).await;
    rig.advance(Duration::from_millis(2500));
    let answered = put_off(&mut rig, 1000).await;
    assert!(rig.pipeline.catch_up(Duration::from_secs(20)).await);
    let early = rig.sink.content().rows.iter().filter(|row| row.at == START).count();
    assert_eq!(early, 20, "who waited has all rows of seconds that are over");
    let sink = rig.finish().await;
    let content = sink.content();
    for second in [START, START + 2_500_000] {
        for service in ["a.example.org", "b.example.org"] {
            let of = |row: &&model::row::LogRow| row.at == second && row.service.as_deref() == Some(service);
            assert_eq!(content.rows.iter().filter(of).count(), 10, "{service} at {second}");
        }
    }
    let stands_for: u64 = content.rows.iter().map(|row| u64::from(row.stands_for)).sum();
    assert_eq!(stands_for, answered);
    assert_eq!(content.outcome(Outcome::ServiceThrottle), answered - 40);
}
