//! Signing in and out.

use std::net::SocketAddr;

use app::pages::access;
use axum::Extension;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;

use crate::access::gate::ABSOLUTE_US;
use crate::access::{Actor, password, secret};
use crate::http::problem::Failure;
use crate::http::{auth, cookie, page, see_other};
use crate::site::{Shared, Site};

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub struct NextQuery {
    #[serde(default)]
    next: String,
}

/// What was typed.
#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`; on a site without users, the welcome page comes first.
pub async fn show(State(site): State<Shared>, Query(query): Query<NextQuery>) -> Response {
    if matches!(site.store.count_users().await, Ok(0)) {
        return see_other("/welcome");
    }
    form(StatusCode::OK, "", None, &query.next)
}

fn form(status: StatusCode, name: &str, error: Option<&str>, next: &str) -> Response {
    page::bare("/sign-in", status, "Sign in", || {
        access::sign_in(name, error, auth::safe_next(next)).into_any()
    })
}

/// `POST /sign-in`
pub async fn sign_in(
    State(site): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    axum::Form(typed): axum::Form<SignInForm>,
) -> Response {
    match attempt(&site, peer, &headers, &typed).await {
        Ok(response) => response,
        Err(failure) => {
            failure.note();
            let detail = match &failure {
                Failure::Unauthorized => "Name or password is wrong.".to_owned(),
                Failure::TooMany(seconds) => format!("Too many failed attempts: try again in {seconds} s."),
                Failure::Away(_) => {
                    "Storage is away, and signing in needs it: try again when it is back.".to_owned()
                }
                other => other.details().detail,
            };
            form(failure.status(), &typed.name, Some(&detail), &typed.next)
        }
    }
}

async fn attempt(
    site: &Site,
    peer: SocketAddr,
    headers: &HeaderMap,
    typed: &SignInForm,
) -> Result<Response, Failure> {
    let now = site.now();
    let address = peer.ip().to_string();
    let keys = [typed.name.as_str(), address.as_str()];
    if let Some(seconds) = site.attempts.wait(&keys, now) {
        return Err(Failure::TooMany(seconds));
    }
    let user = site.store.find_user(&typed.name).await?;
    let stored = user.as_ref().and_then(|u| u.password_hash.clone());
    let right = typed.password.chars().count() <= password::MAX_LENGTH
        && password::verify(typed.password.clone(), stored).await?;
    if !right {
        site.attempts.failed(&keys, now);
        site.store
            .audit(now, "", "sign_in.failed", &typed.name.chars().take(63).collect::<String>(), &address)
            .await?;
        return Err(Failure::Unauthorized);
    }
    site.attempts.succeeded(&keys);
    site.store.audit(now, &typed.name, "sign_in", &typed.name, &address).await?;
    start_session(site, headers, &typed.name, &address, auth::safe_next(&typed.next)).await
}

/// A new session for `user`, and on to `next`.
pub async fn start_session(
    site: &Site,
    headers: &HeaderMap,
    user: &str,
    address: &str,
    next: &str,
) -> Result<Response, Failure> {
    let now = site.now();
    let secret_text = secret::token("session");
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let agent: String = agent.chars().take(200).collect();
    let hash = secret::hash(&secret_text);
    site.store.create_session(&hash, user, now, now + ABSOLUTE_US, address, &agent).await?;
    let mut response = see_other(next);
    if let Some(value) = cookie::set(headers, &secret_text, ABSOLUTE_US / 1_000_000) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// `POST /sign-out`
pub async fn sign_out(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if let Some(session) = actor.session {
        site.store.delete_session(&session).await?;
        site.gate.forget();
    }
    let mut response = see_other("/sign-in");
    if let Some(value) = cookie::set(&headers, "", 0) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}
