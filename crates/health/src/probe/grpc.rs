//! The health service of gRPC: `grpc.health.v1.Health/Check` over HTTP/2. Its two messages have one field each, and
//! are written and read here.

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Request};
use model::health::FailureCode;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout_at;

use super::tcp::{self, MAX_READ};
use super::{Check, Failure, Seen, tls};

/// Names of a `ServingStatus`, by its number.
const SERVING: [&str; 4] = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];
/// Names of the status codes of gRPC, by their number.
const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Asks for the health of the service.
pub(super) async fn check(check: Check<'_>) -> Seen {
    let stream = tcp::connect(&check).await?;
    if check.target.monitor.tls.is_some() {
        let stream = tls::handshake(&check, stream, &[b"h2"]).await?;
        within(&check, "https", stream).await
    } else {
        within(&check, "http", stream).await
    }
}

async fn within<S: AsyncRead + AsyncWrite + Unpin + Send>(
    check: &Check<'_>,
    scheme: &str,
    stream: S,
) -> Seen {
    match timeout_at(check.deadline, ask(check, scheme, stream)).await {
        Ok(seen) => seen,
        Err(_) => Err(tcp::silent(check)),
    }
}

async fn ask<S: AsyncRead + AsyncWrite + Unpin + Send>(check: &Check<'_>, scheme: &str, stream: S) -> Seen {
    let service = check.target.monitor.service.as_deref().unwrap_or_default();
    let request = Request::post(format!("{scheme}://{}/grpc.health.v1.Health/Check", check.target.host))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("user-agent", "steelyard-health/1")
        .body(())
        .map_err(|error| Failure::new(FailureCode::NoResources, format!("request not sent: {error}")))?;
    let (client, connection) = h2::client::handshake(stream).await.map_err(|error| of_h2(&error))?;
    check.trace.note("request", || format!("Check of {service:?}"));
    let exchange = async {
        let mut client = client.ready().await.map_err(|error| of_h2(&error))?;
        let (response, mut body) = client.send_request(request, false).map_err(|error| of_h2(&error))?;
        body.send_data(question(service), true).map_err(|error| of_h2(&error))?;
        let response = response.await.map_err(|error| of_h2(&error))?;
        check.trace.note("response", || format!("{} {:?}", response.status(), response.headers()));
        if response.status() != 200 {
            let detail = format!("status {}", response.status().as_u16());
            return Err(Failure::new(FailureCode::ResponseCodeMismatch, detail));
        }
        // A call that fails at once has its status in the head.
        if let Some(failed) = refused(response.headers()) {
            return Err(failed);
        }
        let mut stream = response.into_body();
        let mut message = BytesMut::new();
        while let Some(data) = stream.data().await {
            let data = data.map_err(|error| of_h2(&error))?;
            if message.len() + data.len() > MAX_READ {
                return Err(Failure::new(FailureCode::OtherError, "the answer is longer than 64 KiB"));
            }
            let _ = stream.flow_control().release_capacity(data.len());
            message.extend_from_slice(&data);
        }
        let trailers = stream.trailers().await.map_err(|error| of_h2(&error))?;
        if let Some(failed) = trailers.as_ref().and_then(refused) {
            return Err(failed);
        }
        let status = status(&message).ok_or_else(|| {
            Failure::new(FailureCode::OtherError, "the answer is no message of the health service")
        })?;
        let name =
            usize::try_from(status).ok().and_then(|i| SERVING.get(i)).copied().unwrap_or("an unknown status");
        check.trace.note("answer", || name.to_owned());
        if name == "SERVING" {
            Ok(name.to_owned())
        } else {
            Err(Failure::new(FailureCode::PayloadContentMismatch, name))
        }
    };
    tokio::pin!(exchange, connection);
    let mut open = true;
    loop {
        tokio::select! {
            seen = &mut exchange => return seen,
            _ = &mut connection, if open => open = false,
        }
    }
}

/// The failure that `grpc-status` tells, if it does.
fn refused(headers: &HeaderMap) -> Option<Failure> {
    let code: usize = headers.get("grpc-status")?.to_str().ok()?.parse().ok()?;
    let name = CODES.get(code).copied().unwrap_or("an unknown code");
    (code != 0).then(|| Failure::new(FailureCode::ResponseCodeMismatch, format!("gRPC answered {name}")))
}

/// A `HealthCheckRequest` in its frame: not compressed, length, field 1 as text.
fn question(service: &str) -> Bytes {
    let mut message = BytesMut::new();
    if !service.is_empty() {
        message.put_u8(0x0a);
        varint(&mut message, service.len() as u64);
        message.put_slice(service.as_bytes());
    }
    let mut framed = BytesMut::with_capacity(5 + message.len());
    framed.put_u8(0);
    framed.put_u32(message.len() as u32);
    framed.put(message);
    framed.freeze()
}

fn varint(out: &mut BytesMut, mut value: u64) {
    while value >= 0x80 {
        out.put_u8(value as u8 | 0x80);
        value >>= 7;
    }
    out.put_u8(value as u8);
}

/// The status of a framed `HealthCheckResponse`: its field 1, or 0 where it is left out.
fn status(framed: &[u8]) -> Option<u64> {
    let (head, message) = framed.split_at_checked(5)?;
    let length = u32::from_be_bytes(head[1..5].try_into().ok()?) as usize;
    if head[0] != 0 || message.len() != length {
        return None;
    }
    let (mut rest, mut status) = (message, 0);
    while !rest.is_empty() {
        let key = read_varint(&mut rest)?;
        match (key >> 3, key & 7) {
            (1, 0) => status = read_varint(&mut rest)?,
            (_, 0) => drop(read_varint(&mut rest)?),
            (_, 1) => rest = rest.get(8..)?,
            (_, 2) => {
                let length = usize::try_from(read_varint(&mut rest)?).ok()?;
                rest = rest.get(length..)?;
            }
            (_, 5) => rest = rest.get(4..)?,
            _ => return None,
        }
    }
    Some(status)
}

fn read_varint(octets: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&octet, rest) = octets.split_first()?;
        *octets = rest;
        value |= u64::from(octet & 0x7f) << shift;
        if octet < 0x80 {
            return Some(value);
        }
    }
    None
}

fn of_h2(error: &h2::Error) -> Failure {
    match error.get_io() {
        Some(io) if io.raw_os_error().is_some() => Failure::of_io(io),
        _ => Failure::new(FailureCode::OtherError, format!("no HTTP/2: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_are_as_the_protocol_has_them() {
        assert_eq!(&question("")[..], [0, 0, 0, 0, 0]);
        assert_eq!(&question("ab")[..], [0, 0, 0, 0, 4, 0x0a, 2, b'a', b'b']);
        assert_eq!(status(&[0, 0, 0, 0, 2, 8, 1]), Some(1));
        assert_eq!(status(&[0, 0, 0, 0, 0]), Some(0), "a default is left out");
        assert_eq!(
            status(&[0, 0, 0, 0, 6, 0x12, 2, 9, 9, 8, 2]),
            Some(2),
            "fields of later releases are passed over"
        );
        assert_eq!(status(&[1, 0, 0, 0, 2, 8, 1]), None);
        assert_eq!(status(&[0, 0, 0, 0, 3, 8, 1]), None);
    }

    proptest! {
        #[test]
        fn no_octets_are_too_odd_to_be_refused(octets in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = status(&octets);
        }
    }
}
