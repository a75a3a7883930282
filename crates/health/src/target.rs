//! What has to be probed, as the configuration asks for it.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use model::config::{Config, Member, Monitor, MonitorKind, Pool, Service};
use model::health::MemberKey;

use crate::tracker::Thresholds;

/// One thing to probe: an address, by a monitor. Several members may stand for the same one.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The address dialled.
    pub address: IpAddr,
    /// The Host header; empty for monitors that send none.
    pub host: Arc<str>,
    /// The monitor.
    pub monitor: Arc<Monitor>,
}

impl Target {
    /// Address and port.
    pub fn socket(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.monitor.port)
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

    fn of(service: &Service, address: IpAddr, monitor: &Arc<Monitor>) -> Target {
        let host = match (monitor.kind, &monitor.host) {
            (MonitorKind::Tcp, _) => String::new(),
            (MonitorKind::Http, Some(host)) => host.clone(),
            (MonitorKind::Http, None) => service.name.to_string(),
        };
        Target { address, host: host.into(), monitor: monitor.clone() }
    }
}

/// The members that are checked, in the order of the configuration, each with its targets in the order of the
/// service's monitors.
///
/// Disabled services and disabled members are not checked. Disabled pools and pools of priority 0 are: an operator
/// has to see their health before turning them on.
pub fn wanted(config: &Config) -> Vec<(MemberKey, Vec<Target>)> {
    let monitors: HashMap<&str, Arc<Monitor>> =
        config.monitors.iter().map(|m| (m.name.as_str(), Arc::new(m.clone()))).collect();
    let mut wanted = Vec::new();
    for service in config.services.iter().filter(|s| s.enabled) {
        let mut of_service: Vec<&Arc<Monitor>> = Vec::new();
        for monitor in service.monitors.iter().filter_map(|name| monitors.get(name.as_str())) {
            if !of_service.contains(&monitor) {
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
