use serde::{Deserialize, Serialize};

use crate::value::Label;

/// Mail through a relay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// The relay, by name or address.
    pub host: String,
    /// Its port; that of `tls` when absent: 25, 587 or 465.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How the connection is secured.
    #[serde(default, skip_serializing_if = "is_starttls")]
    pub tls: EmailTls,
    /// Who signs in; nobody when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Name of the secret that holds the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_secret: Option<Label>,
    /// Who writes.
    pub from: String,
    /// Who is written to, at least one.
    pub to: Vec<String>,
}

impl Email {
    /// The port that is used.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            EmailTls::None => 25,
            EmailTls::Starttls => 587,
            EmailTls::Tls => 465,
        })
    }
}

fn is_starttls(tls: &EmailTls) -> bool {
    *tls == EmailTls::Starttls
}

/// How a connection to a relay is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailTls {
    /// Not at all; no password is sent then.
    None,
    /// STARTTLS, without which nothing is sent (RFC 3207).
    #[default]
    Starttls,
    /// TLS from the first octet (RFC 8314).
    Tls,
}

/// A collector of RFC 5424 messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Syslog {
    /// Host and port, as `syslog.example.net:514` or `[2001:db8::1]:514`.
    pub address: String,
    /// How.
    #[serde(default, skip_serializing_if = "is_udp")]
    pub transport: SyslogTransport,
    /// Facility of its messages.
    #[serde(default, skip_serializing_if = "is_local0")]
    pub facility: Facility,
    /// Certificates in PEM that the collector's has to be signed by; the system's when absent. For TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
}

fn is_udp(transport: &SyslogTransport) -> bool {
    *transport == SyslogTransport::Udp
}
fn is_local0(facility: &Facility) -> bool {
    *facility == Facility::Local0
}

/// How a syslog message travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyslogTransport {
    /// One datagram for each (RFC 5426).
    #[default]
    Udp,
    /// Counted octets over TCP (RFC 6587 section 3.4.1).
    Tcp,
    /// The same over TLS (RFC 5425).
    Tls,
}

/// Facilities that programs of an operator's may use (RFC 5424 section 6.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "they are their names")]
pub enum Facility {
    User,
    Daemon,
    #[default]
    Local0,
    Local1,
    Local2,
    Local3,
    Local4,
    Local5,
    Local6,
    Local7,
}

impl Facility {
    /// All of them.
    pub const ALL: [Facility; 10] = [
        Facility::User,
        Facility::Daemon,
        Facility::Local0,
        Facility::Local1,
        Facility::Local2,
        Facility::Local3,
        Facility::Local4,
        Facility::Local5,
        Facility::Local6,
        Facility::Local7,
    ];

    /// Its number, 1, 3 or 16-23.
    pub fn number(self) -> u8 {
        match self {
            Facility::User => 1,
            Facility::Daemon => 3,
            local => 16 + (local as u8 - Facility::Local0 as u8),
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        const NAMES: [&str; 10] = [
            "user", "daemon", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
        ];
        NAMES[self as usize]
    }
}

/// A receiver of traps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snmp {
    /// Host and port; the port is 162 unless said.
    pub address: String,
    /// Which protocol, and who sends.
    pub version: SnmpVersion,
}

/// Which SNMP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SnmpVersion {
    /// SNMPv2c (RFC 1901).
    V2c {
        /// Name of the secret that holds the community.
        community_secret: Label,
    },
    /// SNMPv3 with the user-based security model (RFC 3414).
    V3(SnmpUser),
}

/// A user of SNMPv3, at the level authNoPriv: traps are authenticated and hold no secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnmpUser {
    /// Name of the user, 1-32 characters.
    pub user: String,
    /// How messages are authenticated.
    #[serde(default, skip_serializing_if = "is_sha256")]
    pub auth: SnmpAuth,
    /// Name of the secret that holds the password for that, at least 8 characters.
    pub auth_secret: Label,
    /// Engine of the sender, 5-32 octets in hex; made from the site's name when absent (RFC 3411 section 5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_id: Option<String>,
}

fn is_sha256(auth: &SnmpAuth) -> bool {
    *auth == SnmpAuth::Sha256
}

/// Authentication of SNMPv3 (RFC 7860).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnmpAuth {
    /// HMAC-SHA-256-192.
    #[default]
    Sha256,
    /// HMAC-SHA-512-384.
    Sha512,
}

/// A program in the directory that the settings of the server name, called with the alert as its one argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Name of its file.
    pub name: Label,
}
