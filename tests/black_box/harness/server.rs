//! One `steelyard serve`: started, heard, stopped.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use super::process::{ended, signal, steelyard};

/// A start with a private PostgreSQL makes its cluster first.
const READY: Duration = Duration::from_secs(90);
/// A drain is bounded; what takes longer hangs.
const STOP: Duration = Duration::from_secs(30);

/// A running server.
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    said: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts `serve` with these arguments.
    pub fn start(args: &[OsString], variables: &[(&str, String)]) -> Server {
        let mut command = steelyard();
        command.arg("serve").args(args).envs(variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("starting steelyard serve");
        let said = Arc::new(Mutex::new(String::new()));
        let (sender, lines) = channel();
        let stdout = child.stdout.take().expect("its standard output is a pipe");
        let stderr = child.stderr.take().expect("its standard error is a pipe");
        let first = listen(stdout, said.clone(), move |line| drop(sender.send(line.to_owned())));
        let readers = vec![first, listen(stderr, said.clone(), |_| {})];
        Server { child, lines, said, readers }
    }

    /// The same under a service manager that has bound the sockets of one address.
    pub fn start_with_sockets(args: &[OsString], udp: UdpSocket, tcp: TcpListener) -> Server {
        let plain = steelyard();
        let mut command = Command::new("sh");
        for (name, _) in plain.get_envs() {
            command.env_remove(name);
        }
        // The sockets come in as the standard input and output, and are where sd_listen_fds(3) looks for them when the
        // server begins, which keeps the process of the shell.
        let pass = "exec 3<&0 4<&1 0</dev/null 1>&2; LISTEN_PID=$$ LISTEN_FDS=2 exec \"$0\" serve \"$@\"";
        command.args(["-c", pass]).arg(plain.get_program()).args(args);
        command.stdin(OwnedFd::from(udp)).stdout(OwnedFd::from(tcp)).stderr(Stdio::piped());
        let mut child = command.spawn().expect("starting steelyard serve");
        let said = Arc::new(Mutex::new(String::new()));
        let (sender, lines) = channel();
        let stderr = child.stderr.take().expect("its standard error is a pipe");
        let is_ready = |line: &str| serde_json::from_str(line).is_ok_and(|line: Value| line["ready"] == true);
        let each = move |line: &str| {
            if is_ready(line) {
                drop(sender.send(line.to_owned()))
            }
        };
        let readers = vec![listen(stderr, said.clone(), each)];
        Server { child, lines, said, readers }
    }

    /// The line of `--json-ready`.
    pub fn ready(&self) -> Value {
        let line = self.lines.recv_timeout(READY);
        let line = line.unwrap_or_else(|e| panic!("the server did not become ready ({e}): {}", self.said()));
        serde_json::from_str(&line).unwrap_or_else(|e| panic!("the ready line is no JSON ({e}): {line}"))
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        ended(&mut self.child, Duration::ZERO).is_none()
    }

    /// Everything it has printed, on both outputs.
    pub fn said(&self) -> String {
        self.said.lock().expect("no reader panics").clone()
    }

    /// Asks it to stop, as an init system does, and waits.
    pub fn stop(&mut self) -> ExitStatus {
        if self.runs() {
            signal(self.pid(), "TERM");
        }
        let status = ended(&mut self.child, STOP);
        let status = status.unwrap_or_else(|| panic!("no end {STOP:?} after SIGTERM: {}", self.said()));
        self.readers.drain(..).for_each(|reader| reader.join().expect("no reader panics"));
        status
    }

    /// Stops it in any case: as an init system does, and then without asking.
    pub fn end(&mut self) {
        if !self.runs() {
            return;
        }
        signal(self.pid(), "TERM");
        if ended(&mut self.child, STOP).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
        if thread::panicking() {
            eprintln!("the server said:\n{}", self.said());
        }
    }
}

fn listen(
    pipe: impl Read + Send + 'static,
    said: Arc<Mutex<String>>,
    each: impl Fn(&str) + Send + 'static,
) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            let mut said = said.lock().expect("no reader panics");
            said.push_str(&line);
            said.push('\n');
            each(&line);
        }
    })
}
