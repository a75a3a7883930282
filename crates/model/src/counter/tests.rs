use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::slots::Slots;

const NOW: i64 = 1_000 * BUCKET_US + 5;

/// Slots for queries outside every zone and for so many zones.
fn slots(zones: usize) -> Arc<Slots> {
    let zones: Vec<_> = (0..zones).map(|i| serde_json::json!({"name": format!("z{i}.test")})).collect();
    let config: Config = serde_json::from_value(serde_json::json!({ "zones": zones })).unwrap();
    Arc::new(Slots::new(&config))
}

#[test]
fn what_is_added_is_taken_once_in_its_bucket() {
    let block = Arc::new(CounterBlock::new(1, 1, slots(0), 2));
    let mut reader = CounterReader::new(block.clone());
    block.add(0, NOW, Slot::OUTSIDE, Family::V4, Rcode::REFUSED);
    block.add(1, NOW - BUCKET_US, Slot::OUTSIDE, Family::V4, Rcode::REFUSED);
    block.add(1, NOW, Slot::OUTSIDE, Family::V4, Rcode::REFUSED);
    let mut taken = reader.take(NOW);
    taken.sort();
    let key = |bucket| CounterKey { bucket, slot: Slot::OUTSIDE, family: Family::V4, rcode: Rcode::REFUSED };
    assert_eq!(taken, [(key(bucket_of(NOW) - BUCKET_US), 1), (key(bucket_of(NOW)), 2)]);
    assert!(reader.take(NOW).is_empty());
    assert!(!reader.is_last());
    drop(block);
    assert!(reader.is_last());
}

#[test]
fn a_slot_that_does_not_exist_is_counted_nowhere() {
    let block = Arc::new(CounterBlock::new(1, 1, slots(2), 1));
    let mut reader = CounterReader::new(block.clone());
    block.add(0, NOW, Slot(3), Family::V4, Rcode::NOERROR);
    block.add(0, NOW, Slot(u32::MAX), Family::V4, Rcode::NOERROR);
    assert!(reader.take(NOW).is_empty());
}

#[test]
fn nothing_is_lost_or_counted_twice_while_writers_and_the_reader_run() {
    const WRITERS: usize = 3;
    const EACH: u64 = 60_000;
    // Few slots in two words of marks: the reader clears what a writer is about to look at as often as can be.
    let block = Arc::new(CounterBlock::new(1, 1, slots(70), WRITERS));
    let mut reader = CounterReader::new(block.clone());
    let running = AtomicUsize::new(WRITERS);
    let mut counted = BTreeMap::new();
    let mut read = |reader: &mut CounterReader| {
        for (key, count) in reader.take(NOW) {
            assert_ne!(count, 0);
            *counted.entry(key.slot.0).or_insert(0) += count;
        }
    };
    std::thread::scope(|scope| {
        for worker in 0..WRITERS {
            let (block, running) = (&block, &running);
            scope.spawn(move || {
                for i in 0..EACH {
                    // Bursts on one slot, then the next: its mark is set, and then found set until the reader comes.
                    let slot = Slot((i / 5 % 71) as u32);
                    let rcode = if i % 3 == 0 { Rcode::NXDOMAIN } else { Rcode::NOERROR };
                    block.add(worker, NOW, slot, Family::V4, rcode);
                }
                running.fetch_sub(1, Ordering::SeqCst);
            });
        }
        while running.load(Ordering::SeqCst) > 0 {
            read(&mut reader);
        }
    });
    read(&mut reader);
    let mut expected = BTreeMap::new();
    (0..EACH).for_each(|i| *expected.entry((i / 5 % 71) as u32).or_insert(0) += WRITERS as u64);
    assert_eq!(counted, expected);
}

#[derive(Clone, Debug)]
enum Step {
    Add { worker: usize, late: i64, slot: u32, family: Family, rcode: Rcode },
    Take,
}

fn step() -> impl Strategy<Value = Step> {
    let rcode = prop::sample::select(vec![Rcode::NOERROR, Rcode::NXDOMAIN, Rcode::DROPPED, OTHER_RCODE]);
    let family = prop::sample::select(Family::ALL.to_vec());
    prop_oneof![
        4 => (0..3usize, 0..3i64, 0..131u32, family, rcode)
            .prop_map(|(worker, late, slot, family, rcode)| Step::Add { worker, late, slot, family, rcode }),
        1 => Just(Step::Take),
    ]
}

proptest! {
    #[test]
    fn each_reading_gives_exactly_what_was_added_since_the_last(steps in prop::collection::vec(step(), 0..200)) {
        let block = Arc::new(CounterBlock::new(1, 1, slots(130), 3));
        let mut reader = CounterReader::new(block.clone());
        let mut added: BTreeMap<CounterKey, u64> = BTreeMap::new();
        for step in steps.into_iter().chain([Step::Take]) {
            match step {
                Step::Add { worker, late, slot, family, rcode } => {
                    let (at, slot) = (NOW - late * BUCKET_US, Slot(slot));
                    block.add(worker, at, slot, family, rcode);
                    *added.entry(CounterKey { bucket: bucket_of(at), slot, family, rcode }).or_default() += 1;
                }
                Step::Take => {
                    let taken: BTreeMap<_, _> = reader.take(NOW).into_iter().collect();
                    prop_assert_eq!(&taken, &added);
                    added.clear();
                }
            }
        }
    }
}
