//! Record data: from the presentation form an operator writes to the octets the responder sends.
//!
//! Names inside record data are written without compression: a stored record is sent as it stands. Types that have
//! no form of their own here are written as `\# length hex` (RFC 3597 section 5).

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::name::DnsName;
use crate::rrtype::RrType;
use crate::value::ValueError;

/// Longest record data this server accepts, in octets: an RRset has to fit a TCP message with room to spare.
const MAX_RDATA: usize = 16 * 1024;

/// Parses the presentation form of one record's data. Relative names are completed with `origin`.
///
/// # Errors
/// Names the form expected when the text does not fit the type.
pub fn parse(rr_type: RrType, text: &str, origin: &DnsName) -> Result<Vec<u8>, ValueError> {
    let fields = split_fields(text)?;
    if fields.first().is_some_and(|f| !f.quoted && f.bytes == b"\\#") {
        return generic(&fields);
    }
    let mut out = Vec::new();
    let form = Form { rr_type, origin, fields: &fields };
    match rr_type {
        RrType::A => out.extend(form.one::<Ipv4Addr>("an IPv4 address such as 192.0.2.1")?.octets()),
        RrType::AAAA => out.extend(form.one::<Ipv6Addr>("an IPv6 address such as 2001:db8::1")?.octets()),
        RrType::CNAME | RrType::NS | RrType::PTR | RrType::DNAME => {
            form.count(1, "one name")?;
            out.extend(form.name(0)?.wire());
        }
        RrType::MX => {
            form.count(2, "a preference and a name, as `10 mail.example.org`")?;
            out.extend(form.number::<u16>(0)?.to_be_bytes());
            out.extend(form.name(1)?.wire());
        }
        RrType::SRV => {
            form.count(4, "priority, weight, port and target, as `0 5 443 host.example.org`")?;
            for i in 0..3 {
                out.extend(form.number::<u16>(i)?.to_be_bytes());
            }
            out.extend(form.name(3)?.wire());
        }
        RrType::TXT => {
            if fields.is_empty() {
                return Err(form.wrong("one or more texts, in quotes where they hold spaces"));
            }
            for field in &fields {
                push_text(&mut out, &field.bytes)?;
            }
        }
        RrType::CAA => {
            form.count(3, "flags, tag and value, as `0 issue \"ca.example.net\"`")?;
            out.push(form.number::<u8>(0)?);
            push_text(&mut out, &fields[1].bytes)?;
            out.extend(&fields[2].bytes);
        }
        RrType::TLSA => {
            form.count(4, "usage, selector, matching type and hexadecimal data")?;
            for i in 0..3 {
                out.push(form.number::<u8>(i)?);
            }
            out.extend(hex(&fields[3].bytes)?);
        }
        RrType::SSHFP => {
            form.count(3, "algorithm, fingerprint type and hexadecimal fingerprint")?;
            out.push(form.number::<u8>(0)?);
            out.push(form.number::<u8>(1)?);
            out.extend(hex(&fields[2].bytes)?);
        }
        RrType::NAPTR => {
            form.count(6, "order, preference, flags, service, regexp and replacement")?;
            out.extend(form.number::<u16>(0)?.to_be_bytes());
            out.extend(form.number::<u16>(1)?.to_be_bytes());
            for field in &fields[2..5] {
                push_text(&mut out, &field.bytes)?;
            }
            out.extend(form.name(5)?.wire());
        }
        RrType::SOA => return Err(ValueError("SOA is set by the zone's own fields, not as a record".into())),
        other => {
            return Err(ValueError(format!(
                "data of type {other} has to be written as `\\# length hex` (RFC 3597)"
            )));
        }
    }
    if out.len() > MAX_RDATA {
        return Err(ValueError(format!(
            "the data takes {} octets: at most {MAX_RDATA} are accepted",
            out.len()
        )));
    }
    Ok(out)
}

/// Whether record data of this type is a single name that another record may be looked up by.
pub fn is_alias(rr_type: RrType) -> bool {
    matches!(rr_type, RrType::CNAME | RrType::DNAME)
}

struct Field {
    bytes: Vec<u8>,
    quoted: bool,
}

struct Form<'a> {
    rr_type: RrType,
    origin: &'a DnsName,
    fields: &'a [Field],
}

impl Form<'_> {
    fn wrong(&self, expected: &str) -> ValueError {
        ValueError(format!("data of type {} has to be {expected}", self.rr_type))
    }

    fn count(&self, count: usize, expected: &str) -> Result<(), ValueError> {
        if self.fields.len() == count { Ok(()) } else { Err(self.wrong(expected)) }
    }

    fn text(&self, at: usize) -> String {
        String::from_utf8_lossy(&self.fields[at].bytes).into_owned()
    }

    fn one<T: std::str::FromStr>(&self, expected: &str) -> Result<T, ValueError> {
        self.count(1, expected)?;
        self.text(0).parse().map_err(|_| self.wrong(expected))
    }

    fn number<T: std::str::FromStr>(&self, at: usize) -> Result<T, ValueError> {
        let text = self.text(at);
        text.parse().map_err(|_| {
            let place = at + 1;
            self.wrong(&format!("a whole number in place {place}, not {text:?}"))
        })
    }

    fn name(&self, at: usize) -> Result<DnsName, ValueError> {
        absolute(&self.text(at), self.origin)
    }
}

/// A name as zone files write it: `@` is the origin, a last dot makes it absolute, a single label is relative, and
/// a name of several labels is absolute, since the declarative form has no `$ORIGIN` to be misled by.
pub fn absolute(text: &str, origin: &DnsName) -> Result<DnsName, ValueError> {
    let wrong = |e: crate::name::NameError| ValueError(format!("{text:?} is no domain name: {e}"));
    if text == "@" {
        return Ok(origin.clone());
    }
    let name: DnsName = text.parse().map_err(wrong)?;
    if name.label_count() == 1 && !text.ends_with('.') { name.below(origin).map_err(wrong) } else { Ok(name) }
}

/// Splits at spaces; quotes hold a field together; `\X` and `\DDD` are kept for names and taken away in quotes.
fn split_fields(text: &str) -> Result<Vec<Field>, ValueError> {
    let mut fields = Vec::new();
    let mut bytes = text.bytes().peekable();
    while let Some(&first) = bytes.peek() {
        if first.is_ascii_whitespace() {
            bytes.next();
            continue;
        }
        let quoted = first == b'"';
        if quoted {
            bytes.next();
        }
        let mut field = Vec::new();
        let mut closed = !quoted;
        while let Some(&byte) = bytes.peek() {
            if !quoted && byte.is_ascii_whitespace() {
                break;
            }
            bytes.next();
            match byte {
                b'"' if quoted => {
                    closed = true;
                    break;
                }
                b'\\' if quoted => field.push(escape(&mut bytes)?),
                other => field.push(other),
            }
        }
        if !closed {
            return Err(ValueError("a quotation mark is missing at the end of a text".into()));
        }
        fields.push(Field { bytes: field, quoted });
    }
    Ok(fields)
}

fn escape(bytes: &mut impl Iterator<Item = u8>) -> Result<u8, ValueError> {
    let wrong =
        || ValueError("a backslash must be followed by a character or by three digits up to 255".into());
    let first = bytes.next().ok_or_else(wrong)?;
    if !first.is_ascii_digit() {
        return Ok(first);
    }
    let mut value = u16::from(first - b'0');
    for _ in 0..2 {
        let digit = bytes.next().filter(u8::is_ascii_digit).ok_or_else(wrong)?;
        value = value * 10 + u16::from(digit - b'0');
    }
    u8::try_from(value).map_err(|_| wrong())
}

fn push_text(out: &mut Vec<u8>, text: &[u8]) -> Result<(), ValueError> {
    let len = u8::try_from(text.len()).map_err(|_| {
        ValueError("a text is longer than 255 octets: split it into several quoted texts".into())
    })?;
    out.push(len);
    out.extend(text);
    Ok(())
}

fn generic(fields: &[Field]) -> Result<Vec<u8>, ValueError> {
    let wrong = || {
        ValueError("the generic form is `\\# length hex`, as `\\# 4 c0000201` (RFC 3597 section 5)".into())
    };
    let length: usize = fields
        .get(1)
        .and_then(|f| std::str::from_utf8(&f.bytes).ok())
        .and_then(|t| t.parse().ok())
        .ok_or_else(wrong)?;
    let digits: Vec<u8> = fields[2..].iter().flat_map(|f| f.bytes.iter().copied()).collect();
    let data = hex(&digits)?;
    if data.len() == length { Ok(data) } else { Err(wrong()) }
}

fn hex(digits: &[u8]) -> Result<Vec<u8>, ValueError> {
    let wrong = || ValueError("hexadecimal data must be pairs of the digits 0-9 and a-f".into());
    if !digits.len().is_multiple_of(2) {
        return Err(wrong());
    }
    let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8).ok_or_else(wrong);
    digits.chunks_exact(2).map(|pair| Ok(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rr_type: RrType, text: &str, expected: &[u8]) {
        let origin: DnsName = "example.org".parse().unwrap();
        assert_eq!(parse(rr_type, text, &origin).unwrap(), expected, "{rr_type} {text}");
    }

    #[test]
    fn writes_each_type_as_its_rfc_says() {
        check(RrType::A, "192.0.2.1", &[192, 0, 2, 1]);
        check(RrType::MX, "10 mx", b"\x00\x0a\x02mx\x07example\x03org\x00");
        check(RrType::TXT, r#""a b" c"#, b"\x03a b\x01c");
        check(RrType::TXT, r#""say \"hi\" \065""#, b"\x0asay \"hi\" A");
        check(RrType::SRV, "1 2 443 h.example.net.", b"\x00\x01\x00\x02\x01\xbb\x01h\x07example\x03net\x00");
        check(RrType::CAA, "0 issue \"ca.net\"", b"\x00\x05issueca.net");
        check(RrType(1000), "\\# 3 0a0B0c", &[10, 11, 12]);
    }

    #[test]
    fn says_what_form_was_expected() {
        let origin = DnsName::root();
        let check = |rr_type, text: &str, part: &str| {
            let error = parse(rr_type, text, &origin).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        check(RrType::A, "2001:db8::1", "IPv4 address");
        check(RrType::A, "1.2.3.4 5.6.7.8", "IPv4 address");
        check(RrType::MX, "mail", "a preference and a name");
        check(RrType::TXT, "\"open", "quotation mark");
        check(RrType(1000), "abc", "RFC 3597");
        check(RrType::A, "\\# 9 00", "generic form");
    }
}
