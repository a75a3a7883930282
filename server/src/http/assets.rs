//! The console's files, inside the binary: one style sheet, the favicon, and the wasm of the islands.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::site::Shared;

#[derive(RustEmbed)]
#[folder = "../style"]
struct Style;

// Absent until `cargo xtask web` made it: pages then work as they do without JavaScript.
#[derive(RustEmbed)]
#[folder = "../target/site/pkg"]
#[allow_missing = true]
struct Package;

/// All partials, in the order of their names.
static SHEET: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Style::iter().filter(|n| n.ends_with(".css")).collect();
    names.sort();
    let part = |name: &str| Style::get(name).map(|f| String::from_utf8_lossy(&f.data).into_owned());
    names.iter().filter_map(|n| part(n)).collect::<Vec<_>>().join("\n")
});

/// Digest of all assets, for links that may be cached for ever.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    digest.update(SHEET.as_bytes());
    let mut names: Vec<_> = Package::iter().collect();
    names.sort();
    for file in names.iter().filter_map(|n| Package::get(n)) {
        digest.update(file.metadata.sha256_hash());
    }
    digest.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect()
});

/// Whether the islands' wasm is in this binary.
pub fn has_islands() -> bool {
    Package::get("steelyard_bg.wasm").is_some()
}

/// The routes.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/style.css", get(style))
        .route("/favicon.svg", get(favicon))
        .route("/favicon.ico", get(favicon))
        .route("/pkg/{file}", get(package))
}

async fn style() -> Response {
    (typed("text/css; charset=utf-8", "no-cache"), SHEET.as_str()).into_response()
}

async fn favicon() -> Response {
    match Style::get("favicon.svg") {
        Some(file) => (typed("image/svg+xml", "max-age=86400"), file.data.into_owned()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn package(Path(name): Path<String>, request: HeaderMap) -> Response {
    let kind = match name.rsplit_once('.').map(|(_, ext)| ext) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let accepts = request.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    for (encoding, ext) in [("br", "br"), ("gzip", "gz")] {
        let accepted = accepts.split(',').any(|a| a.trim().split(';').next() == Some(encoding));
        if let Some(file) = Package::get(&format!("{name}.{ext}")).filter(|_| accepted) {
            let mut headers = typed(kind, "no-cache");
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
            return (headers, file.data.into_owned()).into_response();
        }
    }
    match Package::get(&name) {
        Some(file) => (typed(kind, "no-cache"), file.data.into_owned()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn typed(kind: &'static str, cache: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers
}
