//! How the pipeline is set up.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The time of day, microseconds since 1970 UTC.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Sizes and times of a pipeline.
#[derive(Clone)]
pub struct Options {
    /// Name of this site, which filters may ask for.
    pub site: String,
    /// The time of day; the same the responder writes into its events.
    pub clock: Clock,
    /// Rows that may wait for storage, beside the batch in hand. Half a million are a second at the figure to reach.
    pub queue_rows: usize,
    /// Bytes of memory those rows may take.
    pub queue_bytes: usize,
    /// Rows in one batch.
    pub batch_rows: usize,
    /// How long a row waits for its batch to fill.
    pub batch_delay: Duration,
    /// How often counters are read and stored, and four times as long while the log gives way: less than 5 s, since a
    /// counter keeps its buckets apart for 20 s.
    pub flush: Duration,
    /// Longest that [`Pipeline::flush_now`](crate::Pipeline::flush_now) waits; half of it for rows.
    pub flush_patience: Duration,
    /// The wait after a first failure of storage; it doubles with each further one.
    pub retry_first: Duration,
    /// The longest wait between two attempts.
    pub retry_last: Duration,
    /// Where rows and counts go that memory has no room for; nowhere when absent.
    pub spill: Option<SpillOptions>,
    /// How the log puts its work off while answers wait for a core; it does not when absent.
    pub give_way: Option<GiveWay>,
    /// Seed of the throttle's sampling; from the operating system when absent.
    pub seed: Option<u64>,
}

/// The place on disk for what storage has not taken.
#[derive(Clone, Debug)]
pub struct SpillOptions {
    /// Its folder, which is made.
    pub folder: PathBuf,
    /// Octets of rows it holds at most; with 0 what an earlier run left is stored, and nothing is added.
    pub octets: u64,
    /// The wait after a disk that failed or is full.
    pub pause: Duration,
}

/// The bounds of putting work off.
#[derive(Clone)]
pub struct GiveWay {
    /// The longest that an event waits to become a row, beside the time it takes to catch up; zero for never.
    pub longest: Duration,
    /// Memory that such events may take, octets; below [`GiveWay::LEAST`] there is no giving way.
    pub octets: usize,
    /// Answers in a tenth of a second below which the log has so little to do that it delays nobody.
    pub busy: usize,
    /// The longest that one of the threads that answer has been ready and without a core since the last call.
    pub waits: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl GiveWay {
    /// Some thousand events take so much.
    pub const LEAST: usize = 256 << 10;
    /// The usual number of answers in a tenth of a second.
    pub const BUSY: usize = 500;
}

impl Options {
    /// The usual sizes.
    pub fn new(site: impl Into<String>, clock: Clock) -> Self {
        Options {
            site: site.into(),
            clock,
            queue_rows: 500_000,
            queue_bytes: 256 << 20,
            batch_rows: 5000,
            batch_delay: Duration::from_millis(200),
            flush: Duration::from_millis(500),
            flush_patience: Duration::from_millis(300),
            retry_first: Duration::from_millis(200),
            retry_last: Duration::from_secs(10),
            spill: None,
            give_way: None,
            seed: None,
        }
    }
}
