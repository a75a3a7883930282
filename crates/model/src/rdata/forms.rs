//! The types whose data is a list of numbers, names, texts and digits: one pair of functions each.

use super::form::Form;
use super::reader::Reader;
use super::text;
use crate::value::ValueError;

type Parsed = Result<Vec<u8>, ValueError>;

/// CNAME, DNAME, NS, PTR: one name.
pub fn name(form: &Form<'_>) -> Parsed {
    form.count(1, "one name")?;
    Ok(form.name(0)?.wire().to_vec())
}

/// RFC 1035 section 3.3.9; `.` as name says that there is no mail (RFC 7505).
pub fn mx(form: &Form<'_>) -> Parsed {
    form.count(2, "a preference and a name, as `10 mail.example.org`")?;
    let mut out = form.number::<u16>(0)?.to_be_bytes().to_vec();
    out.extend(form.name(1)?.wire());
    Ok(out)
}

pub fn mx_text(data: &mut Reader<'_>) -> Option<String> {
    Some(format!("{} {}", data.u16()?, data.name()?))
}

/// RFC 2782.
pub fn srv(form: &Form<'_>) -> Parsed {
    form.count(4, "priority, weight, port and target, as `0 5 443 host.example.org`")?;
    let mut out = Vec::new();
    for i in 0..3 {
        out.extend(form.number::<u16>(i)?.to_be_bytes());
    }
    out.extend(form.name(3)?.wire());
    Ok(out)
}

pub fn srv_text(data: &mut Reader<'_>) -> Option<String> {
    Some(format!("{} {} {} {}", data.u16()?, data.u16()?, data.u16()?, data.name()?))
}

/// RFC 1035 section 3.3.14.
pub fn txt(form: &Form<'_>) -> Parsed {
    form.at_least(1, "one or more texts, in quotes where they hold spaces")?;
    let mut out = Vec::new();
    for i in 0..form.fields.len() {
        form.push_text(&mut out, i)?;
    }
    Ok(out)
}

pub fn txt_text(data: &mut Reader<'_>) -> Option<String> {
    let mut texts = vec![data.string()?];
    while !data.is_empty() {
        texts.push(data.string()?);
    }
    Some(texts.join(" "))
}

/// RFC 1035 section 3.3.2.
pub fn hinfo(form: &Form<'_>) -> Parsed {
    form.count(2, "two texts, machine and operating system, as `\"RFC8482\" \"\"`")?;
    let mut out = Vec::new();
    form.push_text(&mut out, 0)?;
    form.push_text(&mut out, 1)?;
    Ok(out)
}

pub fn hinfo_text(data: &mut Reader<'_>) -> Option<String> {
    Some(format!("{} {}", data.string()?, data.string()?))
}

/// RFC 8659 section 4.1.
pub fn caa(form: &Form<'_>) -> Parsed {
    form.count(3, "flags, tag and value, as `0 issue \"ca.example.net\"`")?;
    let tag = form.fields[1].octets()?;
    if !is_tag(&tag) {
        return Err(form.wrong("flags, a tag of letters and digits, and a value"));
    }
    let mut out = vec![form.number::<u8>(0)?];
    text::push_string(&mut out, &tag)?;
    out.extend(form.fields[2].octets()?);
    Ok(out)
}

pub fn caa_text(data: &mut Reader<'_>) -> Option<String> {
    let (flags, len) = (data.u8()?, data.u8()?);
    let tag = data.take(len.into()).filter(|tag| is_tag(tag))?;
    Some(format!("{flags} {} {}", String::from_utf8_lossy(tag), text::quoted(data.all())))
}

fn is_tag(tag: &[u8]) -> bool {
    !tag.is_empty() && tag.iter().all(u8::is_ascii_alphanumeric)
}

/// RFC 3403 section 4.
pub fn naptr(form: &Form<'_>) -> Parsed {
    form.count(6, "order, preference, flags, service, regexp and replacement")?;
    let mut out = form.number::<u16>(0)?.to_be_bytes().to_vec();
    out.extend(form.number::<u16>(1)?.to_be_bytes());
    for i in 2..5 {
        form.push_text(&mut out, i)?;
    }
    out.extend(form.name(5)?.wire());
    Ok(out)
}

pub fn naptr_text(data: &mut Reader<'_>) -> Option<String> {
    let (order, preference) = (data.u16()?, data.u16()?);
    let (flags, service, regexp) = (data.string()?, data.string()?, data.string()?);
    Some(format!("{order} {preference} {flags} {service} {regexp} {}", data.name()?))
}

/// TLSA (RFC 6698 section 2.2), SSHFP (RFC 4255 section 3.2), DS (RFC 4034 section 5.3): numbers, each of one octet
/// (`B`) or two (`H`), then hexadecimal digits.
pub fn digest(form: &Form<'_>, numbers: &str, expected: &str) -> Parsed {
    form.at_least(numbers.len() + 1, expected)?;
    let mut out = Vec::new();
    for (i, size) in numbers.bytes().enumerate() {
        match size {
            b'B' => out.push(form.number::<u8>(i)?),
            _ => out.extend(form.number::<u16>(i)?.to_be_bytes()),
        }
    }
    let digest = text::unhex(&form.fields[numbers.len()..])?;
    if digest.is_empty() {
        return Err(form.wrong(expected));
    }
    out.extend(digest);
    Ok(out)
}

pub fn digest_text(data: &mut Reader<'_>, numbers: &str) -> Option<String> {
    let mut out = String::new();
    for size in numbers.bytes() {
        let number = if size == b'B' { u16::from(data.u8()?) } else { data.u16()? };
        out.push_str(&format!("{number} "));
    }
    let digest = data.all();
    (!digest.is_empty()).then(|| out + &text::hex(digest))
}
