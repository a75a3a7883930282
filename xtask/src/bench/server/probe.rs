//! One query by hand, to know when a server answers the lab's name.

use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::bail;

use super::lab;
use crate::bench::host::child::Running;

/// Identifier of the query; any will do, since each is asked from a port of its own.
const ID: u16 = 0x5379;
/// Octets of a DNS header (RFC 1035 section 4.1.1).
const HEADER: usize = 12;

/// Waits until `server` answers the lab's name with an address; gives up after `limit`, or when the server ended.
pub fn wait(server: &mut Running, port: u16, limit: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + limit;
    loop {
        server.expect_running()?;
        match ask(port, lab::NAME, Duration::from_millis(300)) {
            Some(answer) if is_answered(&answer) => return Ok(()),
            _ if Instant::now() > until => {
                bail!("{} is not answered after {} s: {}", lab::NAME, limit.as_secs(), server.last_words())
            }
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Waits for the first answer to `name`, looking often; gives up after `limit`, or when the server ended.
pub fn first_answer(server: &mut Running, port: u16, name: &str, limit: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + limit;
    loop {
        match ask(port, name, Duration::from_millis(20)) {
            Some(answer) if is_answered(&answer) => return Ok(()),
            _ if Instant::now() > until => {
                bail!("{name} is not answered after {} s: {}", limit.as_secs(), server.last_words())
            }
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
        server.expect_running()?;
    }
}

fn ask(port: u16, name: &str, patience: Duration) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    socket.connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    socket.set_read_timeout(Some(patience)).ok()?;
    socket.send(&query(name)).ok()?;
    let mut buffer = [0; 1232];
    let length = socket.recv(&mut buffer).ok()?;
    Some(buffer[..length].to_vec())
}

/// A query for addresses, type A, class IN (RFC 1035 section 4.1).
pub fn query(name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    out.extend(ID.to_be_bytes());
    out.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        out.push(label.len() as u8);
        out.extend(label.as_bytes());
    }
    out.extend([0, 0, 1, 0, 1]);
    out
}

/// A response to our query, without an error, with at least one record in its answer.
fn is_answered(packet: &[u8]) -> bool {
    let Some(header) = packet.get(..HEADER) else { return false };
    let number = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let (response, rcode, answers) = (header[2] & 0x80 != 0, header[3] & 0x0f, number(6));
    number(0) == ID && response && rcode == 0 && answers > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_told_from_its_answer() {
        let mut packet = query("a.example");
        assert_eq!(packet.len(), HEADER + 1 + 1 + 1 + 7 + 1 + 4);
        assert!(!is_answered(&packet), "a query is no answer");
        packet[2] |= 0x80;
        assert!(!is_answered(&packet), "no record");
        packet[7] = 1;
        assert!(is_answered(&packet));
        packet[3] |= 3;
        assert!(!is_answered(&packet), "NXDOMAIN");
        assert!(!is_answered(&packet[..4]));
    }
}
