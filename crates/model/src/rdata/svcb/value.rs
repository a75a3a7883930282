//! Values of parameters: texts, lists of texts, numbers, addresses, octets.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{ALPN, ECH, IPV4HINT, IPV6HINT, MANDATORY, NO_DEFAULT_ALPN, PORT, key_of, name_of};
use crate::rdata::{base64, text};
use crate::value::ValueError;

type Parsed = Result<Vec<u8>, ValueError>;

fn wrong<T>(why: &str) -> Result<T, ValueError> {
    Err(ValueError(why.to_owned()))
}

/// The octets of a value as it is written on the wire; a key may stand without one.
pub fn opaque(text: Option<&str>) -> Parsed {
    let text = text.unwrap_or_default();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    text::unescape(inner.unwrap_or(text))
}

/// The value of a key with a name.
pub fn parse(key: u16, written: Option<&str>) -> Parsed {
    if key == NO_DEFAULT_ALPN {
        return if written.is_none() { Ok(Vec::new()) } else { wrong("this key takes no value: remove it") };
    }
    let octets = opaque(written)?;
    if octets.is_empty() {
        return wrong("a value is needed behind `=`");
    }
    match key {
        MANDATORY => mandatory(&octets),
        ALPN => alpn(&octets),
        PORT => {
            let port = std::str::from_utf8(&octets).ok().filter(|t| t.bytes().all(|b| b.is_ascii_digit()));
            match port.and_then(|text| text.parse::<u16>().ok()) {
                Some(port) => Ok(port.to_be_bytes().to_vec()),
                None => wrong("give a port up to 65535"),
            }
        }
        IPV4HINT => addresses(&octets, "IPv4", |a: Ipv4Addr| a.octets().to_vec()),
        IPV6HINT => addresses(&octets, "IPv6", |a: Ipv6Addr| a.octets().to_vec()),
        ECH => base64::decode(&octets).ok_or_else(|| ValueError("give an ECHConfigList in base64".into())),
        _ => Ok(octets),
    }
}

fn mandatory(octets: &[u8]) -> Parsed {
    let mut keys = Vec::new();
    for name in octets.split(|byte| *byte == b',') {
        match std::str::from_utf8(name).ok().and_then(key_of) {
            Some(MANDATORY) => return wrong("mandatory does not list itself: remove it"),
            Some(key) if keys.contains(&key) => return wrong("a key stands in the list once: remove one"),
            Some(key) => keys.push(key),
            None => return wrong("give keys separated by commas, as alpn,port"),
        }
    }
    keys.sort_unstable();
    Ok(keys.into_iter().flat_map(u16::to_be_bytes).collect())
}

/// Protocols separated by commas; `\,` and `\\` stand for themselves (RFC 9460 appendix A.1).
fn alpn(octets: &[u8]) -> Parsed {
    let mut protocols = vec![Vec::new()];
    let mut bytes = octets.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b',' => protocols.push(Vec::new()),
            b'\\' => match (bytes.next(), protocols.last_mut()) {
                (Some(byte), Some(protocol)) => protocol.push(*byte),
                _ => return wrong("a backslash must be followed by a character"),
            },
            byte => {
                if let Some(protocol) = protocols.last_mut() {
                    protocol.push(*byte);
                }
            }
        }
    }
    let mut out = Vec::new();
    for protocol in protocols {
        if protocol.is_empty() {
            return wrong("a protocol between the commas is empty: write it as h2,h3");
        }
        text::push_string(&mut out, &protocol)?;
    }
    Ok(out)
}

fn addresses<A: std::str::FromStr>(octets: &[u8], family: &str, wire: impl Fn(A) -> Vec<u8>) -> Parsed {
    let mut out = Vec::new();
    for text in octets.split(|byte| *byte == b',') {
        match std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()) {
            Some(address) => out.extend(wire(address)),
            None => return wrong(&format!("give {family} addresses separated by commas")),
        }
    }
    Ok(out)
}

/// The keys of a `mandatory` value.
pub fn keys(octets: &[u8]) -> impl Iterator<Item = u16> {
    octets.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
}

/// What stands behind the key, `=` included; nothing when the octets do not fit the key.
pub fn print(key: u16, octets: &[u8]) -> Option<String> {
    match key {
        NO_DEFAULT_ALPN => octets.is_empty().then(String::new),
        MANDATORY => {
            let list: Vec<u16> = keys(octets).collect();
            let good = !list.is_empty()
                && octets.len().is_multiple_of(2)
                && list.is_sorted_by(|a, b| a < b)
                && !list.contains(&MANDATORY)
                && !list.contains(&super::INVALID);
            let names: Vec<String> = list.into_iter().map(name_of).collect();
            good.then(|| format!("={}", names.join(",")))
        }
        ALPN => Some(format!("={}", text::quoted(&alpn_list(octets)?))),
        PORT => octets.try_into().ok().map(|port| format!("={}", u16::from_be_bytes(port))),
        IPV4HINT => list(octets, |a: [u8; 4]| Ipv4Addr::from(a).to_string()),
        IPV6HINT => list(octets, |a: [u8; 16]| Ipv6Addr::from(a).to_string()),
        ECH => (!octets.is_empty()).then(|| format!("={}", base64::encode(octets))),
        _ if octets.is_empty() => Some(String::new()),
        _ => Some(format!("={}", text::quoted(octets))),
    }
}

fn alpn_list(mut octets: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    while let Some((len, rest)) = octets.split_first() {
        let (protocol, rest) = rest.split_at_checked(usize::from(*len)).filter(|_| *len > 0)?;
        octets = rest;
        if !out.is_empty() {
            out.push(b',');
        }
        for byte in protocol {
            if matches!(byte, b',' | b'\\') {
                out.push(b'\\');
            }
            out.push(*byte);
        }
    }
    (!out.is_empty()).then_some(out)
}

fn list<const N: usize>(octets: &[u8], text: impl Fn([u8; N]) -> String) -> Option<String> {
    let (addresses, rest) = octets.as_chunks::<N>();
    let texts: Vec<String> = addresses.iter().map(|address| text(*address)).collect();
    (rest.is_empty() && !texts.is_empty()).then(|| format!("={}", texts.join(",")))
}
