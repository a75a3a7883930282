//! Record data: from the presentation form an operator writes to the octets the responder sends, and back.
//!
//! Names inside record data are written without compression: a stored record is sent as it stands. Types that have
//! no form of their own here are written as `\# length hex` (RFC 3597 section 5); the others may be, and have to fit
//! their type all the same.

mod base64;
mod field;
mod form;
mod forms;
mod reader;
mod svcb;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod text;

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::name::{DnsName, has_last_dot};
use crate::rrtype::RrType;
use crate::value::ValueError;
use field::Field;
use form::Form;
use reader::Reader;

/// Longest record data this server accepts, in octets: an RRset has to fit a TCP message with room to spare.
pub const MAX_RDATA: usize = 16 * 1024;

/// Parses the presentation form of one record's data. Relative names are completed with `origin`.
///
/// # Errors
/// Names the form expected when the text does not fit the type.
pub fn parse(rr_type: RrType, text: &str, origin: &DnsName) -> Result<Vec<u8>, ValueError> {
    if let Some(octets) = address(rr_type, text) {
        return Ok(octets);
    }
    let fields = Field::split(text)?;
    let data = if fields.first().is_some_and(Field::begins_generic) {
        generic(rr_type, &fields, origin)?
    } else {
        typed(&Form { rr_type, origin, fields: &fields })?
    };
    if data.len() > MAX_RDATA {
        return Err(ValueError(format!(
            "the data takes {} octets: at most {MAX_RDATA} are accepted",
            data.len()
        )));
    }
    Ok(data)
}

/// Writes record data in presentation form, names with their last dot; [`parse`] gives the same octets back.
///
/// Octets that do not fit the type, and those of types without a form, come as `\# length hex`.
pub fn print(rr_type: RrType, data: &[u8]) -> String {
    typed_text(rr_type, data).unwrap_or_else(|| generic_text(data))
}

/// Whether record data of this type is a single name that another record may be looked up by.
pub fn is_alias(rr_type: RrType) -> bool {
    matches!(rr_type, RrType::CNAME | RrType::DNAME)
}

/// The name of a host that record data of this type points to, which has to be no alias (RFC 2181 section 10.3).
pub fn host(rr_type: RrType, data: &[u8]) -> Option<DnsName> {
    let before = match rr_type {
        RrType::NS => 0,
        RrType::MX => 2,
        RrType::SRV => 6,
        _ => return None,
    };
    DnsName::from_wire(data.get(before..)?)
}

/// A name as the declarative form writes it: `@` is the origin, a last dot makes it absolute, a single label is
/// relative, and a name of several labels is absolute, since there is no `$ORIGIN` to be misled by.
pub fn absolute(text: &str, origin: &DnsName) -> Result<DnsName, ValueError> {
    let wrong = |e: crate::name::NameError| ValueError(format!("{text:?} is no domain name: {e}"));
    if text == "@" {
        return Ok(origin.clone());
    }
    let name: DnsName = text.parse().map_err(wrong)?;
    if name.label_count() == 1 && !has_last_dot(text) { name.below(origin).map_err(wrong) } else { Ok(name) }
}

/// The commonest records, without the detour over fields.
fn address(rr_type: RrType, text: &str) -> Option<Vec<u8>> {
    match rr_type {
        RrType::A => text.trim().parse::<Ipv4Addr>().ok().map(|a| a.octets().to_vec()),
        RrType::AAAA => text.trim().parse::<Ipv6Addr>().ok().map(|a| a.octets().to_vec()),
        _ => None,
    }
}

fn typed(form: &Form<'_>) -> Result<Vec<u8>, ValueError> {
    match form.rr_type {
        RrType::A => Err(form.wrong("an IPv4 address such as 192.0.2.1")),
        RrType::AAAA => Err(form.wrong("an IPv6 address such as 2001:db8::1")),
        RrType::CNAME | RrType::NS | RrType::PTR | RrType::DNAME => forms::name(form),
        RrType::MX => forms::mx(form),
        RrType::SRV => forms::srv(form),
        RrType::TXT => forms::txt(form),
        RrType::HINFO => forms::hinfo(form),
        RrType::CAA => forms::caa(form),
        RrType::NAPTR => forms::naptr(form),
        RrType::TLSA => forms::digest(form, "BBB", "usage, selector, matching type and hexadecimal data"),
        RrType::SSHFP => forms::digest(form, "BB", "algorithm, fingerprint type and hexadecimal fingerprint"),
        RrType::DS => {
            forms::digest(form, "HBB", "key tag, algorithm, digest type and hexadecimal digest (RFC 4034)")
        }
        RrType::SVCB | RrType::HTTPS => svcb::parse(form),
        RrType::SOA => Err(ValueError("SOA is set by the zone's own fields, not as a record".into())),
        other => {
            Err(ValueError(format!("data of type {other} has to be written as `\\# length hex` (RFC 3597)")))
        }
    }
}

/// The text of data that fits its type's form; nothing for data that does not.
fn typed_text(rr_type: RrType, data: &[u8]) -> Option<String> {
    let mut reader = Reader::new(data);
    let text = match rr_type {
        RrType::A => Ipv4Addr::from(reader.array::<4>()?).to_string(),
        RrType::AAAA => Ipv6Addr::from(reader.array::<16>()?).to_string(),
        RrType::CNAME | RrType::NS | RrType::PTR | RrType::DNAME => reader.name()?,
        RrType::MX => forms::mx_text(&mut reader)?,
        RrType::SRV => forms::srv_text(&mut reader)?,
        RrType::TXT => forms::txt_text(&mut reader)?,
        RrType::HINFO => forms::hinfo_text(&mut reader)?,
        RrType::CAA => forms::caa_text(&mut reader)?,
        RrType::NAPTR => forms::naptr_text(&mut reader)?,
        RrType::TLSA => forms::digest_text(&mut reader, "BBB")?,
        RrType::SSHFP => forms::digest_text(&mut reader, "BB")?,
        RrType::DS => forms::digest_text(&mut reader, "HBB")?,
        RrType::SVCB | RrType::HTTPS => svcb::print(&mut reader)?,
        _ => return None,
    };
    reader.is_empty().then_some(text)
}

/// Whether the type has a form of its own.
fn has_form(rr_type: RrType) -> bool {
    use RrType as T;
    matches!(
        rr_type,
        T::A | T::AAAA
            | T::CNAME
            | T::NS
            | T::PTR
            | T::DNAME
            | T::MX
            | T::SRV
            | T::TXT
            | T::HINFO
            | T::CAA
            | T::NAPTR
            | T::TLSA
            | T::SSHFP
            | T::DS
            | T::SVCB
            | T::HTTPS
    )
}

/// RFC 3597 section 5. Data of a type with a form goes through that form, so that nothing gets past its rules.
fn generic(rr_type: RrType, fields: &[Field], origin: &DnsName) -> Result<Vec<u8>, ValueError> {
    if rr_type == RrType::SOA {
        return typed(&Form { rr_type, origin, fields });
    }
    let wrong = || {
        ValueError("the generic form is `\\# length hex`, as `\\# 4 c0000201` (RFC 3597 section 5)".into())
    };
    let length: usize = fields.get(1).and_then(|f| f.raw().parse().ok()).ok_or_else(wrong)?;
    let data = text::unhex(&fields[2..])?;
    if data.len() != length {
        return Err(wrong());
    }
    if !has_form(rr_type) {
        return Ok(data);
    }
    let text = typed_text(rr_type, &data).ok_or_else(|| {
        ValueError(format!("these octets are no data of type {rr_type}: write it in that type's own form"))
    })?;
    parse(rr_type, &text, origin)
}

fn generic_text(data: &[u8]) -> String {
    if data.is_empty() { "\\# 0".to_owned() } else { format!("\\# {} {}", data.len(), text::hex(data)) }
}
