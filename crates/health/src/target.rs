//! What has to be probed, as the configuration asks for it.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use model::Label;
use model::config::{Config, LocationIndex, Member, Monitor, MonitorField, MonitorKind, Pool, Ramp, Service};
use model::health::MemberKey;

use crate::probe::Prepared;
use crate::tracker::Thresholds;

/// One thing to probe: an address, by a monitor. Several members may stand for the same one.
#[derive(Clone, Debug)]
pub struct Target {
    /// The address dialled.
    pub address: IpAddr,
    /// The Host header; empty for monitors that send none.
    pub host: Arc<str>,
    /// The monitor.
    pub monitor: Arc<Monitor>,
    prepared: Arc<Prepared>,
}

/// What was prepared follows from the monitor.
impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        (self.address, &self.host, &self.monitor) == (other.address, &other.host, &other.monitor)
    }
}

impl Target {
    /// What `monitor` probes at `address`.
    pub fn new(address: IpAddr, host: impl Into<Arc<str>>, monitor: Arc<Monitor>) -> Self {
        let prepared = Arc::new(Prepared::of(&monitor));
        Target { address, host: host.into(), monitor, prepared }
    }

    pub(crate) fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// Address and port; port 0 for monitors that dial none.
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.monitor.dialled_port().unwrap_or_default())
    }

    /// Time the whole check may take.
    pub fn timeout(&self) -> Duration {
        self.monitor.timeout.duration()
    }

    /// Time from one check to the next, at least 10 ms.
    pub fn interval(&self) -> Duration {
        self.monitor.interval.duration().max(Duration::from_millis(10))
    }

    /// What changes its health.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds::of(&self.monitor)
    }

    fn of(service: &Service, address: IpAddr, (monitor, prepared): &Shared) -> Target {
        let named = monitor.kind.has(MonitorField::Host) || monitor.kind == MonitorKind::Tls;
        let host = match &monitor.host {
            Some(host) => host.clone(),
            None if named => service.name.to_string(),
            None => String::new(),
        };
        let (monitor, prepared) = (monitor.clone(), prepared.clone());
        Target { address, host: host.into(), monitor, prepared }
    }
}

/// A monitor with what is made of it once for all its targets.
type Shared = (Arc<Monitor>, Arc<Prepared>);

/// A member, and what is checked of it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The member.
    pub key: MemberKey,
    /// What it is known by in the configuration: its name, or its address.
    pub id: String,
    /// Where it lives.
    pub location: Option<Label>,
    /// The site it is counted to.
    pub site: Option<Label>,
    /// It waits for an operator after a recovery.
    pub manual_resume: bool,
    /// How it climbs to its weight after a recovery.
    pub ramp: Option<Ramp>,
    /// What is checked, in the order of the service's monitors; nothing where it has none.
    pub targets: Vec<Target>,
}

/// The members of services that are answered, in the order of the configuration.
///
/// Disabled services and disabled members are not checked. Disabled pools and pools of priority 0 are: an operator
/// has to see their health before turning them on.
pub fn wanted(config: &Config) -> Vec<Wanted> {
    let shared = |monitor: &Monitor| (Arc::new(monitor.clone()), Arc::new(Prepared::of(monitor)));
    let monitors: HashMap<&str, Shared> =
        config.monitors.iter().map(|m| (m.name.as_str(), shared(m))).collect();
    let sites = LocationIndex::new(config);
    let mut wanted = Vec::new();
    for service in config.services.iter().filter(|s| s.enabled) {
        let mut of_service: Vec<&Shared> = Vec::new();
        for monitor in service.monitors.iter().filter_map(|name| monitors.get(name.as_str())) {
            if !of_service.iter().any(|(known, _)| known.name == monitor.0.name) {
                of_service.push(monitor);
            }
        }
        for (pool, member) in service.pools.iter().flat_map(enabled_members) {
            // A name is checked once it has an address.
            let Some(key) = MemberKey::of(service, pool, member) else { continue };
            let targets =
                of_service.iter().map(|monitor| Target::of(service, key.address, monitor)).collect();
            wanted.push(Wanted {
                key,
                id: member.id().to_string(),
                location: member.location.clone(),
                site: sites.site_of(member).cloned(),
                manual_resume: service.manual_resume,
                ramp: service.ramp,
                targets,
            });
        }
    }
    wanted
}

/// What a monitor of the configuration probes of one of its members, whether it is in use there or not.
pub fn find(config: &Config, member: &MemberKey, monitor: &str) -> Option<Target> {
    let service = config.service(&member.service)?;
    let pool = service.pools.iter().find(|pool| pool.name == member.pool)?;
    pool.members.iter().find(|m| m.address == Some(member.address))?;
    let monitor = config.monitor(monitor)?;
    let shared = (Arc::new(monitor.clone()), Arc::new(Prepared::of(monitor)));
    Some(Target::of(service, member.address, &shared))
}

fn enabled_members(pool: &Pool) -> impl Iterator<Item = (&Pool, &Member)> {
    pool.members.iter().filter(|m| m.enabled).map(move |member| (pool, member))
}
