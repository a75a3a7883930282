use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{CanarySpec, Percent};
use crate::snapshot::Generation;
use crate::split::Verdict;

/// A member's weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberWeight {
    /// The member.
    pub address: IpAddr,
    /// Its weight, 0 to 1000.
    pub weight: u16,
}

/// A step in whole weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStep {
    /// The share that was asked for, percent.
    pub target: Percent,
    /// The weights of all members of the pool, in the pool's order.
    pub weights: Vec<MemberWeight>,
    /// The canary's share by these weights, 0 to 1.
    pub share: f64,
    /// That share less the target, -1 to 1.
    pub error: f64,
    /// Answers after which the schedule repeats.
    pub period: u64,
    /// Answers the step has to have seen before it may end.
    pub needed: u64,
}

/// Where a ramp is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RampPhase {
    /// Made, and not started.
    Planned,
    /// On its way up.
    Running,
    /// Stopped at a step; the weights stay.
    Paused,
    /// On its way down after a gate failed.
    SteppingDown,
    /// Through its last step.
    Done,
    /// The weights before it were restored, by an operator or because a gate failed.
    Aborted,
    /// It stepped down all the way.
    Failed,
}

impl RampPhase {
    /// All of them.
    pub const ALL: [RampPhase; 7] = [
        RampPhase::Planned,
        RampPhase::Running,
        RampPhase::Paused,
        RampPhase::SteppingDown,
        RampPhase::Done,
        RampPhase::Aborted,
        RampPhase::Failed,
    ];

    /// The word in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            RampPhase::Planned => "planned",
            RampPhase::Running => "running",
            RampPhase::Paused => "paused",
            RampPhase::SteppingDown => "stepping_down",
            RampPhase::Done => "done",
            RampPhase::Aborted => "aborted",
            RampPhase::Failed => "failed",
        }
    }

    /// Whether it holds its pool: no other ramp may begin there.
    pub fn is_active(self) -> bool {
        self.moves() || self == RampPhase::Paused
    }

    /// Whether it goes on by itself.
    pub fn moves(self) -> bool {
        matches!(self, RampPhase::Running | RampPhase::SteppingDown)
    }

    /// Whether nothing comes after it.
    pub fn is_over(self) -> bool {
        matches!(self, RampPhase::Done | RampPhase::Aborted | RampPhase::Failed)
    }
}

/// Weights about to be put in force. Kept before the revision is made, so that a server that ends in between knows
/// afterwards whose change it finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    /// Number of the step, from 0; none for the weights before the ramp.
    pub step: Option<usize>,
    /// Where the ramp is then.
    pub phase: RampPhase,
    /// Why.
    pub why: String,
    /// Who decided; the ramp itself when empty.
    pub by: String,
}

/// A ramp as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CanaryRamp {
    /// Number.
    pub id: i64,
    /// What was asked for.
    pub spec: CanarySpec,
    /// Who asked.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
    /// When, microseconds since 1970 UTC.
    pub created: i64,
    /// The weights before it, of all members of the pool.
    pub beginning: Vec<MemberWeight>,
    /// The canary's share by them, 0 to 1.
    pub beginning_share: f64,
    /// The steps.
    pub plan: Vec<PlannedStep>,
    /// Where it is.
    pub phase: RampPhase,
    /// Number of the step whose weights are in force, from 0; none for the weights before the ramp.
    pub step: Option<usize>,
    /// Since when it is at this step, or goes on at it, microseconds since 1970 UTC; 0 before the start.
    pub since: i64,
    /// From when on answers count for this step, microseconds since 1970 UTC.
    pub counts_from: i64,
    /// The revision that put these weights in force; 0 before the start.
    pub generation: Generation,
    /// Why it is where it is, in a sentence.
    pub why: String,
    /// Weights about to be put in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moving: Option<Moving>,
    /// When it was over, microseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
}

impl CanaryRamp {
    /// The weights of a step; those before the ramp for none.
    pub fn weights_of(&self, step: Option<usize>) -> &[MemberWeight] {
        step.and_then(|step| self.plan.get(step)).map_or(&self.beginning, |step| &step.weights)
    }

    /// The canary's share by the weights of a step, 0 to 1; that before the ramp for none.
    pub fn share_of(&self, step: Option<usize>) -> f64 {
        step.and_then(|step| self.plan.get(step)).map_or(self.beginning_share, |step| step.share)
    }
}

/// What a ramp, or somebody with it, did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RampDeed {
    /// Made.
    Planned,
    /// To the next step.
    Step,
    /// To the step before.
    StepDown,
    /// Stopped.
    Paused,
    /// Went on.
    Resumed,
    /// Ended at its last step.
    Done,
    /// Took its weights back.
    Aborted,
    /// Stepped down all the way.
    Failed,
}

impl RampDeed {
    /// All of them.
    pub const ALL: [RampDeed; 8] = [
        RampDeed::Planned,
        RampDeed::Step,
        RampDeed::StepDown,
        RampDeed::Paused,
        RampDeed::Resumed,
        RampDeed::Done,
        RampDeed::Aborted,
        RampDeed::Failed,
    ];

    /// The word in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            RampDeed::Planned => "planned",
            RampDeed::Step => "step",
            RampDeed::StepDown => "step_down",
            RampDeed::Paused => "paused",
            RampDeed::Resumed => "resumed",
            RampDeed::Done => "done",
            RampDeed::Aborted => "aborted",
            RampDeed::Failed => "failed",
        }
    }
}

/// A line of a ramp's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RampLine {
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// What.
    pub deed: RampDeed,
    /// Number of the step afterwards, from 0; none for the weights before the ramp.
    pub step: Option<usize>,
    /// The canary's share by the weights in force afterwards, 0 to 1.
    pub share: f64,
    /// The revision, when one was made.
    pub generation: Option<Generation>,
    /// Who; the ramp itself when empty.
    pub by: String,
    /// Why, in a sentence.
    pub text: String,
}

/// What a step has seen so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Answers.
    pub answered: u64,
    /// Those that named the canary.
    pub canary: u64,
    /// Their share, 0 to 1.
    pub share: f64,
    /// Lower end of its 95 % Wilson interval.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Answers needed before the step may end.
    pub needed: u64,
    /// The verdict on the split since the step began.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub reason: String,
    /// Whether the split can be judged at all; where the client decides who answers it cannot.
    pub judged: bool,
}

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// The time a step lasts.
    Dwell,
    /// The answers it has seen.
    Sample,
    /// The members' health.
    Health,
    /// The split's verdict.
    Verdict,
    /// What the webhook says.
    Webhook,
}

/// What a gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Go on.
    Go,
    /// Not yet.
    Wait,
    /// No.
    Stop,
}

/// A gate with what it says and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Light {
    /// The gate.
    pub gate: Gate,
    /// What it says.
    pub signal: Signal,
    /// Why, in words.
    pub text: String,
}

/// A ramp with what is seen of it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RampView {
    /// The ramp.
    pub ramp: CanaryRamp,
    /// When its step may end at the earliest by the clock, microseconds since 1970 UTC; none unless it moves.
    pub until: Option<i64>,
    /// What its step has seen; none before the start, after the end, and while it cannot be read.
    pub sample: Option<Sample>,
    /// Its gates; empty unless it is active.
    pub lights: Vec<Light>,
    /// What happened, newest first.
    pub history: Vec<RampLine>,
}
