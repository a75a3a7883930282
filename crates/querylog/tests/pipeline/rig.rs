//! A responder reduced to what the log sees of it: it counts, and it reports events through rings.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use model::config::{Config, Logging, Throttle};
use model::counter::CounterBlock;
use model::event::{EventSender, QueryEvent, Transport, ring};
use model::row::SegmentStart;
use model::rrtype::{Family, Rcode, RrType};
use model::slots::{Slot, Slots};
use model::split::SplitMode;
use querylog::{Clock, LogView, Options, Pipeline, Status};

use crate::sink::MemorySink;

/// 2026-11-23 20:00 UTC, the start of a bucket.
pub const START: i64 = 1_795_464_000_000_000;

pub struct Rig {
    pub pipeline: Pipeline<MemorySink>,
    pub sink: Arc<MemorySink>,
    pub clock: Arc<AtomicI64>,
    pub view: LogView,
    /// Answers given, by service.
    pub answered: HashMap<Option<String>, u64>,
    rings: Vec<EventSender>,
    next: usize,
}

/// A zone with one service of two members for each name.
pub fn slots(services: &[&str]) -> Arc<Slots> {
    let services: Vec<_> = services
        .iter()
        .map(|name| {
            serde_json::json!({"name": format!("{name}.example.org"), "pools": [{"name": "p", "members": [
                {"address": "192.0.2.1"}, {"address": "192.0.2.2"}]}]})
        })
        .collect();
    let config = serde_json::json!({"zones": [{"name": "example.org"}], "services": services});
    Arc::new(Slots::new(&serde_json::from_value::<Config>(config).unwrap()))
}

pub fn view(generation: u64, health_epoch: u64, slots: Arc<Slots>) -> LogView {
    let block = || Arc::new(CounterBlock::new(generation, health_epoch, slots.clone(), 2));
    LogView {
        generation,
        health_epoch,
        counters: block(),
        lost: block(),
        slots: slots.clone(),
        segments: vec![Arc::new(SegmentStart {
            service: "a.example.org".to_owned(),
            at: START,
            generation,
            health_epoch,
            mode: SplitMode::Exact,
            members: Vec::new(),
        })],
    }
}

pub fn throttle(service: u32, site: u32) -> Logging {
    let limits = |n| Throttle { significant: n, filtered: n, non_significant: n };
    Logging { service_throttle: limits(service), site_throttle: limits(site), ..Logging::default() }
}

/// Small sizes and short waits, so that bounds are met.
pub fn options(clock: &Arc<AtomicI64>) -> Options {
    let clock = clock.clone();
    let clock: Clock = Arc::new(move || clock.load(Ordering::SeqCst));
    Options {
        batch_rows: 16,
        batch_delay: Duration::from_millis(2),
        flush: Duration::from_millis(2),
        // Long enough to be met on a machine with much else to do.
        flush_patience: Duration::from_secs(20),
        retry_first: Duration::from_millis(1),
        retry_last: Duration::from_millis(4),
        seed: Some(7),
        ..Options::new("here", clock)
    }
}

impl Rig {
    pub fn new(sink: MemorySink, logging: Logging, adjust: impl FnOnce(&mut Options)) -> Rig {
        Rig::with_rings(sink, logging, 4096, adjust)
    }

    pub fn with_rings(
        sink: MemorySink,
        logging: Logging,
        events: usize,
        adjust: impl FnOnce(&mut Options),
    ) -> Rig {
        let clock = Arc::new(AtomicI64::new(START));
        let mut options = options(&clock);
        adjust(&mut options);
        let view = view(1, 0, slots(&["a", "b"]));
        let (rings, consumers) = (0..2).map(|_| ring(events)).unzip();
        let sink = Arc::new(sink);
        let pipeline = Pipeline::start(options, consumers, sink.clone(), logging, view.clone()).unwrap();
        Rig { pipeline, sink, clock, view, answered: HashMap::new(), rings, next: 0 }
    }

    pub fn advance(&self, by: Duration) {
        self.clock.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
    }

    pub fn publish(&mut self, view: LogView) {
        self.pipeline.publish(view.clone());
        self.view = view;
    }

    /// The slot of a service's first member; that of the zone for a name that is none.
    pub fn slot(&self, service: &str) -> Slot {
        let name = format!("{service}.example.org").parse().unwrap();
        match self.view.slots.service(&name) {
            Some(slot) => Slot(slot.0 + 1),
            None => self.view.slots.zone(&"example.org".parse().unwrap()).unwrap(),
        }
    }

    /// Answers once, as a worker does: counts, and reports or counts that it could not.
    pub fn answer(&mut self, service: &str, rcode: Rcode) {
        self.answer_from("198.51.100.7:5300".parse().unwrap(), service, rcode);
    }

    pub fn answer_from(&mut self, client: SocketAddr, service: &str, rcode: Rcode) {
        let (slot, at) = (self.slot(service), self.clock.load(Ordering::SeqCst));
        let worker = self.next % self.rings.len();
        self.next += 1;
        let mut event = QueryEvent::new(at, client, Transport::Udp);
        (event.generation, event.health_epoch) = (self.view.generation, self.view.health_epoch);
        (event.slot, event.rcode, event.qtype) = (slot, rcode, RrType::A);
        event.set_name(b"\x01a\x07example\x03org\0");
        self.view.counters.add(worker, at, slot, Family::V4, rcode);
        if self.rings[worker].push(&event).is_err() {
            self.view.lost.add(worker, at, slot, Family::V4, rcode);
        }
        let name = self.view.slots.target(slot).service().map(ToString::to_string);
        *self.answered.entry(name).or_default() += 1;
    }

    /// Ends a worker and starts another in its place, with a ring of its own.
    pub fn replace_worker(&mut self, worker: usize) {
        let (ring, consumer) = ring(64);
        self.pipeline.add_rings(vec![consumer]);
        self.rings[worker] = ring;
    }

    /// Whether the log drains the ring of a worker.
    pub fn is_drained(&self, worker: usize) -> bool {
        !self.rings[worker].is_abandoned()
    }

    /// Gives the status once `until` holds, for a storage that is away and lets no flush succeed.
    pub async fn status_when(&self, until: impl Fn(&Status) -> bool) -> Status {
        loop {
            assert!(!self.pipeline.flush_now().await);
            let status = self.pipeline.status();
            if until(&status) {
                return status;
            }
        }
    }

    /// Ends the pipeline, and checks that every answer was counted once and has one outcome.
    pub async fn finish(self) -> Arc<MemorySink> {
        let unsent = self.pipeline.shutdown(Duration::from_secs(20)).await;
        assert_eq!(unsent, querylog::Unsent::default());
        let content = self.sink.content();
        assert_eq!(content.answered(), self.answered);
        assert_eq!(content.accounted(), self.answered);
        assert_eq!(content.outcome(model::row::Outcome::Stored), content.rows.len() as u64);
        let total: u64 = self.pipeline.totals().iter().map(|(.., count)| count).sum();
        assert_eq!(total, self.answered.values().sum::<u64>());
        let status = self.pipeline.status();
        assert_eq!(status.stored, content.rows.len() as u64);
        assert_eq!((status.waiting, status.queue_depth), (0, 0));
        drop(content);
        self.sink.clone()
    }
}
