use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::address;
use crate::name::DnsName;
use crate::value::{Label, Preference, Weight};

/// What answers may name: an address, or a name that this server resolves or answers as an alias.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The address answered and checked; absent where `fqdn` is given.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "address::some")]
    pub address: Option<IpAddr>,
    /// A name that stands for the address, resolved by this server; absent where `address` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fqdn: Option<DnsName>,
    /// What of a name is answered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub answer: AnswerAs,
    /// What clients outside the groups of private addresses are answered, of the same family as the address.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "address::some")]
    pub public_address: Option<IpAddr>,
    /// Where it lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Label>,
    /// Share of the pool's answers, unless the pool, the site or the location says another weight.
    #[serde(default)]
    pub weight: Weight,
    /// Its place in a pool by `preference_order`: the lowest that is up is answered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub preference: Preference,
    /// Answered at all; a disabled member is never answered, fail-open included.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// Takes no new answers while any other member of the service may be answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draining: bool,
}

impl Member {
    /// A member at an address with the default of everything else.
    pub fn at(address: impl Into<IpAddr>) -> Member {
        Member {
            address: Some(address.into()),
            fqdn: None,
            answer: AnswerAs::default(),
            public_address: None,
            location: None,
            weight: Weight::default(),
            preference: Preference::default(),
            enabled: true,
            draining: false,
        }
    }

    /// A member of a name with the default of everything else.
    pub fn named(fqdn: DnsName, answer: AnswerAs) -> Member {
        Member { address: None, fqdn: Some(fqdn), answer, ..Member::at([0, 0, 0, 0]) }
    }

    /// What it is known by in its pool.
    ///
    /// ```
    /// let member: model::config::Member = serde_json::from_str(r#"{"fqdn": "App.Example.org."}"#).unwrap();
    /// assert_eq!(member.id().to_string(), "app.example.org");
    /// ```
    pub fn id(&self) -> MemberId<'_> {
        match (&self.fqdn, self.address) {
            (Some(name), _) => MemberId::Name(name),
            (None, Some(address)) => MemberId::Address(address),
            (None, None) => MemberId::Nothing,
        }
    }

    /// Whether its name is what is answered.
    pub fn is_alias(&self) -> bool {
        self.alias().is_some()
    }

    /// The name answered as an alias.
    pub fn alias(&self) -> Option<&DnsName> {
        self.fqdn.as_ref().filter(|_| self.answer == AnswerAs::Cname)
    }
}

/// What a member is known by: its name where it has one, else its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MemberId<'a> {
    /// An address.
    Address(IpAddr),
    /// A name.
    Name(&'a DnsName),
    /// Neither was given, which a checked configuration never has.
    Nothing,
}

impl fmt::Display for MemberId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MemberId::Address(address) => address.fmt(f),
            MemberId::Name(name) => name.fmt(f),
            MemberId::Nothing => Ok(()),
        }
    }
}

/// What is answered for a member that has a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerAs {
    /// The address it resolves to.
    #[default]
    Address,
    /// The name itself, as a CNAME record.
    Cname,
}

impl AnswerAs {
    /// `address` or `cname`.
    pub fn as_str(self) -> &'static str {
        match self {
            AnswerAs::Address => "address",
            AnswerAs::Cname => "cname",
        }
    }
}

fn yes() -> bool {
    true
}
fn is_yes(value: &bool) -> bool {
    *value
}
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
