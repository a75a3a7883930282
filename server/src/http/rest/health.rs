//! Health of every member, as this site measures it, and what it was.

use api::health::{CheckTranscript, HealthHistory, MemberAddress};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::health::{MemberHealth, MemberKey};
use model::{Label, Span};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::Actor;
use crate::backend::checks;
use crate::http::problem::Failure;
use crate::http::window::WindowQuery;
use crate::site::Shared;

/// `GET /health`: site x member.
pub async fn list(State(site): State<Shared>) -> Json<Vec<Value>> {
    let mut known: Vec<_> = site.checker.state().into_iter().collect();
    known.sort_by(|a, b| a.0.cmp(&b.0));
    Json(known.iter().map(|(key, health)| line(&site.name, key, health)).collect())
}

/// One site's view of one member.
pub fn line(site: &Label, key: &MemberKey, health: &MemberHealth) -> Value {
    json!({
        "site": site, "service": key.service, "pool": key.pool, "address": key.address,
        "health": health.health, "since": health.since, "checks": health.checks,
    })
}

/// Which history.
#[derive(Debug, Default, Deserialize)]
pub struct HistoryQuery {
    /// The service.
    pub service: Option<String>,
    /// The member as the configuration names it.
    pub member: Option<String>,
    /// The last so long.
    pub since: Option<String>,
}

/// `GET /health/history`
pub async fn history(
    State(site): State<Shared>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<HealthHistory>, Failure> {
    let filled = |text: Option<String>| text.map(|t| t.trim().to_ascii_lowercase()).filter(|t| !t.is_empty());
    let (service, member) = (filled(query.service), filled(query.member));
    let window = WindowQuery { since: query.since, ..WindowQuery::default() };
    let window = window.window(Span::seconds(86_400), site.now()).map_err(|p| Failure::Invalid(p.into()))?;
    let service = service.map(|name| name.trim_end_matches('.').to_owned());
    let changes = checks::changes(&site, service.as_deref(), member.as_deref(), window.from).await?;
    // In what answers, where names of members have addresses.
    let view = site.responder.current();
    let config = view.config();
    let wanted = |key: &MemberKey| {
        service.as_ref().is_none_or(|name| key.service.to_string() == *name)
            && member.as_ref().is_none_or(|id| {
                let service = config.service(&key.service);
                let members = service.into_iter().flat_map(|s| &s.pools).flat_map(|p| &p.members);
                members.into_iter().any(|m| m.address == Some(key.address) && m.id().to_string() == *id)
            })
    };
    Ok(Json(HealthHistory { changes, strips: checks::strips(&site, wanted) }))
}

/// `POST /monitors/{name}/test`
pub async fn test(
    State(site): State<Shared>,
    Path(name): Path<String>,
    Json(member): Json<MemberAddress>,
) -> Result<Json<CheckTranscript>, Failure> {
    Ok(Json(checks::transcript(&site, &name, &member.into()).await?))
}

/// `POST /health/resume`
pub async fn resume(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Json(member): Json<MemberAddress>,
) -> Result<StatusCode, Failure> {
    if site.checker.resume(&member.into(), &actor.name) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Failure::NotFound("no such member waits to be resumed".to_owned()))
}

/// `POST /health/believe`
pub async fn believe(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
) -> Result<StatusCode, Failure> {
    if site.checker.believe(&actor.name) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Failure::NotFound("this site does not suspect itself".to_owned()))
}
