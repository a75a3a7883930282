//! What memory has no room for while storage is away goes to disk, and from there to storage once, in order.

use std::path::Path;
use std::time::Duration;

use model::row::Outcome;
use model::rrtype::Rcode;
use querylog::{Options, SpillOptions, Status, Unsent};

use crate::rig::{Rig, START, throttle};
use crate::sink::{Fault, MemorySink, POISON};

fn spill(options: &mut Options, folder: &Path, octets: u64) {
    options.queue_rows = 100;
    options.flush_patience = Duration::from_millis(10);
    options.spill = Some(SpillOptions { folder: folder.to_owned(), octets, pause: Duration::from_millis(5) });
}

/// Asks so many times, each from a port of its own, later than what was asked before.
fn ask(rig: &mut Rig, ports: std::ops::Range<u16>) {
    rig.advance(Duration::from_millis(1));
    for port in ports {
        rig.answer_from(([198, 51, 100, 7], port).into(), "a", Rcode::NOERROR);
    }
}

/// Asks in portions that memory has room for, and waits until each of them waits, most of them on disk.
async fn ask_while_away(rig: &mut Rig, ports: std::ops::Range<u16>) -> Status {
    let mut status = rig.pipeline.status();
    for port in ports.step_by(20) {
        ask(rig, port..port + 20);
        let asked = rig.answered.values().sum::<u64>();
        let all = |status: &Status| status.waiting + status.dropped == asked && status.queue_depth < 75;
        status = rig.status_when(all).await;
    }
    status
}

/// A rig whose storage is away, with a thousand rows that wait; most of them do so on disk.
async fn away(folder: &Path) -> (Rig, Status) {
    let sink = MemorySink::default();
    sink.always(Fault::Away);
    let mut rig = Rig::new(sink, throttle(0, 0), |options| spill(options, folder, 1 << 20));
    let status = ask_while_away(&mut rig, 1000..2000).await;
    assert!(status.spilled >= 900 && status.spilled_octets > 0, "{status:?}");
    assert_eq!((status.dropped, status.stored, status.recovered), (0, 0, 0));
    (rig, status)
}

/// The ports of the rows that storage has, which it has to have got in the order they were asked in.
fn ports(sink: &MemorySink) -> Vec<u16> {
    let content = sink.content();
    // Of one portion each worker reports its part.
    assert!(content.rows.is_sorted_by_key(|row| row.at), "in order");
    let mut ports: Vec<u16> = content.rows.iter().map(|row| row.port).collect();
    ports.sort_unstable();
    ports
}

fn all(ports: std::ops::Range<u16>) -> Vec<u16> {
    ports.collect()
}

#[tokio::test]
async fn spilled_rows_are_stored_in_order_before_those_that_came_later() {
    let folder = tempfile::tempdir().unwrap();
    let (mut rig, _) = away(folder.path()).await;
    rig.sink.always(Fault::None);
    for port in (2000..2200).step_by(20) {
        ask(&mut rig, port..port + 20);
        while !rig.pipeline.flush_now().await {}
    }
    let sink = rig.finish().await;
    assert_eq!(ports(&sink), all(1000..2200));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["run"], "everything but the mark of the run is gone");
}

#[tokio::test]
async fn a_batch_in_the_spill_whose_acknowledgement_is_lost_arrives_once() {
    let folder = tempfile::tempdir().unwrap();
    let (rig, _) = away(folder.path()).await;
    rig.sink.then([Fault::LostAnswer, Fault::Away].repeat(20), Fault::None);
    let sink = rig.finish().await;
    assert_eq!(ports(&sink), all(1000..2000));
}

#[tokio::test]
async fn a_row_in_the_spill_that_storage_refuses_costs_that_row_alone() {
    let folder = tempfile::tempdir().unwrap();
    let sink = MemorySink::default();
    sink.always(Fault::Away);
    let mut rig = Rig::new(sink, throttle(0, 0), |options| spill(options, folder.path(), 1 << 20));
    ask_while_away(&mut rig, 1000..1500).await;
    ask(&mut rig, POISON..POISON + 1);
    ask_while_away(&mut rig, 1500..2000).await;
    rig.sink.always(Fault::None);
    let sink = rig.finish().await;
    assert_eq!(ports(&sink), all(1000..2000));
    assert_eq!(sink.content().outcome(Outcome::Storage), 1);
}

#[tokio::test]
async fn past_the_bound_of_the_spill_rows_are_lost_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let sink = MemorySink::default();
    sink.always(Fault::Away);
    let mut rig = Rig::new(sink, throttle(0, 0), |options| spill(options, folder.path(), 40_000));
    let status = ask_while_away(&mut rig, 1000..1300).await;
    assert_eq!(status.dropped, 0, "{status:?}");
    // The spill is full, and then memory is.
    let mut status = rig.pipeline.status();
    while status.dropped == 0 {
        ask(&mut rig, 1300..1320);
        let asked = rig.answered.values().sum::<u64>();
        status = rig.status_when(|status| status.waiting + status.dropped == asked).await;
        assert!(
            status.spilled_octets <= 40_000 + 10_000,
            "rows within the bound, and some counts: {status:?}"
        );
    }
    assert!(status.spilled > 100, "{status:?}");
    rig.sink.always(Fault::None);
    let sink = rig.finish().await;
    assert_eq!(sink.content().rows.len() as u64, status.waiting);
    assert_eq!(sink.content().outcome(Outcome::Storage), status.dropped);
    ports(&sink);
}

#[tokio::test]
async fn what_a_killed_process_spilled_is_stored_once_and_was_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (rig, status) = away(folder.path()).await;
    // Storage takes the batch in hand and some more, and the process never hears of the last; then it is killed.
    rig.sink.then([Fault::None, Fault::LostAnswer].repeat(3), Fault::Away);
    while rig.sink.is_scripted() {
        rig.pipeline.flush_now().await;
    }
    let (stored_before, image) = (rig.sink.copy(), tempfile::tempdir().unwrap());
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), image.path().join(entry.file_name())).unwrap();
    }

    let again = Rig::new(stored_before, throttle(0, 0), |options| spill(options, image.path(), 1 << 20));
    while again.pipeline.unsettled_since().is_none() {
        again.pipeline.flush_now().await;
    }
    assert_eq!(again.pipeline.unsettled_since(), Some(START));
    assert_eq!(again.pipeline.shutdown(Duration::from_secs(20)).await, Unsent::default());
    let after = again.pipeline.status();
    assert_eq!((after.waiting, after.stored, after.spilled), (0, 0, 0), "they are no rows of its own");
    assert!(after.recovered > 0, "{after:?}");
    let stored = ports(&again.sink);
    assert!(stored.is_sorted_by(|a, b| a < b), "none twice");
    assert!(stored.len() as u64 >= status.spilled, "{} of {status:?}", stored.len());
    {
        let content = again.sink.content();
        let (answered, accounted) = (content.answered(), content.accounted());
        assert_eq!(content.outcome(Outcome::Stored), stored.len() as u64);
        // Rows that memory still had room for are gone with the process, and what was counted of the last of them may be.
        assert!(answered.values().sum::<u64>() <= 1000, "none twice");
        assert!(
            accounted.iter().all(|(service, count)| answered[service] >= *count),
            "every answer was counted before its row was spilled: {answered:?} {accounted:?}"
        );
    }
    rig.sink.always(Fault::None);
    rig.finish().await;
}

#[tokio::test]
async fn what_storage_did_not_take_before_the_end_is_stored_by_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let (rig, _) = away(folder.path()).await;
    assert_eq!(rig.pipeline.shutdown(Duration::from_secs(1)).await, Unsent::default());
    let status = rig.pipeline.status();
    assert_eq!((status.dropped, status.stored), (0, 0));
    let answered = rig.answered.clone();
    let again = Rig::new(rig.sink.copy(), throttle(0, 0), |options| spill(options, folder.path(), 1 << 20));
    assert_eq!(again.pipeline.unsettled_since(), None, "that process ended in order");
    assert_eq!(again.pipeline.shutdown(Duration::from_secs(20)).await, Unsent::default());
    assert_eq!(ports(&again.sink), all(1000..2000));
    let content = again.sink.content();
    assert_eq!((content.answered(), content.accounted()), (answered.clone(), answered));
}
