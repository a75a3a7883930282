//! A DNS query over UDP, and over TCP where the answer does not fit (RFC 1035, RFC 7766).

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use hickory_proto::serialize::binary::BinEncodable;
use model::DnsName;
use model::config::DnsQuery;
use model::health::FailureCode;
use model::rrtype::Rcode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout_at;

use super::{Check, Failure, Seen, tcp, udp};

/// Asks, and compares code and records with what is expected.
pub(super) async fn check(check: Check<'_>) -> Seen {
    let Some(asked) = &check.target.monitor.query else {
        return Err(Failure::new(FailureCode::NoResources, "the monitor asks for no name"));
    };
    let query = message(asked)?;
    let octets = query.to_vec().map_err(|error| unusable(&error.to_string()))?;
    check.trace.note("query", || format!("{} {}", asked.name, asked.rr_type));
    let socket = udp::connect(&check).await?;
    udp::send(&socket, &octets).await?;
    let answer = match timeout_at(check.deadline, datagram(&socket, query.metadata.id)).await {
        Ok(answer) => answer?,
        Err(_) => return Err(tcp::silent(&check)),
    };
    let answer = if answer.metadata.truncation {
        check.trace.note("answer", || "truncated: asking again over TCP".to_owned());
        over_tcp(&check, &octets, query.metadata.id).await?
    } else {
        answer
    };
    judge(&check, asked, &answer)
}

fn unusable(why: &str) -> Failure {
    Failure::new(FailureCode::NoResources, format!("query not sent: {why}"))
}

fn message(asked: &DnsQuery) -> Result<Message, Failure> {
    let name = Name::from_ascii(asked.name.to_string()).map_err(|error| unusable(&error.to_string()))?;
    let mut query = Message::query();
    let mut name = name;
    name.set_fqdn(true);
    query.add_query(Query::query(name, RecordType::from(asked.rr_type.0)));
    query.metadata.recursion_desired = true;
    Ok(query)
}

/// The answer to the query; other datagrams are not looked at.
async fn datagram(socket: &tokio::net::UdpSocket, id: u16) -> Result<Message, Failure> {
    let mut buffer = vec![0; 4096];
    loop {
        let length = socket.recv(&mut buffer).await.map_err(|error| udp::of_io(&error))?;
        if buffer[..length].get(..2) == Some(&id.to_be_bytes()) {
            return read(&buffer[..length]);
        }
    }
}

fn read(octets: &[u8]) -> Result<Message, Failure> {
    Message::from_vec(octets)
        .map_err(|_| Failure::new(FailureCode::OtherError, "the answer is no DNS message"))
}

async fn over_tcp(check: &Check<'_>, query: &[u8], id: u16) -> Result<Message, Failure> {
    let mut stream = tcp::connect(check).await?;
    let exchange = async {
        let mut framed = (query.len() as u16).to_be_bytes().to_vec();
        framed.extend_from_slice(query);
        stream.write_all(&framed).await?;
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = match timeout_at(check.deadline, exchange).await {
        Ok(answer) => answer.map_err(|error| Failure::of_io(&error))?,
        Err(_) => return Err(tcp::silent(check)),
    };
    let answer = read(&answer)?;
    if answer.metadata.id != id {
        return Err(Failure::new(FailureCode::OtherError, "the answer is to another query"));
    }
    Ok(answer)
}

fn judge(check: &Check<'_>, asked: &DnsQuery, answer: &Message) -> Seen {
    let code = Rcode(u16::from(response_code(answer.metadata.response_code)));
    let records: Vec<&RData> = answer
        .answers
        .iter()
        .filter(|record| u16::from(record.record_type()) == asked.rr_type.0)
        .map(|record| &record.data)
        .collect();
    check.trace.note("answer", || {
        let records: Vec<String> = answer.answers.iter().map(ToString::to_string).collect();
        format!("{code}\n{}", records.join("\n"))
    });
    if code != asked.rcode.0 {
        let detail = format!("{code} instead of {}", asked.rcode.0);
        return Err(Failure::new(FailureCode::ResponseCodeMismatch, detail));
    }
    if code != Rcode::NOERROR {
        return Ok(code.to_string());
    }
    let wanted = asked
        .answer
        .as_deref()
        .and_then(|text| model::rdata::parse(asked.rr_type, text, &DnsName::root()).ok());
    let found = match &wanted {
        Some(wanted) => records.iter().any(|data| data.to_bytes().is_ok_and(|data| same(&data, wanted))),
        None => !records.is_empty(),
    };
    if found {
        return Ok(format!("{code}, {} records", records.len()));
    }
    let seen: Vec<String> = records.iter().map(ToString::to_string).collect();
    let detail = match (seen.is_empty(), &asked.answer) {
        (true, _) => format!("{code} without a record of type {}", asked.rr_type),
        (false, Some(answer)) => format!("{} instead of {answer}", seen.join(", ")),
        (false, None) => seen.join(", "),
    };
    Err(Failure::new(FailureCode::PayloadContentMismatch, detail))
}

/// Letters of names compare without case; in other data a difference of case is as good as none for a check.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// The four bits of the header; the rest of an extended code is EDNS's, which is not asked for.
fn response_code(code: ResponseCode) -> u8 {
    code.low()
}
