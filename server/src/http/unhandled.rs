//! Errors of REST that were made before a handler ran, by the router, an extractor or a limit, in the form of all others.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{MEDIA_TYPE, ProblemDetails};

/// Longest text of such an error, bytes; they are sentences.
const MAX_TEXT: usize = 4096;

/// Turns them into problem details; whatever else they say, as which methods are allowed, stays.
pub async fn in_form(request: Request, next: Next) -> Response {
    let rest = request.uri().path().starts_with("/api/");
    let method = request.method().clone();
    let response = next.run(request).await;
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    if !rest || !failed || response.headers().get(header::CONTENT_TYPE) == Some(&MEDIA_TYPE) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let text = to_bytes(body, MAX_TEXT).await.unwrap_or_default();
    let details = details(status, &method, String::from_utf8_lossy(&text).trim());
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut response = Response::from_parts(parts, Json(details).into_response().into_body());
    response.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
    response
}

/// What such an error says.
pub fn details(status: StatusCode, method: &Method, text: &str) -> ProblemDetails {
    ProblemDetails {
        kind: "about:blank".to_owned(),
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        detail: detail(status, method, text),
        errors: Vec::new(),
    }
}

/// What was said already, unless that has no remedy in it.
fn detail(status: StatusCode, method: &Method, text: &str) -> String {
    let remedy = match status {
        StatusCode::FORBIDDEN if !method.is_safe() => {
            "this came from a page of another site: send it from this console, or with a token and without Origin"
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            "this resource does not take that method; Allow lists those it takes"
        }
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large: send at most 16 MiB",
        StatusCode::GATEWAY_TIMEOUT => "this took too long and was given up: ask for less, or try again",
        _ if text.is_empty() => "the server's log says what went wrong",
        _ => text,
    };
    remedy.to_owned()
}
