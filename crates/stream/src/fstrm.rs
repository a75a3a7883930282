//! Frame Streams, the side that sends, with the handshake of both directions (the fstrm library's `control.h`).

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const CONTENT_TYPE: &[u8] = b"protobuf:dnstap.Dnstap";
const ACCEPT: u32 = 1;
const START: u32 = 2;
const STOP: u32 = 3;
const READY: u32 = 4;
const FINISH: u32 = 5;
/// The field of control frames that names a content type.
const FIELD_CONTENT_TYPE: u32 = 1;
/// Longest control frame that is read, octets.
const MAX_CONTROL: usize = 512;
/// Longest that the other side may take for its part of a handshake.
const PATIENCE: Duration = Duration::from_secs(5);

fn control(kind: u32, with_type: bool) -> Vec<u8> {
    let mut body = kind.to_be_bytes().to_vec();
    if with_type {
        body.extend(FIELD_CONTENT_TYPE.to_be_bytes());
        body.extend((CONTENT_TYPE.len() as u32).to_be_bytes());
        body.extend(CONTENT_TYPE);
    }
    // A length of zero escapes: what follows is a control frame.
    [&0u32.to_be_bytes()[..], &(body.len() as u32).to_be_bytes(), &body].concat()
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the receiver speaks no fstrm: {what}"))
}

async fn read_control(from: &mut (impl AsyncRead + Unpin)) -> io::Result<(u32, Vec<u8>)> {
    if from.read_u32().await? != 0 {
        return Err(wrong("a frame of data came"));
    }
    let length = from.read_u32().await? as usize;
    if !(4..=MAX_CONTROL).contains(&length) {
        return Err(wrong("a control frame has an impossible length"));
    }
    let kind = from.read_u32().await?;
    let mut fields = vec![0; length - 4];
    from.read_exact(&mut fields).await?;
    Ok((kind, fields))
}

async fn expect(from: &mut (impl AsyncRead + Unpin), kind: u32) -> io::Result<Vec<u8>> {
    let read = tokio::time::timeout(PATIENCE, read_control(from)).await;
    let (came, fields) =
        read.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no answer to the handshake"))??;
    if came == kind { Ok(fields) } else { Err(wrong("another control frame was due")) }
}

/// Whether the fields of an ACCEPT name our content type; one that names none takes any.
fn accepts(mut fields: &[u8]) -> bool {
    let mut named = false;
    while let Some((head, rest)) = fields.split_first_chunk::<8>() {
        let [a, b, c, d, e, f, g, h] = *head;
        let (field, length) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        let Some((value, rest)) = rest.split_at_checked(length as usize) else { return false };
        if field == FIELD_CONTENT_TYPE {
            if value == CONTENT_TYPE {
                return true;
            }
            named = true;
        }
        fields = rest;
    }
    !named
}

/// Begins the stream on a new connection.
pub(crate) async fn begin(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    stream.write_all(&control(READY, true)).await?;
    stream.flush().await?;
    if !accepts(&expect(stream, ACCEPT).await?) {
        return Err(wrong("it does not take dnstap"));
    }
    stream.write_all(&control(START, true)).await?;
    stream.flush().await
}

/// Appends a frame of data.
pub(crate) fn frame(out: &mut Vec<u8>, content: &[u8]) {
    out.extend((content.len() as u32).to_be_bytes());
    out.extend(content);
}

/// Ends the stream in order, so that the receiver knows that it has all of it.
pub(crate) async fn end(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    stream.write_all(&control(STOP, false)).await?;
    stream.flush().await?;
    expect(stream, FINISH).await.map(|_| ())
}
