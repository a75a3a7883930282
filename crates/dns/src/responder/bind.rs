//! Sockets of a listen address: bound here, or bound by somebody else and passed on.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::transport::udp;

/// Tries to find a port that is free for UDP and TCP alike.
const PORT_ATTEMPTS: usize = 50;
/// Connections the kernel keeps until they are taken in.
pub const BACKLOG: i32 = 1024;

/// Sockets of one address that somebody else has bound, as systemd does (sd_listen_fds(3)).
#[derive(Debug)]
pub struct Passed {
    /// At least one.
    pub udp: Vec<UdpSocket>,
    /// It listens.
    pub tcp: TcpListener,
}

/// Sockets that are ready to be answered from: one of UDP for each worker.
pub struct Bound {
    pub udp: Vec<UdpSocket>,
    pub tcp: TcpListener,
    pub address: SocketAddr,
    /// Whether somebody else has bound them.
    pub passed: bool,
}

impl Bound {
    /// Binds an address; port 0 takes any that is free for both. `shared` says that a socket of this process is there
    /// already, as 0.0.0.0 is for 127.0.0.1.
    pub fn new(address: SocketAddr, workers: usize, shared: bool) -> io::Result<Bound> {
        let attempt = || {
            let address = if shared { address } else { free(address)? };
            let udp = (0..workers).map(|_| udp::bind(address)).collect::<io::Result<_>>()?;
            let tcp = listen(address, true)?;
            Ok(Bound { address: tcp.local_addr()?, udp, tcp, passed: false })
        };
        let mut last = None;
        for _ in 0..if address.port() == 0 { PORT_ATTEMPTS } else { 1 } {
            match attempt() {
                Ok(bound) => return Ok(bound),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
    }

    /// Takes sockets over. Workers share them when there are more workers than sockets: the kernel then wakes one of
    /// them for each packet, which is as right as a socket for each, and less even.
    pub fn passed(passed: Passed, workers: usize) -> io::Result<Bound> {
        let sockets = passed.udp.len();
        passed.udp.iter().try_for_each(udp::prepare)?;
        let of_worker = |worker: usize| passed.udp[worker % sockets].try_clone();
        let udp = match sockets {
            0 => return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no UDP socket")),
            _ => (0..workers.max(sockets)).map(of_worker).collect::<io::Result<_>>()?,
        };
        passed.tcp.set_nonblocking(true)?;
        Ok(Bound { address: passed.tcp.local_addr()?, udp, tcp: passed.tcp, passed: true })
    }
}

/// Whether sockets at both addresses are in each other's way.
pub fn overlap(a: SocketAddr, b: SocketAddr) -> bool {
    let (one, other) = (a.ip(), b.ip());
    a.port() == b.port()
        && one.is_ipv4() == other.is_ipv4()
        && (one == other || one.is_unspecified() || other.is_unspecified())
}

/// The address, with a port, when no other program has it: sockets that let others share their port would be let in
/// beside a second server of the same user, and each would get some of the queries.
fn free(address: SocketAddr) -> io::Result<SocketAddr> {
    let tcp = listen(address, false)?;
    let address = tcp.local_addr()?;
    let udp = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        udp.set_only_v6(true)?;
    }
    udp.bind(&address.into())?;
    Ok(address)
}

/// A listener; one for IPv6 takes IPv6 alone, so that `0.0.0.0` and `[::]` may share a port. `share` lets others of this
/// user have the same address.
pub fn listen(address: SocketAddr, share: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A server that starts again does not wait for the last connections of the one before it.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(share)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_of_another_program_is_not_shared() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = Bound::new(any, 2, false).unwrap();
        assert_eq!(bound.udp.len(), 2);
        for socket in &bound.udp {
            assert_eq!(socket.local_addr().unwrap(), bound.address);
        }
        let second = Bound::new(bound.address, 1, false);
        assert_eq!(second.err().map(|e| e.kind()), Some(io::ErrorKind::AddrInUse));
        let whole = SocketAddr::from(([0, 0, 0, 0], bound.address.port()));
        assert!(overlap(whole, bound.address) && overlap(bound.address, whole));
        let wide = Bound::new(whole, 1, true).expect("this process knows whose the port is");
        assert!(!overlap(wide.address, "[::]:53".parse().unwrap()));
    }

    #[test]
    fn passed_sockets_are_shared_among_workers() {
        let bound = Bound::new("127.0.0.1:0".parse().unwrap(), 1, false).unwrap();
        let address = bound.address;
        // As a server before this one may have left them.
        bound.udp[0].set_nonblocking(true).unwrap();
        let again = Bound::passed(Passed { udp: bound.udp, tcp: bound.tcp }, 3).unwrap();
        assert_eq!((again.udp.len(), again.address), (3, address));
        assert!(again.udp[2].read_timeout().unwrap().is_some());
        let none = Passed { udp: Vec::new(), tcp: again.tcp };
        assert!(Bound::passed(none, 3).is_err());
    }
}
