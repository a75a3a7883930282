//! The bounded queue of one stream.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::row::LogRow;
use tokio::sync::Notify;

/// What became of the rows of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Handed to the receiver or written.
    pub sent: u64,
    /// Lost: the queue was full, or the connection or the disk failed.
    pub lost: u64,
    /// Still in the queue, or in hand.
    pub waiting: u64,
}

pub(crate) struct Queue {
    portions: Mutex<VecDeque<Arc<[LogRow]>>>,
    changed: Notify,
    rows: usize,
    waiting: AtomicU64,
    sent: AtomicU64,
    lost: AtomicU64,
    reopen: AtomicBool,
}

impl Queue {
    pub(crate) fn new(rows: usize) -> Queue {
        Queue {
            portions: Mutex::default(),
            changed: Notify::new(),
            rows,
            waiting: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            reopen: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<[LogRow]>>> {
        self.portions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn put(&self, rows: &Arc<[LogRow]>) {
        let count = rows.len() as u64;
        let mut portions = self.lock();
        if self.waiting.load(Relaxed) + count > self.rows as u64 {
            self.lost.fetch_add(count, Relaxed);
            return;
        }
        self.waiting.fetch_add(count, Relaxed);
        portions.push_back(rows.clone());
        drop(portions);
        self.changed.notify_one();
    }

    /// The oldest rows, once there are some.
    pub(crate) async fn next(&self) -> Arc<[LogRow]> {
        loop {
            if let Some(portion) = self.try_next() {
                return portion;
            }
            self.changed.notified().await;
        }
    }

    pub(crate) fn try_next(&self) -> Option<Arc<[LogRow]>> {
        self.lock().pop_front()
    }

    /// Waits until something changed since the last call.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Rows taken out have met their end.
    pub(crate) fn done(&self, rows: usize, sent: bool) {
        self.waiting.fetch_sub(rows as u64, Relaxed);
        let count = if sent { &self.sent } else { &self.lost };
        count.fetch_add(rows as u64, Relaxed);
    }

    /// Everything that waits is lost.
    pub(crate) fn lose_all(&self) {
        while let Some(rows) = self.try_next() {
            self.done(rows.len(), false);
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let read = |count: &AtomicU64| count.load(Relaxed);
        Counts { sent: read(&self.sent), lost: read(&self.lost), waiting: read(&self.waiting) }
    }

    pub(crate) fn ask_to_reopen(&self) {
        self.reopen.store(true, Relaxed);
        self.changed.notify_one();
    }

    pub(crate) fn is_to_reopen(&self) -> bool {
        self.reopen.swap(false, Relaxed)
    }
}
