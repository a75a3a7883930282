//! The declarative configuration: what an operator writes, the console edits and the store keeps.
//!
//! Objects are known by name; nothing here has a database id. Defaults are the contract's and stand beside the field.

mod address;
mod alert;
mod channel;
mod client_group;
mod index;
mod logging;
mod member;
mod monitor;
mod pool;
mod referrer;
mod resolved;
mod service;
mod site;
mod topology;
mod transfer;
mod zone;

pub use alert::AlertRule;
pub use channel::{
    Channel, Email, EmailTls, Facility, Json, Pagerduty, Script, Snmp, SnmpAuth, SnmpUser, SnmpVersion,
    Syslog, SyslogTransport, Via, Webhook,
};
pub use client_group::{Addresses, ClientGroup};
pub use index::{LocationIndex, ZoneIndex};
pub use logging::{LogFilter, Logging, MAX_LOG_FILTERS, Throttle};
pub use member::{AnswerAs, Member, MemberId};
pub use monitor::{
    DnsQuery, Flap, Header, Monitor, MonitorAuth, MonitorField, MonitorKind, MonitorTls, RcodeName,
    ScriptCall, SecretName, StatusMatch, octets,
};
pub use pool::{Algorithm, Fallback, HashMask, Pool};
pub use referrer::Referrer;
pub use resolved::{Found, Resolved};
pub use service::{DownResponse, PoolChoice, Ramp, Service};
pub use site::{Location, Site, SiteRole};
pub use topology::{Clients, Continent, Country, TopologyRule};
pub use transfer::{Secondary, Transfer};
pub use zone::{Mailbox, RecordSet, Soa, Unhandled, Zone};

use serde::{Deserialize, Serialize};

use crate::name::DnsName;

/// Everything an operator configures, as one value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Version of the form; 1.
    #[serde(default = "one")]
    pub version: u32,
    /// Sites that answer DNS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<Site>,
    /// Where members live.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// Which clients are answered private addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub client_groups: Vec<ClientGroup>,
    /// Zones this site is authoritative for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<Zone>,
    /// Health monitors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitors: Vec<Monitor>,
    /// Services: names whose answers are steered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Where alerts go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// Which events become alerts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_rules: Vec<AlertRule>,
    /// The query log.
    #[serde(default)]
    pub logging: Logging,
}

fn one() -> u32 {
    1
}

impl Default for Config {
    fn default() -> Self {
        Config {
            version: 1,
            sites: Vec::new(),
            locations: Vec::new(),
            client_groups: Vec::new(),
            zones: Vec::new(),
            monitors: Vec::new(),
            services: Vec::new(),
            channels: Vec::new(),
            alert_rules: Vec::new(),
            logging: Logging::default(),
        }
    }
}

impl Config {
    /// The zone a name belongs to: the longest that contains it. For many names make a [`ZoneIndex`].
    pub fn zone_of(&self, name: &DnsName) -> Option<&Zone> {
        self.zones.iter().filter(|z| name.is_within(&z.name)).max_by_key(|z| z.name.label_count())
    }

    /// The service of a name.
    pub fn service(&self, name: &DnsName) -> Option<&Service> {
        self.services.iter().find(|s| s.name == *name)
    }

    /// The zone of exactly this name.
    pub fn zone(&self, name: &DnsName) -> Option<&Zone> {
        self.zones.iter().find(|z| z.name == *name)
    }

    /// The monitor of a name.
    pub fn monitor(&self, name: &str) -> Option<&Monitor> {
        self.monitors.iter().find(|m| m.name.as_str() == name)
    }

    /// The channel of a name.
    pub fn channel(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|c| c.name.as_str() == name)
    }

    /// The location of a name.
    pub fn location(&self, name: &str) -> Option<&Location> {
        self.locations.iter().find(|l| l.name.as_str() == name)
    }

    /// The site a member is counted to: its location's. For many members make a [`LocationIndex`].
    pub fn site_of(&self, member: &Member) -> Option<&crate::Label> {
        self.location(member.location.as_ref()?.as_str())?.site.as_ref()
    }

    /// Puts every list into one order, so that equal configurations are equal values.
    pub fn sort(&mut self) {
        self.sites.sort_by(|a, b| a.name.cmp(&b.name));
        self.locations.sort_by(|a, b| a.name.cmp(&b.name));
        self.client_groups.sort_by(|a, b| a.name.cmp(&b.name));
        self.zones.sort_by(|a, b| a.name.cmp(&b.name));
        self.monitors.sort_by(|a, b| a.name.cmp(&b.name));
        self.services.sort_by(|a, b| a.name.cmp(&b.name));
        self.channels.sort_by(|a, b| a.name.cmp(&b.name));
        self.alert_rules.sort_by(|a, b| a.name.cmp(&b.name));
        for zone in &mut self.zones {
            zone.records.sort_by(|a, b| (&a.name, a.rr_type).cmp(&(&b.name, b.rr_type)));
        }
    }
}
