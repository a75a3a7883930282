//! The few forms of BER (X.690) that a trap is written in.

/// Tags of X.690 section 8.
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// A value with its tag and its length in the definite form.
fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..0x80 => out.push(short as u8),
        long => {
            let octets = long.to_be_bytes();
            let octets = &octets[octets.iter().take_while(|o| **o == 0).count()..];
            out.push(0x80 | octets.len() as u8);
            out.extend(octets);
        }
    }
    out.extend(content);
    out
}

/// Parts behind one another under a tag.
pub fn tagged(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    value(tag, &parts.concat())
}

/// `SEQUENCE`
pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tagged(SEQUENCE, parts)
}

/// `OCTET STRING`
pub fn octets(content: &[u8]) -> Vec<u8> {
    value(OCTET_STRING, content)
}

/// `INTEGER`, in as few octets as hold it.
pub fn int(number: i32) -> Vec<u8> {
    value(INTEGER, shortest(&number.to_be_bytes()))
}

/// A number without sign under a tag of SNMP's.
pub fn unsigned(tag: u8, number: u32) -> Vec<u8> {
    value(tag, shortest(&i64::from(number).to_be_bytes()))
}

/// Without leading octets that only repeat the sign.
fn shortest(octets: &[u8]) -> &[u8] {
    let needless = |pair: &&[u8]| matches!((pair[0], pair[1] & 0x80), (0, 0) | (0xff, 0x80));
    &octets[octets.windows(2).take_while(needless).count()..]
}

/// `OBJECT IDENTIFIER` of at least two parts.
pub fn object_id(parts: &[u32]) -> Vec<u8> {
    let mut content = Vec::new();
    let first = parts.first().copied().unwrap_or(0) * 40 + parts.get(1).copied().unwrap_or(0);
    for part in std::iter::once(first).chain(parts.iter().skip(2).copied()) {
        let groups = (1..5).take_while(|n| part >> (7 * n) != 0).count();
        for n in (0..=groups).rev() {
            let more = if n > 0 { 0x80 } else { 0 };
            content.push((part >> (7 * n)) as u8 & 0x7f | more);
        }
    }
    value(OBJECT_ID, &content)
}

/// A text for managers that print it: no control characters.
pub fn null_safe(text: &str) -> String {
    text.replace(char::is_control, " ")
}
