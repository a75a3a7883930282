//! The capturing thread. A thread of its own, so that no busy task delays it until a ring is full.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::capture::Capture;
use crate::shared::Shared;

/// The sleep between two passes: at a million answers a second a thousand events come meanwhile.
const IDLE: Duration = Duration::from_millis(1);
/// The sleep while others wait for a core: at a million answers a second a tenth of a ring is filled meanwhile.
const GIVING_WAY: Duration = Duration::from_millis(10);
/// How much longer counters wait meanwhile: they are stored whenever they were read, beside the threads that answer.
const SELDOM: u32 = 4;
/// A pass that found more than this goes on without a sleep.
const BUSY: usize = 2048;

/// Captures until it is told to stop, and then what is left.
pub(crate) fn run(mut capture: Capture, shared: &Arc<Shared>) {
    let mut captured = 0;
    let mut next_reading = Instant::now();
    loop {
        let asked = shared.asked.load(Ordering::Acquire);
        let stopping = shared.stopping.load(Ordering::Acquire);
        let pass = capture.pass(stopping);
        let ends = stopping && !capture.is_behind();
        let now = Instant::now();
        if ends {
            capture.finish();
            shared.queue.close();
        } else if asked != captured || now >= next_reading {
            capture.read_counters();
            next_reading = now + shared.options.flush * if pass.gives { SELDOM } else { 1 };
        }
        captured = asked;
        shared.captured.send_if_modified(|done| std::mem::replace(done, captured) != captured);
        if ends {
            shared.stopped.send_replace(true);
            return;
        }
        if pass.events < BUSY && pass.waits {
            std::thread::park_timeout(if pass.gives { GIVING_WAY } else { IDLE });
        }
    }
}
