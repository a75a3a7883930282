//! What happened at a site, which the product calls an *event*: a member or service came or went, storage is away, the
//! configuration changed. What the responder reports of one query is [`crate::event`].

mod delivery;
mod kind;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::name::DnsName;
use crate::snapshot::Generation;
use crate::value::Label;

pub use delivery::{Delivery, Outcome};
pub use kind::{Kind, Level};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Occurrence {
    /// Number; rises with every event of a site, over restarts as well, and is never given twice.
    pub id: i64,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// What.
    pub kind: Kind,
    /// How much it matters.
    pub level: Level,
    /// The site that saw it.
    pub site: Label,
    /// The service it is about.
    pub service: Option<DnsName>,
    /// Its pool.
    pub pool: Option<Label>,
    /// The member.
    pub member: Option<IpAddr>,
    /// The site the member belongs to.
    pub member_site: Option<Label>,
    /// What it is about in a word: the service, or what else changed. Events of one subject follow on one another.
    pub subject: String,
    /// What happened, as one sentence.
    pub text: String,
    /// What else is known, as the monitor and the failure code; no secrets.
    pub details: Map<String, Value>,
    /// The configuration in force.
    pub generation: Generation,
    /// The table of health in force.
    pub health_epoch: u64,
}

impl Occurrence {
    /// A text of the details.
    pub fn detail(&self, key: &str) -> Option<&str> {
        self.details.get(key)?.as_str()
    }

    /// The words before the text in a message: as the articles have them, a service's events with `SERVICE` in the
    /// name.
    pub fn title(&self) -> &'static str {
        match self.kind {
            Kind::GsUp => "GS_SERVICE_UP",
            Kind::GsDown => "GS_SERVICE_DOWN",
            other => other.as_str(),
        }
    }
}
