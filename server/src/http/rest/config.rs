//! The whole configuration in its declarative form.

use axum::Extension;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use model::config::Config;
use model::plan::Plan;
use serde::{Deserialize, Serialize};
use store::Edited;

use super::{WriteQuery, write};
use crate::access::Actor;
use crate::declarative;
use crate::http::problem::Failure;
use crate::site::Shared;

/// What an apply did, or would do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Applied {
    /// What changes.
    pub plan: Plan,
    /// Whether it was done.
    pub applied: bool,
    /// The generation in force afterwards; for a dry run the one the plan was made against.
    pub generation: u64,
}

impl Applied {
    /// What came of an edit.
    pub fn of(edited: Edited, dry_run: bool) -> Applied {
        let applied = edited.changed && !dry_run;
        // A dry run's snapshot carries the generation it would become; what is in force is one below.
        let ahead = u64::from(edited.changed && dry_run);
        Applied { plan: edited.plan, applied, generation: edited.snapshot.generation.saturating_sub(ahead) }
    }
}

/// `GET /config`: the YAML that `apply` takes back as an empty plan.
pub async fn export(State(site): State<Shared>) -> Result<Response, Failure> {
    let snapshot = site.snapshot();
    let text = declarative::write(&snapshot.config).map_err(anyhow::Error::from)?;
    let headers = [
        (header::CONTENT_TYPE, "application/yaml".to_owned()),
        (header::ETAG, format!("\"{}\"", snapshot.generation)),
    ];
    Ok((headers, text).into_response())
}

/// `POST /config`: applies YAML (or JSON, which is YAML) as one revision.
pub async fn apply(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<WriteQuery>,
    headers: HeaderMap,
    text: String,
) -> Result<Json<Applied>, Failure> {
    let wanted = declarative::read(&text).map_err(|problem| Failure::Invalid(problem.into()))?;
    let keeps_logging = !declarative::names_key(&text, "logging");
    let prune = query.prune;
    let edit = move |config: &mut Config| {
        merge(config, wanted, prune, keeps_logging);
        Ok(())
    };
    let edited = write(&site, &actor, &headers, &query, edit).await?;
    Ok(Json(Applied::of(edited, query.dry_run)))
}

/// Puts the objects of `wanted` in the place of those with their names; with `prune`, nothing else stays.
///
/// Two objects of one name in `wanted` both arrive, for the check to complain about.
fn merge(config: &mut Config, wanted: Config, prune: bool, keeps_logging: bool) {
    fn put<T, K: PartialEq>(own: &mut Vec<T>, wanted: Vec<T>, prune: bool, key: impl Fn(&T) -> K) {
        own.retain(|have| !prune && !wanted.iter().any(|w| key(w) == key(have)));
        own.extend(wanted);
    }
    put(&mut config.sites, wanted.sites, prune, |s| s.name.clone());
    put(&mut config.locations, wanted.locations, prune, |l| l.name.clone());
    put(&mut config.client_groups, wanted.client_groups, prune, |g| g.name.clone());
    put(&mut config.zones, wanted.zones, prune, |z| z.name.clone());
    put(&mut config.monitors, wanted.monitors, prune, |m| m.name.clone());
    put(&mut config.services, wanted.services, prune, |s| s.name.clone());
    put(&mut config.channels, wanted.channels, prune, |c| c.name.clone());
    put(&mut config.alert_rules, wanted.alert_rules, prune, |r| r.name.clone());
    if !keeps_logging {
        config.logging = wanted.logging;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applying_keeps_what_the_file_does_not_name_unless_pruned() {
        let lab = declarative::read(include_str!("../../../../examples/lab.yaml")).unwrap();
        let mut only_monitor = Config { monitors: lab.monitors.clone(), ..Config::default() };
        only_monitor.monitors[0].port = Some(81);
        let mut kept = lab.clone();
        merge(&mut kept, only_monitor.clone(), false, true);
        assert_eq!(kept.services, lab.services);
        assert_eq!(kept.monitors[0].port, Some(81));
        assert_eq!(kept.monitors.len(), 1);
        merge(&mut kept, only_monitor.clone(), true, true);
        assert!(kept.services.is_empty() && kept.zones.is_empty());
        let alerts = serde_json::json!({
            "channels": [{"name": "c", "via": {"script": {"name": "x"}}}],
            "alert_rules": [{"name": "r", "events": ["GS_DOWN"], "channels": ["c"]}],
        });
        let alerts: Config = serde_json::from_value(alerts).unwrap();
        merge(&mut kept, alerts.clone(), false, true);
        assert_eq!((&kept.channels, &kept.alert_rules), (&alerts.channels, &alerts.alert_rules));
        merge(&mut kept, only_monitor, true, true);
        assert!(kept.channels.is_empty() && kept.alert_rules.is_empty());
    }
}
