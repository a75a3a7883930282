//! Every answer ends in exactly one outcome, whatever storage, throttles, rings and views do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use model::rrtype::Rcode;
use proptest::prelude::*;
use querylog::{GiveWay, SpillOptions};

use crate::rig::{Rig, slots, throttle, view};
use crate::sink::{Fault, MemorySink};

#[derive(Clone, Debug)]
enum Step {
    Answer {
        service: usize,
        significant: bool,
        count: usize,
    },
    Advance(u64),
    Publish {
        renumber: bool,
    },
    Throttle(u32, u32),
    Flush,
    /// The machine has, or has no more, cores for everybody.
    Free(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0usize..3, any::<bool>(), 1usize..80)
            .prop_map(|(service, significant, count)| Step::Answer { service, significant, count }),
        2 => (1u64..3000).prop_map(Step::Advance),
        1 => any::<bool>().prop_map(|renumber| Step::Publish { renumber }),
        1 => (0u32..8, 0u32..12).prop_map(|(service, site)| Step::Throttle(service, site)),
        1 => Just(Step::Flush),
        1 => any::<bool>().prop_map(Step::Free),
    ];
    proptest::collection::vec(step, 1..25)
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault =
        proptest::sample::select(vec![Fault::None, Fault::None, Fault::Away, Fault::Away, Fault::LostAnswer]);
    proptest::collection::vec(fault, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn answers_counted_are_the_sum_of_all_outcomes(
        steps in steps(),
        faults in faults(),
        ring in proptest::sample::select(vec![4usize, 64, 4096]),
        queue_rows in proptest::sample::select(vec![1usize, 20, 100_000]),
        limits in (0u32..8, 0u32..12),
        spill in proptest::sample::select(vec![None, Some(0), Some(3_000), Some(1 << 20)]),
        gives_way in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let sink = MemorySink::scripted(faults);
            let logging = throttle(limits.0, limits.1);
            let folder = tempfile::tempdir().unwrap();
            let free = Arc::new(AtomicBool::new(false));
            let of = free.clone();
            let waits = move || if of.load(Relaxed) { Duration::ZERO } else { Duration::from_millis(50) };
            let mut rig = Rig::with_rings(sink, logging, ring, |o| {
                o.queue_rows = queue_rows;
                let (folder, pause) = (folder.path().to_owned(), Duration::from_millis(2));
                let (longest, octets) = (Duration::from_millis(40), GiveWay::LEAST);
                o.give_way = gives_way.then(|| GiveWay { longest, octets, busy: 0, waits: Arc::new(waits) });
                o.spill = spill.map(|octets| SpillOptions { folder, octets, pause });
            });
            for step in steps {
                match step {
                    Step::Answer { service, significant, count } => {
                        let rcode = if significant { Rcode::SERVFAIL } else { Rcode::NOERROR };
                        (0..count).for_each(|_| rig.answer(["a", "b", "no-service"][service], rcode));
                    }
                    Step::Advance(millis) => rig.advance(Duration::from_millis(millis)),
                    Step::Publish { renumber } => {
                        let numbering = if renumber { slots(&["b", "a"]) } else { rig.view.slots.clone() };
                        let generation = rig.view.generation + u64::from(renumber);
                        rig.publish(view(generation, rig.view.health_epoch + 1, numbering));
                    }
                    Step::Throttle(service, site) => rig.pipeline.set_logging(throttle(service, site)),
                    Step::Flush => drop(rig.pipeline.flush_now().await),
                    Step::Free(is) => free.store(is, Relaxed),
                }
                tokio::task::yield_now().await;
            }
            rig.finish().await;
        });
    }
}
