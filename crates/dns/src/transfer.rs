//! Zone transfers to secondaries: AXFR (RFC 5936), IXFR answered with the whole zone (RFC 1995), NOTIFY (RFC 1996).
//!
//! A transfer is of one view from its first message to its last, whatever is published meanwhile, and is made message
//! by message: a zone is never held a second time. What it gives of a service is what its plans say in that view, and
//! the serial is the generation's: every site gives one serial for one generation, and a change of health alone does
//! not raise it. A secondary therefore has the addresses of services as they were at its last transfer.

pub mod notify;
mod records;
mod request;
mod stream;
mod turns;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use model::DnsName;
use model::event::{QueryEvent, Transport};
use model::rrtype::{Rcode, RrType};
use model::slots::Slot;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::answer::{Arrival, Asked, Outcome, ask, receive};
use crate::complete;
use crate::message::{ExtendedError, IN, Query, Read, read};
use crate::policy::Policy;
use crate::report::Worker;
use crate::serving::Serving;
use crate::tsig::{self, Chain};
use records::Records;
use request::Decision;
use stream::Messages;

pub use turns::Turns;

/// A connection on which a zone may be transferred, and what it shares with the others.
pub struct Connection<'a> {
    /// Whose events tell of transfers.
    pub worker: &'a Mutex<Worker>,
    /// The view in force when a transfer ends, which its event belongs to.
    pub current: &'a (dyn Fn() -> Arc<Serving> + Sync),
    /// Called for each message that was taken: the connection is not idle.
    pub active: &'a (dyn Fn() + Sync),
    /// Who may begin.
    pub turns: &'a Turns,
    /// How long a transfer waits for its turn.
    pub patience: Duration,
    /// Time for the client to take a message.
    pub write: Duration,
    /// The client.
    pub peer: SocketAddr,
}

/// Whether a packet that came over TCP is for [`serve`].
pub fn is_asked(packet: &[u8]) -> bool {
    matches!(read(packet), Read::Query(query) if is_transfer(&query))
}

fn is_transfer(query: &Query<'_>) -> bool {
    let plain = query.qclass == IN && query.edns.is_none_or(|edns| edns.version == 0);
    plain && matches!(query.qtype, RrType::AXFR | RrType::IXFR)
}

/// IXFR over UDP: a permitted client gets the SOA alone, by which it sees whether to ask over TCP (RFC 1995 section 2).
/// None for any other query.
pub fn over_udp(
    asked: &Asked<'_>,
    key: Option<&DnsName>,
    arrival: &Arrival,
    out: &mut Vec<u8>,
    event: &mut QueryEvent,
) -> Option<Outcome> {
    if arrival.transport != Transport::Udp || asked.query.qtype != RrType::IXFR || !is_transfer(&asked.query)
    {
        return None;
    }
    let zone = match request::decide(asked, arrival.client.ip(), key) {
        Decision::Soa(zone) | Decision::Whole(zone) => zone,
        Decision::Refuse(_) => return None,
    };
    event.slot = asked.serving.tree().zones[zone].slot;
    event.set_answer_count(1);
    let message = stream::soa_alone(asked, zone)?;
    Some(complete::send(&message, out))
}

/// Answers a transfer that [`is_asked`] of `serving` under `policy`, to its end.
///
/// # Errors
/// When the client goes away, or does not take a message in time.
pub async fn serve(
    connection: &Connection<'_>,
    serving: Arc<Serving>,
    policy: Arc<Policy>,
    packet: &[u8],
    write: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let arrival = Arrival {
        at: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as i64),
        since: Instant::now(),
        client: connection.peer,
        transport: Transport::Tcp,
    };
    let mut event = QueryEvent::new(arrival.at, arrival.client, arrival.transport);
    let Read::Query(query) = receive(&serving, packet, &arrival, &mut event) else {
        return Ok(());
    };
    let zone = serving.slots().target(complete::zone_slot(&serving, query.name)).zone().cloned();
    let mut report = Report { connection, since: arrival.since, zone, event };
    let mut asked = ask(&serving, &policy, packet, query, &arrival, &mut report.event);
    let mut sink = Sink { write, within: connection.write, framed: Vec::new() };
    let (mut chain, key) = match asked.query.tsig {
        None => (None, None),
        Some(at) => match tsig::check(&policy.keys, packet, at, arrival.seconds()) {
            Ok(signed) => (Some(signed.chain), Some(signed.key)),
            Err(refusal) => {
                report.event.rcode = refusal.rcode;
                let mut out = Vec::new();
                if complete::refuse_asked(&asked, refusal.rcode, None, &mut out) == Outcome::Replied {
                    refusal.finish(&mut out);
                    sink.send(&mut out, None).await?;
                }
                return Ok(());
            }
        },
    };
    asked.limit -= chain.as_ref().map_or(0, Chain::length);

    let client = arrival.client.ip().to_canonical();
    let (zone, whole) = match request::decide(&asked, client, key.as_ref()) {
        Decision::Refuse(rcode) => return refuse(&mut report, &asked, rcode, &mut sink, chain).await,
        Decision::Soa(zone) => (zone, false),
        Decision::Whole(zone) => (zone, true),
    };
    let name = &serving.tree().zones[zone].name;
    if !whole {
        report.event.set_answer_count(1);
        let mut out = Vec::new();
        if let Some(message) = stream::soa_alone(&asked, zone)
            && complete::send(&message, &mut out) == Outcome::Replied
        {
            sink.send(&mut out, chain.as_mut()).await?;
        }
        return Ok(());
    }
    let Some(_turn) = connection.turns.take(client, connection.patience).await else {
        tracing::warn!(%client, zone = %name, "a zone transfer was refused: too many are under way");
        return refuse(&mut report, &asked, Rcode::REFUSED, &mut sink, chain).await;
    };
    let mut messages = Messages::new(&asked, Records::new(&serving, zone));
    let mut count = 0u64;
    loop {
        let mut out = match messages.next() {
            Ok(Some(out)) => out,
            Ok(None) => break,
            Err(error) => {
                // An end in the middle tells the client that what it has is not the zone.
                tracing::error!(zone = %name, error, "a zone cannot be transferred");
                report.event.rcode = Rcode::SERVFAIL;
                return Err(io::Error::other(error));
            }
        };
        sink.send(&mut out, chain.as_mut()).await?;
        (connection.active)();
        count += 1;
        report.event.set_answer_count(messages.records().min(u64::from(u16::MAX)) as u16);
    }
    let (records, serial) = (messages.records(), serving.snapshot().serial());
    let key = key.map(|key| key.to_string());
    tracing::info!(zone = %name, %client, key, serial, records, messages = count, "a zone was transferred");
    Ok(())
}

async fn refuse<W: AsyncWrite + Unpin>(
    report: &mut Report<'_>,
    asked: &Asked<'_>,
    rcode: Rcode,
    sink: &mut Sink<'_, W>,
    mut chain: Option<Chain>,
) -> io::Result<()> {
    report.event.rcode = rcode;
    let mut out = Vec::new();
    // Who may not transfer is told so (RFC 8914 section 4.19).
    let error = (rcode == Rcode::REFUSED).then_some(ExtendedError::PROHIBITED);
    if complete::refuse_asked(asked, rcode, error, &mut out) == Outcome::Replied {
        sink.send(&mut out, chain.as_mut()).await?;
    }
    Ok(())
}

/// Where messages go.
struct Sink<'a, W> {
    write: &'a mut W,
    within: Duration,
    framed: Vec<u8>,
}

impl<W: AsyncWrite + Unpin> Sink<'_, W> {
    /// Signs a message and writes it with its length.
    async fn send(&mut self, message: &mut Vec<u8>, chain: Option<&mut Chain>) -> io::Result<()> {
        if let Some(chain) = chain {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
            chain.sign(message, now).map_err(io::Error::other)?;
        }
        let length = u16::try_from(message.len()).map_err(io::Error::other)?;
        self.framed.clear();
        self.framed.extend_from_slice(&length.to_be_bytes());
        self.framed.extend_from_slice(message);
        tokio::time::timeout(self.within, self.write.write_all(&self.framed)).await?
    }
}

/// Notes what became of a transfer when it ends, however it ends.
struct Report<'a> {
    connection: &'a Connection<'a>,
    since: Instant,
    zone: Option<DnsName>,
    event: QueryEvent,
}

impl Drop for Report<'_> {
    fn drop(&mut self) {
        // A transfer may outlive its view, whose counters are read no more then: it is counted where it ends.
        let view = (self.connection.current)();
        let event = &mut self.event;
        (event.generation, event.health_epoch) = (view.snapshot().generation, view.health().epoch);
        event.slot = self.zone.as_ref().and_then(|zone| view.slots().zone(zone)).unwrap_or(Slot::OUTSIDE);
        event.latency_ns = self.since.elapsed().as_nanos().min(u128::from(u32::MAX)) as u32;
        let mut worker = self.connection.worker.lock().unwrap_or_else(PoisonError::into_inner);
        worker.note(&view, event.clone());
    }
}
