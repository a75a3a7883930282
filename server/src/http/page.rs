//! One console page: its frame, its nonce and its policy.

use app::Chrome;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::AnyView;

use super::{assets, security};
use crate::access::{Actor, secret};
use crate::site::Site;

/// A page of a signed-in user.
pub fn show(
    site: &Site,
    actor: &Actor,
    path: &str,
    status: StatusCode,
    title: &str,
    body: impl FnOnce() -> AnyView,
) -> Response {
    let frame = api::view::Frame {
        user: actor.name.clone(),
        site: site.name.to_string(),
        generation: site.snapshot().generation,
        now: site.now(),
        storage: site.storage(),
    };
    respond(Some(frame), path, status, title, body)
}

/// A page of someone who is not signed in.
pub fn bare(path: &str, status: StatusCode, title: &str, body: impl FnOnce() -> AnyView) -> Response {
    respond(None, path, status, title, body)
}

fn respond(
    frame: Option<api::view::Frame>,
    path: &str,
    status: StatusCode,
    title: &str,
    body: impl FnOnce() -> AnyView,
) -> Response {
    let nonce = secret::nonce();
    let policy = security::page_policy(&nonce);
    let chrome = Chrome {
        frame,
        path: path.to_owned(),
        nonce,
        assets: assets::has_islands(),
        version: assets::VERSION.clone(),
    };
    let mut response = (status, Html(app::page(&chrome, title, body))).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
