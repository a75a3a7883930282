//! A split by a hash of the client's network: the networks are judged, each as one draw by the slots of the members.
//!
//! Answers cannot be: a resolver that asks a thousand times has one member, and its thousand answers say what one
//! network says. That a network has one member within a segment is exact, so that a second one is a failure. Which one
//! it is, is a draw by the hash, with the shares of the slots as the responder's own table has them. Rows that a
//! throttle left out take networks away without regard to their member, and do not bend the shares.

use model::split::{NetworkShare, NetworkSplit, ObservedNetworks, ObservedSegment, Verdict};

use crate::judge::{Counts, Ruling, SIGNIFICANCE};
use crate::{exact, g_test, reason, sequential, wilson};

/// The networks of a segment as counts of draws, by the slots of its members.
pub(crate) fn counts(segment: &ObservedSegment, networks: &ObservedNetworks) -> Counts {
    let slots = segment.members.iter().map(|m| m.hash.map_or(0, |hash| u64::from(hash.slots)));
    Counts::new(slots.collect(), networks.networks.clone(), 0)
}

/// The verdict on the networks; what no draw can produce was looked for before.
pub(crate) fn ruling(counts: &Counts, networks: &ObservedNetworks, names: &[String]) -> Ruling {
    let test = g_test::test(counts);
    let p = sequential::p_value(counts);
    let needed = g_test::needed(counts);
    let ruling = |verdict, reason| {
        let p_value = (counts.total > 0).then_some(p);
        Ruling { verdict, reason, statistic: test.g, p_value, needed }
    };
    if let Some(divided) = networks.examples.first() {
        return ruling(Verdict::Fail, reason::divided(divided, networks.divided));
    }
    if counts.total < needed {
        return ruling(Verdict::Insufficient, reason::too_few_networks(counts.total, needed));
    }
    if test.df == 0 {
        return ruling(Verdict::Pass, reason::one_member_of_all_networks(counts.total));
    }
    match exact::farthest(counts) {
        Some(i) if p < SIGNIFICANCE => {
            ruling(Verdict::Fail, reason::unlikely_networks(counts, i, &names[i], test.g, p))
        }
        _ => ruling(Verdict::Pass, reason::likely_networks(counts.total, test.g, p)),
    }
}

/// The networks of every member beside what its slots ask for.
pub(crate) fn shares(
    counts: &Counts,
    segment: &ObservedSegment,
    networks: &ObservedNetworks,
) -> NetworkSplit {
    let members = segment.members.iter().enumerate().map(|(i, member)| {
        let (ci_low, ci_high) = wilson::interval(counts.observed[i], counts.total);
        NetworkShare {
            address: member.address,
            expected_share: counts.expected_share(i),
            networks: counts.observed[i],
            share: counts.share(i),
            ci_low,
            ci_high,
            deviation: counts.deviation(i),
        }
    });
    NetworkSplit {
        counted: counts.total,
        divided: networks.divided,
        examples: networks.examples.clone(),
        members: members.collect(),
        rows: networks.rows,
        cut_at: networks.cut_at,
    }
}
