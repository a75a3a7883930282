//! One thread for each UDP socket; the kernel spreads clients over the sockets of one address (SO_REUSEPORT).

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use arc_swap::{ArcSwap, Cache};
use model::event::Transport;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::batch::{Batch, learn_destination};
use crate::answer::Arrival;
use crate::policy::Policy;
use crate::report::Worker;
use crate::responder::leave::take_no_more;
use crate::serving::Serving;

/// How long a thread sleeps before it looks whether it should stop.
const WAIT: Duration = Duration::from_millis(200);
/// How long a thread that should stop goes on with what arrives without a pause; a flood never has one.
const DRAIN: Duration = Duration::from_secs(1);
/// Room for bursts in the kernel, octets; what the system's limit allows of it is taken.
const KERNEL_BUFFER: usize = 8 << 20;

/// Binds one of several sockets of `address`.
pub fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_port(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    let socket = socket.into();
    prepare(&socket)?;
    Ok(socket)
}

/// Makes a bound socket one to be answered from.
pub fn prepare(socket: &UdpSocket) -> io::Result<()> {
    let options = SockRef::from(socket);
    // Failing to get more room is no reason not to answer.
    let _ = options.set_recv_buffer_size(KERNEL_BUFFER);
    let _ = options.set_send_buffer_size(KERNEL_BUFFER);
    // A socket that is passed on is as the process before this one has left it.
    socket.set_nonblocking(false)?;
    socket.set_read_timeout(Some(WAIT))?;
    socket.set_write_timeout(Some(WAIT))?;
    let address = socket.local_addr()?;
    if address.ip().is_unspecified() {
        learn_destination(socket.as_fd(), address.is_ipv6())?;
    }
    Ok(())
}

/// Answers until `stop`; what has arrived by then is answered. A socket that was `passed` is somebody else's, and
/// takes in what comes later for the next server.
pub fn run(
    socket: UdpSocket,
    passed: bool,
    serving: Arc<ArcSwap<Serving>>,
    policy: Arc<ArcSwap<Policy>>,
    mut worker: Worker,
    stop: Arc<AtomicBool>,
) {
    let mut serving = Cache::new(serving);
    let mut policy = Cache::new(policy);
    let mut batch = Batch::new();
    let mut end = None;
    loop {
        let stopping = stop.load(Relaxed);
        if stopping {
            let now = Instant::now();
            if end.is_none() && !passed {
                // Where that fails, what comes between the last look and the end is lost.
                let _ = take_no_more(&socket);
            }
            if *end.get_or_insert(now + DRAIN) < now || socket.set_nonblocking(true).is_err() {
                return;
            }
        }
        match batch.receive(socket.as_fd()) {
            Ok(count) => {
                answer_all(&mut batch, count, serving.load(), policy.load(), &mut worker);
                batch.send(socket.as_fd(), count);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if stopping {
                    return;
                }
                // Nobody asks: what was replaced meanwhile is let go of all the same.
                serving.load();
                policy.load();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                // Nothing of the network's is fatal to a datagram socket; the pause keeps a lasting error from
                // taking a processor.
                tracing::warn!(%error, "receiving queries");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }
}

fn answer_all(batch: &mut Batch, count: usize, serving: &Serving, policy: &Policy, worker: &mut Worker) {
    let since = Instant::now();
    let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as i64);
    let packets = (0..count).map(|i| batch.packet(i).map_or(&[][..], |(packet, _)| packet));
    worker.read_ahead(serving, at, packets);
    for i in 0..count {
        let mut reply = std::mem::take(&mut batch.replies[i]);
        let replied = match batch.packet(i) {
            Some((packet, client)) => {
                let arrival = Arrival { at, since, client, transport: Transport::Udp };
                worker.handle(serving, policy, packet, &arrival, &mut reply)
            }
            None => false,
        };
        if !replied {
            reply.clear();
        }
        batch.replies[i] = reply;
    }
}
