//! Secrets by their names.

use app::pages::secrets::{self, SecretLine};
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use serde::Deserialize;

use crate::access::Actor;
use crate::http::problem::Failure;
use crate::http::rest::secrets::{forget, lines, set};
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

/// `GET /secrets`
pub async fn show(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    render(&site, &actor, StatusCode::OK, "", &Problems::default()).await
}

async fn render(site: &Site, actor: &Actor, status: StatusCode, name: &str, problems: &Problems) -> Response {
    let all = match lines(site).await {
        Ok(all) => all,
        Err(failure) => return super::errors::of(site, actor, "/secrets", failure),
    };
    let line = |line: crate::http::rest::secrets::SecretLine| SecretLine {
        name: line.name,
        updated: line.updated,
        updated_by: line.updated_by,
        used_by: line.used_by,
    };
    let all: Vec<SecretLine> = all.into_iter().map(line).collect();
    let now = site.now();
    page::show(site, actor, "/secrets", status, "Secrets", || {
        secrets::list(&all, name, problems, now).into_any()
    })
}

/// The form that sets one.
#[derive(Deserialize)]
pub struct SetForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    value: String,
}

/// `POST /secrets`
pub async fn post(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(form): axum::Form<SetForm>,
) -> Response {
    // Browsers send line ends as CR LF; no secret has them of its own accord.
    let value = form.value.replace("\r\n", "\n");
    done(&site, &actor, &form.name, set(&site, &actor, form.name.trim(), value.trim_end_matches('\n')).await)
        .await
}

/// The one to forget.
#[derive(Deserialize)]
pub struct RemoveForm {
    #[serde(default)]
    name: String,
}

/// `POST /secrets/remove`
pub async fn remove(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(form): axum::Form<RemoveForm>,
) -> Response {
    done(&site, &actor, "", forget(&site, &actor, &form.name).await).await
}

async fn done(site: &Site, actor: &Actor, name: &str, result: Result<(), Failure>) -> Response {
    match result.map_err(super::problems_of) {
        Ok(()) => see_other("/secrets"),
        Err(Ok(problems)) => render(site, actor, StatusCode::UNPROCESSABLE_ENTITY, name, &problems).await,
        Err(Err(failure)) => super::errors::of(site, actor, "/secrets", failure),
    }
}
