//! Views gathered from the parts: what several pages show of services.

pub mod checks;
mod markers;
pub mod places;

use api::view::{Overview, ServiceLine};
use model::config::Service;
use model::health::{Health, HealthTable, MemberKey};

use crate::site::Site;

pub use markers::markers;

/// The window of the overview and of "recent" answers, microseconds.
const RECENT_US: i64 = 600_000_000;

/// Every service with its health and its recent answers.
pub async fn service_lines(site: &Site) -> Vec<ServiceLine> {
    let now = site.now();
    site.pipeline.flush_now().await;
    let answers = site.store.answers_by_service(now - RECENT_US, now).await.ok();
    let view = site.responder.current();
    let health = view.health().clone();
    let line = |service: &Service| {
        let mut line = line_of(&in_effect(&view, service), &health);
        line.answers = answers.as_ref().map(|a| a.get(&service.name.to_string()).copied().unwrap_or(0));
        line
    };
    view.config().services.iter().map(line).collect()
}

/// The service with each member's weight, and whether it is enabled and drained, as its pool, location and site make it.
pub fn in_effect(view: &dns::Serving, service: &Service) -> Service {
    let mut effective = service.clone();
    let Some(compiled) = view.service_named(&service.name) else { return effective };
    for pool in &mut effective.pools {
        for member in &mut pool.members {
            let found = member.address.and_then(|address| compiled.candidate(&pool.name, address));
            let Some(candidate) = found else { continue };
            // What was compiled from a weight is one.
            member.weight = model::Weight::new(candidate.weight.into()).unwrap_or(member.weight);
            member.enabled = candidate.is_enabled();
            member.draining = candidate.draining.is_some();
        }
    }
    effective
}

fn line_of(service: &Service, health: &HealthTable) -> ServiceLine {
    let members = service.pools.iter().flat_map(|p| p.members_together().map(move |m| (p, m)));
    let states: Vec<Health> = members
        .filter(|(_, addresses)| addresses.iter().any(|member| member.enabled))
        .map(|(pool, addresses)| {
            let keys = addresses.iter().filter_map(|member| MemberKey::of(service, pool, member));
            Health::of_any(keys.map(|key| health.of(&key).health()))
        })
        .collect();
    let count = |wanted: Health| states.iter().filter(|h| **h == wanted).count();
    let (up, down) = (count(Health::Up), count(Health::Down));
    let together = if !states.is_empty() && down == states.len() {
        Health::Down
    } else if up > 0 {
        Health::Up
    } else {
        Health::Unknown
    };
    ServiceLine { service: service.clone(), health: together, up, down, members: states.len(), answers: None }
}

/// The overview of the last ten minutes.
pub async fn overview(site: &Site) -> Overview {
    let services = service_lines(site).await;
    let now = site.now();
    let from = now - RECENT_US;
    let totals = site.store.totals(None, from, now).await.ok();
    let suspects = *site.checker.suspects().borrow();
    let series = site.store.answers_by_rcode(from, now, model::counter::BUCKET_US).await.unwrap_or_default();
    Overview {
        zones: site.snapshot().config.zones.len(),
        services,
        totals,
        series,
        listen: site.dig_targets(),
        suspects,
        markers: markers(site, None, from, now).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_down_only_when_every_member_is() {
        let lab = crate::declarative::read(include_str!("../../../examples/lab.yaml")).unwrap();
        let service = &lab.services[0];
        let mut health = HealthTable::default();
        assert_eq!(line_of(service, &health).health, Health::Unknown);
        for (i, member) in service.pools[0].members.iter().enumerate() {
            let key = MemberKey::of(service, &service.pools[0], member).unwrap();
            health.members.insert(key, if i == 0 { Health::Up } else { Health::Down });
        }
        let line = line_of(service, &health);
        assert_eq!((line.health, line.up, line.down), (Health::Up, 1, 2));
        let pool = &service.pools[0];
        let key = MemberKey::of(service, pool, &pool.members[0]).unwrap();
        health.members.insert(key, Health::Down);
        assert_eq!(line_of(service, &health).health, Health::Down);
    }
}
