//! Domain names (RFC 1035 section 3.1, RFC 2181 section 11): any octet in a label, compared without ASCII case.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A domain name in canonical form: wire format, ASCII letters in lower case.
///
/// ```
/// use model::DnsName;
/// let name: DnsName = "Hello.Example.ORG.".parse().unwrap();
/// assert_eq!(name.to_string(), "hello.example.org");
/// assert!(name.is_within(&"example.org".parse().unwrap()));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DnsName {
    wire: Arc<[u8]>,
}

/// Longest name on the wire, with its root label, in octets (RFC 1035 section 2.3.4).
pub const MAX_WIRE: usize = 255;
/// Longest label, in octets (RFC 1035 section 2.3.4).
pub const MAX_LABEL: usize = 63;

/// Why a text is no domain name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or only spaces.
    #[error("a name is needed, such as hello.example.org")]
    Empty,
    /// Two dots in a row, or one at the start.
    #[error("a label is empty: remove the extra dot")]
    EmptyLabel,
    /// A label of more than 63 octets.
    #[error("a label is longer than 63 octets (RFC 1035): shorten it")]
    LabelTooLong,
    /// More than 255 octets on the wire.
    #[error("the name is longer than 255 octets (RFC 1035): shorten it")]
    TooLong,
    /// A backslash that starts no escape.
    #[error(
        "a backslash must be followed by a character or by three digits up to 255 (RFC 1035 section 5.1)"
    )]
    BadEscape,
    /// A space or control character that was not escaped.
    #[error("spaces and control characters must be written as \\DDD (RFC 1035 section 5.1)")]
    BadCharacter,
}

impl DnsName {
    /// The root name.
    pub fn root() -> Self {
        DnsName { wire: Arc::from([0u8].as_slice()) }
    }

    /// Takes a name in uncompressed wire format, root label included.
    pub fn from_wire(wire: &[u8]) -> Option<Self> {
        if wire.is_empty() || wire.len() > MAX_WIRE {
            return None;
        }
        let mut at = 0;
        loop {
            let len = *wire.get(at)? as usize;
            if len > MAX_LABEL {
                return None;
            }
            at += 1 + len;
            if len == 0 {
                break;
            }
        }
        (at == wire.len()).then(|| DnsName { wire: wire.to_ascii_lowercase_labels().into() })
    }

    /// The wire format, lower case, uncompressed, with the root label.
    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    /// Labels from the left, without the root label.
    pub fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest: &[u8] = &self.wire;
        std::iter::from_fn(move || {
            let (&len, tail) = rest.split_first()?;
            if len == 0 {
                return None;
            }
            let (label, tail) = tail.split_at(len as usize);
            rest = tail;
            Some(label)
        })
    }

    /// The number of labels, the root not counted.
    pub fn label_count(&self) -> usize {
        self.labels().count()
    }

    /// Whether this is the root name.
    pub fn is_root(&self) -> bool {
        self.wire.len() == 1
    }

    /// The name without its first label; none for the root.
    pub fn parent(&self) -> Option<DnsName> {
        let first = self.wire[0] as usize;
        (first != 0).then(|| DnsName { wire: self.wire[1 + first..].into() })
    }

    /// Whether this name is `zone` or lies below it.
    pub fn is_within(&self, zone: &DnsName) -> bool {
        let (own, other) = (&self.wire, &zone.wire);
        if own.len() < other.len() || own[own.len() - other.len()..] != **other {
            return false;
        }
        // The suffix has to start at a label's edge: notexample.org is not within example.org.
        let cut = own.len() - other.len();
        let mut at = 0;
        while at < cut {
            at += 1 + own[at] as usize;
        }
        at == cut
    }

    /// The wire format of this name, of its parent, and so on to the root.
    pub fn suffixes(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = Some(&*self.wire);
        std::iter::from_fn(move || {
            let own = rest?;
            let first = own[0] as usize;
            rest = (first != 0).then(|| &own[1 + first..]);
            Some(own)
        })
    }

    /// Whether the first label is `*` (RFC 4592 section 2.1.1).
    pub fn is_wildcard(&self) -> bool {
        self.wire.starts_with(b"\x01*")
    }

    /// `labels` of `self` put before `zone`.
    pub fn below(&self, zone: &DnsName) -> Result<DnsName, NameError> {
        let own = &self.wire[..self.wire.len() - 1];
        if own.len() + zone.wire.len() > MAX_WIRE {
            return Err(NameError::TooLong);
        }
        Ok(DnsName { wire: [own, &zone.wire].concat().into() })
    }

    /// The part of this name before `zone`, `@` when they are the same; none when it is not within it.
    pub fn relative_to(&self, zone: &DnsName) -> Option<String> {
        if !self.is_within(zone) {
            return None;
        }
        if self == zone {
            return Some("@".to_owned());
        }
        let cut = self.wire.len() - zone.wire.len();
        let head = DnsName { wire: [&self.wire[..cut], &[0]].concat().into() };
        Some(head.to_string())
    }
}

trait LowercaseLabels {
    fn to_ascii_lowercase_labels(&self) -> Vec<u8>;
}

impl LowercaseLabels for [u8] {
    // Length octets are at most 63 and so never letters: the whole of the wire form can be lowered.
    fn to_ascii_lowercase_labels(&self) -> Vec<u8> {
        self.to_ascii_lowercase()
    }
}

impl FromStr for DnsName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text == "." {
            return Ok(DnsName::root());
        }
        let mut wire = Vec::with_capacity(text.len() + 2);
        let mut label: Vec<u8> = Vec::new();
        let mut bytes = text.bytes().peekable();
        let mut ended = false;
        while let Some(byte) = bytes.next() {
            ended = false;
            match byte {
                b'.' => {
                    push_label(&mut wire, &mut label)?;
                    ended = true;
                }
                b'\\' => label.push(unescape(&mut bytes)?),
                0..=b' ' | 0x7f => return Err(NameError::BadCharacter),
                other => label.push(other.to_ascii_lowercase()),
            }
        }
        if !ended {
            push_label(&mut wire, &mut label)?;
        }
        wire.push(0);
        if wire.len() > MAX_WIRE {
            return Err(NameError::TooLong);
        }
        Ok(DnsName { wire: wire.into() })
    }
}

fn push_label(wire: &mut Vec<u8>, label: &mut Vec<u8>) -> Result<(), NameError> {
    match label.len() {
        0 => Err(NameError::EmptyLabel),
        len if len > MAX_LABEL => Err(NameError::LabelTooLong),
        len => {
            wire.push(len as u8);
            wire.append(label);
            Ok(())
        }
    }
}

fn unescape(bytes: &mut impl Iterator<Item = u8>) -> Result<u8, NameError> {
    let first = bytes.next().ok_or(NameError::BadEscape)?;
    if !first.is_ascii_digit() {
        return Ok(first.to_ascii_lowercase());
    }
    let mut value = u16::from(first - b'0');
    for _ in 0..2 {
        let digit = bytes.next().filter(u8::is_ascii_digit).ok_or(NameError::BadEscape)?;
        value = value * 10 + u16::from(digit - b'0');
    }
    u8::try_from(value).map(|byte| byte.to_ascii_lowercase()).map_err(|_| NameError::BadEscape)
}

/// Writes labels in wire format (no compression, root label included) in presentation form, without the last dot.
///
/// Everything outside printable ASCII is written as `\DDD`: the text is safe in a terminal and in UTF-8 columns.
pub fn presentation(wire: &[u8]) -> String {
    let mut out = String::with_capacity(wire.len());
    let mut at = 0;
    while at < wire.len() && wire[at] != 0 {
        let len = wire[at] as usize;
        if at > 0 {
            out.push('.');
        }
        for &byte in wire.get(at + 1..at + 1 + len).unwrap_or_default() {
            push_escaped(&mut out, byte);
        }
        at += 1 + len;
    }
    if out.is_empty() {
        out.push('.');
    }
    out
}

fn push_escaped(out: &mut String, byte: u8) {
    match byte {
        b'.' | b'\\' | b'"' | b';' | b'(' | b')' | b'@' | b'$' => {
            out.push('\\');
            out.push(byte as char);
        }
        0x21..=0x7e => out.push(byte as char),
        _ => {
            out.push('\\');
            for digit in [byte / 100, byte / 10 % 10, byte % 10] {
                out.push((b'0' + digit) as char);
            }
        }
    }
}

/// Whether a text is written with a last dot, which makes a name absolute; an escaped dot is part of a label.
pub fn has_last_dot(text: &str) -> bool {
    let Some(head) = text.strip_suffix('.') else { return false };
    let backslashes = head.bytes().rev().take_while(|byte| *byte == b'\\').count();
    backslashes.is_multiple_of(2)
}

/// Names in a table are found by their wire format: equality and hash are those of the octets.
impl std::borrow::Borrow<[u8]> for DnsName {
    fn borrow(&self) -> &[u8] {
        &self.wire
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&presentation(&self.wire))
    }
}

impl fmt::Debug for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Canonical order of RFC 4034 section 6.1: by label from the right, so that a zone sorts before what is below it.
impl Ord for DnsName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let own: Vec<&[u8]> = self.labels().collect();
        let others: Vec<&[u8]> = other.labels().collect();
        own.iter().rev().cmp(others.iter().rev())
    }
}

impl PartialOrd for DnsName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for DnsName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DnsName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|e| serde::de::Error::custom(format!("{text:?} is no domain name: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_suffix_of_letters_is_not_a_suffix_of_labels() {
        let zone: DnsName = "example.org".parse().unwrap();
        assert!(!"notexample.org".parse::<DnsName>().unwrap().is_within(&zone));
        assert!("a.example.org".parse::<DnsName>().unwrap().is_within(&zone));
        assert!(zone.is_within(&zone));
        assert!(zone.is_within(&DnsName::root()));
    }

    #[test]
    fn refuses_what_no_name_may_be() {
        let check = |text: &str, error: NameError| assert_eq!(text.parse::<DnsName>(), Err(error), "{text}");
        check("", NameError::Empty);
        check("a..b", NameError::EmptyLabel);
        check(".a", NameError::EmptyLabel);
        check(&"a".repeat(64), NameError::LabelTooLong);
        check(&vec!["a".repeat(63); 4].join("."), NameError::TooLong);
        check("a\\9", NameError::BadEscape);
        check("a b", NameError::BadCharacter);
    }

    #[test]
    fn an_escaped_dot_is_no_last_dot() {
        for (text, expected) in [("a.", true), (".", true), ("a", false), ("a\\.", false), ("a\\\\.", true)] {
            assert_eq!(has_last_dot(text), expected, "{text}");
        }
    }

    #[test]
    fn suffixes_lead_to_the_root() {
        let name: DnsName = "a.b".parse().unwrap();
        let all: Vec<&[u8]> = name.suffixes().collect();
        assert_eq!(all, [b"\x01a\x01b\x00".as_slice(), b"\x01b\x00", b"\x00"]);
    }

    #[test]
    fn a_relative_name_is_what_stands_before_the_zone() {
        let zone: DnsName = "example.org".parse().unwrap();
        let name: DnsName = "a.b.example.org".parse().unwrap();
        assert_eq!(name.relative_to(&zone).as_deref(), Some("a.b"));
        assert_eq!(zone.relative_to(&zone).as_deref(), Some("@"));
        assert_eq!("a.b".parse::<DnsName>().unwrap().below(&zone).unwrap(), name);
    }

    #[test]
    fn what_is_no_name_on_the_wire_is_told_apart() {
        for octets in [&b""[..], b"\x01", b"\x01a", b"\x40a\x00", b"\x00\x00", &[1; 300]] {
            assert_eq!(DnsName::from_wire(octets), None, "{octets:?}");
        }
        assert_eq!(DnsName::from_wire(&[0]), Some(DnsName::root()));
        assert_eq!((DnsName::root().to_string(), format!("{:?}", DnsName::root())), (".".into(), ".".into()));
    }

    #[test]
    fn a_name_goes_below_another_only_where_both_fit() {
        let long: DnsName = vec!["a".repeat(63); 3].join(".").parse().unwrap();
        assert_eq!(long.below(&long), Err(NameError::TooLong));
        let zone: DnsName = "example.org".parse().unwrap();
        assert_eq!("example.net".parse::<DnsName>().unwrap().relative_to(&zone), None);
    }

    proptest! {
        #[test]
        fn any_octets_survive_the_presentation_form(
            labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 1..8)
        ) {
            let mut wire = Vec::new();
            for label in &labels {
                wire.push(label.len() as u8);
                wire.extend(label);
            }
            wire.push(0);
            let name = DnsName::from_wire(&wire).unwrap();
            let text = name.to_string();
            prop_assert!(text.bytes().all(|b| (0x21..=0x7e).contains(&b)));
            prop_assert_eq!(text.parse::<DnsName>().unwrap(), name);
        }
    }
}
