//! Answers over time, counted while their span is not known yet: buckets grow as it does.
//! A part is the place of an expected address; the one behind the last is all others.

use std::collections::BTreeMap;

use super::time::{SECOND, step};

/// Widths of buckets, seconds, each a multiple of the one before.
const WIDTHS: [i64; 8] = [1, 10, 60, 600, 3600, 21_600, 86_400, 7 * 86_400];
/// Buckets by part that are held; beyond, they are made wider.
const HELD: usize = 1 << 14;
/// Bars that are shown.
const BARS: i64 = 90;

/// Counts by bucket and part.
#[derive(Debug)]
pub(super) struct Series {
    width: i64,
    counts: BTreeMap<(i64, usize), u64>,
    span: Option<(i64, i64)>,
}

/// The same for a chart: start of a bucket, part, answers.
pub(super) type Bars = Vec<(i64, usize, u64)>;

impl Series {
    pub(super) fn new() -> Series {
        Series { width: WIDTHS[0] * SECOND, counts: BTreeMap::new(), span: None }
    }

    /// The bucket of a moment, as wide as buckets are now.
    pub(super) fn bucket(&self, at: i64) -> i64 {
        at.div_euclid(self.width) * self.width
    }

    /// Adds answers of a bucket.
    pub(super) fn add(&mut self, bucket: i64, part: usize, count: u64) {
        *self.counts.entry((self.bucket(bucket), part)).or_insert(0) += count;
        while self.counts.len() > HELD {
            let wider = WIDTHS.iter().map(|width| width * SECOND).find(|width| *width > self.width);
            // Years of weeks are few.
            let Some(wider) = wider else { break };
            self.widen(wider);
        }
    }

    /// Notes that rows lie between two moments.
    pub(super) fn note(&mut self, first: i64, last: i64) {
        let (from, to) = self.span.unwrap_or((first, last));
        self.span = Some((from.min(first), to.max(last)));
    }

    fn widen(&mut self, width: i64) {
        self.width = width;
        for ((bucket, part), count) in std::mem::take(&mut self.counts) {
            *self.counts.entry((self.bucket(bucket), part)).or_insert(0) += count;
        }
    }

    /// First moment, last moment, width of a bar, and the bars; none when no row said when it was.
    pub(super) fn finish(mut self) -> Option<(i64, i64, i64, Bars)> {
        let (from, to) = self.span?;
        let step = step(to - from, BARS, self.width);
        self.widen(step);
        let bars = self.counts.into_iter().map(|((bucket, part), count)| (bucket, part, count));
        Some((from, to, step, bars.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_span_every_answer_is_in_a_bar() {
        // The last is a century, a row a day.
        for (spacing, rows) in
            [(10_i64, 40_000), (1_000_000, 40_000), (60_000_000, 40_000), (86_400_000_000, 36_500)]
        {
            let mut series = Series::new();
            for i in 0..rows {
                let at = 1_795_161_600_000_000 + i * spacing;
                let part = (i % 3) as usize;
                series.note(at, at);
                series.add(series.bucket(at), part, 1);
                assert!(series.counts.len() <= HELD + 1);
            }
            let (from, to, step, bars) = series.finish().unwrap();
            assert_eq!(to - from, (rows - 1) * spacing);
            assert_eq!(bars.iter().map(|(_, _, count)| count).sum::<u64>(), rows as u64);
            assert!((to - from) / step <= BARS, "{spacing}: {step}");
            assert!(bars.iter().all(|(start, _, _)| start % step == 0));
        }
        assert!(Series::new().finish().is_none());
    }
}
