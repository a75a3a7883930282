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

    /// Every secret that is named, with the path of the field that names it.
    pub fn secrets(&self) -> Vec<(String, &Label)> {
        let mut all = Vec::new();
        match self {
            Via::Slack(hook) => all.push(("slack.url_secret".to_owned(), &hook.url_secret)),
            Via::Teams(hook) => all.push(("teams.url_secret".to_owned(), &hook.url_secret)),
            Via::Json(json) => {
                all.extend(json.url_secret.iter().map(|s| ("json.url_secret".to_owned(), s)));
                all.extend(json.hmac_secret.iter().map(|s| ("json.hmac_secret".to_owned(), s)));
                all.extend(
                    json.header_secrets.iter().map(|(name, s)| (format!("json.header_secrets.{name}"), s)),
                );
            }
            Via::Email(mail) => {
                all.extend(mail.password_secret.iter().map(|s| ("email.password_secret".to_owned(), s)));
            }
            Via::Syslog(_) | Via::Script(_) => {}
            Via::Snmp(snmp) => match &snmp.version {
                SnmpVersion::V2c { community_secret } => {
                    all.push(("snmp.version.v2c.community_secret".to_owned(), community_secret));
                }
                SnmpVersion::V3(user) => {
                    all.push(("snmp.version.v3.auth_secret".to_owned(), &user.auth_secret));
                }
            },
            Via::Pagerduty(pager) => {
                all.push(("pagerduty.routing_key_secret".to_owned(), &pager.routing_key_secret));
            }
        }
        all
    }
}
