//! The message of a row. Rows hold no packet, so it is made again from what they say: question, addresses, code and AA,
//! with an id of zero.

use std::net::IpAddr;

use model::row::LogRow;
use model::rrtype::{Rcode, RrType};

/// QR and AA.
const RESPONSE: u16 = 0x8400;
/// Where the question's name begins, as a pointer of compression.
const QUESTION: u16 = 0xC00C;
const CLASS_IN: u16 = 1;
const OPT: u16 = 41;

/// The query, or its response.
pub(crate) fn message(row: &LogRow, response: bool) -> Vec<u8> {
    let name = wire(&row.fqdn);
    let addresses: Vec<IpAddr> = row.answers.split(';').filter_map(|text| text.parse().ok()).collect();
    let answers = if response && name.is_some() { &addresses[..] } else { &[] };
    // A code of more than four bits lies partly in an OPT record (RFC 6891 section 6.1.3).
    let upper = if response { row.rcode.0 >> 4 } else { 0 };
    let flags = if response { RESPONSE | (row.rcode.0 & 0xF) } else { 0 };
    let mut out = Vec::with_capacity(64 + answers.len() * 28);
    let word = |out: &mut Vec<u8>, value: u16| out.extend(value.to_be_bytes());
    for value in [0, flags, u16::from(name.is_some()), answers.len() as u16, 0, u16::from(upper != 0)] {
        word(&mut out, value);
    }
    if let Some(name) = name {
        out.extend(name);
        word(&mut out, row.qtype.0);
        word(&mut out, CLASS_IN);
    }
    for address in answers {
        let (kind, octets) = match address {
            IpAddr::V4(address) => (RrType::A, address.octets().to_vec()),
            IpAddr::V6(address) => (RrType::AAAA, address.octets().to_vec()),
        };
        word(&mut out, QUESTION);
        word(&mut out, kind.0);
        word(&mut out, CLASS_IN);
        out.extend(row.ttl.to_be_bytes());
        word(&mut out, octets.len() as u16);
        out.extend(octets);
    }
    if upper != 0 {
        out.push(0);
        word(&mut out, OPT);
        word(&mut out, 1232);
        out.extend([upper as u8, 0, 0, 0, 0, 0]);
    }
    out
}

/// Whether silence was the answer.
pub(crate) fn is_silent(row: &LogRow) -> bool {
    row.rcode == Rcode::DROPPED
}

/// A name in wire format, its case as it was asked; none when there is no name.
fn wire(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() {
        return None;
    }
    let (mut out, mut label) = (Vec::with_capacity(text.len() + 2), Vec::new());
    let mut octets = text.bytes();
    while let Some(octet) = octets.next() {
        match octet {
            b'.' => close(&mut out, &mut label)?,
            b'\\' => {
                let first = octets.next()?;
                if first.is_ascii_digit() {
                    let digits = [first, octets.next()?, octets.next()?];
                    label.push(std::str::from_utf8(&digits).ok()?.parse().ok()?);
                } else {
                    label.push(first);
                }
            }
            other => label.push(other),
        }
    }
    if !label.is_empty() {
        close(&mut out, &mut label)?;
    }
    out.push(0);
    (out.len() <= 255).then_some(out)
}

/// Ends a label; the root is the one name with an empty one.
fn close(out: &mut Vec<u8>, label: &mut Vec<u8>) -> Option<()> {
    if label.len() > 63 {
        return None;
    }
    if !label.is_empty() {
        out.push(label.len() as u8);
        out.append(label);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_the_log_writes_them() {
        assert_eq!(wire(r"Ab.o\;g\.x\000").unwrap(), b"\x02Ab\x06o;g.x\0\0");
        assert_eq!(wire(".").unwrap(), b"\0");
        assert_eq!((wire(""), wire(r"a\9"), wire(r"a\999")), (None, None, None));
        assert_eq!(wire(&"a".repeat(64)), None);
        assert_eq!(wire(&["a"; 128].join(".")), None);
    }
}
