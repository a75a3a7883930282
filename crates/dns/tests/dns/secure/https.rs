//! What of HTTP is no query (RFC 8484 sections 4 and 5).

use data_encoding::BASE64URL_NOPAD;
use http::StatusCode;

use super::site::{Doh, Site};
use crate::client::{Question, ask, parse, summary};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_no_query_gets_the_status_that_says_so() {
    let site = Site::start().await;
    let mut doh = site.doh().await;
    let packet = Question { id: 0, ..ask("test.example.org", 1) }.packet();
    let encoded = BASE64URL_NOPAD.encode(&packet);
    let cases = [
        ("GET", "/".to_owned(), "", &b""[..], StatusCode::NOT_FOUND),
        ("GET", format!("/dns-query/x?dns={encoded}"), "", b"", StatusCode::NOT_FOUND),
        ("GET", "/dns-query".to_owned(), "", b"", StatusCode::BAD_REQUEST),
        ("GET", "/dns-query?dns=%".to_owned(), "", b"", StatusCode::BAD_REQUEST),
        ("GET", format!("/dns-query?dns={encoded}=="), "", b"", StatusCode::BAD_REQUEST),
        ("PUT", "/dns-query".to_owned(), "application/dns-message", &packet, StatusCode::METHOD_NOT_ALLOWED),
        ("POST", "/dns-query".to_owned(), "application/json", &packet, StatusCode::UNSUPPORTED_MEDIA_TYPE),
    ];
    for (method, path, kind, body, expected) in cases {
        let mut request = Doh::request(method, &path);
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let (status, _, body) = doh.send(request, body).await.unwrap();
        assert_eq!((status, body.len()), (expected, 0), "{method} {path}");
    }
    // A query goes on being answered, whatever else stands in its path.
    let request = Doh::request("GET", &format!("/dns-query?a=b&dns={encoded}"));
    let (status, _, body) = doh.send(request, b"").await.unwrap();
    assert_eq!((status, parse(&body).answers.len()), (StatusCode::OK, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_message_is_read_and_what_is_longer_is_not() {
    let site = Site::start().await;
    let mut doh = site.doh().await;
    let request = || Doh::request("POST", "/dns-query").header("content-type", "application/dns-message");
    // Each takes the whole window, which has to be given back.
    for _ in 0..2 {
        let (status, _, answer) = doh.send(request(), &[0; 65_535]).await.unwrap();
        assert_eq!((status, summary(Some(answer)).as_str()), (StatusCode::OK, "FORMERR"));
        let (status, ..) = doh.send(request().header("content-length", 65_536), &[0; 65_536]).await.unwrap();
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
