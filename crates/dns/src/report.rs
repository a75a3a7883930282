//! What a worker notes of each answer: a count that is never lost, and an event that may be, which is then counted too.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use hickory_proto::op::Message;
use model::event::QueryEvent;
use model::rrtype::Family;
use rtrb::Producer;

use crate::answer::{Arrival, Outcome, Path, answer, message};
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
        let outcome = self.guard(serving, arrival, |event| {
            match answer(serving, policy, packet, arrival, Path::Fastest, out, event) {
                Outcome::Replied => Ok(()),
                other => Err(other),
            }
        });
        outcome.is_some()
    }

    /// The same by the complete path alone, as a message.
    pub fn message(
        &mut self,
        serving: &Serving,
        policy: &Policy,
        packet: &[u8],
        arrival: &Arrival,
    ) -> Option<Message> {
        self.guard(serving, arrival, |event| message(serving, policy, packet, arrival, event))
    }

    /// Notes what `answer` makes of a packet, and gives the reply.
    fn guard<T>(
        &mut self,
        serving: &Serving,
        arrival: &Arrival,
        answer: impl FnOnce(&mut QueryEvent) -> Result<T, Outcome>,
    ) -> Option<T> {
        let mut event = QueryEvent::new(arrival.at, arrival.client, arrival.transport);
        // A bug that one packet can reach must cost that packet's answer and no other's.
        match catch_unwind(AssertUnwindSafe(|| answer(&mut event))) {
            Ok(Err(Outcome::Ignored)) => None,
            Ok(result) => {
                self.note(serving, event);
                result.ok()
            }
            Err(_) => {
                // Said when the count reaches a power of two: often enough to be seen, too rare to fill a disk.
                let panics = self.panics.fetch_add(1, Relaxed) + 1;
                if panics.is_power_of_two() {
                    tracing::error!(panics, client = %arrival.client, "a packet could not be handled");
                }
                None
            }
        }
    }

    fn note(&mut self, serving: &Serving, event: QueryEvent) {
        let (at, slot, rcode) = (event.at, event.slot, event.rcode);
        let family = Family::of_type(event.qtype);
        serving.counters().add(self.number, at, slot, family, rcode);
        self.latency.add(event.latency_ns);
        serving.requests_of(slot).add(self.number, event.transport, event.client.ip(), event.qtype);
        if let Some(ring) = &mut self.ring
            && ring.push(event).is_err()
        {
            serving.lost().add(self.number, at, slot, family, rcode);
        }
    }
}
