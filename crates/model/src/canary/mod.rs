//! A canary ramp: the share of one or more members of a pool raised step by step, each step a revision, as long as
//! its gates allow. Here are the words for it; the logic is the crate `canary`'s.

mod percent;
mod run;
mod spec;

pub use percent::Percent;
pub use run::{
    CanaryRamp, Gate, Light, MemberWeight, Moving, PlannedStep, RampDeed, RampLine, RampPhase, RampView,
    Sample, Signal,
};
pub use spec::{CanaryGates, CanaryHook, CanarySpec, HealthGate, OnFailure};
