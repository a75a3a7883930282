//! Batches on their way into a storage that comes and goes.

use std::time::Duration;

use model::row::Outcome;
use model::rrtype::{Family, Rcode};

use crate::rig::{Rig, START, throttle};
use crate::sink::{Fault, MemorySink, POISON};

/// For flushes that are to fail.
const PATIENCE: Duration = Duration::from_millis(50);

#[tokio::test]
async fn rows_and_counts_arrive_once_though_acknowledgements_are_lost() {
    let sink = MemorySink::scripted([Fault::LostAnswer, Fault::Away].repeat(10));
    let mut rig = Rig::new(sink, throttle(0, 0), |_| {});
    (0..200).for_each(|_| rig.answer("a", Rcode::NOERROR));
    let sink = rig.finish().await;
    assert_eq!(sink.content().rows.len(), 200);
}

#[tokio::test]
async fn one_row_that_storage_refuses_costs_that_row_alone() {
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |_| {});
    for n in 0..100u16 {
        let port = if n == 37 { POISON } else { 2000 + n };
        rig.answer_from(([198, 51, 100, 7], port).into(), "a", Rcode::NOERROR);
    }
    let sink = rig.finish().await;
    let content = sink.content();
    assert_eq!(content.rows.len(), 99);
    assert_eq!(content.outcome(Outcome::Storage), 1);
}

#[tokio::test]
async fn refused_counts_are_offered_again_in_halves() {
    // The segment is taken, the first batch of counts is not.
    let sink = MemorySink::scripted([Fault::None, Fault::Refused]);
    let rig = Rig::new(sink, throttle(0, 0), |o| o.flush = Duration::from_secs(3600));
    assert!(rig.pipeline.flush_now().await);
    // Two counters, so that the batch can be halved, and no row, which could meet the refusal instead.
    rig.view.counters.add(0, START, rig.slot("a"), Family::V4, Rcode::NOERROR);
    rig.view.counters.add(0, START, rig.slot("b"), Family::V4, Rcode::NOERROR);
    assert!(rig.pipeline.flush_now().await);
    assert_eq!(rig.sink.content().counters.len(), 2);
    assert_eq!(rig.sink.content().calls, 4);
}

#[tokio::test]
async fn a_flush_brings_what_was_answered_before_it() {
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |options| {
        options.flush = Duration::from_secs(3600);
        options.batch_delay = Duration::from_secs(3600);
    });
    for round in 1..=3 {
        (0..5).for_each(|_| rig.answer("b", Rcode::NXDOMAIN));
        assert!(rig.pipeline.flush_now().await);
        let content = rig.sink.content();
        assert_eq!(content.rows.len(), 5 * round);
        assert_eq!(content.answered(), rig.answered);
        assert_eq!(content.accounted(), rig.answered);
    }
    rig.finish().await;
}

#[tokio::test]
async fn the_status_says_since_when_storage_is_away_and_why() {
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |o| o.flush_patience = PATIENCE);
    while !rig.pipeline.flush_now().await {}
    assert_eq!((rig.pipeline.status().away_since, rig.pipeline.status().error), (None, String::new()));
    rig.sink.always(Fault::Away);
    rig.answer("a", Rcode::NOERROR);
    let status = rig.status_when(|status| status.waiting == 1 && status.away_since.is_some()).await;
    assert_eq!((status.away_since, status.error.as_str()), (Some(START), "connection refused"));
    assert_eq!((status.waiting, status.dropped, status.stored), (1, 0, 0));
    rig.advance(Duration::from_secs(3));
    rig.sink.always(Fault::None);
    while !rig.pipeline.flush_now().await {}
    assert_eq!(rig.pipeline.status().away_since, None);
    rig.finish().await;
}

#[tokio::test]
async fn the_end_comes_in_time_though_storage_does_not() {
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |_| {});
    assert!(rig.pipeline.flush_now().await);
    rig.sink.always(Fault::Away);
    (0..50).for_each(|_| rig.answer("a", Rcode::NOERROR));
    let unsent = rig.pipeline.shutdown(Duration::from_secs(1)).await;
    assert_eq!((unsent.answers, unsent.rows, unsent.segments), (50, 50, 0));
    let status = rig.pipeline.status();
    assert_eq!((status.dropped, status.waiting), (50, 0));
    assert_eq!(rig.pipeline.shutdown(Duration::from_secs(1)).await, querylog::Unsent::default());
}
