//! A DNS client that sends what it is told over UDP or TCP, and reads answers with a parser that is not the product's.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{RData, RecordType};

/// How long an answer may take before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// How queries are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Udp,
    Tcp,
}

/// A client with a socket, or a connection, of its own.
pub struct Client {
    way: Way,
    id: u16,
}

enum Way {
    Udp(UdpSocket),
    Tcp(TcpStream),
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    message: Message,
}

impl Client {
    /// Connects.
    pub fn new(server: SocketAddr, transport: Transport) -> Client {
        let way = match transport {
            Transport::Udp => {
                let own = if server.is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" };
                let socket = UdpSocket::bind(own).expect("a UDP socket");
                socket.connect(server).expect("connecting a UDP socket");
                socket.set_read_timeout(Some(PATIENCE)).expect("setting a timeout");
                Way::Udp(socket)
            }
            Transport::Tcp => {
                let stream = TcpStream::connect(server).expect("a TCP connection to the responder");
                stream.set_read_timeout(Some(PATIENCE)).expect("setting a timeout");
                stream.set_nodelay(true).expect("sending at once");
                Way::Tcp(stream)
            }
        };
        Client { way, id: 0 }
    }

    /// Asks, and gets an answer.
    pub fn ask(&mut self, name: &str, record_type: RecordType) -> Answer {
        let answer = self.try_ask(name, record_type);
        answer.unwrap_or_else(|e| panic!("{name} {record_type} was not answered: {e}"))
    }

    /// Asks for the address of a steered name.
    pub fn address(&mut self, name: &str) -> String {
        let answer = self.ask(name, RecordType::A);
        let addresses = answer.addresses();
        assert_eq!(addresses.len(), 1, "{answer:?}");
        addresses[0].clone()
    }

    /// The same, for one who expects that the server goes away.
    pub fn try_ask(&mut self, name: &str, record_type: RecordType) -> std::io::Result<Answer> {
        self.id = self.id.wrapping_add(1);
        let query = query(self.id, name, record_type);
        let bytes = match &mut self.way {
            Way::Udp(socket) => over_udp(socket, self.id, &query)?,
            Way::Tcp(stream) => over_tcp(stream, &query)?,
        };
        let message = Message::from_vec(&bytes).expect("an answer that an independent parser reads");
        assert_eq!(message.metadata.id, self.id, "the answer to another query: {message:?}");
        Ok(Answer { message })
    }
}

fn over_udp(socket: &UdpSocket, id: u16, query: &[u8]) -> std::io::Result<Vec<u8>> {
    socket.send(query)?;
    let mut buffer = [0; 4096];
    loop {
        let length = socket.recv(&mut buffer)?;
        // An answer that came after its query was given up is not this one.
        if buffer[..2] == id.to_be_bytes() {
            return Ok(buffer[..length].to_vec());
        }
    }
}

fn over_tcp(stream: &mut TcpStream, query: &[u8]) -> std::io::Result<Vec<u8>> {
    let length = u16::try_from(query.len()).expect("a query is short");
    stream.write_all(&[&length.to_be_bytes(), query].concat())?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

/// A query in wire format (RFC 1035 section 4.1), its name in the case it was given.
fn query(id: u16, name: &str, record_type: RecordType) -> Vec<u8> {
    let mut packet = id.to_be_bytes().to_vec();
    packet.extend_from_slice(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        packet.push(label.len() as u8);
        packet.extend_from_slice(label.as_bytes());
    }
    packet.push(0);
    packet.extend_from_slice(&u16::from(record_type).to_be_bytes());
    packet.extend_from_slice(&[0, 1]);
    packet
}

impl Answer {
    /// The response code.
    pub fn code(&self) -> ResponseCode {
        self.message.metadata.response_code
    }

    /// Whether it says that the whole answer is to be had over TCP.
    pub fn is_truncated(&self) -> bool {
        self.message.metadata.truncation
    }

    /// The addresses, in their order.
    pub fn addresses(&self) -> Vec<String> {
        let address = |data: &RData| match data {
            RData::A(a) => Some(a.to_string()),
            RData::AAAA(a) => Some(a.to_string()),
            _ => None,
        };
        self.message.answers.iter().filter_map(|record| address(&record.data)).collect()
    }

    /// TTL of the first record.
    pub fn ttl(&self) -> u32 {
        self.message.answers.first().expect("an answer with a record").ttl
    }

    /// The question's name, as it came back.
    pub fn question(&self) -> String {
        self.message.queries[0].name.to_string()
    }

    /// The SOA record of the answer.
    pub fn serial(&self) -> u32 {
        match self.message.answers.first().map(|record| &record.data) {
            Some(RData::SOA(soa)) => soa.serial,
            other => panic!("no SOA but {other:?}"),
        }
    }

    /// In a line: code, `aa`, the answer's records with their TTL, and in brackets those of the authority section.
    pub fn summary(&self) -> String {
        let mut parts = vec![format!("{:?}", self.code())];
        if self.message.metadata.authoritative {
            parts.push("aa".to_owned());
        }
        for record in &self.message.answers {
            parts.push(format!("{} {} {} {}", record.name, record.ttl, record.record_type(), record.data));
        }
        for record in &self.message.authorities {
            parts.push(format!("[{} {} {}]", record.name, record.ttl, record.record_type()));
        }
        parts.join(" ")
    }
}
