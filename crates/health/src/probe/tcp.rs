//! A connection that has to open, and may have to say something.

use std::net::SocketAddr;

use model::health::FailureCode;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout_at;

use super::{Check, Failure, Seen};

/// Octets of an answer that are read at most.
pub(super) const MAX_READ: usize = 64 * 1024;

/// Opens a connection, speaks as the monitor says, and closes it.
pub(super) async fn check(check: Check<'_>) -> Seen {
    let mut stream = connect(&check).await?;
    let (monitor, prepared) = (&check.target.monitor, check.target.prepared());
    if monitor.half_open {
        // The handshake cannot be left half done without rights over raw sockets: a reset is the nearest to it, and
        // most programs never see a connection that was reset before they accept it.
        stream.set_zero_linger().map_err(|error| Failure::of_io(&error))?;
        return Ok("connected and reset".to_owned());
    }
    if !prepared.send.is_empty() {
        check.trace.note("send", || monitor.send.clone().unwrap_or_default());
        match timeout_at(check.deadline, stream.write_all(&prepared.send)).await {
            Ok(sent) => sent.map_err(|error| Failure::of_io(&error))?,
            Err(_) => return Err(silent(&check)),
        }
    }
    if prepared.expect.is_empty() {
        return Ok("connected".to_owned());
    }
    expect(&check, &mut stream).await
}

/// A connection to the target before the deadline.
pub(super) async fn connect(check: &Check<'_>) -> Result<TcpStream, Failure> {
    connect_to(check, check.target.socket()).await
}

async fn connect_to(check: &Check<'_>, address: SocketAddr) -> Result<TcpStream, Failure> {
    let policy = check.tools.policy();
    policy.permits(address).map_err(|why| Failure::new(FailureCode::AddressError, why))?;
    check.trace.note("connect", || format!("to {address}"));
    match timeout_at(check.deadline, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => {
            let local = stream.local_addr();
            if local.as_ref().is_ok_and(|local| policy.is_loop(*local, address)) {
                return Err(Failure::new(
                    FailureCode::AddressError,
                    format!("{address} is this server itself"),
                ));
            }
            check.trace.note("connect", || match local {
                Ok(local) => format!("open from {local}"),
                Err(_) => "open".to_owned(),
            });
            Ok(stream)
        }
        Ok(Err(error)) => Err(Failure::of_io(&error)),
        Err(_) => {
            let detail = format!("no connection within {}", check.target.monitor.timeout);
            Err(Failure::new(FailureCode::ConnectionTimeout, detail))
        }
    }
}

/// Reads until the expected octets came, the connection ended, or enough was read.
async fn expect(check: &Check<'_>, stream: &mut (impl AsyncRead + Unpin)) -> Seen {
    let wanted = &check.target.prepared().expect;
    let mut read = Vec::with_capacity(1024);
    loop {
        let before = read.len().saturating_sub(wanted.len());
        let more = match timeout_at(check.deadline, stream.read_buf(&mut read)).await {
            Ok(Ok(more)) => more,
            Ok(Err(error)) => return Err(Failure::of_io(&error)),
            Err(_) if read.is_empty() => return Err(silent(check)),
            Err(_) => 0,
        };
        if holds(&read[before..], wanted) {
            check.trace.note("answer", || excerpt(&read));
            return Ok(format!("expected answer after {} octets", read.len()));
        }
        if more == 0 || read.len() >= MAX_READ {
            check.trace.note("answer", || excerpt(&read));
            if read.is_empty() {
                return Err(Failure::new(FailureCode::NoResponse, "the connection closed without an answer"));
            }
            return Err(mismatch(&read));
        }
    }
}

/// Whether `octets` holds `wanted` somewhere.
pub(super) fn holds(octets: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || octets.windows(wanted.len()).any(|window| window == wanted)
}

/// An answer without what was expected.
pub(super) fn mismatch(read: &[u8]) -> Failure {
    let begins: String = excerpt(read).chars().take(60).collect();
    Failure::new(FailureCode::PayloadContentMismatch, format!("the answer is not the expected one: {begins}"))
}

/// Nothing came in time.
pub(super) fn silent(check: &Check<'_>) -> Failure {
    Failure::new(FailureCode::NoResponse, format!("no answer within {}", check.target.monitor.timeout))
}

/// The beginning of what was read, as text.
pub(super) fn excerpt(octets: &[u8]) -> String {
    String::from_utf8_lossy(&octets[..octets.len().min(1024)]).into_owned()
}
