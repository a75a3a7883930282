//! Values as each field's kind reads them.

use std::net::IpAddr;

use ipnet::IpNet;

use super::field::{Field, Kind};
use super::{Value, instant};
use crate::event::Transport;
use crate::name::DnsName;
use crate::value::ValueError;

/// Reads the value of a field.
pub(super) fn typed(field: Field, text: &str) -> Result<Value, ValueError> {
    let trimmed = text.trim();
    match field.kind() {
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::Name => name(trimmed),
        Kind::Transport => match trimmed.to_ascii_lowercase().as_str() {
            known if Transport::named(known).is_some() => Ok(Value::Text(known.to_owned())),
            _ => Err(ValueError(format!("{text:?} is no transport: give udp, tcp, dot, doh or doq"))),
        },
        Kind::Number => trimmed
            .parse()
            .map(Value::Number)
            .map_err(|_| ValueError(format!("{text:?} is no whole number: give one such as 30"))),
        Kind::Address => network(trimmed),
        Kind::Time => instant::parse(trimmed).map(Value::Time).ok_or_else(|| {
            ValueError(format!(
                "{text:?} is no time: write it as 2026-01-31, 2026-01-31T08:30:00Z or 2026-01-31T08:30:00.25+01:00"
            ))
        }),
        Kind::RrType => trimmed.parse().map(Value::RrType),
        Kind::Rcode => trimmed.parse().map(Value::Rcode),
        Kind::Flag => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Value::Flag(true)),
            "false" | "no" | "0" => Ok(Value::Flag(false)),
            _ => Err(ValueError(format!("{text:?} is neither yes nor no: give true or false"))),
        },
    }
}

/// The canonical form of a name, which rows are compared with; the empty text stands for no name.
fn name(text: &str) -> Result<Value, ValueError> {
    if text.is_empty() {
        return Ok(Value::Text(String::new()));
    }
    let name: DnsName = text.parse().map_err(|e| ValueError(format!("{text:?} is no domain name: {e}")))?;
    Ok(Value::Text(name.to_string()))
}

fn network(text: &str) -> Result<Value, ValueError> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Value::Network(IpNet::from(address.to_canonical())));
    }
    let network = text.parse::<IpNet>().map(|network| network.trunc());
    match network {
        Ok(network) if network.prefix_len() == network.max_prefix_len() => {
            Ok(Value::Network(IpNet::from(network.addr().to_canonical())))
        }
        Ok(network) => Ok(Value::Network(network)),
        Err(_) => Err(ValueError(format!(
            "{text:?} is no address: give one such as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32"
        ))),
    }
}
