use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::{Label, Span, ValueError};

/// A health check, run against every member of the services that name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// Name of the monitor.
    pub name: Label,
    /// How a member is checked.
    #[serde(rename = "type")]
    pub kind: MonitorKind,
    /// Port of the member, 1-65535.
    pub port: u16,
    /// HTTP: the request line, `GET / HTTP/1.1` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// HTTP: the Host header; the service's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// HTTP: statuses that are healthy, `2xx` and `3xx` when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect_status: Vec<StatusMatch>,
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

/// How a member is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorKind {
    /// A request whose status is judged.
    Http,
    /// A connection that has to open.
    Tcp,
}

impl MonitorKind {
    /// `http` or `tcp`.
    pub fn as_str(self) -> &'static str {
        match self {
            MonitorKind::Http => "http",
            MonitorKind::Tcp => "tcp",
        }
    }
}

/// A status code, or a class of them written `2xx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusMatch {
    /// All codes of a class, 1-5.
    Class(u8),
    /// One code, 100-599.
    Code(u16),
}

impl StatusMatch {
    /// Whether `status` is one of these.
    pub fn matches(self, status: u16) -> bool {
        match self {
            StatusMatch::Class(class) => status / 100 == u16::from(class),
            StatusMatch::Code(code) => status == code,
        }
    }
}

impl FromStr for StatusMatch {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let lower = text.trim().to_ascii_lowercase();
        if let Some(class) =
            lower.strip_suffix("xx").and_then(|c| c.parse::<u8>().ok()).filter(|c| (1..=5).contains(c))
        {
            return Ok(StatusMatch::Class(class));
        }
        lower.parse().ok().filter(|code| (100..=599).contains(code)).map(StatusMatch::Code).ok_or_else(|| {
            ValueError(format!("{text:?} is no HTTP status: give a code such as 200 or a class such as 2xx"))
        })
    }
}

impl fmt::Display for StatusMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusMatch::Class(class) => write!(f, "{class}xx"),
            StatusMatch::Code(code) => write!(f, "{code}"),
        }
    }
}

impl Serialize for StatusMatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StatusMatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u16),
            Text(String),
        }
        let text = match Either::deserialize(deserializer)? {
            Either::Number(code) => code.to_string(),
            Either::Text(text) => text,
        };
        text.parse().map_err(serde::de::Error::custom)
    }
}
