//! Strips, changes and transcripts of checks, for pages and REST alike.

use api::health::{CheckMark, CheckStep, CheckStrip, CheckTranscript, HealthChangeLine};
use model::Problem;
use model::health::MemberKey;
use store::StoreError;

use crate::http::problem::Failure;
use crate::site::Site;

/// Changes that are shown at most.
const CHANGES: i64 = 500;

/// The last checks of every member of the service, or of all; of one address, or of all.
pub fn strips(site: &Site, wanted: impl Fn(&MemberKey) -> bool) -> Vec<CheckStrip> {
    let mut keys: Vec<MemberKey> = site.checker.state().into_keys().filter(|key| wanted(key)).collect();
    keys.sort();
    keys.iter().flat_map(|key| of_member(site, key)).collect()
}

/// The last checks of one member, by each of its monitors.
pub fn of_member(site: &Site, key: &MemberKey) -> Vec<CheckStrip> {
    let strip = |(monitor, points): (model::Label, Vec<health::CheckPoint>)| CheckStrip {
        service: key.service.clone(),
        pool: key.pool.clone(),
        address: key.address,
        monitor,
        checks: points
            .into_iter()
            .map(|p| CheckMark { at: p.at, took_us: p.took_us, failure: p.failure })
            .collect(),
    };
    site.checker.strips(key).into_iter().map(strip).collect()
}

/// Stored changes since a time, the newest first.
pub async fn changes(
    site: &Site,
    service: Option<&str>,
    member: Option<&str>,
    from: i64,
) -> Result<Vec<HealthChangeLine>, StoreError> {
    site.store.health_changes(service, member, from, CHANGES).await
}

/// Checks one configured member by one monitor, now. Nobody's health changes by it.
pub async fn transcript(site: &Site, monitor: &str, member: &MemberKey) -> Result<CheckTranscript, Failure> {
    // In what answers, where names of members have addresses.
    let view = site.responder.current();
    let config = view.config();
    if config.monitor(monitor).is_none() {
        return Err(Failure::NotFound(format!("there is no monitor named {monitor:?}")));
    }
    let target = health::target::find(config, member, monitor).ok_or_else(|| {
        let MemberKey { service, pool, address } = member;
        let message = format!("pool {pool} of {service} has no such member: choose one of its own");
        Failure::Invalid(Problem::new("address", address.to_string(), message).into())
    })?;
    let done = site.checker.probe_once(&target).await;
    let (detail, failure) = match done.seen {
        Ok(detail) => (detail, None),
        Err(failure) => (failure.detail, Some(failure.code)),
    };
    let step = |step: health::probe::Step| CheckStep {
        at_us: step.at_us,
        what: step.what.to_owned(),
        text: step.text,
    };
    Ok(CheckTranscript {
        passed: failure.is_none(),
        detail,
        failure,
        took_us: done.took.as_micros() as u64,
        steps: done.steps.into_iter().map(step).collect(),
    })
}
