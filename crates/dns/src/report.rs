//! What a worker notes of each answer: a count that is never lost, and an event that may be, which is then counted too.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use hickory_proto::op::Message;
use model::event::{EventSender, QueryEvent, Transport};
use model::rrtype::{Family, Rcode};

use crate::ahead;
use crate::answer::{Arrival, Outcome, Path, answer, message};
use crate::policy::Policy;
use crate::rate::{Limited, Outline, Verdict};
use crate::serving::Serving;
use crate::stats::Latency;

/// One worker: its number, its ring, its counts.
pub struct Worker {
    number: usize,
    ring: Option<EventSender>,
    latency: Arc<Latency>,
    limited: Arc<Limited>,
    panics: Arc<AtomicU64>,
}

impl Worker {
    /// A worker that writes its events into `ring`; without one it only counts.
    pub fn new(
        number: usize,
        ring: Option<EventSender>,
        latency: Arc<Latency>,
        limited: Arc<Limited>,
        panics: Arc<AtomicU64>,
    ) -> Worker {
        Worker { number, ring, latency, limited, panics }
    }

    /// Reads what the answers to these packets will need, if that is far away in memory.
    pub fn read_ahead<'p>(
        &self,
        serving: &Serving,
        at: i64,
        packets: impl ExactSizeIterator<Item = &'p [u8]>,
    ) {
        // One packet alone has nobody to wait with.
        if packets.len() > 1 {
            ahead::read(serving, self.number, at, packets);
        }
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
            let limited = limit(serving, policy, packet, arrival, out, event);
            let outcome = limited
                .unwrap_or_else(|| answer(serving, policy, packet, arrival, Path::Fastest, out, event));
            match outcome {
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
                if event.rate_limited {
                    self.limited.add(result.as_ref().err().copied().unwrap_or(Outcome::Replied));
                }
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

    /// Counts an answer and reports it.
    pub fn note(&mut self, serving: &Serving, event: QueryEvent) {
        let (at, slot, rcode) = (event.at, event.slot, event.rcode);
        let family = Family::of_type(event.qtype);
        serving.counters().add(self.number, at, slot, family, rcode);
        self.latency.add(event.latency_ns);
        serving.requests_of(slot).add(self.number, event.transport, event.client.ip(), event.qtype);
        if let Some(ring) = &mut self.ring
            && ring.push(&event).is_err()
        {
            serving.lost().add(self.number, at, slot, family, rcode);
        }
    }
}

/// What becomes of a query whose network is over its rate; none when it is to be answered.
///
/// Judged before the answer is made: a flood then costs no lookup, and takes no turn of a service's schedule that
/// nobody would see, so that the members' counters stay what was sent. Which zone the name is in is not looked up
/// either: such a query is counted outside every zone, with the name in its row.
fn limit(
    serving: &Serving,
    policy: &Policy,
    packet: &[u8],
    arrival: &Arrival,
    out: &mut Vec<u8>,
    event: &mut QueryEvent,
) -> Option<Outcome> {
    let limiter = policy.rate.as_ref().filter(|_| arrival.transport == Transport::Udp)?;
    let outline = Outline::read(packet).filter(|_| arrival.client.port() != 0)?;
    let (client, seconds) = (arrival.client.ip(), (arrival.at / 1_000_000) as u32);
    let cookie = outline.cookie().and_then(|option| policy.cookies.answer(option, client, seconds));
    if cookie.is_some_and(|answered| answered.proven) {
        event.cookie_proven = true;
        return None;
    }
    let verdict = limiter.judge(client, arrival.at);
    if verdict == Verdict::Pass {
        return None;
    }
    event.rate_limited = true;
    event.generation = serving.snapshot().generation;
    event.health_epoch = serving.health().epoch;
    if let Some((name, qtype)) = outline.question() {
        event.set_name(name);
        event.qtype = qtype;
    }
    let slipped = verdict == Verdict::Slip && outline.truncated(cookie.map(|c| c.cookie), out).is_some();
    event.rcode = if slipped { Rcode::NOERROR } else { Rcode::DROPPED };
    event.latency_ns = arrival.since.elapsed().as_nanos().min(u128::from(u32::MAX)) as u32;
    Some(if slipped { Outcome::Replied } else { Outcome::Silent })
}
