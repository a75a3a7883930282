use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::name::DnsName;

/// Port of DNS (RFC 1035 section 4.2).
const PORT: u16 = 53;

/// Who may transfer a zone (RFC 5936), and who is told that it changed (RFC 1996). Keys are named only: their secrets
/// are in the settings file of each site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Servers that keep a copy of the zone: each may transfer it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secondaries: Vec<Secondary>,
    /// Networks that may transfer it as well, without being told of changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<IpNet>,
    /// TSIG key a transfer has to be signed with, unless the secondary has its own; unsigned when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<DnsName>,
    /// Whether secondaries are told of changes.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub notify: bool,
}

/// A server that keeps a copy of the zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secondary {
    /// The address it transfers from and is told of changes at; port 53 unless said.
    #[serde(serialize_with = "write_address", deserialize_with = "read_address")]
    pub address: SocketAddr,
    /// TSIG key of this secondary; that of the transfer when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<DnsName>,
}

impl Default for Transfer {
    fn default() -> Self {
        Transfer { secondaries: Vec::new(), allow: Vec::new(), key: None, notify: true }
    }
}

impl Transfer {
    /// The key a secondary signs with.
    pub fn key_of<'a>(&'a self, secondary: &'a Secondary) -> Option<&'a DnsName> {
        secondary.key.as_ref().or(self.key.as_ref())
    }

    /// Every key that is named, with the path of the field that names it.
    pub fn keys(&self) -> impl Iterator<Item = (String, &DnsName)> {
        let own = self.key.iter().map(|key| ("key".to_owned(), key));
        let each = self.secondaries.iter().filter_map(|secondary| {
            Some((format!("secondaries[{}].key", secondary.text()), secondary.key.as_ref()?))
        });
        own.chain(each)
    }

    /// Whether `client` may transfer the zone with a message that `key` signed, or that nothing signed. A client that
    /// is listed several times needs to be right once.
    ///
    /// ```
    /// let transfer: model::config::Transfer = serde_json::from_value(serde_json::json!({
    ///     "secondaries": [{"address": "192.0.2.53", "key": "a.example.org"}], "allow": ["198.51.100.0/24"],
    /// })).unwrap();
    /// let key = "a.example.org".parse().unwrap();
    /// assert!(transfer.permits("192.0.2.53".parse().unwrap(), Some(&key)));
    /// assert!(!transfer.permits("192.0.2.53".parse().unwrap(), None));
    /// assert!(transfer.permits("198.51.100.7".parse().unwrap(), None));
    /// assert!(!transfer.permits("192.0.2.54".parse().unwrap(), Some(&key)));
    /// ```
    pub fn permits(&self, client: IpAddr, key: Option<&DnsName>) -> bool {
        let client = client.to_canonical();
        let signed = |required: Option<&DnsName>| required.is_none() || required == key;
        let listed = |s: &Secondary| s.address.ip().to_canonical() == client && signed(self.key_of(s));
        self.secondaries.iter().any(listed)
            || signed(self.key.as_ref()) && self.allow.iter().any(|net| net.contains(&client))
    }
}

impl Secondary {
    /// Reads `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`.
    ///
    /// # Errors
    /// Says what would be right.
    pub fn parse_address(text: &str) -> Result<SocketAddr, String> {
        let text = text.trim();
        let alone = |text: &str| text.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, PORT));
        let address = text.parse().ok().or_else(|| alone(text));
        address.filter(|address| address.port() != 0).ok_or_else(|| {
            let remedy =
                "write an address such as 192.0.2.53, or with a port 192.0.2.53:5353 or [2001:db8::53]:5353";
            format!("{text:?} is no address of a server: {remedy}")
        })
    }

    /// Its address, without the port when that is 53.
    pub fn text(&self) -> String {
        if self.address.port() == PORT { self.address.ip().to_string() } else { self.address.to_string() }
    }
}

fn write_address<S: Serializer>(address: &SocketAddr, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&Secondary { address: *address, key: None }.text())
}

fn read_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    Secondary::parse_address(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn yes() -> bool {
    true
}
fn is_yes(value: &bool) -> bool {
    *value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_they_are_read() {
        for text in ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353"] {
            let secondary = Secondary { address: Secondary::parse_address(text).unwrap(), key: None };
            assert_eq!(secondary.text(), text);
        }
        for text in ["", "ns.example.org", "192.0.2.53:0", "192.0.2.0/24", "192.0.2.53:70000"] {
            assert!(Secondary::parse_address(text).unwrap_err().contains("192.0.2.53:5353"), "{text}");
        }
    }

    #[test]
    fn a_client_of_several_entries_needs_to_be_right_once() {
        let key = |name: &str| Some(name.parse::<DnsName>().unwrap());
        let secondary =
            |address: &str, key| Secondary { address: Secondary::parse_address(address).unwrap(), key };
        let transfer = Transfer {
            secondaries: vec![secondary("192.0.2.1", key("a")), secondary("192.0.2.1:5353", key("b"))],
            allow: vec!["192.0.2.0/24".parse().unwrap()],
            key: key("all"),
            notify: true,
        };
        let permits = |client: &str, name: Option<&str>| {
            transfer.permits(client.parse().unwrap(), name.and_then(key).as_ref())
        };
        for name in ["a", "b", "all"] {
            assert!(permits("192.0.2.1", Some(name)), "{name}");
        }
        assert!(!permits("192.0.2.1", Some("c")) && !permits("192.0.2.1", None));
        assert!(permits("::ffff:192.0.2.2", Some("all")) && !permits("192.0.2.2", Some("a")));
        assert!(!permits("198.51.100.1", Some("all")) && !permits("2001:db8::1", Some("all")));
    }
}
