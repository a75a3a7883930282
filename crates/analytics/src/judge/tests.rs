use std::net::{IpAddr, Ipv4Addr};

use model::rrtype::Family;
use model::split::{SegmentMember, Totals};
use proptest::prelude::*;

use super::*;
use crate::report;

const LAB: [&str; 3] = ["10.10.25.46", "10.10.26.40", "10.10.23.40"];

fn address(i: usize) -> IpAddr {
    LAB.get(i).map_or(IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + i as u32)), |text| text.parse().unwrap())
}

fn segment(mode: SplitMode, weights: &[u16], observed: &[u64]) -> ObservedSegment {
    let member = |(i, &weight): (usize, &u16)| SegmentMember {
        pool: "p".into(),
        address: address(i),
        site: None,
        weight,
        hash: None,
    };
    ObservedSegment {
        from: 0,
        to: 60_000_000,
        generation: 7,
        family: Family::V4,
        mode,
        runs: 1,
        members: weights.iter().enumerate().map(member).collect(),
        observed: observed.to_vec(),
        strangers: 0,
        networks: None,
    }
}

#[test]
fn where_the_client_decides_no_weight_is_held_against_the_counts() {
    let (judged, reason) = verdict(SplitMode::ByClient, &[1, 1], &[1000, 0]);
    assert_eq!(judged, Verdict::Insufficient);
    assert!(reason.contains("depends on who asks"), "{reason}");
    assert_eq!(verdict(SplitMode::ByClient, &[0, 5], &[1000, 0]).0, Verdict::Insufficient);
    assert_eq!(verdict(SplitMode::ByClient, &[1], &[5, 1]).0, Verdict::Fail);
}

fn verdict(mode: SplitMode, weights: &[u16], observed: &[u64]) -> (Verdict, String) {
    let judged = judge(&segment(mode, weights, observed));
    (judged.verdict, judged.reason)
}

#[test]
fn exact_schedules_by_example() {
    use Verdict::{Fail, Insufficient, Pass};
    for (weights, observed, expected, reason) in [
        (&[6, 3, 1][..], &[3000, 1500, 500][..], Pass, "Every member has exactly its share."),
        (
            &[6, 3, 1],
            &[7, 3, 1],
            Pass,
            "Every member is within 0.4 answers of its share; an exact schedule allows 2.",
        ),
        (
            &[6, 3, 1],
            &[2788, 1400, 812],
            Fail,
            "10.10.23.40 got 812 answers where 500 were due, 312 more; the schedule allows 2.",
        ),
        (
            &[6, 3, 1],
            &[2998, 1502, 500],
            Fail,
            "10.10.25.46 got 2998 answers where 3000 were due, 2 fewer; the schedule allows 2.",
        ),
        (
            &[20, 20, 1],
            &[20, 20, 0],
            Insufficient,
            "There were 40 answers, and a whole period of the schedule is 41.",
        ),
        (&[20, 20, 1], &[20, 20, 1], Pass, "Every member has exactly its share."),
        (&[6, 3, 1], &[0, 0, 0], Insufficient, "There was no answer to judge."),
        (&[5], &[1], Pass, "Every member has exactly its share."),
        (&[0, 0], &[10, 10], Pass, "Every member has exactly its share."),
        (
            &[0, 2],
            &[1, 9],
            Fail,
            "10.10.25.46 has weight 0 beside members of positive weight, and got 1 answer.",
        ),
    ] {
        let got = verdict(SplitMode::Exact, weights, observed);
        assert_eq!(got, (expected, reason.to_owned()), "{weights:?} {observed:?}");
    }
}

#[test]
fn random_draws_by_example() {
    use Verdict::{Fail, Insufficient, Pass};
    for (weights, observed, expected, reason) in [
        (
            &[6, 3, 1][..],
            &[30, 14, 5][..],
            Insufficient,
            "There were 49 answers, and 1 more is needed for the least likely member to be due 5.",
        ),
        (
            &[6, 3, 1],
            &[1, 0, 0],
            Insufficient,
            "There was 1 answer, and 49 more are needed for the least likely member to be due 5.",
        ),
        (
            &[6, 3, 1],
            &[570, 330, 100],
            Pass,
            "Independent draws by these weights explain the answers no worse than draws by others do on average \
             (G = 4.43); looking again does not raise the chance of a false alarm above 0.001.",
        ),
        (
            &[1, 1],
            &[550, 450],
            Pass,
            "Independent draws by these weights ever differ this much with a chance of at most 0.1696 (G = 10.02); \
             looking again does not raise the chance of a false alarm above 0.001.",
        ),
        (
            &[6, 3, 1],
            &[600, 300, 100],
            Pass,
            "Independent draws by these weights explain the answers no worse than draws by others do on average \
             (G = 0.00); looking again does not raise the chance of a false alarm above 0.001.",
        ),
        (
            &[1, 1],
            &[600, 400],
            Fail,
            "10.10.25.46 got 600 answers where 500 were due, 100 more; \
             independent draws by these weights ever differ this much with a chance of at most 4.7e-8 (G = 40.27), \
             and looking again does not raise the chance of a false alarm above 0.001.",
        ),
        (&[3], &[12], Pass, "One member had any weight, and all 12 answers named it."),
        (&[3, 0], &[12, 0], Pass, "One member had any weight, and all 12 answers named it."),
        (
            &[3, 0],
            &[12, 1],
            Fail,
            "10.10.26.40 has weight 0 beside members of positive weight, and got 1 answer.",
        ),
        (&[3], &[0], Insufficient, "There was no answer to judge."),
    ] {
        let got = verdict(SplitMode::Random, weights, observed);
        assert_eq!(got, (expected, reason.to_owned()), "{weights:?} {observed:?}");
    }
}

#[test]
fn a_stranger_fails_at_once_in_either_mode() {
    for mode in [SplitMode::Exact, SplitMode::Random] {
        let mut one = segment(mode, &[6, 3, 1], &[0, 0, 0]);
        one.strangers = 1;
        let judged = judge(&one);
        assert_eq!(judged.verdict, Verdict::Fail);
        assert_eq!(judged.reason, "1 answer named an address that was not an eligible member.");
        assert_eq!(judged.answered, 1);
    }
}

#[test]
fn every_run_adds_to_the_bound_and_to_what_is_needed() {
    let mut runs = segment(SplitMode::Exact, &[6, 3, 1], &[9, 3, 0]);
    assert_eq!(judge(&runs).verdict, Verdict::Pass);
    runs.runs = 2;
    assert_eq!((judge(&runs).verdict, judge(&runs).needed), (Verdict::Insufficient, 20));
    runs.observed = vec![15, 6, 0];
    assert_eq!(judge(&runs).verdict, Verdict::Pass);
    runs.runs = 1;
    assert_eq!(judge(&runs).verdict, Verdict::Fail);
}

#[test]
fn a_segment_without_members_or_with_counts_of_another_length_is_judged_too() {
    assert_eq!(verdict(SplitMode::Exact, &[], &[]).0, Verdict::Insufficient);
    assert_eq!(verdict(SplitMode::Random, &[], &[]).0, Verdict::Insufficient);
    assert_eq!(verdict(SplitMode::Exact, &[1], &[5, 1]).0, Verdict::Fail);
    assert_eq!(verdict(SplitMode::Exact, &[1, 1], &[5]).0, Verdict::Fail);
    assert_eq!(verdict(SplitMode::Exact, &[1, 1], &[u64::MAX, u64::MAX]).0, Verdict::Fail);
    assert_eq!(verdict(SplitMode::Random, &[1, 1], &[u64::MAX, u64::MAX]).0, Verdict::Pass);
}

#[test]
fn members_carry_what_was_due_beside_what_was() {
    let judged = judge(&segment(SplitMode::Exact, &[6, 3, 1], &[2788, 1400, 812]));
    assert_eq!(judged.statistic, 312.0);
    let last = &judged.members[2];
    assert_eq!((last.expected_share, last.observed, last.share), (0.1, 812, 0.1624));
    assert_eq!(last.deviation, 312.0);
    assert!(last.ci_low > 0.152 && last.ci_low < 0.1624 && last.ci_high > 0.1624 && last.ci_high < 0.173);
}

#[test]
fn a_report_is_as_good_as_its_worst_segment() {
    let good = segment(SplitMode::Exact, &[6, 3, 1], &[6, 3, 1]);
    let mut later = segment(SplitMode::Exact, &[1, 1], &[9, 1]);
    later.from = 60_000_000;
    let report = report("hello.example.org", 0, 1, vec![later, good.clone()], Totals::default());
    assert_eq!(report.verdict, Verdict::Fail);
    assert_eq!(report.segments.iter().map(|s| s.verdict).collect::<Vec<_>>(), [Verdict::Pass, Verdict::Fail]);
    assert_eq!(super::super::report("h", 0, 1, vec![good], Totals::default()).verdict, Verdict::Pass);
    assert_eq!(super::super::report("h", 0, 1, vec![], Totals::default()).verdict, Verdict::Insufficient);
}

/// An exact schedule by earliest deadline: member i's nth answer falls after slot floor((n-1)/share) and by slot
/// ceil(n/share), which one processor can always keep (Baruah et al. 1996) and which keeps prefixes within 1.
fn schedule(weights: &[u16], slots: u64) -> Vec<usize> {
    let sum: u64 = weights.iter().map(|&w| u64::from(w)).sum();
    let mut given = vec![0u64; weights.len()];
    let mut slot_of = Vec::new();
    for slot in 0..slots {
        let released = |i: &usize| weights[*i] > 0 && given[*i] * sum / u64::from(weights[*i]) <= slot;
        let deadline = |i: &usize| ((given[*i] + 1) * sum).div_ceil(u64::from(weights[*i]));
        let next = (0..weights.len()).filter(released).min_by_key(deadline).unwrap();
        given[next] += 1;
        slot_of.push(next);
    }
    slot_of
}

fn count(members: usize, answers: &[usize]) -> Vec<u64> {
    let mut observed = vec![0; members];
    answers.iter().for_each(|&i| observed[i] += 1);
    observed
}

/// Steele, Lea & Flood 2014: enough to draw by weights, the same in every run of the tests.
fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn draw(weights: &[u16], answers: usize, state: &mut u64) -> Vec<u64> {
    let sum: u64 = weights.iter().map(|&w| u64::from(w)).sum();
    let mut observed = vec![0; weights.len()];
    for _ in 0..answers {
        let mut at = next_random(state) % sum;
        let chosen = weights.iter().position(|&w| {
            let here = at < u64::from(w);
            at = at.saturating_sub(u64::from(w));
            here
        });
        observed[chosen.unwrap()] += 1;
    }
    observed
}

#[test]
fn the_test_passes_fair_draws_and_its_chance_is_a_bound() {
    let mut state = 1;
    for weights in [&[6, 3, 1][..], &[20, 20, 1], &[1, 1], &[7, 5, 3, 2, 1, 1, 1]] {
        let judged: Vec<Segment> = (0..1000)
            .map(|_| judge(&segment(SplitMode::Random, weights, &draw(weights, 2000, &mut state))))
            .collect();
        let passed = judged.iter().filter(|s| s.verdict == Verdict::Pass).count();
        let below_a_tenth = judged.iter().filter(|s| s.p_value.unwrap() < 0.1).count();
        assert!(passed > 990, "{weights:?}: {passed} of 1000");
        assert!(below_a_tenth <= 100, "{weights:?}: {below_a_tenth} of 1000 below 0.1");
    }
}

#[test]
fn draws_by_other_weights_fail() {
    let mut state = 2;
    for _ in 0..100 {
        let observed = draw(&[5, 4, 1], 5000, &mut state);
        assert_eq!(verdict(SplitMode::Random, &[6, 3, 1], &observed).0, Verdict::Fail, "{observed:?}");
    }
}

fn weights() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(0u16..60, 1..9).prop_filter("some weight", |w| w.iter().any(|&w| w > 0))
}

proptest! {
    #[test]
    fn every_window_of_an_exact_schedule_passes_or_is_too_short(
        weights in weights(), start in 0usize..500, length in 0usize..1000,
    ) {
        let slots = schedule(&weights, (start + length) as u64);
        let judged = judge(&segment(SplitMode::Exact, &weights, &count(weights.len(), &slots[start..])));
        let expected = if (length as u64) < judged.needed { Verdict::Insufficient } else { Verdict::Pass };
        prop_assert_eq!(judged.verdict, expected, "{}", judged.reason);
    }

    #[test]
    fn several_runs_of_an_exact_schedule_stay_within_their_bound(
        weights in weights(), windows in prop::collection::vec((0usize..100, 0usize..300), 1..5),
    ) {
        let slots = schedule(&weights, 400);
        let answers: Vec<usize> =
            windows.iter().flat_map(|&(start, length)| slots[start..start + length].to_vec()).collect();
        let mut several = segment(SplitMode::Exact, &weights, &count(weights.len(), &answers));
        several.runs = windows.len() as u32;
        let judged = judge(&several);
        prop_assert_ne!(judged.verdict, Verdict::Fail, "{}", judged.reason);
    }

    #[test]
    fn answers_moved_beyond_the_bound_fail(
        weights in prop::collection::vec(1u16..60, 2..9), periods in 1u64..50, moved in 2u64..1000,
    ) {
        let mut observed: Vec<u64> = weights.iter().map(|&w| u64::from(w) * periods).collect();
        prop_assume!(observed[0] >= moved);
        observed[0] -= moved;
        observed[1] += moved;
        prop_assert_eq!(verdict(SplitMode::Exact, &weights, &observed).0, Verdict::Fail);
    }

    #[test]
    fn the_order_of_members_does_not_matter(
        pairs in prop::collection::vec((0u16..60, 0u64..500), 1..9), exact in any::<bool>(),
    ) {
        let mode = if exact { SplitMode::Exact } else { SplitMode::Random };
        let (weights, observed): (Vec<u16>, Vec<u64>) = pairs.into_iter().unzip();
        let one = segment(mode, &weights, &observed);
        let mut other = one.clone();
        other.members.reverse();
        other.observed.reverse();
        let (one, other) = (judge(&one), judge(&other));
        prop_assert_eq!(one.verdict, other.verdict);
        prop_assert_eq!(one.needed, other.needed);
        prop_assert!((one.statistic - other.statistic).abs() < 1e-6);
    }

    #[test]
    fn shares_and_deviations_add_up(pairs in prop::collection::vec((0u16..1001, 0u64..1_000_000), 1..30)) {
        let (weights, observed): (Vec<u16>, Vec<u64>) = pairs.into_iter().unzip();
        let judged = judge(&segment(SplitMode::Exact, &weights, &observed));
        let sum = |of: fn(&MemberShare) -> f64| judged.members.iter().map(of).sum::<f64>();
        prop_assert!((sum(|m| m.expected_share) - 1.0).abs() < 1e-9);
        prop_assert!(judged.answered == 0 || (sum(|m| m.share) - 1.0).abs() < 1e-9);
        prop_assert!(sum(|m| m.deviation).abs() < 1e-3);
    }
}
