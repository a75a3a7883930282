//! Members that tests own: three small HTTP servers on loopback, each of which can say that it is ill.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Three servers on one port, each at an address of its own.
pub struct Backends {
    pub port: u16,
    servers: Vec<Option<Server>>,
}

struct Server {
    address: String,
    well: Arc<AtomicBool>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Backends {
    /// Starts them, well.
    pub fn start(addresses: [&str; 3]) -> Backends {
        // The port the first is given may be taken at the other addresses: then another is tried.
        let listeners = (0..50).find_map(|_| {
            let first = TcpListener::bind((addresses[0], 0)).expect("a listener on loopback");
            let port = first.local_addr().expect("its address").port();
            let second = TcpListener::bind((addresses[1], port)).ok()?;
            let third = TcpListener::bind((addresses[2], port)).ok()?;
            Some((port, [first, second, third]))
        });
        let (port, listeners) = listeners.expect("a port that is free at three addresses");
        Backends { port, servers: listeners.into_iter().map(Server::start).map(Some).collect() }
    }

    /// Makes one answer 200, or 503.
    pub fn set_well(&self, member: usize, well: bool) {
        let server = self.servers[member].as_ref().expect("a member that was not killed");
        server.well.store(well, Ordering::Relaxed);
    }

    /// Ends one: its port is closed when this returns.
    pub fn kill(&mut self, member: usize) {
        self.servers[member] = None;
    }

    /// Starts a killed one again where it was.
    pub fn start_again(&mut self, member: usize, address: &str) {
        let listener = TcpListener::bind((address, self.port)).expect("its port is still free");
        self.servers[member] = Some(Server::start(listener));
    }
}

impl Server {
    fn start(listener: TcpListener) -> Server {
        let address = listener.local_addr().expect("its address").to_string();
        let (well, closing) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
        let (own_well, own_closing) = (well.clone(), closing.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming().take_while(|_| !own_closing.load(Ordering::Relaxed)).flatten() {
                answer(stream, own_well.load(Ordering::Relaxed));
            }
        });
        Server { address, well, closing, thread: Some(thread) }
    }
}

/// Answers the one request of a connection. What becomes of the connection is its client's concern.
fn answer(mut stream: TcpStream, well: bool) {
    let status = if well { "200 OK" } else { "503 Service Unavailable" };
    let reply = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let _ = stream.read(&mut [0; 4096]);
    let _ = stream.write_all(reply.as_bytes());
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        // The thread looks at what it was told when somebody connects.
        let _ = TcpStream::connect(&self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
