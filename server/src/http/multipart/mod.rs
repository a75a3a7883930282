//! Forms with a file in them, `multipart/form-data` (RFC 7578), as a browser sends them.

pub mod stream;

use axum::http::{HeaderMap, header};
use memchr::memmem;

/// A field: its name and what it holds.
pub type Field<'a> = (String, &'a [u8]);

/// The fields of a body; none when it is not such a form, or is cut off.
pub fn fields<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<Vec<Field<'a>>> {
    let delimiter = format!("--{}", boundary(headers)?);
    let mut rest = body.strip_prefix(delimiter.as_bytes())?;
    let between = format!("\r\n{delimiter}");
    let finder = memmem::Finder::new(&between);
    let mut fields = Vec::new();
    while !rest.starts_with(b"--") {
        let part = rest.strip_prefix(b"\r\n")?;
        let head_end = memmem::find(part, b"\r\n\r\n")?;
        let content = &part[head_end + 4..];
        let end = finder.find(content)?;
        if let Some(name) = parameter_of(&String::from_utf8_lossy(&part[..head_end]), "name") {
            fields.push((name, &content[..end]));
        }
        rest = &content[end + between.len()..];
    }
    Some(fields)
}

/// What stands between the parts.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let parameters = kind.strip_prefix("multipart/form-data")?;
    parameter(parameters, "boundary").filter(|boundary| !boundary.is_empty())
}

/// The field's name, or that of its file, in the head of a part.
fn parameter_of(head: &str, wanted: &str) -> Option<String> {
    let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let mut dispositions = lines.filter(|(key, _)| key.trim().eq_ignore_ascii_case("content-disposition"));
    parameter(dispositions.next()?.1, wanted)
}

/// A parameter behind `;`, in quotes or not. Browsers write a quotation mark within as `%22`.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    let mut pairs = text.split(';').skip(1).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(key, _)| key.eq_ignore_ascii_case(wanted))?;
    Some(value.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, body: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let fields = fields(&headers, body)?;
        Some(fields.into_iter().map(|(name, octets)| (name, octets.to_vec())).collect())
    }

    const BODY: &[u8] = b"--x1\r\nContent-Disposition: form-data; name=\"reason\"\r\n\r\nwhy\r\n--x1\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"a.zone\"\r\nContent-Type: text/plain\r\n\r\n\
        a\r\n\xff\r\n\r\n--x\r\n--x1--\r\n";

    #[test]
    fn a_form_of_a_browser_is_read_octet_by_octet() {
        let expected =
            [("reason".to_owned(), b"why".to_vec()), ("file".to_owned(), b"a\r\n\xff\r\n\r\n--x".to_vec())];
        assert_eq!(read("multipart/form-data; boundary=x1", BODY).unwrap(), expected);
        assert_eq!(read("multipart/form-data; boundary=\"x1\"", BODY).unwrap(), expected);
    }

    #[test]
    fn what_is_cut_off_or_no_such_form_is_not_read() {
        assert_eq!(read("application/x-www-form-urlencoded", BODY), None);
        assert_eq!(read("multipart/form-data", BODY), None);
        // Everything behind the last delimiter may be missing, and nothing before it.
        for end in 0..BODY.len() - 4 {
            assert_eq!(read("multipart/form-data; boundary=x1", &BODY[..end]), None, "{end}");
        }
    }
}
