//! Waiting for what has to happen: asked again and again, and never longer than a bound.

use std::thread;
use std::time::{Duration, Instant};

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// The first thing that `look` finds; `what` is what was waited for in vain. It looks at least once.
pub fn until<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    until_right(what, patience, || look().ok_or_else(|| "it is not there".to_owned()))
}

/// The same, where each look in vain says what it saw instead; the last of these is told.
pub fn until_right<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Result<T, String>) -> T {
    let end = Instant::now() + patience;
    loop {
        match look() {
            Ok(found) => return found,
            Err(instead) => assert!(Instant::now() < end, "waited {patience:?} for {what}: {instead}"),
        }
        thread::sleep(PAUSE);
    }
}
