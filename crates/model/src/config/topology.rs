use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::{Label, ValueError};

/// Where some clients are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopologyRule {
    /// What it is called in explanations; its place in the list when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Label>,
    /// The clients it is for.
    pub clients: Clients,
    /// Pools of the service, locations and sites, the most wanted first: of the pools the first with an eligible member
    /// answers, and in a pool whose algorithm is `topology` the members of the first location or site that has one.
    pub to: Vec<Label>,
}

/// Clients by where they are; one match of any list is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clients {
    /// Their networks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cidr: Vec<IpNet>,
    /// Their countries (ISO 3166-1 alpha-2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub country: Vec<Country>,
    /// Their continents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continent: Vec<Continent>,
    /// Their autonomous systems' numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asn: Vec<u32>,
}

impl Clients {
    /// Whether no client is meant.
    pub fn is_empty(&self) -> bool {
        self.cidr.is_empty() && !self.needs_a_place()
    }

    /// Whether a client's address alone does not say if it is meant.
    pub fn needs_a_place(&self) -> bool {
        !(self.country.is_empty() && self.continent.is_empty() && self.asn.is_empty())
    }
}

/// A country by its code (ISO 3166-1 alpha-2), in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Country {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.trim().as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Country([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(ValueError(format!(
                "{text:?} is no country: give a code of ISO 3166-1 of two letters such as ES"
            ))),
        }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A continent, by the code geographic databases have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Continent {
    /// Africa.
    Af,
    /// Antarctica.
    An,
    /// Asia.
    As,
    /// Europe.
    Eu,
    /// North America.
    Na,
    /// Oceania.
    Oc,
    /// South America.
    Sa,
}

impl Continent {
    /// All of them.
    pub const ALL: [Continent; 7] = [
        Continent::Af,
        Continent::An,
        Continent::As,
        Continent::Eu,
        Continent::Na,
        Continent::Oc,
        Continent::Sa,
    ];

    /// Two capitals.
    pub fn as_str(self) -> &'static str {
        match self {
            Continent::Af => "AF",
            Continent::An => "AN",
            Continent::As => "AS",
            Continent::Eu => "EU",
            Continent::Na => "NA",
            Continent::Oc => "OC",
            Continent::Sa => "SA",
        }
    }

    /// The continent of a code, in capitals.
    pub fn coded(code: &str) -> Option<Continent> {
        Continent::ALL.into_iter().find(|continent| continent.as_str() == code)
    }
}
