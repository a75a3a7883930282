//! dnstap (dnstap.info, `dnstap.proto`) over Frame Streams.
//!
//! Each row is one message: AUTH_RESPONSE, or AUTH_QUERY where silence was the answer. What the row knows beside it, the
//! decision, is a JSON object in `extra`.

use std::io;
use std::time::Duration;

use model::event::Transport;
use model::row::LogRow;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio_util::sync::CancellationToken;

use crate::message::{is_silent, message};
use crate::queue::Queue;
use crate::reconnect::Trouble;
use crate::{Origin, Target, fstrm};

/// Longest that a connection may take to be made, and the receiver to take a portion.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest for what is left at the end.
const LAST: Duration = Duration::from_secs(1);

trait Both: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Both for T {}

pub(crate) async fn run(
    name: &str,
    target: &Target,
    origin: &Origin,
    queue: &Queue,
    stop: &CancellationToken,
) {
    let mut trouble = Trouble::new(name);
    loop {
        let connected = async {
            loop {
                match connect(target).await {
                    Ok(connection) => return connection,
                    Err(error) => trouble.wait(error).await,
                }
            }
        };
        let Some(mut connection) = stop.run_until_cancelled(connected).await else { break };
        trouble.over();
        loop {
            let Some(rows) = stop.run_until_cancelled(queue.next()).await else {
                let _ = tokio::time::timeout(LAST, rest(&mut *connection, origin, queue)).await;
                queue.lose_all();
                return;
            };
            if let Err(error) = send(&mut *connection, &rows, origin, queue).await {
                if stop.run_until_cancelled(trouble.wait(error)).await.is_none() {
                    queue.lose_all();
                    return;
                }
                break;
            }
        }
    }
    queue.lose_all();
}

async fn connect(target: &Target) -> io::Result<Box<dyn Both>> {
    let connected = async {
        let mut connection: Box<dyn Both> = match target {
            Target::DnstapUnix(path) => Box::new(UnixStream::connect(path).await?),
            Target::DnstapTcp(address) => Box::new(TcpStream::connect(address).await?),
            _ => return Err(io::Error::other("no target of dnstap")),
        };
        fstrm::begin(&mut connection).await?;
        Ok(connection)
    };
    tokio::time::timeout(PATIENCE, connected).await.map_err(|_| io::ErrorKind::TimedOut)?
}

async fn send(connection: &mut dyn Both, rows: &[LogRow], origin: &Origin, queue: &Queue) -> io::Result<()> {
    let mut out = Vec::with_capacity(rows.len() * 400);
    rows.iter().for_each(|row| fstrm::frame(&mut out, &dnstap(row, origin)));
    let write = async {
        connection.write_all(&out).await?;
        connection.flush().await
    };
    let written = tokio::time::timeout(PATIENCE, write).await;
    let result = written.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    // How much of a portion that failed has arrived is not known: it counts as lost.
    queue.done(rows.len(), result.is_ok());
    result
}

/// What waits, and the end.
async fn rest(connection: &mut dyn Both, origin: &Origin, queue: &Queue) -> io::Result<()> {
    while let Some(rows) = queue.try_next() {
        send(connection, &rows, origin, queue).await?;
    }
    let mut connection = connection;
    fstrm::end(&mut connection).await
}

/// One `Dnstap` message.
fn dnstap(row: &LogRow, origin: &Origin) -> Vec<u8> {
    let extra = serde_json::json!({
        "service": row.service, "pool": row.pool, "member": row.member, "generation": row.generation,
        "class": row.class.as_str(), "significance": row.significance, "stands_for": row.stands_for,
        "ecs": row.ecs.map(|net| net.to_string()),
    });
    let mut out = Vec::with_capacity(384);
    octets(&mut out, 1, origin.site.as_bytes());
    octets(&mut out, 2, origin.version.as_bytes());
    octets(&mut out, 3, extra.to_string().as_bytes());
    octets(&mut out, 14, &inner(row));
    number(&mut out, 15, 1);
    out
}

fn inner(row: &LogRow) -> Vec<u8> {
    let silent = is_silent(row);
    let mut out = Vec::with_capacity(192);
    number(&mut out, 1, if silent { 1 } else { 2 });
    number(&mut out, 2, if row.client.is_ipv4() { 1 } else { 2 });
    number(&mut out, 3, protocol(row.transport));
    match row.client {
        std::net::IpAddr::V4(client) => octets(&mut out, 4, &client.octets()),
        std::net::IpAddr::V6(client) => octets(&mut out, 4, &client.octets()),
    }
    number(&mut out, 6, row.port.into());
    moment(&mut out, 8, row.at);
    if silent {
        octets(&mut out, 10, &message(row, false));
    } else {
        moment(&mut out, 12, row.at + i64::from(row.latency_us));
        octets(&mut out, 14, &message(row, true));
    }
    out
}

fn protocol(transport: Transport) -> u64 {
    match transport {
        Transport::Udp => 1,
        Transport::Tcp => 2,
        Transport::Tls => 3,
        Transport::Https => 4,
        Transport::Quic => 7,
    }
}

/// Seconds in one field and nanoseconds in the next.
fn moment(out: &mut Vec<u8>, field: u64, at: i64) {
    number(out, field, at.div_euclid(1_000_000) as u64);
    varint(out, ((field + 1) << 3) | 5);
    out.extend((at.rem_euclid(1_000_000) as u32 * 1000).to_le_bytes());
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn octets(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, (field << 3) | 2);
    varint(out, value.len() as u64);
    out.extend(value);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
