mod kind;
mod octets;
mod parts;
mod status;

use serde::{Deserialize, Serialize};

use crate::value::{Label, Span};

pub use kind::{MonitorField, MonitorKind};
pub use octets::octets;
pub use parts::{DnsQuery, Flap, Header, MonitorAuth, MonitorTls, RcodeName, ScriptCall, SecretName};
pub use status::StatusMatch;

/// A health check, run against every member of the services that name it.
///
/// Which fields belong to which type is in [`MonitorKind::has`]; a field that does not is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// Name of the monitor.
    pub name: Label,
    /// How a member is checked.
    #[serde(rename = "type")]
    pub kind: MonitorKind,
    /// Port of the member, 1-65535; when absent the type's own, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// HTTP: the request line, `GET / HTTP/1.1` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// HTTP and gRPC: the Host header or authority; the service's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// HTTP: further headers of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// HTTP: what is sent as the body of the request, at most 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_body: Option<String>,
    /// HTTP: statuses that are healthy, `2xx` and `3xx` when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect_status: Vec<StatusMatch>,
    /// HTTP: a text the first 64 KiB of the body have to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_body: Option<String>,
    /// HTTP: a regular expression that has to match somewhere in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_body_regex: Option<String>,
    /// HTTP: statuses by which a member says that it is in maintenance: down, whatever is expected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maintenance_status: Vec<StatusMatch>,
    /// HTTP: redirects that are followed, 0-5, each at the member's own address and port only.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub follow_redirects: u8,
    /// HTTPS, TLS and gRPC: how the handshake is made; a gRPC monitor without it speaks in clear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<MonitorTls>,
    /// HTTP: who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<MonitorAuth>,
    /// TCP and UDP: what is sent, with `\r`, `\n`, `\t`, `\\` and `\xHH` for octets that do not print.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<String>,
    /// TCP and UDP: what the first 64 KiB of the answer have to hold, written as `send` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
    /// TCP: the connection is reset as soon as it is open, so that the member's program need not hear of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub half_open: bool,
    /// DNS: what is asked, and what has to be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<DnsQuery>,
    /// gRPC: the service whose health is asked for; that of the whole server when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Script: which one is run, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<ScriptCall>,
    /// Time from one check of a member to the next.
    #[serde(default = "interval")]
    pub interval: Span,
    /// Time a check may take in all, shorter than the interval.
    #[serde(default = "timeout")]
    pub timeout: Span,
    /// Failed checks in a row that make a member down, 1-50.
    #[serde(default = "three")]
    pub failures: u8,
    /// Passed checks in a row that make it up, 1-50.
    #[serde(default = "three")]
    pub successes: u8,
    /// How a member that comes and goes is kept down.
    #[serde(default, skip_serializing_if = "Flap::is_default")]
    pub flap: Flap,
}

impl Monitor {
    /// The port that is dialled: its own, else the one of its type; none for types that dial no port.
    pub fn dialled_port(&self) -> Option<u16> {
        self.port.filter(|_| self.kind.has(MonitorField::Port)).or(self.kind.usual_port())
    }

    /// The secrets it names, in the order of its fields.
    pub fn secrets(&self) -> Vec<&Label> {
        let headers = self.headers.iter().filter_map(|header| header.secret.as_ref());
        let key = self.tls.as_ref().and_then(|tls| tls.client_key.as_ref()).map(|key| &key.secret);
        let auth = self.auth.as_ref().map(|auth| &auth.secret().secret);
        headers.chain(key).chain(auth).collect()
    }
}

fn interval() -> Span {
    Span::seconds(10)
}
fn timeout() -> Span {
    Span::seconds(4)
}
fn three() -> u8 {
    3
}
fn is_zero(value: &u8) -> bool {
    *value == 0
}
