use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::value::ValueError;

/// How a member is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorKind {
    /// A request whose answer is judged.
    Http,
    /// The same over TLS.
    Https,
    /// A connection that has to open, and may have to say something.
    Tcp,
    /// A TLS handshake and the certificate it shows.
    Tls,
    /// A datagram, and what comes back.
    Udp,
    /// A DNS query whose answer is judged.
    Dns,
    /// An ICMP echo.
    Icmp,
    /// The health service of gRPC, `grpc.health.v1`.
    Grpc,
    /// A program of the operator's.
    Script,
}

/// Fields of a monitor that belong to some types only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitorField {
    /// `port`.
    Port,
    /// `request`, `headers`, `request_body`, `expect_status`, `expect_body`, `expect_body_regex`,
    /// `maintenance_status`, `follow_redirects` and `auth`.
    Http,
    /// `host`.
    Host,
    /// `tls`.
    Tls,
    /// `send` and `expect`.
    SendExpect,
    /// `half_open`.
    HalfOpen,
    /// `query`.
    Query,
    /// `service`.
    Service,
    /// `script`.
    Script,
}

impl MonitorKind {
    /// All of them, with what the console says.
    pub const ALL: [(MonitorKind, &'static str); 9] = [
        (MonitorKind::Http, "HTTP: a request whose answer is judged"),
        (MonitorKind::Https, "HTTPS: the same over TLS"),
        (MonitorKind::Tcp, "TCP: a connection that has to open"),
        (MonitorKind::Tls, "TLS: a handshake and its certificate"),
        (MonitorKind::Udp, "UDP: a datagram and its answer"),
        (MonitorKind::Dns, "DNS: a query whose answer is judged"),
        (MonitorKind::Icmp, "ICMP: an echo"),
        (MonitorKind::Grpc, "gRPC: the health service"),
        (MonitorKind::Script, "Script: a program on this server"),
    ];

    /// The type in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            MonitorKind::Http => "http",
            MonitorKind::Https => "https",
            MonitorKind::Tcp => "tcp",
            MonitorKind::Tls => "tls",
            MonitorKind::Udp => "udp",
            MonitorKind::Dns => "dns",
            MonitorKind::Icmp => "icmp",
            MonitorKind::Grpc => "grpc",
            MonitorKind::Script => "script",
        }
    }

    /// The port of a monitor that gives none: that of the protocol, where it has exactly one.
    pub fn usual_port(self) -> Option<u16> {
        match self {
            MonitorKind::Http => Some(80),
            MonitorKind::Https => Some(443),
            MonitorKind::Dns => Some(53),
            _ => None,
        }
    }

    /// Whether monitors of this type have a field.
    pub fn has(self, field: MonitorField) -> bool {
        use MonitorKind::{Dns, Grpc, Http, Https, Icmp, Script, Tcp, Tls, Udp};
        match field {
            MonitorField::Port => self != Icmp,
            MonitorField::Http => matches!(self, Http | Https),
            MonitorField::Host => matches!(self, Http | Https | Grpc),
            MonitorField::Tls => matches!(self, Https | Tls | Grpc),
            MonitorField::SendExpect => matches!(self, Tcp | Udp),
            MonitorField::HalfOpen => self == Tcp,
            MonitorField::Query => self == Dns,
            MonitorField::Service => self == Grpc,
            MonitorField::Script => self == Script,
        }
    }

    /// The types that have a field, as one says them.
    pub fn with(field: MonitorField) -> String {
        let all = MonitorKind::ALL.iter().filter(|(kind, _)| kind.has(field)).map(|(kind, _)| kind.as_str());
        all.collect::<Vec<_>>().join(", ")
    }
}

impl FromStr for MonitorKind {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let found = MonitorKind::ALL.iter().find(|(kind, _)| kind.as_str() == text.trim());
        found.map(|(kind, _)| *kind).ok_or_else(|| {
            let all = MonitorKind::ALL.map(|(kind, _)| kind.as_str()).join(", ");
            ValueError(format!("{text:?} is no type of monitor: choose one of {all}"))
        })
    }
}
