//! Counts for Prometheus: requests by zone, transport, family and type; how long answers took.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crossbeam_utils::CachePadded;
use model::DnsName;
use model::event::Transport;
use model::rrtype::RrType;

/// Types counted by name; all others share `other`, so that an asker cannot make labels.
pub const QTYPES: [(&str, RrType); 12] = [
    ("A", RrType::A),
    ("AAAA", RrType::AAAA),
    ("NS", RrType::NS),
    ("SOA", RrType::SOA),
    ("CNAME", RrType::CNAME),
    ("MX", RrType::MX),
    ("TXT", RrType::TXT),
    ("SRV", RrType::SRV),
    ("PTR", RrType::PTR),
    ("HTTPS", RrType::HTTPS),
    ("ANY", RrType::ANY),
    ("other", RrType(0)),
];
const OTHER: usize = QTYPES.len() - 1;
const CELLS: usize = Transport::ALL.len() * 2 * QTYPES.len();

/// Upper bounds of the latency histogram's buckets, nanoseconds; a last one takes the rest.
pub const LATENCY_BOUNDS_NS: [u64; 11] =
    [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000, 100_000_000];

/// Requests of one zone, a stripe for each worker.
#[derive(Debug)]
pub struct ZoneRequests {
    /// The zone; none for names outside every zone.
    pub zone: Option<DnsName>,
    stripes: Vec<CachePadded<[AtomicU64; CELLS]>>,
}

impl ZoneRequests {
    /// All zero.
    pub fn new(zone: Option<DnsName>, workers: usize) -> ZoneRequests {
        let stripe = || CachePadded::new([const { AtomicU64::new(0) }; CELLS]);
        ZoneRequests { zone, stripes: (0..workers.max(1)).map(|_| stripe()).collect() }
    }

    /// Counts one.
    pub fn add(&self, worker: usize, transport: Transport, client: IpAddr, qtype: RrType) {
        let kind = QTYPES.iter().position(|(_, t)| *t == qtype).unwrap_or(OTHER);
        let place = transport.index() * 2 + usize::from(!client.to_canonical().is_ipv4());
        self.stripes[worker % self.stripes.len()][place * QTYPES.len() + kind].fetch_add(1, Relaxed);
    }

    /// Every count that is not zero: transport, whether the client used IPv6, type, requests.
    pub fn read(&self) -> Vec<(Transport, bool, &'static str, u64)> {
        let mut counts = Vec::new();
        for cell in 0..CELLS {
            let count: u64 = self.stripes.iter().map(|s| s[cell].load(Relaxed)).sum();
            if count > 0 {
                let (place, kind) = (cell / QTYPES.len(), cell % QTYPES.len());
                counts.push((Transport::ALL[place / 2], place % 2 == 1, QTYPES[kind].0, count));
            }
        }
        counts
    }
}

/// One worker's part of the latency histogram.
#[derive(Debug, Default)]
pub struct Latency {
    buckets: CachePadded<[AtomicU64; LATENCY_BOUNDS_NS.len() + 1]>,
    sum_ns: AtomicU64,
}

impl Latency {
    /// Counts one answer.
    pub fn add(&self, ns: u32) {
        let bucket = LATENCY_BOUNDS_NS.partition_point(|bound| *bound < u64::from(ns));
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.sum_ns.fetch_add(u64::from(ns), Relaxed);
    }
}

/// What the responder has done since it started.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Answers in each bucket of [`LATENCY_BOUNDS_NS`], and beyond the last.
    pub latency: [u64; LATENCY_BOUNDS_NS.len() + 1],
    /// Time of all answers together, nanoseconds.
    pub latency_sum_ns: u64,
    /// Requests: zone, transport, whether the client used IPv6, type, count.
    pub requests: Vec<(Option<DnsName>, Transport, bool, &'static str, u64)>,
    /// Packets whose handling panicked; each cost one answer.
    pub panics: u64,
    /// Queries not answered because their network was over its rate.
    pub rate_dropped: u64,
    /// Queries answered with TC for the same reason.
    pub rate_slipped: u64,
}

impl Stats {
    /// Adds one worker's latencies.
    pub fn add(&mut self, latency: &Latency) {
        for (sum, bucket) in self.latency.iter_mut().zip(latency.buckets.iter()) {
            *sum += bucket.load(Relaxed);
        }
        self.latency_sum_ns += latency.sum_ns.load(Relaxed);
    }
}
