//! Waiting for what has to happen: asked again and again, and never longer than a bound.

use std::thread;
use std::time::{Duration, Instant};

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// The first answer of `look`, which is asked at least once; `what` is what was waited for in vain.
pub fn until<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited {patience:?} for {what}");
        thread::sleep(PAUSE);
    }
}
