//! Health of every member, as this site measures it.

use axum::Json;
use axum::extract::State;
use model::Label;
use model::health::{MemberHealth, MemberKey};
use serde_json::{Value, json};

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
