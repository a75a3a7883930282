//! The first sign-in: the code that was printed at the first start makes the first user.

use std::net::SocketAddr;

use app::pages::access;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use leptos::prelude::*;
use model::{Problem, Problems};
use serde::Deserialize;

use super::sign_in::start_session;
use crate::access::{Role, password, secret};
use crate::http::problem::Failure;
use crate::http::rest::users::{check_name, check_password};
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

/// What was typed.
#[derive(Deserialize)]
pub struct WelcomeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

/// `GET /welcome`; once there are users, the sign-in page.
pub async fn show(State(site): State<Shared>) -> Response {
    if matches!(site.store.count_users().await, Ok(n) if n > 0) {
        return see_other("/sign-in");
    }
    form(StatusCode::OK, "admin", &Problems::default())
}

fn form(status: StatusCode, name: &str, problems: &Problems) -> Response {
    page::bare("/welcome", status, "Welcome", || access::welcome(name, problems).into_any())
}

/// `POST /welcome`
pub async fn enter(
    State(site): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    axum::Form(typed): axum::Form<WelcomeForm>,
) -> Response {
    match attempt(&site, peer, &headers, &typed).await {
        Ok(response) => response,
        Err(failure) => {
            failure.note();
            let problems = match &failure {
                Failure::Invalid(problems) => problems.clone(),
                other => Problem::new("", "", other.details().detail).into(),
            };
            form(failure.status(), &typed.name, &problems)
        }
    }
}

async fn attempt(
    site: &Site,
    peer: SocketAddr,
    headers: &HeaderMap,
    typed: &WelcomeForm,
) -> Result<Response, Failure> {
    let now = site.now();
    let address = peer.ip().to_string();
    let keys = ["(first sign-in)", address.as_str()];
    if let Some(seconds) = site.attempts.wait(&keys, now) {
        return Err(Failure::TooMany(seconds));
    }
    let mut problems = Problems::default();
    problems.0.extend(check_name(&typed.name).err());
    problems.0.extend(check_password(&typed.password).err());
    problems.into_result().map_err(Failure::Invalid)?;
    let hash = password::hash(typed.password.clone()).await?;
    // Taking the code is the last thing that can fail for the typist: a wrong password length does not cost it.
    let code = secret::hash(&secret::normal_code(&typed.code));
    if site.store.take_sign_in_code(&code, now).await?.is_none() {
        site.attempts.failed(&keys, now);
        let message = "this is not the code, or it was used already: the server printed it when it started";
        return Err(Failure::Invalid(Problem::new("code", "", message).into()));
    }
    site.attempts.succeeded(&keys);
    if !site.store.create_user(&typed.name, Some(&hash), Role::Admin.as_str(), now).await? {
        return Err(Failure::Invalid(
            Problem::new("name", "", "there is a user of this name: sign in").into(),
        ));
    }
    site.store.audit(now, &typed.name, "user.first", &typed.name, &address).await?;
    start_session(site, headers, &typed.name, &address, "/").await
}
