//! Ports of 127.0.0.1 that nobody listens on.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use anyhow::bail;

/// How often a port that is free for TCP may turn out to be taken for UDP.
const TRIES: usize = 50;

/// A port that is free for both UDP and TCP. Somebody else could take it before it is used; the server then says so.
pub fn free() -> anyhow::Result<u16> {
    for _ in 0..TRIES {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = tcp.local_addr()?.port();
        if UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port of 127.0.0.1 is free for both UDP and TCP: end what listens on them")
}
