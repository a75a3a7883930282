//! A large site's tables, read ahead for all packets of a batch.
//!
//! An answer of a large site waits for memory a dozen times: for the name's node, its service, the pool, the cursor,
//! the counter, each found through the one before. With many packets in hand, the same step is done for all of them
//! before the next: those waits overlap, and what is then answered one by one lies in the cache. Nothing is decided
//! here, and no turn is taken. Steps are kept short, since a processor looks only some hundred instructions ahead.

use std::hint::black_box;

use model::rrtype::Family;
use steering::Plan;

use crate::lookup::Lowered;
use crate::message::{HEADER, name_end};
use crate::nodes::Spot;
use crate::serving::Serving;
use crate::tree::Node;

/// Names from which on the tables are more than a cache holds.
const LARGE: usize = 20_000;
/// Packets looked at together.
const TOGETHER: usize = 64;

/// Reads what the answers to `packets`, which `worker` gives at `at` (microseconds since 1970 UTC), will need.
pub fn read<'p>(serving: &Serving, worker: usize, at: i64, packets: impl Iterator<Item = &'p [u8]>) {
    let nodes = serving.tree().nodes();
    if nodes.len() < LARGE {
        return;
    }
    let mut hashes = Step::new();
    for packet in packets.take(TOGETHER) {
        if let Some(end) = name_end(packet) {
            hashes.push(nodes.hash(Lowered::new(&packet[HEADER..end]).wire()));
        }
    }
    let spots = hashes.then(|hash| nodes.spot(hash));
    let found = spots.then(|spot| Some((spot, spot.entry())));
    let plans = found.then(|(spot, node)| plan(serving, spot, node));
    let plans = plans.then(|plan| {
        black_box(plan.rotation().map(|rotation| rotation.head));
        Some(plan)
    });
    let slots = plans.then(Plan::ahead);
    slots.then(|slot| {
        serving.counters().read_ahead(worker, at, slot);
        black_box(serving.slots().zone_index(slot));
        None::<()>
    });
}

/// The plan of the service at a node; where there is none, the name's records are read.
fn plan<'s>(serving: &'s Serving, spot: Spot<'_>, node: &Node) -> Option<&'s Plan> {
    spot.name();
    match node.service {
        Some(index) => serving.service(index)?.plan(Family::V4),
        None => {
            black_box(node.sets.iter().next().and_then(|set| set.bodies().next()?.first().copied()));
            None
        }
    }
}

/// What a step found for at most [`TOGETHER`] packets.
struct Step<T> {
    items: [Option<T>; TOGETHER],
    count: usize,
}

impl<T: Copy> Step<T> {
    fn new() -> Step<T> {
        Step { items: [None; TOGETHER], count: 0 }
    }

    fn push(&mut self, item: T) {
        if let Some(place) = self.items.get_mut(self.count) {
            *place = Some(item);
            self.count += 1;
        }
    }

    /// Does the next step for each.
    fn then<U: Copy>(self, step: impl Fn(T) -> Option<U>) -> Step<U> {
        let mut next = Step::new();
        for item in self.items.into_iter().take(self.count).flatten() {
            if let Some(item) = step(item) {
                next.push(item);
            }
        }
        next
    }
}
