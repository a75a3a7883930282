//! The request of a monitor, and what of it may be shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Version, header};
use http_body_util::Full;
use model::check::request_line;
use model::config::MonitorAuth;
use model::health::FailureCode;
use zeroize::Zeroizing;

use crate::probe::{Check, Failure};

/// What the member's log shows.
const USER_AGENT: &str = "steelyard-health/1";
/// The request of a monitor that gives none.
const DEFAULT_REQUEST: &str = "GET / HTTP/1.1";
/// What stands for a secret in a transcript.
const HIDDEN: &str = "(secret)";

/// A request that is about to be sent.
pub(super) struct Asked {
    method: Method,
    path: String,
    host: String,
    version: Version,
    body: bool,
}

impl Asked {
    /// The monitor's own.
    pub(super) fn of(check: &Check<'_>) -> Result<Asked, Failure> {
        let line = check.target.monitor.request.as_deref().unwrap_or(DEFAULT_REQUEST);
        let (method, path) = request_line(line).map_err(unusable)?;
        let old = line.trim_ascii_end().ends_with("HTTP/1.0");
        Ok(Asked {
            method: method.parse().map_err(|_| unusable("the method is none"))?,
            path: path.to_owned(),
            host: check.target.host.to_string(),
            version: if old { Version::HTTP_10 } else { Version::HTTP_11 },
            body: check.target.monitor.request_body.is_some(),
        })
    }

    /// The one a redirect asks for: with 307 and 308 the same method and body (RFC 9110 section 15.4).
    pub(super) fn redirected(&self, host: Option<&str>, path: &PathAndQuery, status: u16) -> Asked {
        let same = matches!(status, 307 | 308) || matches!(self.method, Method::GET | Method::HEAD);
        Asked {
            method: if same { self.method.clone() } else { Method::GET },
            path: path.as_str().to_owned(),
            host: host.unwrap_or(&self.host).to_owned(),
            version: self.version,
            body: self.body && same,
        }
    }

    /// What is asked for, for people.
    pub(super) fn uri(&self) -> String {
        format!("{}{}", self.host, self.path)
    }

    pub(super) fn request(&self, check: &Check<'_>) -> Result<Request<Full<Bytes>>, Failure> {
        let monitor = &check.target.monitor;
        let body =
            monitor.request_body.as_ref().filter(|_| self.body).map(|b| Bytes::copy_from_slice(b.as_bytes()));
        let mut request = Request::builder()
            .method(&self.method)
            .uri(&*self.path)
            .version(self.version)
            .header(header::HOST, &*self.host)
            .header(header::USER_AGENT, USER_AGENT)
            .header(header::ACCEPT, "*/*")
            .header(header::CONNECTION, "close")
            .body(Full::new(body.unwrap_or_default()))
            .map_err(|error| unusable(&error.to_string()))?;
        let headers = request.headers_mut();
        for own in &monitor.headers {
            let name =
                HeaderName::from_bytes(own.name.as_bytes()).map_err(|_| unusable("a header has no name"))?;
            let value = match &own.secret {
                Some(secret) => hidden(&check.tools.secret(secret)?)?,
                None => HeaderValue::from_str(own.value.as_deref().unwrap_or_default())
                    .map_err(|_| unusable("the value of a header has control characters"))?,
            };
            headers.insert(name, value);
        }
        if let Some(auth) = &monitor.auth {
            let secret = check.tools.secret(&auth.secret().secret)?;
            let value = match auth {
                MonitorAuth::Basic { user, .. } => {
                    let pair = Zeroizing::new(format!("{user}:{}", secret.as_str()));
                    Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
                }
                MonitorAuth::Bearer(_) => Zeroizing::new(format!("Bearer {}", secret.as_str())),
            };
            headers.insert(header::AUTHORIZATION, hidden(&value)?);
        }
        check.trace.note("request", || {
            format!("{} {} {:?}\n{}", self.method, self.path, self.version, lines(request.headers()))
        });
        Ok(request)
    }
}

/// A value that no log or debug text shows.
fn hidden(value: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| unusable("a secret cannot be a header: it has control characters"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn unusable(why: &str) -> Failure {
    Failure::new(FailureCode::NoResources, format!("request not sent: {why}"))
}

/// Status and headers of an answer.
pub(super) fn head_text(status: StatusCode, headers: &HeaderMap) -> String {
    let mut shown = headers.clone();
    // What a member hands out to its clients is nobody else's.
    shown.remove(header::SET_COOKIE);
    format!("{status}\n{}", lines(&shown))
}

fn lines(headers: &HeaderMap) -> String {
    let shown = |value: &HeaderValue| match value.is_sensitive() {
        true => HIDDEN.to_owned(),
        false => String::from_utf8_lossy(value.as_bytes()).into_owned(),
    };
    headers.iter().map(|(name, value)| format!("{name}: {}\n", shown(value))).collect()
}

/// A text without the secrets of the monitor, should the member send them back.
pub(super) fn redacted(check: &Check<'_>, text: &str) -> String {
    let mut text = text.to_owned();
    for name in check.target.monitor.secrets() {
        if let Ok(secret) = check.tools.secret(name)
            && !secret.trim().is_empty()
        {
            text = text.replace(secret.trim(), HIDDEN);
        }
    }
    text
}
