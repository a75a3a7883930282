use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::value::{Label, Span};

/// Most filters of the log: each is tried on every answer that is not significant.
pub const MAX_LOG_FILTERS: usize = 64;

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
    /// Most that rows may take on disk with their indexes, GiB; the oldest days go first, the current one never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_gib: Option<u32>,
    /// Rows that any of these asks for are of the class *filtered*, with limits of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<LogFilter>,
    /// Until then every row is kept, whatever the limits say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_until: Option<Moment>,
}

/// Rows an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFilter {
    /// What it is called.
    pub name: Label,
    /// Which rows, in the language of the log's filter.
    #[serde(rename = "match")]
    pub matches: String,
    /// When it ends by itself; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
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
            retention_gib: None,
            filters: Vec::new(),
            full_until: None,
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
