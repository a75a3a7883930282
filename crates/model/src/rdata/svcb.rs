//! SVCB and HTTPS (RFC 9460): priority, target, and parameters by key, in order and each once.

mod value;

use std::collections::BTreeMap;

use super::form::Form;
use super::reader::Reader;
use crate::value::ValueError;

/// Keys by name (RFC 9460 section 14.3.2).
const NAMES: [(&str, u16); 7] = [
    ("mandatory", MANDATORY),
    ("alpn", ALPN),
    ("no-default-alpn", NO_DEFAULT_ALPN),
    ("port", PORT),
    ("ipv4hint", IPV4HINT),
    ("ech", ECH),
    ("ipv6hint", IPV6HINT),
];
const MANDATORY: u16 = 0;
const ALPN: u16 = 1;
const NO_DEFAULT_ALPN: u16 = 2;
const PORT: u16 = 3;
const IPV4HINT: u16 = 4;
const ECH: u16 = 5;
const IPV6HINT: u16 = 6;
/// Never a key of a parameter.
const INVALID: u16 = 65_535;

type Params = BTreeMap<u16, Vec<u8>>;

/// Presentation form, RFC 9460 section 2.1.
pub fn parse(form: &Form<'_>) -> Result<Vec<u8>, ValueError> {
    form.at_least(2, "priority, target and parameters, as `1 . alpn=\"h2,h3\" ipv4hint=192.0.2.1`")?;
    let mut out = form.number::<u16>(0)?.to_be_bytes().to_vec();
    let is_alias = out == [0, 0];
    out.extend(form.name(1)?.wire());
    let mut params = Params::new();
    for field in &form.fields[2..] {
        let (name, text) = match field.raw().split_once('=') {
            Some((name, text)) => (name, Some(text)),
            None => (field.raw(), None),
        };
        let wrong = |why: String| ValueError(format!("parameter {name:?}: {why}"));
        let key = key_of(name).ok_or_else(|| {
            let known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            wrong(format!("there is no such key: use {} or key667", known.join(", ")))
        })?;
        // A key by its number takes its value as it stands on the wire.
        let octets = if name.starts_with("key") { value::opaque(text) } else { value::parse(key, text) };
        let octets = octets.map_err(|ValueError(why)| wrong(why))?;
        if params.insert(key, octets).is_some() {
            return Err(wrong("a key stands once in a record: remove one".to_owned()));
        }
    }
    if let Some(why) = contradiction(is_alias, &params) {
        return Err(ValueError(why));
    }
    for (key, octets) in &params {
        let len = u16::try_from(octets.len())
            .map_err(|_| ValueError(format!("parameter {}: the value is too long", name_of(*key))))?;
        out.extend(key.to_be_bytes());
        out.extend(len.to_be_bytes());
        out.extend(octets);
    }
    Ok(out)
}

/// The same back; nothing when the octets break a rule of RFC 9460.
pub fn print(data: &mut Reader<'_>) -> Option<String> {
    let priority = data.u16()?;
    let mut out = format!("{priority} {}", data.name()?);
    let mut params = Params::new();
    while !data.is_empty() {
        let (key, len) = (data.u16()?, data.u16()?);
        let octets = data.take(len.into())?;
        // Section 2.2: strictly ascending.
        if params.last_key_value().is_some_and(|(last, _)| *last >= key) {
            return None;
        }
        params.insert(key, octets.to_vec());
    }
    if contradiction(priority == 0, &params).is_some() {
        return None;
    }
    for (key, octets) in &params {
        out.push(' ');
        out.push_str(&name_of(*key));
        out.push_str(&value::print(*key, octets)?);
    }
    Some(out)
}

fn key_of(name: &str) -> Option<u16> {
    if let Some((_, key)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(*key);
    }
    let digits = name.strip_prefix("key")?;
    // Section 2.1: without leading zeros.
    digits.parse().ok().filter(|key: &u16| *key != INVALID && key.to_string() == digits)
}

fn name_of(key: u16) -> String {
    match NAMES.iter().find(|(_, known)| *known == key) {
        Some((name, _)) => (*name).to_owned(),
        None => format!("key{key}"),
    }
}

/// Why these parameters cannot stand together; each value is checked where it is read.
fn contradiction(is_alias: bool, params: &Params) -> Option<String> {
    if is_alias && !params.is_empty() {
        return Some("priority 0 makes an alias, which has no parameters (RFC 9460 section 2.4.2)".into());
    }
    if params.keys().any(|key| *key == INVALID) {
        return Some("key65535 is reserved (RFC 9460 section 14.3.2)".into());
    }
    if params.contains_key(&NO_DEFAULT_ALPN) && !params.contains_key(&ALPN) {
        return Some("no-default-alpn needs alpn beside it (RFC 9460 section 7.1.1)".into());
    }
    for (key, octets) in params {
        if value::print(*key, octets).is_none() {
            return Some(format!("parameter {}: the value does not fit the key", name_of(*key)));
        }
    }
    let needed = params.get(&MANDATORY)?;
    let missing = value::keys(needed).find(|key| !params.contains_key(key))?;
    Some(format!("parameter mandatory: {} is not there (RFC 9460 section 8)", name_of(missing)))
}
