//! The overview.

use app::pages::overview;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;

use crate::access::Actor;
use crate::backend;
use crate::http::page;
use crate::site::Shared;

/// `GET /`
pub async fn show(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let view = backend::overview(&site).await;
    let now = site.now();
    page::show(&site, &actor, "/", StatusCode::OK, "Overview", || overview::overview(&view, now).into_any())
}
