//! What the thread, the tasks and the handle of a pipeline have in common.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::config::Logging;
use model::event::EventReceiver;
use model::row::{Class, LogRow, Outcome};
use tokio::sync::{broadcast, watch};

use crate::ledger::Ledger;
use crate::options::Options;
use crate::presence::{Presence, lock};
use crate::queue::Queue;
use crate::spill::Spill;
use crate::view::LogView;

/// Rows a live tail may be behind before it misses some.
const TAIL_ROWS: usize = 4096;

/// How the query log does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Since when storage has been away, microseconds since 1970 UTC.
    pub away_since: Option<i64>,
    /// Why; empty when it is not.
    pub error: String,
    /// Rows that are neither stored nor lost yet, in memory and spilled, those of an earlier run and those that are put
    /// off among them.
    pub waiting: u64,
    /// Answers of which no row is made yet, because the threads that answer wait for a core.
    pub put_off: u64,
    /// Those of them that are spilled.
    pub spilled: u64,
    /// Octets that spilled rows and counts take on disk.
    pub spilled_octets: u64,
    /// Rows stored since the start that an earlier run had spilled; they are not in `stored`.
    pub recovered: u64,
    /// Rows lost since the start, because a ring was full or storage was away; throttled ones are not lost.
    pub dropped: u64,
    /// Rows stored since the start.
    pub stored: u64,
    /// Rows since the start by class, in the order of [`Class::ALL`] and then those without, and by [`Outcome::ALL`].
    pub by_class_outcome: [[u64; Outcome::ALL.len()]; Class::ALL.len() + 1],
    /// Rows in the queue, those in the writer's hand not among them.
    pub queue_depth: u64,
}

/// Where rows go beside storage: called on the capturing thread, it must neither wait nor block.
pub type Outlet = Arc<dyn Fn(&Arc<[LogRow]>) + Send + Sync>;

/// News for the capturing thread.
#[derive(Default)]
pub(crate) struct Mail {
    pub(crate) views: Vec<LogView>,
    pub(crate) logging: Option<Logging>,
    pub(crate) rings: Vec<EventReceiver>,
    pub(crate) outlets: Option<Vec<Outlet>>,
}

pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) queue: Queue,
    pub(crate) ledger: Ledger,
    pub(crate) spill: Option<Arc<Spill>>,
    /// A batch that was to be spilled and was not, older than what is in the queue. Whoever takes the oldest rows, to
    /// storage or to disk, holds this meanwhile.
    pub(crate) front: tokio::sync::Mutex<Option<(u64, Vec<LogRow>)>>,
    /// Whether counts of an earlier run may still be without their end.
    pub(crate) earlier_counts: AtomicBool,
    pub(crate) recovered: AtomicU64,
    last_turn: AtomicU64,
    pub(crate) tail: broadcast::Sender<Arc<LogRow>>,
    pub(crate) rows: Presence,
    pub(crate) counts: Presence,
    mail: Mutex<Mail>,
    has_mail: AtomicBool,
    last_batch: AtomicU64,
    /// Number of the last capture asked for, and of the last one done.
    pub(crate) asked: AtomicU64,
    pub(crate) captured: watch::Sender<u64>,
    /// Events ever put off, and those of them that were made up for.
    pub(crate) put_off: AtomicU64,
    pub(crate) made_up: watch::Sender<u64>,
    /// How many wait for rows, so that nothing is put off.
    pub(crate) hurrying: AtomicU64,
    pub(crate) stopping: AtomicBool,
    pub(crate) stopped: watch::Sender<bool>,
}

impl Shared {
    pub(crate) fn new(options: Options, spill: Option<Arc<Spill>>) -> Self {
        Shared {
            queue: Queue::new(&options),
            options,
            ledger: Ledger::new(),
            tail: broadcast::Sender::new(TAIL_ROWS),
            rows: Presence::new("rows"),
            counts: Presence::new("counters"),
            mail: Mutex::default(),
            has_mail: AtomicBool::new(false),
            last_batch: AtomicU64::new(spill.as_ref().map_or(0, |spill| spill.floor())),
            earlier_counts: AtomicBool::new(spill.is_some()),
            front: tokio::sync::Mutex::default(),
            recovered: AtomicU64::new(0),
            last_turn: AtomicU64::new(0),
            spill,
            asked: AtomicU64::new(0),
            captured: watch::Sender::new(0),
            put_off: AtomicU64::new(0),
            made_up: watch::Sender::new(0),
            hurrying: AtomicU64::new(0),
            stopping: AtomicBool::new(false),
            stopped: watch::Sender::new(false),
        }
    }

    pub(crate) fn now(&self) -> i64 {
        (self.options.clock)()
    }

    /// A batch number that was never given before, by this process or by one before it.
    pub(crate) fn batch_number(&self) -> u64 {
        let now = u64::try_from(self.now()).unwrap_or(0);
        let step = |last: u64| now.max(last + 1);
        match self.last_batch.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(step(last))) {
            Ok(last) | Err(last) => step(last),
        }
    }

    /// Events that are put off now.
    pub(crate) fn put_off(&self) -> u64 {
        let made_up = *self.made_up.borrow();
        self.put_off.load(Ordering::Acquire).saturating_sub(made_up)
    }

    /// The last number given.
    pub(crate) fn last_number(&self) -> u64 {
        self.last_batch.load(Ordering::Relaxed)
    }

    /// The turn of a writing of counts: the later one counts.
    pub(crate) fn next_turn(&self) -> u64 {
        self.last_turn.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The wait after a disk that failed.
    pub(crate) fn spill_pause(&self) -> Duration {
        self.options.spill.as_ref().map_or(Duration::ZERO, |spill| spill.pause)
    }

    pub(crate) fn send(&self, change: impl FnOnce(&mut Mail)) {
        let mut mail = lock(&self.mail);
        change(&mut mail);
        self.has_mail.store(true, Ordering::Release);
    }

    /// The news since the last call.
    pub(crate) fn mail(&self) -> Option<Mail> {
        if !self.has_mail.load(Ordering::Acquire) {
            return None;
        }
        let mut mail = lock(&self.mail);
        self.has_mail.store(false, Ordering::Release);
        Some(std::mem::take(&mut *mail))
    }

    pub(crate) fn status(&self) -> Status {
        let by_class_outcome = self.ledger.outcomes();
        let of = |outcome: Outcome| by_class_outcome.iter().map(|class| class[outcome as usize]).sum::<u64>();
        let away =
            [self.rows.away(), self.counts.away()].into_iter().flatten().min_by_key(|(since, _)| *since);
        // Before the queue is looked at: what leaves the one for the other meanwhile is counted twice, not never.
        let put_off = self.put_off();
        let (queue_depth, waiting) = self.queue.depth();
        let spilled = |read: fn(&Spill) -> u64| self.spill.as_deref().map_or(0, read);
        Status {
            away_since: away.as_ref().map(|(since, _)| *since),
            error: away.map(|(_, why)| why).unwrap_or_default(),
            waiting: waiting + put_off + spilled(Spill::earlier_rows),
            put_off,
            spilled: spilled(Spill::rows),
            spilled_octets: spilled(Spill::octets),
            recovered: self.recovered.load(Ordering::Relaxed),
            dropped: of(Outcome::Queue) + of(Outcome::Storage),
            stored: of(Outcome::Stored),
            by_class_outcome,
            queue_depth,
        }
    }
}
