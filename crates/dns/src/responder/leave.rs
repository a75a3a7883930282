//! Sockets that are about to close, while others of the same port go on: 127.0.0.1:53 gives way to 0.0.0.0:53, and
//! nothing that is on its way may be lost between the two.
//!
//! Only for sockets of this process's own: what is done here stays with a socket that was passed on, and would make
//! the next server deaf.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use socket2::{SockFilter, SockRef};
use tokio::net::TcpListener;

/// Lets no new datagram into a socket; what is in it stays. The kernel gives a connected socket only its peer's
/// datagrams, here those of the socket itself, and all others to the next best socket of the port.
pub fn take_no_more(socket: &UdpSocket) -> io::Result<()> {
    let own = socket.local_addr()?;
    let ip = match own.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    socket.connect(SocketAddr::new(ip, own.port()))
}

/// Lets no new connection begin at a listener; those that have begun are still completed. The first packet of one is
/// ignored, so that its client sends it once more, and then finds the listener that goes on.
pub fn begin_no_more(listener: &TcpListener) -> io::Result<()> {
    const LOAD_OCTET: u16 = 0x30;
    const AND: u16 = 0x54;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    /// Offset of a TCP header's flags, and SYN and ACK in them (RFC 9293 section 3.1).
    const FLAGS: (u32, u32, u32) = (13, 0x02, 0x10);
    SockRef::from(listener).attach_filter(&[
        SockFilter::new(LOAD_OCTET, 0, 0, FLAGS.0),
        SockFilter::new(AND, 0, 0, FLAGS.1 | FLAGS.2),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, FLAGS.1),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::transport::udp;

    #[test]
    fn datagrams_go_to_the_socket_that_stays_and_none_is_lost() {
        let old = udp::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = old.local_addr().unwrap();
        let new = udp::bind(SocketAddr::from(([0, 0, 0, 0], address.port()))).unwrap();
        let client = UdpSocket::bind("127.0.0.1:0").unwrap();
        client.send_to(b"one", address).unwrap();
        take_no_more(&old).unwrap();
        client.send_to(b"two", address).unwrap();
        let received = |socket: &UdpSocket| {
            socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            let mut buffer = [0; 3];
            let (_, sender) = socket.recv_from(&mut buffer).unwrap();
            (buffer, sender)
        };
        let (one, sender) = received(&old);
        assert_eq!((&one, received(&new).0), (b"one", *b"two"));
        // And what has come in before is answered.
        old.send_to(b"yes", sender).unwrap();
        assert_eq!(received(&client), (*b"yes", address));
    }

    #[test]
    fn sockets_of_any_kind_of_address_can_be_left() {
        for address in ["0.0.0.0:0", "[::]:0", "[::1]:0", "127.0.0.9:0"] {
            let socket = udp::bind(address.parse().unwrap()).unwrap();
            take_no_more(&socket).unwrap_or_else(|error| panic!("{address}: {error}"));
        }
    }
}
