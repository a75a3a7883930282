//! The document and its viewer over HTTP, without a site behind them.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;

async fn get(path: &str) -> (StatusCode, HeaderMap, String) {
    let router: Router = crate::http::openapi::router();
    let response = router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = to_bytes(body, 16 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test]
async fn the_document_is_served_as_json() {
    let (status, headers, text) = get("/api/openapi.json").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), super::document());
}

#[cfg(feature = "swagger")]
#[tokio::test]
async fn the_viewer_and_all_it_loads_are_inside_the_binary() {
    let (status, headers, page) = get("/api/docs").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("{version}"));
    let links = page.split('"').filter(|part| part.starts_with("/api/docs/"));
    let mut loaded = 0;
    for link in links {
        let (status, headers, text) = get(link).await;
        assert_eq!(status, StatusCode::OK, "{link}");
        let kind = headers[header::CONTENT_TYPE].to_str().unwrap();
        assert!(
            kind.starts_with(if link.contains(".css") { "text/css" } else { "text/javascript" }),
            "{link}"
        );
        assert!(!text.is_empty());
        loaded += 1;
    }
    assert_eq!(loaded, 4);
    assert_eq!(get("/api/docs/oauth2-redirect.html").await.0, StatusCode::NOT_FOUND);
}

#[cfg(not(feature = "swagger"))]
#[tokio::test]
async fn without_the_feature_there_is_no_viewer() {
    assert_eq!(get("/api/docs").await.0, StatusCode::NOT_FOUND);
}
