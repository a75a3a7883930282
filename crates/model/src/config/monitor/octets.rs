use crate::value::ValueError;

/// The octets of a text in which `\r`, `\n`, `\t`, `\\` and `\xHH` stand for octets that do not print.
///
/// # Errors
/// Names the escape that is none.
///
/// ```
/// assert_eq!(model::config::octets(r"PING\r\n\xff").unwrap(), b"PING\r\n\xff");
/// assert!(model::config::octets(r"\q").unwrap_err().to_string().contains(r"\q"));
/// ```
pub fn octets(text: &str) -> Result<Vec<u8>, ValueError> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        octets.extend_from_slice(&rest.as_bytes()[..at]);
        let escape = &rest[at + 1..];
        let (octet, length) = match escape.as_bytes().first() {
            Some(b'r') => (b'\r', 1),
            Some(b'n') => (b'\n', 1),
            Some(b't') => (b'\t', 1),
            Some(b'\\') => (b'\\', 1),
            Some(b'x') => (escape.get(1..3).and_then(hex).ok_or_else(|| no_escape(escape))?, 3),
            _ => return Err(no_escape(escape)),
        };
        octets.push(octet);
        rest = &escape[length..];
    }
    octets.extend_from_slice(rest.as_bytes());
    Ok(octets)
}

fn hex(digits: &str) -> Option<u8> {
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

fn no_escape(escape: &str) -> ValueError {
    let shown: String = escape.chars().take(3).collect();
    ValueError(format!(
        "\\{shown} is no escape: write \\r, \\n, \\t, \\\\ or \\xHH with two hexadecimal digits"
    ))
}
