//! What has to be probed, as the configuration asks for it.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use model::config::{Config, Member, Monitor, MonitorField, MonitorKind, Pool, Service};
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

    /// Checks in a row that change its health.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds { failures: self.monitor.failures, successes: self.monitor.successes }
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

/// The members that are checked, in the order of the configuration, each with its targets in the order of the
/// service's monitors.
///
/// Disabled services and disabled members are not checked. Disabled pools and pools of priority 0 are: an operator
/// has to see their health before turning them on.
pub fn wanted(config: &Config) -> Vec<(MemberKey, Vec<Target>)> {
    let shared = |monitor: &Monitor| (Arc::new(monitor.clone()), Arc::new(Prepared::of(monitor)));
    let monitors: HashMap<&str, Shared> =
        config.monitors.iter().map(|m| (m.name.as_str(), shared(m))).collect();
    let mut wanted = Vec::new();
    for service in config.services.iter().filter(|s| s.enabled) {
        let mut of_service: Vec<&Shared> = Vec::new();
        for monitor in service.monitors.iter().filter_map(|name| monitors.get(name.as_str())) {
            if !of_service.iter().any(|(known, _)| known.name == monitor.0.name) {
                of_service.push(monitor);
            }
        }
        if of_service.is_empty() {
            continue;
        }
        for (pool, member) in service.pools.iter().flat_map(enabled_members) {
            // A name is checked once it has an address.
            let Some(key) = MemberKey::of(service, pool, member) else { continue };
            let targets =
                of_service.iter().map(|monitor| Target::of(service, key.address, monitor)).collect();
            wanted.push((key, targets));
        }
    }
    wanted
}

fn enabled_members(pool: &Pool) -> impl Iterator<Item = (&Pool, &Member)> {
    pool.members.iter().filter(|m| m.enabled).map(move |member| (pool, member))
}
