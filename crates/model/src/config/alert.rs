use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::name::DnsName;
use crate::occurrence::{Kind, Level};
use crate::value::{Label, Span};

/// Which events become an alert, and who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// Name of the rule.
    pub name: Label,
    /// Whether it is at work.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Events it looks at, at least one.
    pub events: Vec<Kind>,
    /// Services it looks at; all, and what belongs to none, when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<DnsName>,
    /// Sites it looks at, as the one that saw the event or the member's; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<Label>,
    /// Members it looks at, by address; all, and what is about none, when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<IpAddr>,
    /// Events of one subject within the window that make an alert, 1-1000.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub threshold: u32,
    /// The window, which ends at each event; 1s to 1d.
    #[serde(default = "window", skip_serializing_if = "is_window")]
    pub window: Span,
    /// For how long after an alert the same event of the same subject makes no other; 0s for none, at most 7d.
    #[serde(default = "throttle", skip_serializing_if = "is_throttle")]
    pub throttle: Span,
    /// Level of its alerts; that of the event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// Channels its alerts go to, at least one.
    pub channels: Vec<Label>,
}

fn yes() -> bool {
    true
}
fn is_yes(value: &bool) -> bool {
    *value
}
fn one() -> u32 {
    1
}
fn is_one(value: &u32) -> bool {
    *value == 1
}
fn window() -> Span {
    Span::seconds(300)
}
fn is_window(value: &Span) -> bool {
    *value == window()
}
fn throttle() -> Span {
    Span::seconds(600)
}
fn is_throttle(value: &Span) -> bool {
    *value == throttle()
}
