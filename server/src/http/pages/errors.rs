//! Pages that say what went wrong.

use app::pages::error_page;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use leptos::prelude::*;

use crate::access::Actor;
use crate::http::page;
use crate::http::problem::Failure;
use crate::site::{Shared, Site};

/// The page of a failure, for someone signed in.
pub fn of(site: &Site, actor: &Actor, path: &str, failure: Failure) -> Response {
    failure.note();
    let details = failure.details();
    page::show(site, actor, path, failure.status(), &details.title, || {
        error_page(details.status, &details.title, &details.detail).into_any()
    })
}

/// The same for someone who is not.
pub fn bare(failure: Failure) -> Response {
    failure.note();
    let details = failure.details();
    page::bare("", failure.status(), &details.title, || {
        error_page(details.status, &details.title, &details.detail).into_any()
    })
}

/// What no route matches: REST gets a problem, a browser a page.
pub async fn not_found(State(_): State<Shared>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/api/") {
        return Failure::NotFound(format!("there is nothing at {path}")).into_response();
    }
    page::bare(&path, StatusCode::NOT_FOUND, "Not found", || {
        error_page(404, "Not found", "There is no page at this address.").into_any()
    })
}
