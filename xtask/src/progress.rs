//! What a person sees of the steps: a heading before each, and how long it took.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Does a step under its heading; the time is told also when it fails.
pub fn step<T>(name: &str, does: &str, work: impl FnOnce() -> Result<T>) -> (Result<T>, Duration) {
    println!("\n== {name}: {does}");
    let start = Instant::now();
    let done = work();
    let took = start.elapsed();
    let state = if done.is_ok() { "done" } else { "failed" };
    println!("-- {name}: {state} after {}", text(took));
    (done, took)
}

/// A duration for people: tenths of a second, from a minute on whole seconds.
pub fn text(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(text(Duration::from_millis(1234)), "1.2 s");
        assert_eq!(text(Duration::from_secs(185)), "3 min 05 s");
    }
}
