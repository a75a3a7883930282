use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::DnsName;
use crate::rrtype::{Rcode, RrType};
use crate::value::{Label, Span};

/// A secret by its name; its value is sealed elsewhere and never part of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretName {
    /// Name of the secret.
    pub secret: Label,
}

/// A header of an HTTP request, with either a value or a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Name of the header.
    pub name: String,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The secret that is its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Label>,
}

/// Who a monitor says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MonitorAuth {
    /// RFC 7617.
    Basic {
        /// Name of the user, without a colon.
        user: String,
        /// The password.
        password: SecretName,
    },
    /// RFC 6750: the token.
    Bearer(SecretName),
}

impl MonitorAuth {
    /// The password or token.
    pub fn secret(&self) -> &SecretName {
        match self {
            MonitorAuth::Basic { password, .. } => password,
            MonitorAuth::Bearer(token) => token,
        }
    }
}

/// How a TLS handshake is made, and what its certificate has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonitorTls {
    /// Whether the certificate has to be valid for the name and signed by an authority that is trusted.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub verify: bool,
    /// Name asked for (SNI) and looked for in the certificate; the host, else the service's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Authorities that are trusted instead of the system's, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Certificate the monitor shows, PEM, with its chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    /// The key of that certificate, PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key: Option<SecretName>,
    /// Days the member's certificate has to be valid for still, 1-825.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_days: Option<u16>,
}

impl Default for MonitorTls {
    fn default() -> Self {
        MonitorTls {
            verify: true,
            server_name: None,
            ca: None,
            client_certificate: None,
            client_key: None,
            minimum_days: None,
        }
    }
}

/// A DNS query, and what has to be answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsQuery {
    /// The name asked for.
    pub name: DnsName,
    /// The type asked for, `A` when absent.
    #[serde(rename = "type", default = "address", skip_serializing_if = "is_address")]
    pub rr_type: RrType,
    /// The code that has to be answered, `NOERROR` when absent.
    #[serde(default, skip_serializing_if = "is_noerror")]
    pub rcode: RcodeName,
    /// What one of the records has to be, in presentation form; with NOERROR any record of the type when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// A response code by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RcodeName(pub Rcode);

impl Default for RcodeName {
    fn default() -> Self {
        RcodeName(Rcode::NOERROR)
    }
}

impl Serialize for RcodeName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RcodeName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(RcodeName).map_err(serde::de::Error::custom)
    }
}

/// A program that judges a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptCall {
    /// File name of the program in the folder of the server's settings.
    pub name: Label,
    /// Arguments after the member's address and port, at most 32.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// Variables of its environment, beside `STEELYARD_...`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

/// Damping with memory: a member that comes and goes has to be stable before it is up again.
///
/// Where coming up would let a member change more than `changes` times within `window`, counting the fall that may
/// follow, it comes up only after its checks passed without a gap for `hold`, and for twice as long with each further
/// fall within the window, at most for the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flap {
    /// Changes that are taken as they come, 2-100.
    #[serde(default = "two")]
    pub changes: u8,
    /// Time that is looked back, 10s to 1d.
    #[serde(default = "window")]
    pub window: Span,
    /// Time the checks have to pass for; one interval, so two checks in a row, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Span>,
}

impl Flap {
    /// Whether it is the default.
    pub fn is_default(&self) -> bool {
        *self == Flap::default()
    }
}

impl Default for Flap {
    fn default() -> Self {
        Flap { changes: two(), window: window(), hold: None }
    }
}

fn yes() -> bool {
    true
}
fn is_yes(value: &bool) -> bool {
    *value
}
fn two() -> u8 {
    2
}
fn window() -> Span {
    Span::seconds(300)
}
fn address() -> RrType {
    RrType::A
}
fn is_address(value: &RrType) -> bool {
    *value == RrType::A
}
fn is_noerror(value: &RcodeName) -> bool {
    value.0 == Rcode::NOERROR
}
