//! The session cookie. Over HTTPS it has the `__Host-` prefix, which a browser ties to this host and to TLS.

use axum::http::{HeaderMap, HeaderValue, header};

const PLAIN: &str = "steelyard_session";
const SECURE: &str = "__Host-steelyard_session";

/// The session's secret, as the browser sent it.
pub fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let mut pairs = cookies.flat_map(|v| v.split(';')).filter_map(|p| p.trim().split_once('='));
    let wanted = if is_https(headers) { SECURE } else { PLAIN };
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

/// The header that starts a session, for `max_age` seconds; 0 ends it.
pub fn set(headers: &HeaderMap, secret: &str, max_age: i64) -> Option<HeaderValue> {
    let (name, secure) = if is_https(headers) { (SECURE, "; Secure") } else { (PLAIN, "") };
    let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    HeaderValue::from_str(&text).ok()
}

/// Whether the browser spoke TLS to the proxy before us. A client that claims so falsely only hurts itself: its
/// browser drops the cookie.
pub fn is_https(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|v| v.as_bytes() == b"https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_and_bound_to_https() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=1; steelyard_session=x; __Host-steelyard_session=y"),
        );
        assert_eq!(session(&headers).as_deref(), Some("x"));
        headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
        assert_eq!(session(&headers).as_deref(), Some("y"));
        assert!(set(&headers, "z", 5).unwrap().to_str().unwrap().ends_with("; Secure"));
    }
}
