use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::Percent;
use crate::name::DnsName;
use crate::value::{Label, Span};

/// What an operator asks of a ramp.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanarySpec {
    /// The service.
    pub service: DnsName,
    /// The pool whose weights move.
    pub pool: Label,
    /// The canary: members of the pool by their addresses, at least one and not all.
    pub members: Vec<IpAddr>,
    /// The canary's share at each step, percent, rising; 1 to 20 steps.
    pub steps: Vec<Percent>,
    /// How long a step lasts at least, 1s to 7d; never less than the service's TTL.
    #[serde(default = "five_minutes")]
    pub dwell: Span,
    /// Answers that have to name the canary before a step may end, 0 to 1,000,000.
    #[serde(default = "ten")]
    pub canary_answers: u32,
    /// What has to be well before a step may end.
    #[serde(default)]
    pub gates: CanaryGates,
    /// What is done when a gate fails.
    #[serde(default)]
    pub on_failure: OnFailure,
}

fn five_minutes() -> Span {
    Span::seconds(300)
}
fn ten() -> u32 {
    10
}

impl CanarySpec {
    /// One with the defaults of everything that can have one.
    pub fn new(service: DnsName, pool: Label, members: Vec<IpAddr>, steps: Vec<Percent>) -> CanarySpec {
        CanarySpec {
            service,
            pool,
            members,
            steps,
            dwell: five_minutes(),
            canary_answers: ten(),
            gates: CanaryGates::default(),
            on_failure: OnFailure::default(),
        }
    }
}

/// What has to be well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryGates {
    /// Whose health.
    #[serde(default)]
    pub health: HealthGate,
    /// The split of the step is judged, and must not FAIL; a step ends after a PASS.
    #[serde(default = "yes")]
    pub verdict: bool,
    /// Somebody else is asked at the end of each step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<CanaryHook>,
    /// Looks in a row at which a gate fails before anything is done, 1 to 60. Looks are a second apart, and calls of
    /// the webhook ten.
    #[serde(default = "two")]
    pub failures: u8,
}

fn yes() -> bool {
    true
}
fn two() -> u8 {
    2
}

impl Default for CanaryGates {
    fn default() -> Self {
        CanaryGates { health: HealthGate::default(), verdict: true, webhook: None, failures: two() }
    }
}

/// Whose health a ramp watches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthGate {
    /// That of the canary.
    #[default]
    Canary,
    /// That of every enabled member of the pool.
    Pool,
    /// Nobody's.
    Off,
}

impl HealthGate {
    /// All of them, with what the console says.
    pub const ALL: [(HealthGate, &'static str); 3] = [
        (HealthGate::Canary, "The canary is up"),
        (HealthGate::Pool, "Every member of the pool is up"),
        (HealthGate::Off, "Do not look at health"),
    ];

    /// `canary`, `pool` or `off`.
    pub fn as_str(self) -> &'static str {
        match self {
            HealthGate::Canary => "canary",
            HealthGate::Pool => "pool",
            HealthGate::Off => "off",
        }
    }
}

/// Who is asked at the end of each step, by a POST of JSON: 2xx is yes, 409, 425 and 429 are not yet, everything else
/// and silence is no. One of `url` and `url_secret` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryHook {
    /// The address, `http` or `https`, without user or password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Name of the secret that holds the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_secret: Option<Label>,
    /// Name of the secret that is sent as the header `Authorization`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_secret: Option<Label>,
}

/// What is done when a gate fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The weights stay, and an operator decides.
    #[default]
    Pause,
    /// One step back for each dwell, until all is well or the weights are those before the ramp.
    StepDown,
    /// The weights before the ramp, at once.
    Abort,
}

impl OnFailure {
    /// All of them, with what the console says.
    pub const ALL: [(OnFailure, &'static str); 3] = [
        (OnFailure::Pause, "Pause, and leave the weights"),
        (OnFailure::StepDown, "Step down until all is well"),
        (OnFailure::Abort, "Abort: the weights before, at once"),
    ];

    /// `pause`, `step_down` or `abort`.
    pub fn as_str(self) -> &'static str {
        match self {
            OnFailure::Pause => "pause",
            OnFailure::StepDown => "step_down",
            OnFailure::Abort => "abort",
        }
    }
}
