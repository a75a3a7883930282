//! Measured health, kept apart from the configuration and from what an operator decides.

mod overrides;
mod standing;
mod verdicts;

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::config::{Member, Pool, Service};
use crate::name::DnsName;
use crate::value::Label;

pub use overrides::{Override, OverrideTarget, Placed};
pub use standing::{RampStep, Standing};
pub use verdicts::{ServiceHealth, Verdicts};

/// What the checks of a member say together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Health {
    /// Passed its last checks, as many as the monitor asks for.
    Up,
    /// Failed them.
    Down,
    /// Not judged yet, or has no monitor: served as configured.
    #[default]
    Unknown,
}

impl Health {
    /// Whether answers may name the member.
    pub fn is_eligible(self) -> bool {
        self != Health::Down
    }

    /// Of a member with several addresses: up when any of them is, down when all are.
    pub fn of_any(addresses: impl IntoIterator<Item = Health>) -> Health {
        let (mut all, mut down) = (0, 0);
        for health in addresses {
            match health {
                Health::Up => return Health::Up,
                Health::Down => down += 1,
                Health::Unknown => {}
            }
            all += 1;
        }
        if all > 0 && down == all { Health::Down } else { Health::Unknown }
    }

    /// `UP`, `DOWN` or `UNKNOWN`.
    pub fn as_str(self) -> &'static str {
        match self {
            Health::Up => "UP",
            Health::Down => "DOWN",
            Health::Unknown => "UNKNOWN",
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which member of which service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MemberKey {
    /// The service.
    pub service: DnsName,
    /// Its pool.
    pub pool: Label,
    /// The member's address.
    pub address: IpAddr,
}

impl MemberKey {
    /// The key of a member; none while its name has no address.
    pub fn of(service: &Service, pool: &Pool, member: &Member) -> Option<MemberKey> {
        let (service, pool) = (service.name.clone(), pool.name.clone());
        Some(MemberKey { service, pool, address: member.address? })
    }
}

/// Why a check failed, in the words of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureCode {
    /// The port is closed.
    ConnectionRefused,
    /// No connection within the timeout.
    ConnectionTimeout,
    /// The connection was reset.
    ConnectionReset,
    /// The connection failed in another way.
    ConnectionError,
    /// No route to the address.
    ServerUnreachable,
    /// The status was not one of those expected.
    ResponseCodeMismatch,
    /// The connection opened and nothing came within the timeout.
    NoResponse,
    /// The answer began and did not end within the timeout.
    PayloadTimeout,
    /// The answer did not hold what it has to.
    PayloadContentMismatch,
    /// Nothing listens at a port of UDP.
    PortUnreachable,
    /// The TLS handshake failed.
    SslError,
    /// The certificate is not valid, or not for long enough.
    SslCertError,
    /// A script said no, or did not end in time.
    ScriptError,
    /// The address is one that this server does not dial.
    AddressError,
    /// The check could not be made here: no sockets, no memory, no right to, no secret, no script.
    NoResources,
    /// Anything else, as an answer that is no HTTP.
    OtherError,
}

impl FailureCode {
    /// Whether it is about this server alone, and says nothing of the member.
    pub fn is_local(self) -> bool {
        matches!(self, FailureCode::NoResources | FailureCode::AddressError)
    }

    /// The code in capitals, as logs and events have it.
    pub fn as_str(self) -> &'static str {
        match self {
            FailureCode::ConnectionRefused => "CONNECTION_REFUSED",
            FailureCode::ConnectionTimeout => "CONNECTION_TIMEOUT",
            FailureCode::ConnectionReset => "CONNECTION_RESET",
            FailureCode::ConnectionError => "CONNECTION_ERROR",
            FailureCode::ServerUnreachable => "SERVER_UNREACHABLE",
            FailureCode::ResponseCodeMismatch => "RESPONSE_CODE_MISMATCH",
            FailureCode::NoResponse => "NO_RESPONSE",
            FailureCode::PayloadTimeout => "PAYLOAD_TIMEOUT",
            FailureCode::PayloadContentMismatch => "PAYLOAD_CONTENT_MISMATCH",
            FailureCode::PortUnreachable => "PORT_UNREACHABLE",
            FailureCode::SslError => "SSL_ERROR",
            FailureCode::SslCertError => "SSL_CERT_ERROR",
            FailureCode::ScriptError => "SCRIPT_ERROR",
            FailureCode::AddressError => "ADDRESS_ERROR",
            FailureCode::NoResources => "NO_RESOURCES",
            FailureCode::OtherError => "OTHER_ERROR",
        }
    }
}

/// The last check of a member by one monitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastCheck {
    /// The monitor.
    pub monitor: Label,
    /// What this monitor alone says.
    pub health: Health,
    /// Why the last check failed; none when it passed.
    pub failure: Option<FailureCode>,
    /// What was seen, as `status 503` or `connection refused`.
    pub detail: String,
    /// When it ended, microseconds since 1970 UTC.
    pub at: i64,
    /// How long it took, microseconds.
    pub took_us: u64,
    /// Checks in a row with this outcome.
    pub streak: u32,
}

/// What is known of one member.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberHealth {
    /// All monitors together: down if one says down, up if all say up.
    pub health: Health,
    /// When that last changed, microseconds since 1970 UTC; 0 when it never did.
    pub since: i64,
    /// Each monitor's last check.
    pub checks: Vec<LastCheck>,
}

/// The standing of every member, as one value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HealthTable {
    /// Rises whenever the standing of any member changes, across restarts.
    pub epoch: u64,
    /// Members of which something is known; others are unknown.
    pub members: Verdicts,
}

impl HealthTable {
    /// The standing of a member.
    pub fn of(&self, key: &MemberKey) -> Standing {
        let service = self.members.service(&key.service);
        service.map(|service| service.of(&key.pool, key.address)).unwrap_or_default()
    }
}
