//! Datagrams many at a time (recvmmsg and sendmmsg): one system call for up to [`SIZE`] packets each way.
//!
//! The one file of the project with unsafe code. Everything the kernel is given lives in the [`Batch`] and outlives
//! the call; what it wrote is read only as far as it said.

#![allow(unsafe_code)]

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

/// Packets in one call. More gains little: the cost of the call is spread thin by then.
pub const SIZE: usize = 64;
/// Octets of a query that are read. EDNS lets a query be longer, and none that can be answered is.
const MAX_QUERY: usize = 4096;
/// Room for one control message with the address a packet was sent to; 40 octets for IPv6.
const CONTROL_WORDS: usize = 8;
/// Where the data of the first control message begins: after length, level and type.
const CONTROL_DATA: usize = size_of::<libc::cmsghdr>();

/// Buffers for one thread, and the headers that tell the kernel of them. The headers point into the buffers, which are
/// allocated once and never moved or resized.
pub struct Batch {
    packets: Vec<[u8; MAX_QUERY]>,
    lengths: [usize; SIZE],
    addresses: Vec<libc::sockaddr_storage>,
    controls: Vec<[u64; CONTROL_WORDS]>,
    /// What `inbound` points at beside the buffers above.
    _vectors: Vec<libc::iovec>,
    inbound: Vec<libc::mmsghdr>,
    /// Headers that the last call has written into.
    used: usize,
    outbound_vectors: Vec<libc::iovec>,
    outbound: Vec<libc::mmsghdr>,
    /// A reply for each packet; empty when there is none.
    pub replies: Vec<Vec<u8>>,
}

impl Batch {
    /// Empty buffers.
    pub fn new() -> Batch {
        // SAFETY: sockaddr_storage, iovec and mmsghdr are plain data, for which all zero octets are a value.
        let (address, vector, header) = unsafe { (zeroed(), zeroed(), zeroed()) };
        let mut batch = Batch {
            packets: vec![[0; MAX_QUERY]; SIZE],
            lengths: [0; SIZE],
            addresses: vec![address; SIZE],
            controls: vec![[0; CONTROL_WORDS]; SIZE],
            _vectors: vec![vector; SIZE],
            inbound: vec![header; SIZE],
            used: SIZE,
            outbound_vectors: vec![vector; SIZE],
            outbound: vec![header; SIZE],
            replies: (0..SIZE).map(|_| Vec::with_capacity(crate::message::MAX_UDP)).collect(),
        };
        for i in 0..SIZE {
            batch._vectors[i].iov_base = batch.packets[i].as_mut_ptr().cast();
            batch._vectors[i].iov_len = MAX_QUERY;
            let header = &mut batch.inbound[i].msg_hdr;
            header.msg_iov = &raw mut batch._vectors[i];
            header.msg_iovlen = 1;
            header.msg_name = (&raw mut batch.addresses[i]).cast();
            header.msg_control = batch.controls[i].as_mut_ptr().cast();
        }
        batch
    }

    /// Waits for packets, as long as the socket's timeout says, and takes all that are there.
    pub fn receive(&mut self, socket: BorrowedFd<'_>) -> io::Result<usize> {
        // The kernel writes what it used of the room for addresses and control messages over what there was.
        for header in &mut self.inbound[..self.used] {
            header.msg_hdr.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
            header.msg_hdr.msg_controllen = size_of::<[u64; CONTROL_WORDS]>() as _;
        }
        self.used = 0;
        // SAFETY: `inbound` holds SIZE entries; each points at a vector, an address and a control buffer of the sizes it
        // names, all of which are in allocations of `self`, which is borrowed for the call.
        let received = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                self.inbound.as_mut_ptr(),
                SIZE as libc::c_uint,
                libc::MSG_WAITFORONE,
                ptr::null_mut(),
            )
        };
        let received = usize::try_from(received).map_err(|_| io::Error::last_os_error());
        // A failed call may have begun to write.
        self.used = received.as_ref().map_or(1, |received| (*received + 1).min(SIZE));
        let received = received?.min(SIZE);
        for (i, header) in self.inbound.iter().enumerate().take(received) {
            self.lengths[i] = (header.msg_len as usize).min(MAX_QUERY);
            self.replies[i].clear();
        }
        Ok(received)
    }

    /// Octets of control messages that came with a packet.
    fn control_length(&self, i: usize) -> usize {
        // The C libraries of Linux differ in the type of this length.
        let control: usize = self.inbound[i].msg_hdr.msg_controllen as _;
        control.min(size_of::<[u64; CONTROL_WORDS]>())
    }

    /// A packet of the last call, and who sent it.
    pub fn packet(&self, i: usize) -> Option<(&[u8], SocketAddr)> {
        let packet = self.packets.get(i)?.get(..self.lengths[i])?;
        Some((packet, socket_address(&self.addresses[i])?))
    }

    /// Sends the replies to the first `count` packets, each from the address its query was sent to. A reply that cannot
    /// be sent is left out, as one lost on the way would be.
    pub fn send(&mut self, socket: BorrowedFd<'_>, count: usize) {
        let mut filled = 0;
        for i in 0..count.min(SIZE) {
            if self.replies[i].is_empty() {
                continue;
            }
            let control = self.control_length(i);
            if control > CONTROL_DATA {
                self.forget_interface(i);
            }
            let vector = &mut self.outbound_vectors[filled];
            vector.iov_base = self.replies[i].as_mut_ptr().cast();
            vector.iov_len = self.replies[i].len();
            let header = &mut self.outbound[filled].msg_hdr;
            header.msg_iov = vector;
            header.msg_iovlen = 1;
            header.msg_name = (&raw mut self.addresses[i]).cast();
            header.msg_namelen = self.inbound[i].msg_hdr.msg_namelen;
            (header.msg_control, header.msg_controllen) = if control > CONTROL_DATA {
                (self.controls[i].as_mut_ptr().cast(), control as _)
            } else {
                (ptr::null_mut(), 0)
            };
            filled += 1;
        }
        let mut sent = 0;
        while sent < filled {
            // SAFETY: the entries from `sent` to `filled` were filled in above and point into allocations of `self`, which
            // is borrowed for the call.
            let done = unsafe {
                let first = self.outbound.as_mut_ptr().add(sent);
                libc::sendmmsg(socket.as_raw_fd(), first, (filled - sent) as libc::c_uint, 0)
            };
            // An error is about the first message left: it is given up, and the others go on.
            sent += usize::try_from(done).unwrap_or(0).max(1);
        }
    }

    /// In a control message that came with an IPv4 packet, the interface would tie the reply to the way the query came
    /// by; the address alone is meant. An IPv6 one keeps it, since link-local addresses need it.
    fn forget_interface(&mut self, i: usize) {
        let words = &mut self.controls[i];
        // Level is the low half of the second word, type the high half (struct cmsghdr on 64-bit Linux).
        let (level, kind) = (words[1] as u32 as libc::c_int, (words[1] >> 32) as libc::c_int);
        if (level, kind) == (libc::IPPROTO_IP, libc::IP_PKTINFO) {
            words[CONTROL_DATA / 8] &= !0xffff_ffff;
        }
    }
}

/// The address the kernel wrote; none when it is of another family.
fn socket_address(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match libc::c_int::from(storage.ss_family) {
        libc::AF_INET => {
            // SAFETY: the storage is large and aligned enough for every address, and its family says which it holds.
            let address = unsafe { &*ptr::from_ref(storage).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr));
            Some(SocketAddr::from((ip, u16::from_be(address.sin_port))))
        }
        libc::AF_INET6 => {
            // SAFETY: as above.
            let address = unsafe { &*ptr::from_ref(storage).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(address.sin6_addr.s6_addr);
            let port = u16::from_be(address.sin6_port);
            Some(SocketAddr::V6(SocketAddrV6::new(ip, port, address.sin6_flowinfo, address.sin6_scope_id)))
        }
        _ => None,
    }
}

/// Asks the kernel to say, with each packet, to which address it was sent.
pub fn learn_destination(socket: BorrowedFd<'_>, v6: bool) -> io::Result<()> {
    let on: libc::c_int = 1;
    let (level, option) =
        if v6 { (libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO) } else { (libc::IPPROTO_IP, libc::IP_PKTINFO) };
    // SAFETY: the option takes an int, which `on` is, and its size is given.
    let done = unsafe {
        let value = (&raw const on).cast();
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            value,
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;
    use std::os::fd::AsFd;
    use std::time::Duration;

    #[test]
    fn packets_come_with_their_sender_and_replies_go_back_to_it() {
        let server = UdpSocket::bind("0.0.0.0:0").unwrap();
        server.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        learn_destination(server.as_fd(), false).unwrap();
        // Asked at 127.0.0.7, the server has to answer from 127.0.0.7: a client accepts nothing else.
        let to = SocketAddr::from(([127, 0, 0, 7], server.local_addr().unwrap().port()));
        let clients: Vec<UdpSocket> = (0..3).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
        for (i, client) in clients.iter().enumerate() {
            client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            client.connect(to).unwrap();
            client.send(&[i as u8; 3]).unwrap();
        }
        let mut batch = Batch::new();
        let mut seen = 0;
        while seen < 3 {
            let count = batch.receive(server.as_fd()).unwrap();
            for i in 0..count {
                let (packet, sender) = batch.packet(i).unwrap();
                assert!(clients.iter().any(|c| c.local_addr().unwrap() == sender));
                let reply = [packet, b"!"].concat();
                // The second client is left without a reply.
                if packet[0] != 1 {
                    batch.replies[i].extend_from_slice(&reply);
                }
            }
            batch.send(server.as_fd(), count);
            seen += count;
        }
        let mut buffer = [0; 16];
        for i in [0, 2] {
            let length = clients[i].recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..length], [i as u8, i as u8, i as u8, b'!']);
        }
        clients[1].set_nonblocking(true).unwrap();
        assert_eq!(clients[1].recv(&mut buffer).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn a_timeout_ends_the_wait() {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        server.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let error = Batch::new().receive(server.as_fd()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    }
}
