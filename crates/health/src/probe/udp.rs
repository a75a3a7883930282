//! A datagram, and what comes back.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use model::health::FailureCode;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use super::{Check, Failure, Seen, tcp};

/// How long a refusal is waited for where no answer is expected.
const REFUSAL: Duration = Duration::from_secs(1);

/// Sends the datagram. Without `expect` a member passes that does not refuse it within a second, or half the timeout
/// where that is shorter.
pub(super) async fn check(check: Check<'_>) -> Seen {
    let socket = connect(&check).await?;
    let (monitor, prepared) = (&check.target.monitor, check.target.prepared());
    check.trace.note("send", || monitor.send.clone().unwrap_or_default());
    send(&socket, &prepared.send).await?;
    let until = match monitor.expect {
        Some(_) => check.deadline,
        None => check.deadline.min(Instant::now() + REFUSAL.min(check.target.timeout() / 2)),
    };
    let mut answer = vec![0; tcp::MAX_READ];
    match timeout_at(until, socket.recv(&mut answer)).await {
        Ok(Ok(length)) => {
            let answer = &answer[..length];
            check.trace.note("answer", || tcp::excerpt(answer));
            if tcp::holds(answer, &prepared.expect) {
                Ok(format!("answer of {length} octets"))
            } else {
                Err(tcp::mismatch(answer))
            }
        }
        Ok(Err(error)) => Err(of_io(&error)),
        Err(_) if monitor.expect.is_none() => Ok("sent and not refused".to_owned()),
        Err(_) => Err(tcp::silent(&check)),
    }
}

/// A socket that hears the target alone.
pub(super) async fn connect(check: &Check<'_>) -> Result<UdpSocket, Failure> {
    let address = check.target.socket();
    let policy = check.tools.policy();
    policy.permits(address).map_err(|why| Failure::new(FailureCode::AddressError, why))?;
    let any: IpAddr = match address.ip() {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await.map_err(|error| Failure::of_io(&error))?;
    socket.connect(address).await.map_err(|error| Failure::of_io(&error))?;
    if socket.local_addr().is_ok_and(|local| policy.is_loop(local, address)) {
        return Err(Failure::new(FailureCode::AddressError, format!("{address} is this server itself")));
    }
    check.trace.note("socket", || format!("to {address}"));
    Ok(socket)
}

pub(super) async fn send(socket: &UdpSocket, datagram: &[u8]) -> Result<(), Failure> {
    socket.send(datagram).await.map(drop).map_err(|error| of_io(&error))
}

/// A refusal comes back as ICMP, which the system tells as a refused connection.
pub(super) fn of_io(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Failure::new(FailureCode::PortUnreachable, "nothing listens at the port")
        }
        _ => Failure::of_io(error),
    }
}
