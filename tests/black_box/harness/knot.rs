//! Knot DNS as a secondary of a site, on a loopback address of its own.

use std::fs;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::process::{ended, signal};
use super::{Client, Transport, folder, until};

/// Where secondaries of tests are: not where sites are, so that each side sees the other's own address.
const ADDRESS: [u8; 4] = [127, 83, 11, 53];
/// How long a start or a stop may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A place for one that does not run yet: a site has to know it before.
pub struct Knot {
    pub address: SocketAddr,
    folder: TempDir,
    child: Option<Child>,
}

impl Knot {
    /// Finds a port that is free for UDP and TCP.
    pub fn place() -> Knot {
        let free = || {
            let tcp = TcpListener::bind(SocketAddr::from((ADDRESS, 0))).ok()?;
            let address = tcp.local_addr().ok()?;
            UdpSocket::bind(address).ok().map(|_| address)
        };
        let address = (0..50).find_map(|_| free()).expect("a port that is free for UDP and TCP");
        Knot { address, folder: folder(), child: None }
    }

    /// Starts it as a secondary of `primary` for `zone`, with a key of which `secret` is the base64.
    pub fn start(&mut self, primary: SocketAddr, zone: &str, key: &str, secret: &str) {
        let path = self.folder.path().display();
        let own = self.address;
        let config = format!(
            "server:
    listen: {ip}@{port}
    rundir: \"{path}\"
database:
    storage: \"{path}\"
log:
  - target: stderr
    any: info
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
remote:
  - id: primary
    address: {primary_ip}@{primary_port}
    via: {ip}
    key: {key}
acl:
  - id: told
    address: {primary_ip}
    key: {key}
    action: notify
zone:
  - domain: {zone}
    storage: \"{path}\"
    master: primary
    acl: told
    zonefile-sync: -1
    journal-content: none
",
            ip = own.ip(),
            port = own.port(),
            primary_ip = primary.ip(),
            primary_port = primary.port(),
        );
        let file = self.folder.path().join("knot.conf");
        fs::write(&file, config).expect("writing Knot's configuration");
        let log = fs::File::create(self.folder.path().join("log")).expect("making Knot's log");
        let mut command = Command::new("knotd");
        command.arg("-c").arg(&file).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().expect("starting knotd: cargo xtask test installs its package"));
    }

    /// What it has said.
    pub fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// A client of it, once it answers at all.
    pub fn client(&self) -> Client {
        until("Knot to listen", PATIENCE, || std::net::TcpStream::connect(self.address).ok());
        Client::new(self.address, Transport::Udp)
    }
}

impl Drop for Knot {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            signal(child.id(), "TERM");
            if ended(&mut child, PATIENCE).is_none() {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
        if std::thread::panicking() {
            eprintln!("Knot said:\n{}", self.said());
        }
    }
}
