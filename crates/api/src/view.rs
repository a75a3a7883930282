//! What the console's pages show, and REST returns.

mod logs;
mod saved;

use std::net::IpAddr;

pub use logs::{Around, Bars, Basis, By, LogPage, Near, RowCount, Top, TopValue};
use model::config::{AlertRule, Channel, Monitor, Pool, Service, Zone};
use model::health::{Health, MemberHealth, Override, Standing};
use model::occurrence::{Delivery, Occurrence};
use model::plan::Change;
use model::split::{SplitClients, SplitReport, Spread, Totals};
pub use saved::SavedView;
use serde::{Deserialize, Serialize};

use crate::health::{CheckStrip, HealthChangeLine};

/// What every page shows around its content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Who is signed in.
    pub user: String,
    /// Name of this site.
    pub site: String,
    /// Generation that answers now.
    pub generation: u64,
    /// Now, microseconds since 1970 UTC.
    pub now: i64,
    /// State of storage.
    pub storage: Storage,
}

/// The state of storage as the log pipeline sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Storage {
    /// Since when it is away, microseconds since 1970 UTC; none when it is there.
    pub away_since: Option<i64>,
    /// What it last said.
    pub error: String,
    /// Rows waiting to be stored.
    pub waiting: u64,
    /// Those of them that wait on disk.
    pub spilled: u64,
    /// Rows dropped since this server started, all causes.
    pub dropped: u64,
}

/// One line of the list of services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceLine {
    /// The service as configured.
    pub service: Service,
    /// Members together: down when none is eligible.
    pub health: Health,
    /// Members up.
    pub up: usize,
    /// Members down.
    pub down: usize,
    /// Members in all.
    pub members: usize,
    /// Answers in the last ten minutes, by the counters; none when storage is away.
    pub answers: Option<u64>,
}

/// The overview.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    /// Number of zones.
    pub zones: usize,
    /// Services.
    pub services: Vec<ServiceLine>,
    /// Totals of the last ten minutes; none when storage is away.
    pub totals: Option<Totals>,
    /// Answers per bucket by response code in the last ten minutes: (start, code, answers).
    pub series: Vec<(i64, String, u64)>,
    /// Addresses the responder listens at.
    pub listen: Vec<String>,
    /// Since when this site hears no member and suspects itself, microseconds since 1970 UTC.
    pub suspects: Option<i64>,
    /// Events of the last ten minutes.
    pub markers: Vec<Marker>,
}

/// One service with what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceDetail {
    /// The service as configured.
    pub service: Service,
    /// Pools with their members.
    pub pools: Vec<PoolDetail>,
    /// Why the next answers are what they are, as lines of text.
    pub explanation: Vec<String>,
    /// Changes of its members' health in the last day, the newest first; none when storage is away.
    pub changes: Option<Vec<HealthChangeLine>>,
}

/// A pool with its members' state. Those of one name are one member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolDetail {
    /// The pool, with the weights in effect.
    pub pool: Pool,
    /// Each member's site, share by weight, and health, in the order of the pool.
    pub members: Vec<MemberDetail>,
}

/// A member's state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberDetail {
    /// The site it is counted to.
    pub site: Option<String>,
    /// Share of the pool's weights, 0 to 1.
    pub share: f64,
    /// The override that decides, if any.
    pub overridden: Option<Override>,
    /// Its addresses; none while its name has none.
    pub addresses: Vec<AddressDetail>,
}

/// The state of one address of a member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddressDetail {
    /// The address.
    pub address: IpAddr,
    /// What the checks say.
    pub health: MemberHealth,
    /// What answers go by: the checks, and what was decided beside them.
    pub standing: Standing,
    /// The last checks, by each monitor.
    pub strips: Vec<CheckStrip>,
}

/// One zone with its services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneDetail {
    /// The zone as configured.
    pub zone: Zone,
    /// Services inside it.
    pub services: Vec<String>,
}

/// Monitors with the services that use them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonitorLine {
    /// The monitor as configured.
    pub monitor: Monitor,
    /// Services that name it.
    pub services: Vec<String>,
}

/// The Split page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitView {
    /// The report; none when storage is away.
    pub report: Option<SplitReport>,
    /// Answers per bucket and member: (start, member, answers).
    pub series: Vec<(i64, String, u64)>,
    /// Length of a bucket, microseconds.
    pub step: i64,
    /// The window as asked for, as `15m`.
    pub since: String,
    /// Events of the window.
    pub markers: Vec<Marker>,
    /// How far members strayed, bucket by bucket, in the segment that is in force; none where it is not by weight.
    pub spread: Option<Spread>,
    /// Who asked; none when the rows could not be read in time.
    pub clients: Option<SplitClients>,
}

/// One row of the Logs page, as text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Number of the row, for paging.
    pub id: i64,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// The other compact columns by name, in their order, then how many answers the row stands for, and its class.
    pub cells: Vec<(String, String)>,
}

/// A revision in the list of changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisionLine {
    /// Its number.
    pub generation: u64,
    /// Who.
    pub actor: String,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// Why, in the actor's words.
    pub reason: String,
    /// From where: `console`, `rest`, `cli`.
    pub source: String,
}

/// A revision with what it changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisionDetail {
    /// The line.
    pub line: RevisionLine,
    /// Every object it changed.
    pub changes: Vec<Change>,
}

/// The Events page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EventsView {
    /// The kinds asked for, separated by commas.
    pub kinds: String,
    /// The lowest level asked for; all when empty.
    pub level: String,
    /// The service asked for.
    pub service: String,
    /// The member asked for.
    pub member: String,
    /// The window as asked for, as `1d`.
    pub since: String,
    /// What is wrong with what was asked.
    pub problem: Option<String>,
    /// Events, newest first; none when storage is away.
    pub events: Option<Vec<Occurrence>>,
    /// Where the next page begins: (time, number).
    pub next: Option<(i64, i64)>,
}

/// The Alerts page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertsView {
    /// The rules.
    pub rules: Vec<AlertRule>,
    /// The channels.
    pub channels: Vec<ChannelLine>,
    /// The last deliveries, newest first; none when storage is away.
    pub deliveries: Option<Vec<Delivery>>,
    /// The test that was just made.
    pub tested: Option<Delivery>,
}

/// A channel with its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelLine {
    /// The channel as configured.
    pub channel: Channel,
    /// Rules that use it.
    pub rules: Vec<String>,
    /// Alerts that wait for it.
    pub waiting: usize,
    /// Alerts dropped since the start because its queue was full.
    pub dropped: u64,
}

/// The log of deliveries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeliveriesView {
    /// The channel asked for.
    pub channel: String,
    /// The outcome asked for.
    pub outcome: String,
    /// What is wrong with what was asked.
    pub problem: Option<String>,
    /// Channels there are.
    pub channels: Vec<String>,
    /// Deliveries, newest first; none when storage is away.
    pub deliveries: Option<Vec<Delivery>>,
    /// Where the next page begins: (time, number).
    pub next: Option<(i64, i64)>,
}

/// An event on a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// Whether it is good news.
    pub good: bool,
    /// What, as `GS_DOWN hello.example.org`.
    pub title: String,
}
