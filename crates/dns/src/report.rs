//! What a worker notes of each answer: a count that is never lost, and an event that may be, which is then counted too.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use model::event::QueryEvent;
use model::rrtype::Family;
use rtrb::Producer;

use crate::answer::{Arrival, Outcome, Path, answer};
use crate::policy::Policy;
use crate::serving::Serving;
use crate::stats::Latency;

/// One worker: its number, its ring, its counts.
pub struct Worker {
    number: usize,
    ring: Option<Producer<QueryEvent>>,
    latency: Arc<Latency>,
    panics: Arc<AtomicU64>,
}

impl Worker {
    /// A worker that writes its events into `ring`; without one it only counts.
    pub fn new(
        number: usize,
        ring: Option<Producer<QueryEvent>>,
        latency: Arc<Latency>,
        panics: Arc<AtomicU64>,
    ) -> Worker {
        Worker { number, ring, latency, panics }
    }

    /// Answers one packet and notes it. True when `out` holds a reply to send.
    pub fn handle(
        &mut self,
        serving: &Serving,
        policy: &Policy,
        packet: &[u8],
        arrival: &Arrival,
        out: &mut Vec<u8>,
    ) -> bool {
        let mut event = QueryEvent::new(arrival.at, arrival.client, arrival.transport);
        // A bug that one packet can reach must cost that packet's answer and no other's.
        let result = catch_unwind(AssertUnwindSafe(|| {
            answer(serving, policy, packet, arrival, Path::Fastest, out, &mut event)
        }));
        match result {
            Ok(Outcome::Ignored) => false,
            Ok(outcome) => {
                self.note(serving, event);
                outcome == Outcome::Replied
            }
            Err(_) => {
                // Said when the count reaches a power of two: often enough to be seen, too rare to fill a disk.
                let panics = self.panics.fetch_add(1, Relaxed) + 1;
                if panics.is_power_of_two() {
                    tracing::error!(panics, client = %arrival.client, "a packet could not be handled");
                }
                false
            }
        }
    }

    /// Counts an answer and reports it.
    pub fn note(&mut self, serving: &Serving, event: QueryEvent) {
        let (at, slot, rcode) = (event.at, event.slot, event.rcode);
        let family = Family::of_type(event.qtype);
        serving.counters().add(self.number, at, slot, family, rcode);
        self.latency.add(event.latency_ns);
        let zone = serving.slots().target(slot).zone();
        let requests = serving.requests();
        let of_zone = zone.and_then(|zone| requests.iter().find(|r| r.zone.as_ref() == Some(zone)));
        if let Some(requests) = of_zone.or(requests.last()) {
            requests.add(self.number, event.transport, event.client.ip(), event.qtype);
        }
        if let Some(ring) = &mut self.ring
            && ring.push(event).is_err()
        {
            serving.lost().add(self.number, at, slot, family, rcode);
        }
    }
}
