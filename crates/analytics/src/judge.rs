//! One segment's counts against its weights.

use model::split::{MemberShare, ObservedNetworks, ObservedSegment, Segment, SplitMode, Verdict};

use crate::{exact, g_test, hashed, reason, sequential, wilson};

/// A chance below this fails a segment of independent draws: at most one false alarm in a thousand segments, however
/// often each of them is looked at.
pub const SIGNIFICANCE: f64 = 0.001;

/// The numbers of a segment, brought into a form that adds up.
pub(crate) struct Counts {
    /// Weights; all 1 when all were 0, as the responder then serves every member alike.
    pub(crate) weights: Vec<u64>,
    /// Their sum, 0 only without members.
    pub(crate) weight_sum: u64,
    /// Answers of each member.
    pub(crate) observed: Vec<u64>,
    /// Answers that named anything else.
    pub(crate) strangers: u64,
    /// All answers.
    pub(crate) total: u64,
}

impl Counts {
    fn of(segment: &ObservedSegment) -> Counts {
        let weights = segment.members.iter().map(|m| u64::from(m.weight)).collect();
        Counts::new(weights, segment.observed.clone(), segment.strangers)
    }

    pub(crate) fn new(mut weights: Vec<u64>, mut observed: Vec<u64>, strangers: u64) -> Counts {
        if weights.iter().all(|&w| w == 0) {
            weights.fill(1);
        }
        // Counts without a member are answers that named something else; a member without a count had none.
        let sum = |counts: &[u64]| counts.iter().fold(0, |a: u64, &b| a.saturating_add(b));
        let extra = sum(observed.get(weights.len()..).unwrap_or_default());
        observed.resize(weights.len(), 0);
        let strangers = strangers.saturating_add(extra);
        let total = sum(&observed).saturating_add(strangers);
        Counts { weight_sum: weights.iter().sum(), weights, observed, strangers, total }
    }

    /// The share that the weight of `member` asks for, 0 to 1.
    pub(crate) fn expected_share(&self, member: usize) -> f64 {
        self.weights[member] as f64 / self.weight_sum as f64
    }

    /// The share that `member` has, 0 to 1.
    pub(crate) fn share(&self, member: usize) -> f64 {
        if self.total == 0 { 0.0 } else { self.observed[member] as f64 / self.total as f64 }
    }

    /// Answers of `member` above its share, times the sum of the weights: a whole number.
    pub(crate) fn scaled_deviation(&self, member: usize) -> i128 {
        i128::from(self.observed[member]) * i128::from(self.weight_sum)
            - i128::from(self.weights[member]) * i128::from(self.total)
    }

    /// Answers of `member` above its share, or, negative, below it.
    pub(crate) fn deviation(&self, member: usize) -> f64 {
        self.scaled_deviation(member) as f64 / self.weight_sum as f64
    }

    /// Answers `member` should have had.
    pub(crate) fn due(&self, member: usize) -> f64 {
        self.weights[member] as f64 * self.total as f64 / self.weight_sum as f64
    }

    /// A member of weight 0 that was answered while others had a positive weight.
    fn answered_against_weight(&self) -> Option<usize> {
        (0..self.observed.len()).find(|&i| self.weights[i] == 0 && self.observed[i] > 0)
    }
}

pub(crate) struct Ruling {
    pub(crate) verdict: Verdict,
    pub(crate) reason: String,
    pub(crate) statistic: f64,
    pub(crate) p_value: Option<f64>,
    pub(crate) needed: u64,
}

/// The verdict on a segment.
///
/// An exact schedule is held to its bound: a member that strays by twice the number of runs or more fails, at any
/// count, and a pass needs a whole period of answers for each run. Independent draws are held to a test that may be
/// read at any time, at [`SIGNIFICANCE`], once every member is expected five times. An answer that named no eligible member, or a member
/// of weight 0 beside others, fails at once in either mode. Where a hash of the client's network decides, it is the
/// networks that are judged: one with two members fails, and their shares are held to the slots of the hash table by
/// the same test that may be read at any time. Where the client decides otherwise, no weight is held against the
/// counts, and the reason says so.
pub fn judge(segment: &ObservedSegment) -> Segment {
    let counts = Counts::of(segment);
    let names: Vec<String> = segment.members.iter().map(|m| m.address.to_string()).collect();
    let networks = segment.networks.as_ref().filter(|_| segment.mode == SplitMode::Hashed);
    let networks = networks.map(|seen| (hashed::counts(segment, seen), seen));
    let ruling = match segment.mode {
        SplitMode::Exact => by_bound(&counts, &names, segment.runs),
        SplitMode::Random => by_test(&counts, &names),
        SplitMode::Hashed => by_networks(&counts, networks.as_ref(), &names),
        SplitMode::ByClient => by_client(&counts),
    };
    let slots = networks.as_ref().map(|(counts, _)| counts);
    let members = segment.members.iter().enumerate().map(|(i, member)| {
        let (ci_low, ci_high) = wilson::interval(counts.observed[i], counts.total);
        MemberShare {
            member: names[i].clone(),
            address: names[i].clone(),
            site: member.site.clone(),
            weight: member.weight,
            expected_share: slots.unwrap_or(&counts).expected_share(i),
            observed: counts.observed[i],
            share: counts.share(i),
            ci_low,
            ci_high,
            // Of the share beside it, be it that of the weight or of the slots.
            deviation: slots.map_or(counts.deviation(i), |slots| {
                counts.observed[i] as f64 - slots.expected_share(i) * counts.total as f64
            }),
        }
    });
    Segment {
        from: segment.from,
        to: segment.to,
        generation: segment.generation,
        family: segment.family,
        mode: segment.mode,
        answered: counts.total,
        members: members.collect(),
        verdict: ruling.verdict,
        reason: ruling.reason,
        statistic: ruling.statistic,
        p_value: ruling.p_value,
        needed: ruling.needed,
        networks: networks.as_ref().map(|(counts, seen)| hashed::shares(counts, segment, seen)),
    }
}

fn by_bound(counts: &Counts, names: &[String], runs: u32) -> Ruling {
    let bound = exact::bound(runs);
    let needed = exact::needed(counts, runs);
    let farthest = exact::farthest(counts);
    let statistic = farthest.map_or(0.0, |i| counts.deviation(i).abs());
    let ruling = |verdict, reason| Ruling { verdict, reason, statistic, p_value: None, needed };
    if let Some(reason) = certain_failure(counts, names) {
        return ruling(Verdict::Fail, reason);
    }
    if let Some(i) = farthest.filter(|&i| exact::exceeds(counts, i, bound)) {
        return ruling(Verdict::Fail, reason::beyond_bound(counts, i, &names[i], bound));
    }
    if counts.total < needed {
        return ruling(Verdict::Insufficient, reason::too_few_for_a_period(counts.total, needed, runs));
    }
    ruling(Verdict::Pass, reason::within_bound(statistic, bound))
}

fn by_test(counts: &Counts, names: &[String]) -> Ruling {
    let test = g_test::test(counts);
    let p = sequential::p_value(counts);
    let needed = g_test::needed(counts);
    let ruling = |verdict, reason| {
        let p_value = (counts.total > 0).then_some(p);
        Ruling { verdict, reason, statistic: test.g, p_value, needed }
    };
    if let Some(reason) = certain_failure(counts, names) {
        return ruling(Verdict::Fail, reason);
    }
    if counts.total < needed {
        return ruling(Verdict::Insufficient, reason::too_few_for_a_test(counts.total, needed));
    }
    if test.df == 0 {
        return ruling(Verdict::Pass, reason::nothing_to_choose(counts.total));
    }
    match exact::farthest(counts) {
        Some(i) if p < SIGNIFICANCE => {
            ruling(Verdict::Fail, reason::unlikely(counts, i, &names[i], test.g, p))
        }
        _ => ruling(Verdict::Pass, reason::likely(test.g, p)),
    }
}

/// A hash of the client's network chose: an answer may be wrong by itself, and the rest is told by the networks.
fn by_networks(counts: &Counts, networks: Option<&(Counts, &ObservedNetworks)>, names: &[String]) -> Ruling {
    let mut ruling = match networks {
        Some((by_slots, seen)) => hashed::ruling(by_slots, seen, names),
        None => Ruling {
            verdict: Verdict::Insufficient,
            reason: reason::networks_unread(),
            statistic: 0.0,
            p_value: None,
            needed: 0,
        },
    };
    if let Some(reason) = certain_failure(counts, names) {
        (ruling.verdict, ruling.reason) = (Verdict::Fail, reason);
    }
    ruling
}

/// Shares are those of who asked: only an answer that named no eligible member can be wrong.
fn by_client(counts: &Counts) -> Ruling {
    let (verdict, reason) = match counts.strangers {
        0 => (Verdict::Insufficient, reason::by_client()),
        strangers => (Verdict::Fail, reason::strangers(strangers)),
    };
    Ruling { verdict, reason, statistic: 0.0, p_value: None, needed: 0 }
}

/// What no schedule and no draw can produce, however few the answers.
fn certain_failure(counts: &Counts, names: &[String]) -> Option<String> {
    if counts.strangers > 0 {
        return Some(reason::strangers(counts.strangers));
    }
    counts.answered_against_weight().map(|i| reason::weightless(&names[i], counts.observed[i]))
}

#[cfg(test)]
mod tests;
