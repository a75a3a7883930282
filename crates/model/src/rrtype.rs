//! Record types and response codes by number and by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::ValueError;

/// A record type (RFC 1035 section 3.2.2); a type without a name is written `TYPE1000` (RFC 3597 section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RrType(pub u16);

macro_rules! rr_types {
    ($($name:ident = $number:literal),+ $(,)?) => {
        impl RrType {
            $(#[doc = concat!("Type ", stringify!($name), ", ", $number, ".")]
            pub const $name: RrType = RrType($number);)+
            /// Every type known by name, with its number.
            pub const NAMED: &[(&str, u16)] = &[$((stringify!($name), $number)),+];
        }
    };
}

rr_types! {
    A = 1, NS = 2, CNAME = 5, SOA = 6, PTR = 12, HINFO = 13, MX = 15, TXT = 16, AAAA = 28, SRV = 33, NAPTR = 35,
    DNAME = 39, OPT = 41, DS = 43, SSHFP = 44, RRSIG = 46, NSEC = 47, DNSKEY = 48, NSEC3 = 50, NSEC3PARAM = 51,
    TLSA = 52, SVCB = 64, HTTPS = 65, TKEY = 249, TSIG = 250, IXFR = 251, AXFR = 252, MAILB = 253, MAILA = 254, ANY = 255, CAA = 257,
}

impl fmt::Display for RrType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match RrType::NAMED.iter().find(|(_, number)| *number == self.0) {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "TYPE{}", self.0),
        }
    }
}

impl FromStr for RrType {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let upper = text.trim().to_ascii_uppercase();
        if let Some((_, number)) = RrType::NAMED.iter().find(|(name, _)| *name == upper) {
            return Ok(RrType(*number));
        }
        upper.strip_prefix("TYPE").and_then(|n| n.parse().ok()).map(RrType).ok_or_else(|| {
            ValueError(format!(
                "{text:?} is no record type: give one such as A, AAAA, CNAME, MX, TXT or TYPE1000"
            ))
        })
    }
}

impl Serialize for RrType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RrType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A response code (RFC 1035 section 4.1.1, RFC 6895 section 2.3), extended ones (BADVERS is 16) included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rcode(pub u16);

impl Rcode {
    /// Names of the codes this server sends or logs.
    pub const NAMED: &[(&str, u16)] = &[
        ("NOERROR", 0),
        ("FORMERR", 1),
        ("SERVFAIL", 2),
        ("NXDOMAIN", 3),
        ("NOTIMP", 4),
        ("REFUSED", 5),
        ("YXDOMAIN", 6),
        ("NOTAUTH", 9),
        ("BADVERS", 16),
        ("BADCOOKIE", 23),
    ];
    /// 0
    pub const NOERROR: Rcode = Rcode(0);
    /// 1
    pub const FORMERR: Rcode = Rcode(1);
    /// 2
    pub const SERVFAIL: Rcode = Rcode(2);
    /// 3
    pub const NXDOMAIN: Rcode = Rcode(3);
    /// 4
    pub const NOTIMP: Rcode = Rcode(4);
    /// 5
    pub const REFUSED: Rcode = Rcode(5);
    /// 6
    pub const YXDOMAIN: Rcode = Rcode(6);
    /// 9
    pub const NOTAUTH: Rcode = Rcode(9);
    /// 16
    pub const BADVERS: Rcode = Rcode(16);
    /// Not a code of the protocol: the query was dropped on purpose (unhandled = drop, down response none).
    pub const DROPPED: Rcode = Rcode(0xfff);
}

impl fmt::Display for Rcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Rcode::DROPPED {
            return f.write_str("DROPPED");
        }
        match Rcode::NAMED.iter().find(|(_, number)| *number == self.0) {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "RCODE{}", self.0),
        }
    }
}

impl FromStr for Rcode {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let upper = text.trim().to_ascii_uppercase();
        if upper == "DROPPED" {
            return Ok(Rcode::DROPPED);
        }
        let named = Rcode::NAMED.iter().find(|(name, _)| *name == upper).map(|(_, number)| *number);
        named.or_else(|| upper.strip_prefix("RCODE").unwrap_or(&upper).parse().ok()).map(Rcode).ok_or_else(
            || ValueError(format!("{text:?} is no response code: give one such as NOERROR or NXDOMAIN")),
        )
    }
}

/// The address family a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Type A.
    V4,
    /// Type AAAA.
    V6,
    /// Any other type.
    Other,
}

impl Family {
    /// All families, in the order of their index.
    pub const ALL: [Family; 3] = [Family::V4, Family::V6, Family::Other];

    /// The family a record type asks for.
    pub fn of_type(rr_type: RrType) -> Family {
        match rr_type {
            RrType::A => Family::V4,
            RrType::AAAA => Family::V6,
            _ => Family::Other,
        }
    }

    /// The family of an address.
    pub fn of_address(address: std::net::IpAddr) -> Family {
        if address.is_ipv4() { Family::V4 } else { Family::V6 }
    }

    /// 0, 1 or 2.
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::V4 => "v4",
            Family::V6 => "v6",
            Family::Other => "other",
        })
    }
}
