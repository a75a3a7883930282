//! Addresses as people write them, refused in words that say what would be right.

use std::net::IpAddr;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

fn parse(text: &str) -> Result<IpAddr, String> {
    let remedy = "write an address such as 192.0.2.1 or 2001:db8::1";
    text.trim().parse().map_err(|_| format!("{text:?} is no IP address: {remedy}"))
}

/// One address, or none.
pub fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<IpAddr>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parse(&text)).transpose().map_err(D::Error::custom)
}

/// A list of them.
pub fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpAddr>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| parse(text)).collect::<Result<_, _>>().map_err(D::Error::custom)
}
