//! Revisions: every change of the configuration, each of which can be undone by another.

use api::view::{RevisionDetail, RevisionLine};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use model::config::Config;
use model::plan::{Change, ObjectKind};
use model::{Problem, Problems};
use serde::Deserialize;

use super::config::Applied;
use super::{WriteQuery, write};
use crate::access::Actor;
use crate::http::problem::Failure;
use crate::site::Shared;

/// Where a list goes on.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    before: Option<u64>,
    limit: Option<i64>,
}

/// `GET /revisions`: newest first.
pub async fn list(
    State(site): State<Shared>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<RevisionLine>>, Failure> {
    let limit = query.limit.unwrap_or(100).clamp(1, 1000);
    Ok(Json(site.store.revisions(query.before, limit).await?))
}

/// `GET /revisions/{generation}`
pub async fn one(
    State(site): State<Shared>,
    Path(generation): Path<u64>,
) -> Result<Json<RevisionDetail>, Failure> {
    Ok(Json(find(&site, generation).await?))
}

async fn find(site: &Shared, generation: u64) -> Result<RevisionDetail, Failure> {
    let found = site.store.revision(generation).await?;
    found.ok_or_else(|| Failure::NotFound(format!("there is no revision {generation}")))
}

/// `POST /revisions/{generation}/revert`: a new revision that gives every object it changed its state of before.
pub async fn revert(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(generation): Path<u64>,
    Query(mut query): Query<WriteQuery>,
    headers: HeaderMap,
) -> Result<Json<Applied>, Failure> {
    let revision = find(&site, generation).await?;
    if query.reason.is_empty() {
        query.reason = format!("Revert of generation {generation}");
    }
    let edited =
        write(&site, &actor, &headers, &query, move |config| undo(config, &revision.changes)).await?;
    Ok(Json(Applied::of(edited, query.dry_run)))
}

/// Puts the state before each change back.
pub fn undo(config: &mut Config, changes: &[Change]) -> Result<(), Problems> {
    for change in changes {
        let name = &change.name;
        let result = match change.kind {
            ObjectKind::Site => restore(&mut config.sites, change, |o| o.name.to_string() == *name),
            ObjectKind::Location => restore(&mut config.locations, change, |o| o.name.to_string() == *name),
            ObjectKind::ClientGroup => {
                restore(&mut config.client_groups, change, |o| o.name.to_string() == *name)
            }
            ObjectKind::Zone => restore(&mut config.zones, change, |o| o.name.to_string() == *name),
            ObjectKind::Monitor => restore(&mut config.monitors, change, |o| o.name.to_string() == *name),
            ObjectKind::Service => restore(&mut config.services, change, |o| o.name.to_string() == *name),
            ObjectKind::Channel => restore(&mut config.channels, change, |o| o.name.to_string() == *name),
            ObjectKind::AlertRule => {
                restore(&mut config.alert_rules, change, |o| o.name.to_string() == *name)
            }
            ObjectKind::Logging => {
                let before = change.before.clone().unwrap_or_else(|| serde_json::json!({}));
                serde_json::from_value(before).map(|logging| config.logging = logging)
            }
        };
        result
            .map_err(|e| Problem::new(name.clone(), "", format!("its state of then cannot be read: {e}")))?;
    }
    Ok(())
}

fn restore<T: serde::de::DeserializeOwned>(
    list: &mut Vec<T>,
    change: &Change,
    is_it: impl Fn(&T) -> bool,
) -> serde_json::Result<()> {
    list.retain(|o| !is_it(o));
    if let Some(before) = &change.before {
        list.push(serde_json::from_value(before.clone())?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::plan::Plan;

    #[test]
    fn undoing_a_change_gives_the_configuration_before_it() {
        let before = crate::declarative::read(include_str!("../../../../examples/lab.yaml")).unwrap();
        let mut after = before.clone();
        after.services[0].pools[0].members[0].weight = model::Weight::new(20).unwrap();
        after.monitors.clear();
        after.logging.site_throttle.significant = 9;
        let plan = Plan::between(&before, &after);
        let mut undone = after;
        undo(&mut undone, &plan.changes).unwrap();
        assert!(Plan::between(&before, &undone).is_empty());
    }
}
