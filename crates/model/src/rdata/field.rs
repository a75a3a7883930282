//! The words a record's data is made of.

use crate::value::ValueError;

/// One word, or one quoted text; escapes are kept, since names and texts read them each in their own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    raw: String,
    quoted: bool,
}

impl Field {
    /// Splits at white space. Quotes hold a text together, at the start of a word or behind `=` as in `alpn="h2"`.
    pub fn split(text: &str) -> Result<Vec<Field>, ValueError> {
        let mut fields = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let quoted = rest.starts_with('"');
            let body = if quoted { &rest[1..] } else { rest };
            let end = if quoted { end_of_quoted(body)? } else { end_of_word(body)? };
            fields.push(Field { raw: body[..end].to_owned(), quoted });
            rest = &body[end..];
            if quoted {
                rest = &rest[1..];
            }
            rest = rest.trim_start();
        }
        Ok(fields)
    }

    /// The text as it was written, without the quotes around it.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Whether it is the `\#` of RFC 3597.
    pub fn begins_generic(&self) -> bool {
        !self.quoted && self.raw == "\\#"
    }

    /// The octets meant, escapes taken away.
    pub fn octets(&self) -> Result<Vec<u8>, ValueError> {
        super::text::unescape(&self.raw)
    }
}

/// Where the closing quotation mark stands.
fn end_of_quoted(text: &str) -> Result<usize, ValueError> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Ok(at),
            _ => {}
        }
    }
    Err(ValueError("a quotation mark is missing at the end of a text".into()))
}

/// Where the white space behind a word begins.
fn end_of_word(text: &str) -> Result<usize, ValueError> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && !bytes[at].is_ascii_whitespace() {
        at += match bytes[at] {
            b'\\' => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            b'=' if bytes.get(at + 1) == Some(&b'"') => match end_of_quoted(&text[at + 2..]) {
                Ok(inner) => inner + 3,
                Err(error) => return Err(error),
            },
            _ => 1,
        };
    }
    Ok(at)
}
