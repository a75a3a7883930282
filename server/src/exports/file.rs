//! The file of an export as an answer: whole, or from where a reader left off (RFC 9110 section 14).

use std::io::SeekFrom;
use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Octets that are read at a time.
const PIECE: usize = 64 << 10;

/// What is sent of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From the first octet to the last, both included.
    Some(u64, u64),
    /// There are no such octets.
    None,
}

/// Sends a file. Its `tag` stays the same as long as its octets do.
pub async fn send(path: &Path, tag: &str, asked: &HeaderMap) -> std::io::Result<Response> {
    let mut file = tokio::fs::File::open(path).await?;
    let length = file.metadata().await?.len();
    let tag = format!("\"{tag}\"");
    let text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // A reader that has the beginning of another file starts again.
    let same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let part = text(header::RANGE).filter(|_| same).map_or(Part::Whole, |range| part(range, length));
    let (status, from, count) = match part {
        Part::Whole => (StatusCode::OK, 0, length),
        Part::Some(from, to) => (StatusCode::PARTIAL_CONTENT, from, to - from + 1),
        Part::None => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
    };
    file.seek(SeekFrom::Start(from)).await?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(count), PIECE));
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(count));
    let range = match part {
        Part::Whole => None,
        Part::Some(from, to) => Some(format!("bytes {from}-{to}/{length}")),
        Part::None => Some(format!("bytes */{length}")),
    };
    for (name, value) in [(header::ETAG, Some(tag)), (header::CONTENT_RANGE, range)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// The part that a `Range` asks for. Several at once are answered with the whole, as a server may.
fn part(range: &str, length: u64) -> Part {
    let Some(range) = range.trim().strip_prefix("bytes=").filter(|range| !range.contains(',')) else {
        return Part::Whole;
    };
    let Some((first, last)) = range.split_once('-') else { return Part::Whole };
    let number = |text: &str| text.trim().parse::<u64>();
    match (number(first), number(last)) {
        (Err(_), Ok(count)) if first.trim().is_empty() => match count.min(length) {
            0 => Part::None,
            count => Part::Some(length - count, length - 1),
        },
        (Ok(from), _) if from >= length => Part::None,
        (Ok(from), Err(_)) if last.trim().is_empty() => Part::Some(from, length - 1),
        (Ok(from), Ok(to)) if from <= to => Part::Some(from, to.min(length - 1)),
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-9", Part::Some(0, 9)),
            ("bytes=90-", Part::Some(90, 99)),
            ("bytes=90-1000", Part::Some(90, 99)),
            ("bytes=-10", Part::Some(90, 99)),
            ("bytes=-1000", Part::Some(0, 99)),
            ("bytes=100-", Part::None),
            ("bytes=-0", Part::None),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("rows=0-9", Part::Whole),
            ("bytes=a-b", Part::Whole),
        ] {
            assert_eq!(part(range, 100), expected, "{range}");
        }
        assert_eq!(part("bytes=0-", 0), Part::None);
    }

    #[tokio::test]
    async fn a_reader_goes_on_where_it_left_off_unless_the_file_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.csv");
        std::fs::write(&path, "0123456789").unwrap();
        let got = async |pairs: &[(header::HeaderName, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
            let response = send(&path, "t", &HeaderMap::from_iter(pairs)).await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let body = axum::body::to_bytes(response.into_body(), 100).await.unwrap();
            let range = headers.get(header::CONTENT_RANGE).map(|value| value.to_str().unwrap().to_owned());
            (status, String::from_utf8(body.to_vec()).unwrap(), range)
        };
        assert_eq!(got(&[]).await, (200, "0123456789".into(), None));
        let some = |text: &str| Some(text.to_owned());
        let rest = (header::RANGE, "bytes=7-");
        assert_eq!(got(std::slice::from_ref(&rest)).await, (206, "789".into(), some("bytes 7-9/10")));
        let (same, other) = ((header::IF_RANGE, "\"t\""), (header::IF_RANGE, "\"u\""));
        assert_eq!(got(&[rest.clone(), same]).await.0, 206);
        assert_eq!(got(&[rest, other]).await, (200, "0123456789".into(), None));
        assert_eq!(got(&[(header::RANGE, "bytes=10-")]).await, (416, String::new(), some("bytes */10")));
    }
}
