//! An ICMP echo (RFC 792, RFC 4443).

use std::io;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

use model::health::FailureCode;
use surge_ping::{Client, Config, ICMP, PingIdentifier, PingSequence, SurgeError};
use tokio::time::Instant;

use super::{Check, Failure, Seen};

/// One socket for each family, opened when the first echo is sent.
#[derive(Default)]
pub(super) struct Pingers {
    v4: OnceLock<Client>,
    v6: OnceLock<Client>,
    next: AtomicU16,
}

impl Pingers {
    fn client(&self, address: IpAddr) -> io::Result<&Client> {
        let (client, kind) = match address {
            IpAddr::V4(_) => (&self.v4, ICMP::V4),
            IpAddr::V6(_) => (&self.v6, ICMP::V6),
        };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        let made = Client::new(&Config::builder().kind(kind).build())?;
        Ok(client.get_or_init(|| made))
    }
}

/// Sends an echo and waits for its reply.
pub(super) async fn check(check: Check<'_>) -> Seen {
    let address = check.target.address;
    // No port is dialled: what is listed of this machine's own does not concern an echo.
    let permitted = check.tools.policy().permits((address, 0).into());
    permitted.map_err(|why| Failure::new(FailureCode::AddressError, why))?;
    let pingers = &check.tools.pingers;
    let client = pingers.client(address).map_err(|error| unusable(&error))?;
    let sequence = pingers.next.fetch_add(1, Ordering::Relaxed);
    // A datagram socket has its identifier from the system; for a raw one any that is this process's own will do.
    let identifier = PingIdentifier(std::process::id() as u16);
    let mut pinger = client.pinger(address, identifier).await;
    pinger.timeout(check.deadline.saturating_duration_since(Instant::now()));
    check.trace.note("echo", || format!("to {address}"));
    match pinger.ping(PingSequence(sequence), &[0; 8]).await {
        Ok((_, took)) => {
            check.trace.note("reply", || format!("after {took:?}"));
            Ok(format!("reply in {:.1} ms", took.as_secs_f64() * 1000.0))
        }
        Err(SurgeError::Timeout { .. }) => Err(super::tcp::silent(&check)),
        Err(SurgeError::IOError(error)) => Err(unusable(&error)),
        Err(error) => Err(Failure::new(FailureCode::OtherError, error.to_string())),
    }
}

fn unusable(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::PermissionDenied {
        let remedy =
            "no right to send echoes: grant CAP_NET_RAW, or put the group into net.ipv4.ping_group_range";
        return Failure::new(FailureCode::NoResources, remedy);
    }
    Failure::of_io(error)
}
