//! The ways to deliver, one file each.

mod email;
mod json;
mod message;
mod pagerduty;
mod post;
mod script;
mod slack;
mod snmp;
mod syslog;
mod teams;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::Label;
use model::config::{Channel, Via};
use zeroize::Zeroizing;

use crate::Clock;
use crate::alert::Alert;
use crate::network::Network;

pub use post::ask;

/// Finds a secret by its name.
pub type Secrets = Arc<dyn Fn(&Label) -> Option<Zeroizing<String>> + Send + Sync>;

/// What senders may use.
#[derive(Clone)]
pub struct Outside {
    /// Name of this site.
    pub site: Label,
    /// The time of day that messages carry.
    pub clock: Clock,
    /// When this process started, microseconds since 1970 UTC.
    pub started: i64,
    /// Secrets by name.
    pub secrets: Secrets,
    /// Which addresses may be reached.
    pub network: Network,
    /// The operator's directory of scripts; none when there is none.
    pub scripts: Option<PathBuf>,
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside")
            .field("site", &self.site)
            .field("scripts", &self.scripts)
            .finish_non_exhaustive()
    }
}

impl Outside {
    /// The secret of a name.
    fn secret(&self, name: &Label) -> Result<Zeroizing<String>, Failure> {
        let found = (self.secrets)(name);
        found.ok_or_else(|| Failure::lasting(format!("there is no secret {name}: set it, or name another")))
    }
}

/// A delivery that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The receiver's answer.
    pub code: String,
    /// What else there is to know, as a script's output.
    pub note: String,
}

impl Sent {
    fn with(code: impl Into<String>) -> Sent {
        Sent { code: code.into(), note: String::new() }
    }
}

/// A delivery that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The receiver's answer; empty when there was none.
    pub code: String,
    /// Why, without secrets.
    pub note: String,
    /// Whether it would fail the same way again.
    pub lasting: bool,
}

impl Failure {
    /// One that may be over at the next try.
    pub fn passing(note: impl Into<String>) -> Failure {
        Failure { code: String::new(), note: note.into(), lasting: false }
    }

    /// One that needs somebody to change something.
    pub fn lasting(note: impl Into<String>) -> Failure {
        Failure { code: String::new(), note: note.into(), lasting: true }
    }
}

/// Delivers an alert once. `deadline` is what the caller allows for it all; a script is told no other way.
pub async fn send(
    outside: &Outside,
    channel: &Channel,
    alert: &Alert,
    deadline: Duration,
) -> Result<Sent, Failure> {
    match &channel.via {
        Via::Slack(hook) => slack::send(outside, hook, alert).await,
        Via::Teams(hook) => teams::send(outside, hook, alert).await,
        Via::Json(json) => json::send(outside, json, alert).await,
        Via::Email(mail) => email::send(outside, mail, alert).await,
        Via::Syslog(syslog) => syslog::send(outside, syslog, alert).await,
        Via::Snmp(snmp) => snmp::send(outside, snmp, alert).await,
        Via::Pagerduty(pager) => pagerduty::send(outside, pager, alert).await,
        Via::Script(script) => script::send(outside, script, alert, deadline).await,
    }
}
