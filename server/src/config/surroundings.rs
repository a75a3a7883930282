//! What answers may depend on beside the configuration: geographic databases, and who resolves names of members.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Deserializer};

/// Their flags.
#[derive(Args, Clone, Debug, Default)]
pub struct SurroundingsArgs {
    /// Database of cities or countries in MaxMind's format; read again when it changes.
    #[arg(long, value_name = "FILE", env = "STEELYARD_GEO_CITY")]
    pub geo_city: Option<PathBuf>,
    /// Database of autonomous systems in MaxMind's format; read again when it changes.
    #[arg(long, value_name = "FILE", env = "STEELYARD_GEO_ASN")]
    pub geo_asn: Option<PathBuf>,
    /// Server that resolves names of members; may be given several times [default: those of this machine].
    #[arg(long, value_name = "ADDR", env = "STEELYARD_RESOLVER", value_delimiter = ',', value_parser = server)]
    pub resolver: Vec<SocketAddr>,
}

/// `[geo]` of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Geo {
    city: Option<PathBuf>,
    asn: Option<PathBuf>,
}

/// `[resolver]` of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolver {
    #[serde(default, deserialize_with = "servers")]
    servers: Vec<SocketAddr>,
}

/// In force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SurroundingsSettings {
    /// Cities or countries.
    pub city: Option<PathBuf>,
    /// Autonomous systems.
    pub asn: Option<PathBuf>,
    /// Who resolves; those of this machine when empty.
    pub servers: Vec<SocketAddr>,
}

impl SurroundingsArgs {
    /// Joins flags and file.
    pub fn settings(self, geo: Geo, resolver: Resolver) -> SurroundingsSettings {
        SurroundingsSettings {
            city: self.geo_city.or(geo.city),
            asn: self.geo_asn.or(geo.asn),
            servers: if self.resolver.is_empty() { resolver.servers } else { self.resolver },
        }
    }
}

/// Reads an address of a server, its port 53 unless it is given.
fn server(text: &str) -> Result<SocketAddr, String> {
    let alone = || text.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 53));
    text.parse().ok().or_else(alone).ok_or_else(|| {
        format!(
            "{text:?} is no address of a server: write one such as 192.0.2.53, or with a port 192.0.2.53:5353"
        )
    })
}

fn servers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketAddr>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| server(text)).collect::<Result<_, _>>().map_err(serde::de::Error::custom)
}
