//! How far members strayed from their share, bucket by bucket: the picture of an exact schedule beside that of draws.
//!
//! Each bucket of the counters is a stretch of the schedule. However many answers it holds, an exact schedule keeps every
//! member within two of its share there, where the deviations of independent draws grow with the root of the answers.

use std::collections::BTreeMap;

use model::counter::BUCKET_US;
use model::split::{Segment, SplitMode, Spread, SpreadBar};

/// Width of a bar: answers, or standard deviations.
const STEP: f64 = 0.5;
/// Bars on each side of nothing, besides the one of all beyond.
const SIDE: i32 = 6;

/// The spread of the buckets that lie wholly within `segment`, from counts by (start of the bucket, address, answers).
/// None where members are not chosen by weight, and without a bucket with answers.
pub fn spread(segment: &Segment, counts: &[(i64, String, u64)]) -> Option<Spread> {
    if !matches!(segment.mode, SplitMode::Exact | SplitMode::Random) {
        return None;
    }
    let mut buckets: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for (start, address, count) in counts {
        // The bucket in which the segment began may hold answers of the one before.
        let within = *start > segment.from && start + BUCKET_US <= segment.to.max(segment.from);
        let Some(place) = segment.members.iter().position(|m| m.address == *address) else { continue };
        if within {
            buckets.entry(*start).or_insert_with(|| vec![0; segment.members.len()])[place] += count;
        }
    }
    let (from, to) = (*buckets.keys().next()?, buckets.keys().next_back()? + BUCKET_US);
    let mut spread = Spread {
        from,
        to,
        buckets: buckets.len() as u64,
        mode: segment.mode,
        largest: 0.0,
        drawn_deviation: 0.0,
        bars: bars(),
    };
    for counts in buckets.values() {
        let total = counts.iter().sum::<u64>() as f64;
        for (member, count) in segment.members.iter().zip(counts) {
            let share = member.expected_share;
            let deviation = *count as f64 - total * share;
            let drawn = libm::sqrt(total * share * (1.0 - share));
            spread.largest = spread.largest.max(deviation.abs());
            spread.drawn_deviation = spread.drawn_deviation.max(drawn);
            add(&mut spread, deviation, drawn);
        }
    }
    Some(spread)
}

fn bars() -> Vec<SpreadBar> {
    let at = |i: i32| f64::from(i) * STEP;
    let mut bars = vec![SpreadBar { low: None, high: Some(at(-SIDE)), seen: 0, drawn: 0.0 }];
    bars.extend((-SIDE..SIDE).map(|i| SpreadBar {
        low: Some(at(i)),
        high: Some(at(i + 1)),
        seen: 0,
        drawn: 0.0,
    }));
    bars.push(SpreadBar { low: Some(at(SIDE)), high: None, seen: 0, drawn: 0.0 });
    bars
}

/// Notes one member in one bucket, and where draws of that deviation would have been.
fn add(spread: &mut Spread, deviation: f64, drawn: f64) {
    let exact = spread.mode == SplitMode::Exact;
    // A member of every answer, or of none, does not stray by draws either.
    let unit = if exact || drawn == 0.0 { 1.0 } else { drawn };
    // Numbers that are equal but for rounding belong to one bar.
    let value = libm::round(deviation / unit * 1e9) / 1e9;
    let below = |end: Option<f64>| match end {
        Some(end) if drawn == 0.0 => f64::from(u8::from(end > 0.0)),
        Some(end) => normal(end * unit / drawn),
        None => 1.0,
    };
    let mut before = 0.0;
    for bar in &mut spread.bars {
        let after = below(bar.high);
        bar.drawn += after - before;
        before = after;
        let inside = bar.low.is_none_or(|low| value >= low) && bar.high.is_none_or(|high| value < high);
        bar.seen += u64::from(inside);
    }
}

/// The chance that a standard normal variable is below `x`.
fn normal(x: f64) -> f64 {
    (1.0 + libm::erf(x / std::f64::consts::SQRT_2)) / 2.0
}

#[cfg(test)]
mod tests {
    use model::rrtype::Family;
    use model::split::{ObservedSegment, SegmentMember};
    use proptest::prelude::*;

    use super::*;

    const LAB: [(u8, u16); 3] = [(1, 6), (2, 3), (3, 1)];

    fn segment(mode: SplitMode) -> Segment {
        let member = |(last, weight): (u8, u16)| SegmentMember {
            pool: "p".into(),
            address: [10, 0, 0, last].into(),
            site: None,
            weight,
            hash: None,
        };
        crate::judge(&ObservedSegment {
            from: 0,
            to: 100 * BUCKET_US,
            generation: 1,
            family: Family::V4,
            mode,
            runs: 1,
            members: LAB.map(member).to_vec(),
            observed: vec![0; 3],
            strangers: 0,
            networks: None,
        })
    }

    fn bucket(number: i64, counts: [u64; 3]) -> Vec<(i64, String, u64)> {
        let start = number * BUCKET_US;
        LAB.iter().zip(counts).map(|((last, _), n)| (start, format!("10.0.0.{last}"), n)).collect()
    }

    #[test]
    fn buckets_on_the_edges_of_a_segment_are_left_out_and_so_is_what_is_not_by_weight() {
        let counts = [bucket(0, [9, 0, 0]), bucket(1, [6, 3, 1]), bucket(100, [9, 0, 0])].concat();
        let seen = spread(&segment(SplitMode::Exact), &counts).unwrap();
        assert_eq!((seen.buckets, seen.from, seen.largest), (1, BUCKET_US, 0.0));
        assert_eq!(seen.bars.iter().map(|bar| bar.seen).sum::<u64>(), 3);
        assert!(spread(&segment(SplitMode::Hashed), &counts).is_none());
        assert!(spread(&segment(SplitMode::Exact), &[]).is_none());
    }

    proptest! {
        #[test]
        fn every_member_of_every_bucket_is_in_one_bar_and_draws_are_as_many(
            counts in prop::collection::vec([0u64..900, 0u64..900, 0u64..900], 1..20), exact in any::<bool>()
        ) {
            prop_assume!(counts.iter().flatten().any(|n| *n > 0));
            let mode = if exact { SplitMode::Exact } else { SplitMode::Random };
            let rows: Vec<_> = counts.iter().enumerate().flat_map(|(i, c)| bucket(i as i64 + 1, *c)).collect();
            let seen = spread(&segment(mode), &rows).unwrap();
            let cells = 3.0 * counts.len() as f64;
            prop_assert_eq!(seen.bars.iter().map(|bar| bar.seen).sum::<u64>() as f64, cells);
            prop_assert!((seen.bars.iter().map(|bar| bar.drawn).sum::<f64>() - cells).abs() < 1e-6);
        }

        #[test]
        fn an_exact_schedule_stays_between_two_and_minus_two(
            start in 0u64..1000, lengths in prop::collection::vec(1u64..2000, 1..10)
        ) {
            let schedule = steering::Schedule::new(&[6, 3, 1]);
            let (mut turn, mut rows) = (start, Vec::new());
            for (i, length) in lengths.iter().enumerate() {
                let mut counts = [0; 3];
                (turn..turn + length).for_each(|turn| counts[schedule.pick(turn).unwrap()] += 1);
                turn += length;
                rows.extend(bucket(i as i64 + 1, counts));
            }
            let seen = spread(&segment(SplitMode::Exact), &rows).unwrap();
            prop_assert!(seen.largest < 2.0);
            let outside = seen.bars.iter().filter(|b| b.low.is_none_or(|l| l < -2.0) || b.high.is_none_or(|h| h > 2.0));
            prop_assert_eq!(outside.map(|bar| bar.seen).sum::<u64>(), 0);
        }
    }
}
