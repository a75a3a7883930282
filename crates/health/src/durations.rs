//! How long checks took: the histogram `steelyard_health_check_duration_seconds`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper ends of the buckets in seconds, from a member in the same rack to the default timeout and beyond.
pub const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// A copy of the histogram at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Durations {
    /// Checks of at most each of [`BOUNDS`], cumulative as Prometheus has it.
    pub cumulative: [u64; BOUNDS.len()],
    /// All checks.
    pub count: u64,
    /// Their durations together, seconds.
    pub sum: f64,
}

/// The histogram that checks are added to.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    pub(crate) fn add(&self, took: Duration) {
        let bucket = BOUNDS.partition_point(|&bound| bound < took.as_secs_f64());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Durations {
        let mut durations = Durations::default();
        for (i, bucket) in self.buckets.iter().enumerate() {
            durations.count += bucket.load(Ordering::Relaxed);
            if let Some(slot) = durations.cumulative.get_mut(i) {
                *slot = durations.count;
            }
        }
        durations.sum = self.micros.load(Ordering::Relaxed) as f64 / 1e6;
        durations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_in_its_bucket_and_every_larger_one() {
        let histogram = Histogram::default();
        for millis in [1, 3, 30_000] {
            histogram.add(Duration::from_millis(millis));
        }
        let read = histogram.read();
        assert_eq!(read.cumulative[..3], [1, 1, 2]);
        assert_eq!(read.cumulative[BOUNDS.len() - 1], 2);
        assert_eq!(read.count, 3);
        assert!((read.sum - 30.004).abs() < 1e-9);
    }
}
