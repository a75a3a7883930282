//! API tokens: for admins. The token itself is shown once.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::{Problem, Span};
use serde::{Deserialize, Serialize};

use crate::access::{Actor, Role, secret};
use crate::http::problem::Failure;
use crate::site::Shared;

/// A token as lists show it.
#[derive(Debug, Serialize, Deserialize)]
pub struct TokenLine {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// What its bearer may do.
    pub role: Role,
    /// End of validity, microseconds since 1970 UTC.
    pub expires: i64,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// A token to make.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    role: Role,
    #[serde(default = "month")]
    expires: Span,
    #[serde(default)]
    name: String,
}

fn month() -> Span {
    Span::seconds(30 * 86_400)
}

/// A token just made.
#[derive(Serialize, Deserialize)]
pub struct NewToken {
    /// Its number.
    pub id: i64,
    /// The secret; it is not stored and cannot be shown again.
    pub token: String,
}

/// `GET /tokens`
pub async fn list(State(site): State<Shared>) -> Result<Json<Vec<TokenLine>>, Failure> {
    let tokens = site.store.tokens().await?;
    let line = |t: store::TokenRow| TokenLine {
        id: t.id,
        name: t.name,
        role: Role::of(&t.role),
        expires: t.expires,
        revoked: t.revoked,
    };
    Ok(Json(tokens.into_iter().map(line).collect()))
}

/// `POST /tokens`
pub async fn create(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Json(request): Json<TokenRequest>,
) -> Result<(StatusCode, Json<NewToken>), Failure> {
    if request.expires.as_millis() == 0 || request.expires > Span::seconds(3660 * 86_400) {
        let message = "give a span from 1s to 3660d";
        return Err(Failure::Invalid(Problem::new("expires", request.expires.to_string(), message).into()));
    }
    let name = if request.name.trim().is_empty() { request.role.as_str() } else { request.name.trim() };
    let token = secret::token("steelyard");
    let now = site.now();
    let expires = now + request.expires.as_millis() as i64 * 1000;
    let id = site
        .store
        .create_token(name, &secret::hash(&token), request.role.as_str(), &actor.name, now, expires)
        .await?;
    site.store.audit(now, &actor.name, "token.create", name, "").await?;
    Ok((StatusCode::CREATED, Json(NewToken { id, token })))
}

/// `DELETE /tokens/{id}`
pub async fn revoke(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    if !site.store.revoke_token(id).await? {
        return Err(Failure::NotFound(format!("there is no token {id}")));
    }
    site.gate.forget();
    site.store.audit(site.now(), &actor.name, "token.revoke", &id.to_string(), "").await?;
    Ok(StatusCode::NO_CONTENT)
}
