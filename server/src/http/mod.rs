//! Everything over HTTP: the console, REST, health, metrics and the console's assets.

pub mod assets;
pub mod auth;
mod cookie;
mod metrics;
pub mod multipart;
mod openapi;
mod ops;
pub mod page;
pub mod pages;
pub mod problem;
pub mod rest;
mod security;
mod unhandled;
pub mod window;

use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Redirect};
use axum::{Router, middleware};
use http::StatusCode;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate};
use tower_http::compression::{CompressionLayer, DefaultPredicate};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

use crate::site::Shared;

/// Largest body of a request, bytes: a configuration of thousands of services fits.
const MAX_BODY: usize = 16 << 20;

/// The whole of it.
pub fn router(site: Shared) -> Router {
    let console = pages::router().route_layer(middleware::from_fn_with_state(site.clone(), auth::console));
    let rest = rest::router().route_layer(middleware::from_fn_with_state(site.clone(), auth::rest));
    let quick = Router::new()
        .merge(console)
        .merge(pages::public())
        .nest("/api/v1", rest)
        .merge(ops::router())
        .merge(openapi::router())
        .merge(assets::router())
        .fallback(pages::errors::not_found)
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(30)));
    // Streams last as long as their reader takes and are exempt from the timeout.
    let streams = rest::streams().route_layer(middleware::from_fn_with_state(site.clone(), auth::rest));
    let export = pages::streams().route_layer(middleware::from_fn_with_state(site.clone(), auth::console));
    Router::new()
        .nest("/api/v1", streams)
        .merge(export)
        .merge(quick)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn(unhandled::in_form))
        .layer(CompressionLayer::new().compress_when(worth_compressing()))
        .layer(middleware::from_fn(security::headers))
        .layer(CatchPanicLayer::custom(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()))
        .with_state(site)
}

/// Everything but exports: compressing a million rows costs more than it saves on the way to a disk.
fn worth_compressing() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("text/csv"))
        .and(NotForContentType::const_new("application/x-ndjson"))
        .and(NotForContentType::const_new("application/vnd.apache.parquet"))
}

/// Sends the browser to another page of this console after a form was posted.
pub fn see_other(path: &str) -> axum::response::Response {
    Redirect::to(path).into_response()
}
