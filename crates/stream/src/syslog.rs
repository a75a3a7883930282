//! RFC 5424 messages, one for each row, in datagrams (RFC 5426) or with counted octets over TCP (RFC 6587).

use std::io;
use std::time::Duration;

use model::config::Facility;
use model::row::LogRow;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpStream, UdpSocket, lookup_host};
use tokio_util::sync::CancellationToken;

use crate::queue::Queue;
use crate::reconnect::Trouble;
use crate::{Origin, json};

/// Severity of every row: informational.
const SEVERITY: u8 = 6;
/// Longest that the receiver may take for a portion.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct To {
    pub(crate) address: String,
    pub(crate) tcp: bool,
    pub(crate) facility: Facility,
}

enum Connection {
    Datagrams(UdpSocket),
    Octets(TcpStream),
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
    if to.tcp {
        return TcpStream::connect(&to.address).await.map(Connection::Octets);
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
