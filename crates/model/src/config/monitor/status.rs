use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::ValueError;

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
