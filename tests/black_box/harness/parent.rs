//! A parent zone at another's server, which delegates the lab's zone to a site.

use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use tempfile::TempDir;

use super::process::{ended, signal};
use super::{Client, Transport, folder, until_right};

/// How long a start or a stop may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server of the zone `iberia.local`, in which `avi` is delegated.
pub struct Parent {
    pub address: SocketAddr,
    name: &'static str,
    folder: TempDir,
    child: Child,
}

/// The parent's zone: the site's server is below the cut, so that its address has to come with the referral.
fn zone(own: SocketAddr, site: SocketAddr) -> String {
    let (own, site) = (own.ip(), site.ip());
    format!("$TTL 60\n@ SOA ns root 1 60 60 60 60\n@ NS ns\nns A {own}\navi NS ns1.avi\nns1.avi A {site}\n")
}

impl Parent {
    /// BIND, which also resolves for its clients. It asks the servers of a delegation at its own port, which is thus
    /// the site's, at an address of its own.
    pub fn bind(site: SocketAddr) -> Parent {
        let own = SocketAddr::from(([127, 0, 0, 1], site.port()));
        let folder = folder();
        let (path, ip, port) = (folder.path().display().to_string(), own.ip(), own.port());
        let config = format!(
            "options {{
    directory \"{path}\";
    pid-file none;
    session-keyfile none;
    lock-file none;
    port {port};
    listen-on {{ {ip}; }};
    listen-on-v6 {{ none; }};
    query-source address {ip};
    recursion yes;
    allow-recursion {{ 127.0.0.0/8; }};
    dnssec-validation no;
}};
controls {{ }};
zone \"iberia.local\" {{ type primary; file \"zone\"; }};
"
        );
        fs::write(folder.path().join("named.conf"), config).expect("writing BIND's configuration");
        fs::write(folder.path().join("zone"), zone(own, site)).expect("writing a zone");
        let arguments = ["-f", "-g", "-4", "-c", "named.conf"];
        Parent::start("named", &arguments, own, folder)
    }

    /// Knot DNS, which answers what it knows and refers to others for the rest.
    pub fn knot(site: SocketAddr) -> Parent {
        let own = SocketAddr::from(([127, 83, 11, 55], site.port()));
        let folder = folder();
        let (path, ip, port) = (folder.path().display().to_string(), own.ip(), own.port());
        let config = format!(
            "server:
    listen: {ip}@{port}
    rundir: \"{path}\"
database:
    storage: \"{path}\"
log:
  - target: stderr
    any: info
zone:
  - domain: iberia.local
    storage: \"{path}\"
    file: zone
    zonefile-sync: -1
    journal-content: none
"
        );
        fs::write(folder.path().join("knot.conf"), config).expect("writing Knot's configuration");
        fs::write(folder.path().join("zone"), zone(own, site)).expect("writing a zone");
        Parent::start("knotd", &["-c", "knot.conf"], own, folder)
    }

    fn start(name: &'static str, arguments: &[&str], address: SocketAddr, folder: TempDir) -> Parent {
        let log = fs::File::create(folder.path().join("log")).expect("making a log");
        let mut command = Command::new(name);
        command.args(arguments).current_dir(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn();
        let child = child.unwrap_or_else(|e| panic!("{name} does not start ({e}): install its package"));
        let parent = Parent { address, name, folder, child };
        // It listens before it has read the zone, and says SERVFAIL to who asks by then.
        until_right(&format!("{name} to have the zone"), PATIENCE, || {
            std::net::TcpStream::connect(address).map_err(|e| e.to_string())?;
            let soa = Client::new(address, Transport::Tcp).try_ask("iberia.local", RecordType::SOA);
            let soa = soa.map_err(|e| e.to_string())?;
            if soa.code() == ResponseCode::NoError { Ok(()) } else { Err(soa.summary()) }
        });
        parent
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        signal(self.child.id(), "TERM");
        if ended(&mut self.child, PATIENCE).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        if std::thread::panicking() {
            let said = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            eprintln!("{} said:\n{said}", self.name);
        }
    }
}
