//! Texts, escapes and hexadecimal digits (RFC 1035 section 5.1).

use super::field::Field;
use crate::name::DnsName;
use crate::value::ValueError;

/// A name with its last dot, which makes it absolute wherever it is read.
pub fn absolute_name(name: &DnsName) -> String {
    if name.is_root() { ".".to_owned() } else { format!("{name}.") }
}

/// Takes the escapes away: `\X` and `\DDD`.
pub fn unescape(text: &str) -> Result<Vec<u8>, ValueError> {
    let wrong =
        || ValueError("a backslash must be followed by a character or by three digits up to 255".into());
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let first = bytes.next().ok_or_else(wrong)?;
        if !first.is_ascii_digit() {
            out.push(first);
            continue;
        }
        let mut value = u16::from(first - b'0');
        for _ in 0..2 {
            let digit = bytes.next().filter(u8::is_ascii_digit).ok_or_else(wrong)?;
            value = value * 10 + u16::from(digit - b'0');
        }
        out.push(u8::try_from(value).map_err(|_| wrong())?);
    }
    Ok(out)
}

/// Appends `\DDD`.
pub fn push_decimal(out: &mut String, byte: u8) {
    out.push('\\');
    for digit in [byte / 100, byte / 10 % 10, byte % 10] {
        out.push((b'0' + digit) as char);
    }
}

/// A text in quotes, printable ASCII whatever it holds.
pub fn quoted(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len() + 2);
    out.push('"');
    for &byte in octets {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(byte as char);
            }
            b' '..=b'~' => out.push(byte as char),
            other => push_decimal(&mut out, other),
        }
    }
    out.push('"');
    out
}

/// Appends a `<character-string>`: a length and up to 255 octets.
pub fn push_string(out: &mut Vec<u8>, text: &[u8]) -> Result<(), ValueError> {
    let len = u8::try_from(text.len()).map_err(|_| {
        ValueError("a text is longer than 255 octets: split it into several quoted texts".into())
    })?;
    out.push(len);
    out.extend(text);
    Ok(())
}

/// Hexadecimal digits, which may stand in several words (RFC 3597 section 5, RFC 4034 section 5.3).
pub fn unhex(fields: &[Field]) -> Result<Vec<u8>, ValueError> {
    let wrong = || ValueError("hexadecimal data must be pairs of the digits 0-9 and a-f".into());
    let digits: Vec<u8> = fields.iter().flat_map(|field| field.raw().bytes()).collect();
    if !digits.len().is_multiple_of(2) {
        return Err(wrong());
    }
    let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8).ok_or_else(wrong);
    digits.chunks_exact(2).map(|pair| Ok(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Hexadecimal digits in small letters.
pub fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(octets.len() * 2);
    for byte in octets {
        out.push(DIGITS[usize::from(byte >> 4)] as char);
        out.push(DIGITS[usize::from(byte & 15)] as char);
    }
    out
}
