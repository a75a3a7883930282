use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Transfer;
use crate::name::{DnsName, has_last_dot};
use crate::rrtype::RrType;
use crate::value::{Ttl, ValueError};

/// A zone this site is authoritative for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Apex of the zone.
    pub name: DnsName,
    /// Start of authority.
    #[serde(default)]
    pub soa: Soa,
    /// Names of its servers, as the parent delegates to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name_servers: Vec<DnsName>,
    /// TTL of SOA, NS and of records without their own.
    #[serde(default)]
    pub ttl: Ttl,
    /// What a name that does not exist gets.
    #[serde(default)]
    pub unhandled: Unhandled,
    /// Static records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordSet>,
    /// Who may transfer it; nobody when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
}

impl Zone {
    /// MNAME of its SOA record.
    pub fn primary(&self) -> &DnsName {
        self.soa.mname.as_ref().or(self.name_servers.first()).unwrap_or(&self.name)
    }

    /// RNAME of its SOA record.
    pub fn mailbox(&self) -> DnsName {
        let mailbox = self.soa.rname.clone().or_else(|| Mailbox::hostmaster(&self.name));
        mailbox.map_or_else(|| self.name.clone(), |mailbox| mailbox.name().clone())
    }

    /// TTL of a set.
    pub fn ttl_of(&self, set: &RecordSet) -> Ttl {
        set.ttl.unwrap_or(self.ttl)
    }
}

/// Fields of the SOA record (RFC 1035 section 3.3.13); seconds. The serial is the configuration's generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Soa {
    /// Primary server; the first name server, or the apex, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mname: Option<DnsName>,
    /// Mailbox of the person responsible; `hostmaster@` the zone when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rname: Option<Mailbox>,
    /// How often secondaries look.
    #[serde(default = "refresh")]
    pub refresh: u32,
    /// How soon they try again.
    #[serde(default = "retry")]
    pub retry: u32,
    /// How long they keep a copy they cannot renew.
    #[serde(default = "expire")]
    pub expire: u32,
    /// How long a resolver may keep a negative answer (RFC 2308 section 4).
    #[serde(default)]
    pub negative_ttl: Ttl,
}

fn refresh() -> u32 {
    10_800
}
fn retry() -> u32 {
    3600
}
fn expire() -> u32 {
    86_400
}

impl Default for Soa {
    fn default() -> Self {
        Soa {
            mname: None,
            rname: None,
            refresh: refresh(),
            retry: retry(),
            expire: expire(),
            negative_ttl: Ttl::default(),
        }
    }
}

/// A mail address as SOA RNAME holds it: the first label is the local part (RFC 1035 section 8).
///
/// ```
/// let mailbox: model::config::Mailbox = "j.doe@example.org".parse().unwrap();
/// assert_eq!(mailbox.name().to_string(), "j\\.doe.example.org");
/// assert_eq!(mailbox.to_string(), "j.doe@example.org");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(DnsName);

impl Mailbox {
    /// The name that stands in the SOA record.
    pub fn name(&self) -> &DnsName {
        &self.0
    }

    /// The mailbox an SOA record's RNAME stands for; none for a name without a domain.
    pub fn of_name(name: DnsName) -> Option<Mailbox> {
        (name.label_count() >= 2).then_some(Mailbox(name))
    }

    /// `hostmaster@` the zone (RFC 2142 section 7); none when that would be too long a name.
    pub fn hostmaster(zone: &DnsName) -> Option<Mailbox> {
        "hostmaster".parse::<DnsName>().ok()?.below(zone).ok().map(Mailbox)
    }
}

impl FromStr for Mailbox {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = |why: &dyn fmt::Display| {
            ValueError(format!("{text:?} is no mailbox: {why}; write it as hostmaster@example.org"))
        };
        let name = match split_address(text) {
            Some((local, domain)) => {
                let local = local.replace('\\', "\\\\").replace('.', "\\.");
                format!("{local}.{domain}").parse()
            }
            None => text.parse(),
        };
        let name: DnsName = name.map_err(|e: crate::name::NameError| wrong(&e))?;
        Mailbox::of_name(name).ok_or_else(|| wrong(&"the domain is missing"))
    }
}

/// Local part and domain of a mail address; nothing for a name, in which an `@` is escaped.
fn split_address(text: &str) -> Option<(&str, &str)> {
    let (local, domain) = text.split_once('@')?;
    (!local.ends_with('\\')).then_some((local, domain))
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.0.labels().next().unwrap_or_default();
        let domain = self.0.parent().unwrap_or_else(DnsName::root);
        let plain = local.iter().all(|b| b.is_ascii_alphanumeric() || b".-_+".contains(b));
        if plain { write!(f, "{}@{domain}", String::from_utf8_lossy(local)) } else { self.0.fmt(f) }
    }
}

impl Serialize for Mailbox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mailbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a query for a name that does not exist in the zone gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unhandled {
    /// NXDOMAIN with the SOA.
    #[default]
    Nxdomain,
    /// Silence: resolvers wait and try again, for seconds.
    Drop,
}

impl Unhandled {
    /// `nxdomain` or `drop`.
    pub fn as_str(self) -> &'static str {
        match self {
            Unhandled::Nxdomain => "nxdomain",
            Unhandled::Drop => "drop",
        }
    }
}

/// Records of one owner and type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordSet {
    /// Owner relative to the zone, `@` for the apex.
    pub name: String,
    /// Type of the records.
    #[serde(rename = "type")]
    pub rr_type: RrType,
    /// TTL; the zone's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Ttl>,
    /// Data of each record in presentation form.
    pub data: Vec<String>,
}

impl RecordSet {
    /// The owner as a full name.
    pub fn owner(&self, zone: &DnsName) -> Result<DnsName, crate::name::NameError> {
        if self.name == "@" {
            return Ok(zone.clone());
        }
        let name: DnsName = self.name.parse()?;
        if has_last_dot(&self.name) || name.is_within(zone) && name.label_count() > zone.label_count() {
            return Ok(name);
        }
        name.below(zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_mailbox_reads_back_as_written(
            local in prop::collection::vec(any::<u8>(), 1..20), domain in "[a-z]{1,9}(\\.[a-z]{1,9}){0,2}"
        ) {
            let label = [&[local.len() as u8], local.as_slice(), &[0]].concat();
            let name = DnsName::from_wire(&label).unwrap().below(&domain.parse().unwrap()).unwrap();
            let mailbox = Mailbox::of_name(name).unwrap();
            prop_assert_eq!(mailbox.to_string().parse::<Mailbox>().unwrap(), mailbox);
        }
    }
}
