//! RFC 5424 messages, one for each row, in datagrams (RFC 5426) or with counted octets over TCP (RFC 6587) or TLS (RFC
//! 5425).

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use model::check::split_address;
use model::config::{Facility, SyslogTransport};
use model::row::LogRow;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio_util::sync::CancellationToken;

use crate::queue::Queue;
use crate::reconnect::Trouble;
use crate::{Origin, json, tls};

/// Severity of every row: informational.
const SEVERITY: u8 = 6;
/// Longest that the receiver may take for a portion.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct To {
    pub(crate) address: String,
    pub(crate) transport: SyslogTransport,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) facility: Facility,
}

enum Connection {
    Datagrams(UdpSocket),
    Octets(Box<dyn AsyncWrite + Send + Unpin>),
}

pub(crate) async fn run(name: &str, to: &To, origin: &Origin, queue: &Queue, stop: &CancellationToken) {
    let mut trouble = Trouble::new(name);
    let mut connection = None;
    loop {
        let rows = match queue.try_next() {
            Some(rows) => rows,
            None if stop.is_cancelled() => return,
            None => {
                let _ = stop.run_until_cancelled(queue.changed()).await;
                continue;
            }
        };
        let sent = tokio::time::timeout(PATIENCE, send(&mut connection, to, &rows, origin)).await;
        let result = sent.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        queue.done(rows.len(), result.is_ok());
        match result {
            Ok(()) => trouble.over(),
            Err(error) => {
                connection = None;
                if stop.run_until_cancelled(trouble.wait(error)).await.is_none() {
                    queue.lose_all();
                    return;
                }
            }
        }
    }
}

async fn send(
    connection: &mut Option<Connection>,
    to: &To,
    rows: &[LogRow],
    origin: &Origin,
) -> io::Result<()> {
    let mut used = match connection.take() {
        Some(used) => used,
        None => connect(to).await?,
    };
    match &mut used {
        Connection::Datagrams(socket) => {
            for row in rows {
                socket.send(text(row, to, origin).as_bytes()).await?;
            }
        }
        Connection::Octets(stream) => {
            let mut out = Vec::with_capacity(rows.len() * 450);
            for row in rows {
                let text = text(row, to, origin);
                out.extend_from_slice(format!("{} {text}", text.len()).as_bytes());
            }
            stream.write_all(&out).await?;
            stream.flush().await?;
        }
    }
    *connection = Some(used);
    Ok(())
}

async fn connect(to: &To) -> io::Result<Connection> {
    if to.transport != SyslogTransport::Udp {
        let stream = TcpStream::connect(&to.address).await?;
        if to.transport == SyslogTransport::Tcp {
            return Ok(Connection::Octets(Box::new(stream)));
        }
        let (host, _) = split_address(&to.address, None).map_err(io::Error::other)?;
        let ca = match &to.ca {
            Some(path) => Some(tokio::fs::read_to_string(path).await?),
            None => None,
        };
        let over = tls::over(stream, host, ca.as_deref()).await;
        return over
            .map(|stream| Connection::Octets(Box::new(stream)))
            .map_err(|error| io::Error::other(error.to_string()));
    }
    let peer = lookup_host(&to.address).await?.next().ok_or(io::ErrorKind::NotFound)?;
    let own = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(own).await?;
    socket.connect(peer).await?;
    Ok(Connection::Datagrams(socket))
}

/// The message; its text is one JSON object, in which every control character is escaped.
fn text(row: &LogRow, to: &To, origin: &Origin) -> String {
    let priority = u16::from(to.facility.number()) * 8 + u16::from(SEVERITY);
    let (time, site) = (json::time(row.at), &origin.site);
    format!("<{priority}>1 {time} {site} steelyard - query - {}", json::object(row, origin))
}
