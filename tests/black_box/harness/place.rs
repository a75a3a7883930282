//! Places for sites that run at the same time.

use std::sync::{Condvar, Mutex};

/// Sites that run at the same time: the PostgreSQL they share has a limit of connections.
const AT_ONCE: usize = 3;
static RUNNING: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

/// One of them, free again when this is dropped.
pub struct Place;

impl Place {
    /// Waits for a free one.
    pub fn take() -> Place {
        let (count, freed) = &RUNNING;
        let count = count.lock().expect("no holder panics");
        let mut count = freed.wait_while(count, |n| *n >= AT_ONCE).expect("no holder panics");
        *count += 1;
        Place
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (count, freed) = &RUNNING;
        *count.lock().expect("no holder panics") -= 1;
        freed.notify_one();
    }
}
