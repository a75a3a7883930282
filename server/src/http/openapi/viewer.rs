//! The viewer of the OpenAPI document: Swagger UI from inside the binary. It loads nothing from elsewhere.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

const PAGE: &str = include_str!("viewer/page.html");
const START: &str = include_str!("viewer/start.js");
const STYLE: &str = include_str!("viewer/page.css");

/// Scripts and styles of this server alone, no inline ones and no `eval`; requests to this server alone; images only
/// from the style sheet, which has its icons inside.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The files of Swagger UI the page uses; its distribution has more.
const FILES: [(&str, &str); 2] = [
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("swagger-ui.css", "text/css; charset=utf-8"),
];

/// The routes.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/api/docs", get(page)).route("/api/docs/{file}", get(file))
}

async fn page() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    // A new release asks for files of another address, whatever the browser has kept.
    static TEXT: LazyLock<String> = LazyLock::new(|| PAGE.replace("{version}", env!("CARGO_PKG_VERSION")));
    (headers, TEXT.as_str()).into_response()
}

async fn file(Path(name): Path<String>) -> Response {
    match name.as_str() {
        "start.js" => typed("text/javascript; charset=utf-8", START),
        "page.css" => typed("text/css; charset=utf-8", STYLE),
        name => match FILES.into_iter().find(|(known, _)| *known == name) {
            Some((name, kind)) => of_swagger(name, kind),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

fn of_swagger(name: &str, kind: &'static str) -> Response {
    match utoipa_swagger_ui::serve(name, Arc::new(Config::from("/api/openapi.json"))) {
        Ok(Some(file)) => typed(kind, file.bytes.into_owned()),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn typed(kind: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=86400")], body).into_response()
}
