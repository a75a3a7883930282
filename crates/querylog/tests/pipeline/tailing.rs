//! Live tails: they see what is captured and hold nothing up.

use model::rrtype::Rcode;
use tokio::sync::broadcast::error::TryRecvError;

use crate::rig::{Rig, throttle};
use crate::sink::{Fault, MemorySink};

#[tokio::test]
async fn a_tail_sees_rows_though_storage_is_away() {
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |options| options.queue_rows = 1);
    rig.sink.always(Fault::Away);
    let mut tail = rig.pipeline.tail();
    (0..50).for_each(|_| rig.answer("a", Rcode::NOERROR));
    for _ in 0..50 {
        assert_eq!(tail.recv().await.unwrap().service.as_deref(), Some("a.example.org"));
    }
    rig.sink.always(Fault::None);
    rig.finish().await;
}

#[tokio::test]
async fn a_slow_tail_is_told_how_many_rows_it_missed() {
    let mut rig = Rig::new(MemorySink::default(), throttle(0, 0), |_| {});
    let mut tail = rig.pipeline.tail();
    for _ in 0..5 {
        (0..1000).for_each(|_| rig.answer("a", Rcode::NOERROR));
        assert!(rig.pipeline.flush_now().await);
    }
    assert_eq!(tail.try_recv().unwrap_err(), TryRecvError::Lagged(5000 - 4096));
    let sink = rig.finish().await;
    assert_eq!(sink.content().rows.len(), 5000);
}
