use serde::{Deserialize, Serialize};

use crate::value::Span;

/// What the query log keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    /// Limit of each service.
    #[serde(default)]
    pub service_throttle: Throttle,
    /// Limit of the whole site.
    #[serde(default)]
    pub site_throttle: Throttle,
    /// How long rows are kept; whole days, since a day is the unit that is dropped.
    #[serde(default = "week")]
    pub retention: Span,
    /// How long events and the deliveries of alerts are kept; 1d to 3650d.
    #[serde(default = "season")]
    pub event_retention: Span,
}

fn season() -> Span {
    Span::seconds(90 * 86_400)
}
fn week() -> Span {
    Span::seconds(7 * 86_400)
}

impl Default for Logging {
    fn default() -> Self {
        Logging {
            service_throttle: Throttle::default(),
            site_throttle: Throttle::default(),
            retention: week(),
            event_retention: season(),
        }
    }
}

/// Rows per second kept of each class; 0 keeps all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Errors and what else stands out.
    #[serde(default)]
    pub significant: u32,
    /// Rows an operator's filter asked for.
    #[serde(default)]
    pub filtered: u32,
    /// All other rows.
    #[serde(default)]
    pub non_significant: u32,
}
