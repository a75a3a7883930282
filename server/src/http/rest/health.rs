//! Health of every member, as this site measures it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::Label;
use model::health::{MemberHealth, MemberKey};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::access::Actor;
use crate::declarative;
use crate::http::problem::Failure;
use crate::site::{Shared, Site};

/// `GET /health`: site x member.
pub async fn list(State(site): State<Shared>) -> Json<Vec<Value>> {
    let mut known: Vec<_> = site.checker.state().into_iter().collect();
    known.sort_by(|a, b| a.0.cmp(&b.0));
    Json(known.iter().map(|(key, health)| line(&site.name, key, health)).collect())
}

/// A member that is let back after it recovered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The service.
    pub service: String,
    /// Its pool.
    pub pool: String,
    /// The member as the configuration names it.
    pub member: String,
}

/// `POST /health/resume`
pub async fn resume(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    body: String,
) -> Result<StatusCode, Failure> {
    let back: Resume = declarative::read_json(&body, "send service, pool and member")
        .map_err(|problem| Failure::Invalid(problem.into()))?;
    let_back(&site, &actor, &back)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a member back that waits for it; on return the next answer may name it.
pub fn let_back(site: &Site, actor: &Actor, back: &Resume) -> Result<(), Failure> {
    let missing = || {
        let Resume { service, pool, member } = back;
        Failure::NotFound(format!("no member {member} of pool {pool} of {service} waits to be resumed"))
    };
    let snapshot = site.snapshot();
    let service =
        back.service.parse().ok().and_then(|name| snapshot.config.service(&name)).ok_or_else(missing)?;
    let pool = service.pool(&back.pool).ok_or_else(missing)?;
    let member = pool.members.iter().find(|member| member.id().to_string() == back.member);
    let key = member.and_then(|member| MemberKey::of(service, pool, member)).ok_or_else(missing)?;
    if !site.checker.resume(&key, &actor.name) {
        return Err(missing());
    }
    Ok(site.publisher.health(site)?)
}

/// One site's view of one member.
pub fn line(site: &Label, key: &MemberKey, health: &MemberHealth) -> Value {
    json!({
        "site": site, "service": key.service, "pool": key.pool, "address": key.address,
        "health": health.health, "since": health.since, "checks": health.checks,
    })
}
