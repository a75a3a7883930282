//! A request whose answer is judged. HTTP/1.1 (RFC 9112), one request a connection; redirects are followed only where
//! the monitor asks for it, and only at the member itself.

mod request;

use std::error::Error as _;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{HeaderMap, Request, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use model::config::{MonitorKind, StatusMatch};
use model::health::FailureCode;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout_at;

use self::request::Asked;
use super::counted::Counted;
use super::tcp::{self, MAX_READ};
use super::{Check, Failure, Seen, tls};

/// What came back.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Sends the monitor's request and judges the answer; head and body have to arrive before the one deadline.
pub(super) async fn check(check: Check<'_>) -> Seen {
    let mut asked = Asked::of(&check)?;
    let mut left = check.target.monitor.follow_redirects;
    loop {
        let answer = once(&check, &asked).await?;
        let next = if left > 0 { redirected(&check, &asked, &answer) } else { None };
        let Some(next) = next else { return judge(&check, &answer) };
        check.trace.note("redirect", || format!("{} to {}", answer.status, next.uri()));
        (asked, left) = (next, left - 1);
    }
}

async fn once(check: &Check<'_>, asked: &Asked) -> Result<Answer, Failure> {
    let request = asked.request(check)?;
    let stream = tcp::connect(check).await?;
    if check.target.monitor.kind == MonitorKind::Https {
        let stream = tls::handshake(check, stream, &[b"http/1.1"]).await?;
        exchange(check, request, stream).await
    } else {
        exchange(check, request, stream).await
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send>(
    check: &Check<'_>,
    request: Request<Full<Bytes>>,
    stream: S,
) -> Result<Answer, Failure> {
    let (stream, began) = Counted::new(stream);
    match timeout_at(check.deadline, speak(check, request, stream, &began)).await {
        Ok(answer) => answer,
        Err(_) if began.load(Ordering::Relaxed) => {
            let detail = format!("the answer did not end within {}", check.target.monitor.timeout);
            Err(Failure::new(FailureCode::PayloadTimeout, detail))
        }
        Err(_) => Err(tcp::silent(check)),
    }
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send>(
    check: &Check<'_>,
    request: Request<Full<Bytes>>,
    stream: Counted<S>,
    began: &AtomicBool,
) -> Result<Answer, Failure> {
    let failed = |error: hyper::Error| of_hyper(&error, began.load(Ordering::Relaxed));
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(MAX_READ).handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(failed)?;
        let (head, mut stream) = response.into_parts();
        check.trace.note("response", || request::head_text(head.status, &head.headers));
        let mut body = Vec::new();
        // A status that decides alone leaves the rest to the member.
        let undecided = by_status(check, head.status.as_u16()).is_ok();
        while undecided
            && body.len() < MAX_READ
            && let Some(frame) = stream.frame().await
        {
            if let Some(data) = frame.map_err(failed)?.data_ref() {
                body.extend_from_slice(&data[..data.len().min(MAX_READ - body.len())]);
            }
        }
        if !body.is_empty() {
            check.trace.note("body", || request::redacted(check, &tcp::excerpt(&body)));
        }
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    };
    // Both in this task: a connection of a single request is not worth one of its own, and is closed with it.
    tokio::pin!(answer, connection);
    let mut open = true;
    loop {
        tokio::select! {
            answer = &mut answer => return answer,
            _ = &mut connection, if open => open = false,
        }
    }
}

/// What to ask next, when the answer is a redirect that leads back to this member by the same scheme and port.
fn redirected(check: &Check<'_>, asked: &Asked, answer: &Answer) -> Option<Asked> {
    if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let to: Uri = answer.headers.get(header::LOCATION)?.to_str().ok()?.parse().ok()?;
    let scheme = if check.target.monitor.kind == MonitorKind::Https { "https" } else { "http" };
    if let Some(authority) = to.authority() {
        let port = authority.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        if to.scheme_str() != Some(scheme) || Some(port) != check.target.monitor.dialled_port() {
            return None;
        }
    }
    // Neither its userinfo nor a path that does not begin at the root is worth following.
    let path = to.path_and_query().filter(|path| path.as_str().starts_with('/'))?;
    Some(asked.redirected(
        to.authority().map(|a| a.as_str().rsplit('@').next().unwrap_or_default()),
        path,
        answer.status,
    ))
}

/// What the status alone says.
fn by_status(check: &Check<'_>, status: u16) -> Result<(), Failure> {
    let monitor = &check.target.monitor;
    if monitor.maintenance_status.iter().any(|m| m.matches(status)) {
        let detail = format!("status {status}: in maintenance");
        return Err(Failure::new(FailureCode::ResponseCodeMismatch, detail));
    }
    let expected = &monitor.expect_status;
    let healthy = if expected.is_empty() {
        (200..400).contains(&status)
    } else {
        expected.iter().any(|m: &StatusMatch| m.matches(status))
    };
    if !healthy {
        return Err(Failure::new(FailureCode::ResponseCodeMismatch, format!("status {status}")));
    }
    Ok(())
}

fn judge(check: &Check<'_>, answer: &Answer) -> Seen {
    let (monitor, status) = (&check.target.monitor, answer.status);
    by_status(check, status)?;
    let text = monitor.expect_body.as_ref().is_none_or(|text| tcp::holds(&answer.body, text.as_bytes()));
    let matched = check.target.prepared().regex.as_ref().is_none_or(|regex| regex.is_match(&answer.body));
    if text && matched {
        return Ok(format!("status {status}"));
    }
    let what = if text { "does not match the regular expression" } else { "does not hold the text" };
    let detail = format!("status {status}, and the body of {} octets {what}", answer.body.len());
    Err(Failure::new(FailureCode::PayloadContentMismatch, detail))
}

/// Names what the HTTP library saw, by the socket's error where there is one.
fn of_hyper(error: &hyper::Error, began: bool) -> Failure {
    if let Some(io) = error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
        // Without the system's number the error is the library's own, about what the octets said.
        return match (io.kind(), io.raw_os_error()) {
            (io::ErrorKind::UnexpectedEof, _) => cut_short(),
            (_, None) => Failure::new(FailureCode::OtherError, format!("the body is no HTTP: {io}")),
            _ => Failure::of_io(io),
        };
    }
    match () {
        () if error.is_incomplete_message() && began => cut_short(),
        () if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => {
            Failure::new(FailureCode::NoResponse, "the connection closed without an answer")
        }
        () if error.is_parse() => {
            Failure::new(FailureCode::OtherError, "the answer is no HTTP, or its head is longer than 64 KiB")
        }
        () => Failure::new(FailureCode::OtherError, error.to_string()),
    }
}

fn cut_short() -> Failure {
    Failure::new(FailureCode::OtherError, "the connection closed before the answer ended")
}
