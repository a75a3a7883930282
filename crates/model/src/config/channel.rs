mod post;
mod send;

use serde::{Deserialize, Serialize};

use crate::value::Label;

pub use post::{Json, Pagerduty, Webhook};
pub use send::{
    Email, EmailTls, Facility, Script, Snmp, SnmpAuth, SnmpUser, SnmpVersion, Syslog, SyslogTransport,
};

/// Where alerts go. Secrets are named, never held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Name of the channel.
    pub name: Label,
    /// Whether anything is sent.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// By what.
    pub via: Via,
}

fn yes() -> bool {
    true
}
fn is_yes(value: &bool) -> bool {
    *value
}

/// The ways an alert can go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A Slack incoming webhook, or what takes its body.
    Slack(Webhook),
    /// A Microsoft Teams workflow.
    Teams(Webhook),
    /// Any receiver of JSON.
    Json(Json),
    /// Electronic mail.
    Email(Email),
    /// RFC 5424.
    Syslog(Syslog),
    /// A trap.
    Snmp(Snmp),
    /// PagerDuty's Events API, version 2.
    Pagerduty(Pagerduty),
    /// A program of the operator's.
    Script(Script),
}

impl Via {
    /// The word it is written by.
    pub fn as_str(&self) -> &'static str {
        match self {
            Via::Slack(_) => "slack",
            Via::Teams(_) => "teams",
            Via::Json(_) => "json",
            Via::Email(_) => "email",
            Via::Syslog(_) => "syslog",
            Via::Snmp(_) => "snmp",
            Via::Pagerduty(_) => "pagerduty",
            Via::Script(_) => "script",
        }
    }
}
