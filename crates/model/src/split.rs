//! A split as it was observed, beside the one that was configured, with the verdict.

mod clients;
mod networks;
mod spread;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::rrtype::Family;

pub use clients::{AnswersOf, ClientAnswers, MemberAnswers, SplitClients, TopShare};
pub use networks::{DividedNetwork, HashShare, MemberRows, NetworkShare, NetworkSplit, ObservedNetworks};
pub use spread::{Spread, SpreadBar};

/// How the members of a segment were chosen, which decides how their counts are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitMode {
    /// One exact schedule: judged by its bound.
    Exact,
    /// Independent draws: judged by a sequential test, which may be looked at as often as one likes.
    Random,
    /// A hash of the client's network: judged by its networks, each of which has one member.
    Hashed,
    /// Who asks decides who answers: shares are those of the clients, and no weights are held against them.
    ByClient,
}

/// What the counts say of the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// They agree.
    Pass,
    /// They do not.
    Fail,
    /// Too few answers to say, or a split that is not by weight.
    Insufficient,
}

impl Verdict {
    /// `PASS`, `FAIL` or `INSUFFICIENT`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Pass => "PASS",
            Verdict::Fail => "FAIL",
            Verdict::Insufficient => "INSUFFICIENT",
        }
    }
}

/// A member that was eligible during a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentMember {
    /// The pool it was chosen in.
    pub pool: String,
    /// Its address.
    pub address: IpAddr,
    /// The site it is counted to.
    pub site: Option<String>,
    /// Its weight then.
    pub weight: u16,
    /// Its part of the hash table, where a hash chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<HashShare>,
}

/// A time in which weights and eligible members of a service stayed the same, with what was answered in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObservedSegment {
    /// Start, microseconds since 1970 UTC.
    pub from: i64,
    /// End, microseconds since 1970 UTC.
    pub to: i64,
    /// Generation it began with.
    pub generation: u64,
    /// Family of the addresses.
    pub family: Family,
    /// How members were chosen.
    pub mode: SplitMode,
    /// How often the schedule began anew within it (restarts); at least 1.
    pub runs: u32,
    /// The members that were eligible, in the order of the schedule.
    pub members: Vec<SegmentMember>,
    /// Answers of each of `members`.
    pub observed: Vec<u64>,
    /// Answers that named anything else.
    pub strangers: u64,
    /// The networks that were answered, where a hash of them chose; none where rows were not read.
    pub networks: Option<ObservedNetworks>,
}

/// One member of a judged segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberShare {
    /// The member's name: its address.
    pub member: String,
    /// Its address.
    pub address: String,
    /// The site it is counted to.
    pub site: Option<String>,
    /// Its weight then.
    pub weight: u16,
    /// The share of answers its weight asks for, 0 to 1; where a hash chose, the share of networks its slots ask for.
    pub expected_share: f64,
    /// Answers.
    pub observed: u64,
    /// Their share, 0 to 1.
    pub share: f64,
    /// Lower end of the 95 % Wilson interval of the share.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Answers more (or, negative, fewer) than expected.
    pub deviation: f64,
}

/// A segment with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Start, microseconds since 1970 UTC.
    pub from: i64,
    /// End, microseconds since 1970 UTC.
    pub to: i64,
    /// Generation it began with.
    pub generation: u64,
    /// Family of the addresses.
    pub family: Family,
    /// How members were chosen and are judged.
    pub mode: SplitMode,
    /// Answers in all.
    pub answered: u64,
    /// The members.
    pub members: Vec<MemberShare>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub reason: String,
    /// Exact: the largest deviation, in answers. Random and hashed: G.
    pub statistic: f64,
    /// Random and hashed: the most the chance may be that draws by the weights ever, at any look, come to counts like
    /// these; none for exact.
    pub p_value: Option<f64>,
    /// Answers needed for a verdict; hashed: networks.
    pub needed: u64,
    /// The networks of the clients, where a hash of them chose.
    #[serde(default)]
    pub networks: Option<NetworkSplit>,
}

/// Where every answered query of a window went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Queries answered, by the counters.
    pub answered: u64,
    /// Rows stored.
    pub logged: u64,
    /// Rows not stored, by cause.
    pub dropped: Dropped,
}

/// Rows that were not stored, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Over the service's limit.
    pub service_throttle: u64,
    /// Over the site's limit.
    pub site_throttle: u64,
    /// The ring between responder and log was full.
    pub queue: u64,
    /// Storage was away, or refused the row.
    pub storage: u64,
}

/// The split of one service over a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitReport {
    /// The service.
    pub service: String,
    /// Start of the window, microseconds since 1970 UTC.
    pub from: i64,
    /// Its end.
    pub to: i64,
    /// The worst of the segments' verdicts.
    pub verdict: Verdict,
    /// Its segments, in time.
    pub segments: Vec<Segment>,
    /// What became of the rows.
    pub totals: Totals,
}

impl SplitReport {
    /// The verdict over several: one failure fails all, and what cannot be judged yet passes nothing.
    pub fn overall<'a>(segments: impl IntoIterator<Item = &'a Segment>) -> Verdict {
        let mut overall = Verdict::Insufficient;
        for segment in segments {
            match segment.verdict {
                Verdict::Fail => return Verdict::Fail,
                Verdict::Pass => overall = Verdict::Pass,
                Verdict::Insufficient => {}
            }
        }
        overall
    }
}
