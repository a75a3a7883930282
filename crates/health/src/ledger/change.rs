use std::fmt;

use model::Label;
use model::health::{FailureCode, Health, MemberKey, Standing};
use serde::{Deserialize, Serialize};

/// What changed the standing of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A check of its own.
    Check,
    /// The configuration: its monitors, its way back, or whether it is checked at all.
    Configuration,
    /// An operator's override that was set, taken back, or expired.
    Override,
    /// An operator resumed it.
    Resume,
    /// A step of its climb back to its weight.
    Ramp,
    /// The site suspected itself, or stopped to.
    Suspicion,
}

impl Cause {
    /// The cause in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::Check => "check",
            Cause::Configuration => "configuration",
            Cause::Override => "override",
            Cause::Resume => "resume",
            Cause::Ramp => "ramp",
            Cause::Suspicion => "suspicion",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The standing of one member changed.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthChange {
    /// The member.
    pub key: MemberKey,
    /// What it is known by in the configuration: its name, or its address.
    pub member: String,
    /// Its standing before.
    pub from: Standing,
    /// Its standing now.
    pub to: Standing,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// What changed it.
    pub cause: Cause,
    /// The monitor whose check did.
    pub monitor: Option<Label>,
    /// Why that check failed; none when it passed.
    pub failure: Option<FailureCode>,
    /// What it saw, or who decided and why.
    pub detail: String,
}

impl HealthChange {
    /// The health that decided before and decides now, where they differ: what is an event, and not only a step.
    pub fn turned(&self) -> Option<(Health, Health)> {
        let (from, to) = (self.from.health(), self.to.health());
        (from != to).then_some((from, to))
    }
}

/// What a change is put down to.
pub(super) struct Why {
    pub(super) cause: Cause,
    pub(super) monitor: Option<Label>,
    pub(super) failure: Option<FailureCode>,
    pub(super) detail: String,
}

impl Why {
    pub(super) fn of(cause: Cause) -> Why {
        Why { cause, monitor: None, failure: None, detail: String::new() }
    }
}
