//! A client that sends what it is told, and parses answers with hickory.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use dns::{Arrival, Outcome, Path, answer};
use hickory_proto::op::Message;
use hickory_proto::rr::RData;
use model::event::{QueryEvent, Transport};

use crate::{NOW, Running, wire};

/// Queries in wire format.
#[derive(Clone)]
pub struct Question {
    pub id: u16,
    pub flags: u16,
    pub name: Vec<u8>,
    pub qtype: u16,
    pub qclass: u16,
    pub extra: Vec<u8>,
    pub counts: [u16; 4],
}

pub fn wire(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.').filter(|l| !l.is_empty()) {
        out.push(label.len() as u8);
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    out
}

pub fn ask(name: &str, qtype: u16) -> Question {
    Question {
        id: 0x1234,
        flags: 0x0100,
        name: wire(name),
        qtype,
        qclass: 1,
        extra: Vec::new(),
        counts: [1, 0, 0, 0],
    }
}

impl Question {
    /// With an OPT record of this payload size, version and options.
    pub fn edns(mut self, payload: u16, version: u8, flags: u16, options: &[u8]) -> Question {
        self.extra.extend_from_slice(&[0, 0, 41]);
        self.extra.extend_from_slice(&payload.to_be_bytes());
        self.extra.extend_from_slice(&[0, version]);
        self.extra.extend_from_slice(&flags.to_be_bytes());
        self.extra.extend_from_slice(&(options.len() as u16).to_be_bytes());
        self.extra.extend_from_slice(options);
        self.counts[3] += 1;
        self
    }

    pub fn packet(&self) -> Vec<u8> {
        let mut out = self.id.to_be_bytes().to_vec();
        out.extend_from_slice(&self.flags.to_be_bytes());
        self.counts.iter().for_each(|c| out.extend_from_slice(&c.to_be_bytes()));
        out.extend_from_slice(&self.name);
        out.extend_from_slice(&self.qtype.to_be_bytes());
        out.extend_from_slice(&self.qclass.to_be_bytes());
        out.extend_from_slice(&self.extra);
        out
    }
}

/// The raw answer over UDP; none when there is silence.
pub fn udp(server: SocketAddr, packet: &[u8]) -> Option<Vec<u8>> {
    let own = if server.is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" };
    let socket = UdpSocket::bind(own).unwrap();
    socket.connect(server).unwrap();
    socket.send(packet).unwrap();
    // Silence is told from an answer by a second query that is always answered: no time has to pass.
    let probe = ask("probe.invalid", 1);
    let probe = Question { id: 0xfffe, ..probe }.packet();
    socket.send(&probe).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut buffer = [0; 65_535];
    let mut answer = None;
    loop {
        let length = socket.recv(&mut buffer).unwrap();
        if buffer[..2] == [0xff, 0xfe] {
            return answer;
        }
        answer = Some(buffer[..length].to_vec());
    }
}

/// The raw answer over TCP; none when there is silence.
pub fn tcp(server: SocketAddr, packet: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let probe = Question { id: 0xfffe, ..ask("probe.invalid", 1) }.packet();
    for message in [packet, &probe] {
        stream.write_all(&(message.len() as u16).to_be_bytes()).unwrap();
        stream.write_all(message).unwrap();
    }
    let mut answer = None;
    loop {
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut message).unwrap();
        if message[..2] == [0xff, 0xfe] {
            return answer;
        }
        answer = Some(message);
    }
}

/// The answer over both transports and by the complete path alone, which agree on everything (cursors aside, for which
/// names are asked that are not steered).
pub fn both(running: &Running, question: &Question) -> Option<Vec<u8>> {
    let packet = question.packet();
    let (datagram, stream) = (udp(running.address, &packet), tcp(running.address, &packet));
    assert_eq!(datagram, stream, "UDP and TCP differ");
    let complete = complete(running, &packet);
    // Only where names that are no part of the question are pointed at do the octets differ.
    assert_eq!(
        complete.as_deref().map(wire::parse),
        datagram.as_deref().map(wire::parse),
        "the paths differ"
    );
    datagram
}

/// The answer of the complete path, without a socket.
fn complete(running: &Running, packet: &[u8]) -> Option<Vec<u8>> {
    let client = SocketAddr::from(([127, 0, 0, 1], 5000));
    let arrival = Arrival { at: NOW, since: Instant::now(), client, transport: Transport::Udp };
    let mut event = QueryEvent::new(NOW, client, Transport::Udp);
    let mut out = Vec::new();
    let view = running.responder.current();
    let outcome =
        answer(&view, &running.responder.policy(), packet, &arrival, Path::Complete, &mut out, &mut event);
    (outcome == Outcome::Replied).then_some(out)
}

pub fn parse(answer: &[u8]) -> Message {
    Message::from_vec(answer).expect("an answer that an independent parser reads")
}

/// An answer in a line: code, flags, the records of answer and authority.
pub fn summary(answer: Option<Vec<u8>>) -> String {
    let Some(answer) = answer else { return "silence".to_owned() };
    let message = parse(&answer);
    let mut out = model::rrtype::Rcode(u16::from(message.metadata.response_code)).to_string();
    if message.metadata.authoritative {
        out.push_str(" aa");
    }
    if message.metadata.truncation {
        out.push_str(" tc");
    }
    for record in &message.answers {
        let (name, rr_type) = (&record.name, record.record_type());
        match &record.data {
            // DNAME is unknown to the parser.
            RData::Unknown { code, rdata } if u16::from(*code) == 39 => {
                let target = model::name::presentation(&rdata.anything);
                out.push_str(&format!(" {name} DNAME {target}.;"));
            }
            data => out.push_str(&format!(" {name} {rr_type} {data};")),
        }
    }
    for record in &message.authorities {
        out.push_str(&format!(" [{} {} {}]", record.name, record.record_type(), record.ttl));
    }
    for record in &message.additionals {
        out.push_str(&format!(" +{} {}", record.name, record.data));
    }
    out
}
