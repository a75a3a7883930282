//! A web receiver that tests own: it keeps the body of every POST and answers 200.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use serde_json::Value;

/// The receiver.
pub struct Hook {
    pub address: SocketAddr,
    bodies: Arc<Mutex<Vec<Value>>>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Hook {
    /// Starts it at a port of its own.
    pub fn start() -> Hook {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener on loopback");
        let address = listener.local_addr().expect("its address");
        let (bodies, closing) = (Arc::<Mutex<Vec<Value>>>::default(), Arc::<AtomicBool>::default());
        let (kept, over) = (bodies.clone(), closing.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming().take_while(|_| !over.load(Ordering::Relaxed)).flatten() {
                if let Some(body) = take(stream) {
                    kept.lock().expect("no reader panics").push(body);
                }
            }
        });
        Hook { address, bodies, closing, thread: Some(thread) }
    }

    /// What it was sent, oldest first.
    pub fn bodies(&self) -> Vec<Value> {
        self.bodies.lock().expect("no reader panics").clone()
    }
}

fn take(stream: TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    reader.get_mut().write_all(answer).ok()?;
    serde_json::from_slice(&body).ok()
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        // The thread looks at what it was told when somebody connects.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
