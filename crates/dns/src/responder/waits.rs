//! How long the UDP threads have waited for a core: what an answer pays for whatever else runs on the machine.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::lock;

/// Run time, wait time and number of slices of the thread that opens it (Documentation/scheduler/sched-stats.rst).
const OWN: &str = "/proc/thread-self/schedstat";

/// The threads there are.
#[derive(Debug, Default)]
pub struct Waits(Mutex<Vec<Arc<Thread>>>);

#[derive(Debug)]
struct Thread {
    schedstat: File,
    /// Nanoseconds waited when it was last looked at.
    seen: Mutex<u64>,
}

/// A thread's place; it is given back when this is dropped.
pub struct Place<'a> {
    waits: &'a Waits,
    thread: Option<Arc<Thread>>,
}

impl Waits {
    /// The calling thread is looked at from now on; without effect where the system does not tell.
    pub fn enter(&self) -> Place<'_> {
        let thread = File::open(OWN).ok().and_then(|schedstat| {
            let seen = Mutex::new(waited(&schedstat)?);
            Some(Arc::new(Thread { schedstat, seen }))
        });
        lock(&self.0).extend(thread.clone());
        Place { waits: self, thread }
    }

    /// The longest that one of the threads has waited since the last call; zero where nothing is known.
    pub fn longest(&self) -> Duration {
        let since = |thread: &Arc<Thread>| {
            let now = waited(&thread.schedstat)?;
            let before = std::mem::replace(&mut *lock(&thread.seen), now);
            Some(now.saturating_sub(before))
        };
        Duration::from_nanos(lock(&self.0).iter().filter_map(since).max().unwrap_or(0))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(thread) = &self.thread {
            lock(&self.waits.0).retain(|other| !Arc::ptr_eq(other, thread));
        }
    }
}

/// The second number: nanoseconds a thread was ready and did not run.
fn waited(schedstat: &File) -> Option<u64> {
    let mut text = [0; 96];
    let len = schedstat.read_at(&mut text, 0).ok()?;
    std::str::from_utf8(&text[..len]).ok()?.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Instant;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn threads_that_share_a_core_wait_and_are_forgotten_when_they_end() {
        let waits = Waits::default();
        assert_eq!(waits.longest(), Duration::ZERO);
        if File::open(OWN).is_err() {
            // A kernel that does not tell: nobody is known to wait.
            let _place = waits.enter();
            assert_eq!((waits.longest(), lock(&waits.0).len()), (Duration::ZERO, 0));
            return;
        }
        let cores = std::thread::available_parallelism().unwrap().get();
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..=2 * cores {
                scope.spawn(|| {
                    let _place = waits.enter();
                    while !stop.load(Ordering::Relaxed) {
                        std::hint::spin_loop();
                    }
                });
            }
            // More threads than cores: one of them cannot run.
            let begun = Instant::now();
            let waited = loop {
                match waits.longest() {
                    Duration::ZERO if begun.elapsed() < PATIENCE => std::thread::yield_now(),
                    waited => break waited,
                }
            };
            stop.store(true, Ordering::Relaxed);
            assert!(waited > Duration::ZERO);
        });
        assert_eq!(lock(&waits.0).len(), 0);
        assert_eq!(waits.longest(), Duration::ZERO);
    }
}
