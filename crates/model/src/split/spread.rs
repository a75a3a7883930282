//! How far members strayed from their share, bucket by bucket of the counters.

use serde::{Deserialize, Serialize};

use super::SplitMode;

/// One bar of the histogram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpreadBar {
    /// Lower end; none for the bar of all below.
    pub low: Option<f64>,
    /// Upper end, not included; none for the bar of all above.
    pub high: Option<f64>,
    /// How often a member was within it: once for each member and bucket.
    pub seen: u64,
    /// How often independent draws by the same shares would be, on average.
    pub drawn: f64,
}

/// The deviations of members from their share in buckets of ten seconds, of one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Start of the first bucket, microseconds since 1970 UTC.
    pub from: i64,
    /// End of the last.
    pub to: i64,
    /// Buckets with answers.
    pub buckets: u64,
    /// How members were chosen: deviations of an exact schedule are in answers, all others in standard deviations of
    /// independent draws.
    pub mode: SplitMode,
    /// The largest deviation, either way, in answers.
    pub largest: f64,
    /// The standard deviation that independent draws would have, in answers: the largest of any member and bucket.
    pub drawn_deviation: f64,
    /// The bars, from the lowest to the highest.
    pub bars: Vec<SpreadBar>,
}
