//! A request whose status is judged. HTTP/1.1 (RFC 9112) in clear, one request a connection, redirects not followed.

use std::error::Error as _;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{Request, Version, header};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use model::check::request_line;
use model::config::StatusMatch;
use model::health::FailureCode;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::counted::Counted;
use super::{Failure, Seen, tcp};
use crate::target::Target;

/// Octets of head and of body that are read at most; the rest is left to the member.
const MAX_READ: usize = 64 * 1024;
/// What the member's log shows.
const USER_AGENT: &str = "steelyard-health/1";
/// The request of a monitor that gives none.
const DEFAULT_REQUEST: &str = "GET / HTTP/1.1";

/// Sends the monitor's request and judges the status; head and body have to arrive before the one deadline.
pub(super) async fn check(target: &Target) -> Seen {
    let deadline = Instant::now() + target.timeout();
    let request = request(target)?;
    let stream = tcp::connect(target, target.timeout()).await?;
    let (stream, began) = Counted::new(stream);
    match timeout_at(deadline, exchange(target, request, stream, &began)).await {
        Ok(seen) => seen,
        Err(_) if began.load(Ordering::Relaxed) => {
            let detail = format!("the answer did not end within {}", target.monitor.timeout);
            Err(Failure::new(FailureCode::PayloadTimeout, detail))
        }
        Err(_) => {
            let detail = format!("no answer within {}", target.monitor.timeout);
            Err(Failure::new(FailureCode::NoResponse, detail))
        }
    }
}

fn request(target: &Target) -> Result<Request<Empty<Bytes>>, Failure> {
    let line = target.monitor.request.as_deref().unwrap_or(DEFAULT_REQUEST);
    let unusable = |why: &str| Failure::new(FailureCode::OtherError, format!("request not sent: {why}"));
    let (method, path) = request_line(line).map_err(unusable)?;
    let old = line.trim_ascii_end().ends_with("HTTP/1.0");
    Request::builder()
        .method(method)
        .uri(path)
        .version(if old { Version::HTTP_10 } else { Version::HTTP_11 })
        .header(header::HOST, &*target.host)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "*/*")
        .header(header::CONNECTION, "close")
        .body(Empty::new())
        .map_err(|error| unusable(&error.to_string()))
}

async fn exchange(
    target: &Target,
    request: Request<Empty<Bytes>>,
    stream: Counted,
    began: &AtomicBool,
) -> Seen {
    let failed = |error: hyper::Error| of_hyper(&error, began.load(Ordering::Relaxed));
    let (mut sender, connection) =
        http1::Builder::new().max_buf_size(MAX_READ).handshake(TokioIo::new(stream)).await.map_err(failed)?;
    // Dropped at the deadline with this future, which closes the socket.
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let response = sender.send_request(request).await.map_err(failed)?;
    let status = response.status().as_u16();
    let expected = &target.monitor.expect_status;
    let healthy = if expected.is_empty() {
        (200..400).contains(&status)
    } else {
        expected.iter().any(|m: &StatusMatch| m.matches(status))
    };
    if !healthy {
        return Err(Failure::new(FailureCode::ResponseCodeMismatch, format!("status {status}")));
    }
    let mut body = response.into_body();
    let mut read = 0;
    while read < MAX_READ
        && let Some(frame) = body.frame().await
    {
        read += frame.map_err(failed)?.data_ref().map_or(0, Bytes::len);
    }
    Ok(format!("status {status}"))
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
