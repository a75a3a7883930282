//! A site of its own for a test: folder, server, database, and everything gone at the end.

use std::ffi::OsString;
use std::fs;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::accounts::{accounted, answered};
use super::command::{Ran, run, run_with_input};
use super::dns::{Client, Transport};
use super::http::Http;
use super::place::Place;
use super::server::Server;
use super::{folder, lab, postgres, signal, until, until_right};

/// The settings file of a site that has one.
const SETTINGS: &str = "steelyard.toml";

/// Where a site keeps its data.
#[derive(Clone)]
pub enum Database {
    /// The site's own PostgreSQL, as with nothing said.
    Private,
    /// One that somebody else runs.
    At(String),
}

/// How a site is started.
pub struct Start {
    pub database: Database,
    pub variables: Vec<(&'static str, String)>,
}

/// A running site.
pub struct Site {
    start: Start,
    server: Server,
    ready: Value,
    pub http: Http,
    folder: TempDir,
    _place: Place,
}

impl Site {
    /// With an empty database on the PostgreSQL that tests share.
    pub fn start() -> Site {
        let url = super::outer::shared_database();
        Site::with(Start { database: Database::At(url), variables: Vec::new() })
    }

    /// The same, with the lab in force, whose members nothing probes.
    pub fn with_lab() -> Site {
        let site = Site::start();
        site.apply(&lab::unmonitored());
        site
    }

    /// With a PostgreSQL of its own.
    pub fn with_private_database() -> Site {
        Site::with(Start { database: Database::Private, variables: Vec::new() })
    }

    /// As told.
    pub fn with(start: Start) -> Site {
        let place = Place::take();
        let folder = folder();
        let server = launch(&start, folder.path(), "127.0.0.1:0", "127.0.0.1:0");
        Site::of(start, server, folder, place)
    }

    /// With the lab in force and settings from a file, which says at least where DNS is listened at.
    pub fn with_settings(settings: &str) -> Site {
        Site::with_settings_at(super::outer::shared_database(), settings)
    }

    /// The same on a PostgreSQL of the test's.
    pub fn with_settings_at(database: String, settings: &str) -> Site {
        let (place, folder) = (Place::take(), folder());
        let file = folder.path().join(SETTINGS);
        fs::write(&file, settings).expect("writing the settings");
        // As a variable, since a start again says where DNS is listened at.
        let variables = vec![("STEELYARD_CONFIG", file.to_string_lossy().into_owned())];
        let start = Start { database: Database::At(database), variables };
        let args = arguments(&start, folder.path(), "127.0.0.1:0");
        let server = Server::start(&args, &start.variables);
        let site = Site::of(start, server, folder, place);
        site.apply(&lab::unmonitored());
        site
    }

    /// With the lab in force and sockets of one address that a service manager has bound.
    pub fn with_sockets(udp: UdpSocket, tcp: TcpListener) -> Site {
        let (place, folder) = (Place::take(), folder());
        let start = Start { database: Database::At(super::outer::shared_database()), variables: Vec::new() };
        let args = arguments(&start, folder.path(), "127.0.0.1:0");
        let server = Server::start_with_sockets(&args, udp, tcp);
        let site = Site::of(start, server, folder, place);
        site.apply(&lab::unmonitored());
        site
    }

    fn of(start: Start, server: Server, folder: TempDir, place: Place) -> Site {
        let ready = server.ready();
        let http = Http::new(text(&ready["http"])).with_token(&local_token(folder.path()));
        Site { start, server, ready, http, folder, _place: place }
    }

    /// Puts other settings into the file, says so by a signal, and gives the line that says what came of it.
    pub fn reload(&self, settings: &str) -> String {
        fs::write(self.path(SETTINGS), settings).expect("writing the settings");
        let lines = || self.said().lines().filter(|l| l.contains("SIGHUP")).map(str::to_owned).collect();
        let before: Vec<String> = lines();
        signal(self.pid(), "HUP");
        until("a reload", Duration::from_secs(20), || lines().get(before.len()).cloned())
    }

    /// Where it answers DNS now, as the owner's commands are told.
    pub fn listens(&self) -> Vec<SocketAddr> {
        let access = local_access(self.folder.path());
        let addresses = access["dns"].as_array().expect("a list of addresses").iter();
        addresses.map(|address| text(address).parse().expect("an address")).collect()
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// A path beside the site's own files.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where it answers DNS.
    pub fn dns(&self) -> SocketAddr {
        text(&self.ready["dns"][0]).parse().expect("an address in the ready line")
    }

    /// What it printed when it was ready.
    pub fn ready_line(&self) -> &Value {
        &self.ready
    }

    /// A DNS client of it.
    pub fn client(&self, transport: Transport) -> Client {
        Client::new(self.dns(), transport)
    }

    /// Runs a command against it, as the owner of its data directory does.
    pub fn cli(&self, args: &[&str]) -> Ran {
        let dir = self.data_dir().to_string_lossy().into_owned();
        run(&[args, &["--data-dir", &dir]].concat())
    }

    /// The same with something on standard input.
    pub fn cli_with_input(&self, args: &[&str], input: &str) -> Ran {
        let dir = self.data_dir().to_string_lossy().into_owned();
        run_with_input(&[args, &["--data-dir", &dir]].concat(), input)
    }

    /// Applies a configuration that has to be right.
    pub fn apply(&self, yaml: &str) -> Ran {
        self.cli_with_input(&["apply", "-f", "-"], yaml).success()
    }

    /// The generation that answers.
    pub fn generation(&self) -> u64 {
        let reply = self.http.get("/healthz/ready");
        reply.json()["generation"].as_u64().expect("a generation")
    }

    /// The split of the lab's service once `answers` answers are counted and their rows accounted for.
    pub fn split_of(&self, answers: u64) -> Value {
        let path = format!("/api/v1/split/{}", lab::SERVICE);
        let what = format!("{answers} counted answers with their rows");
        until_right(&what, Duration::from_secs(60), || {
            let reply = self.http.get(&path);
            let split = if reply.status == 200 { reply.json() } else { return Err(reply.body) };
            let enough = answered(&split) >= answers && accounted(&split) >= answers;
            if enough { Ok(split) } else { Err(split["totals"].to_string()) }
        })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Whether its process still runs.
    pub fn runs(&mut self) -> bool {
        self.server.runs()
    }

    /// Everything it has printed.
    pub fn said(&self) -> String {
        self.server.said()
    }

    /// Stops it as an init system does.
    pub fn stop(&mut self) -> ExitStatus {
        self.server.stop()
    }

    /// Starts it again on the same data.
    pub fn start_again(&mut self) {
        self.server = launch(&self.start, self.folder.path(), "127.0.0.1:0", "127.0.0.1:0");
        self.ready = self.server.ready();
        self.http = Http::new(text(&self.ready["http"])).with_token(&local_token(self.folder.path()));
    }

    /// Starts it again and does not wait until it says that it is ready.
    pub fn start_again_unready(&mut self) {
        self.server = launch(&self.start, self.folder.path(), "127.0.0.1:0", "127.0.0.1:0");
    }

    /// Waits until it says that it is ready, after a start that did not.
    pub fn wait_until_ready(&mut self) {
        self.ready = self.server.ready();
        self.http = Http::new(text(&self.ready["http"])).with_token(&local_token(self.folder.path()));
    }

    /// Ends it as a crash does: it is not asked, and has no time for anything.
    pub fn kill(&mut self) {
        signal(self.pid(), "KILL");
        until("its end", Duration::from_secs(20), || (!self.server.runs()).then_some(()));
    }

    /// Starts it again with another database and does not wait until it says that it is ready.
    pub fn start_again_at(&mut self, database: Database, http: SocketAddr, dns: SocketAddr) {
        self.start.database = database;
        self.server = launch(&self.start, self.folder.path(), &http.to_string(), &dns.to_string());
        self.ready = serde_json::json!({"http": format!("http://{http}"), "dns": [dns.to_string()]});
        self.http = Http::new(text(&self.ready["http"]));
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.end();
        // A server that was killed, or stopped in the middle of its start, leaves its PostgreSQL running.
        postgres::take_down(&self.path("postgres"));
    }
}

fn launch(start: &Start, data_dir: &Path, http: &str, dns: &str) -> Server {
    let mut args = arguments(start, data_dir, http);
    args.extend(["--dns", dns].map(OsString::from));
    Server::start(&args, &start.variables)
}

/// Everything but where DNS is listened at.
fn arguments(start: &Start, data_dir: &Path, http: &str) -> Vec<OsString> {
    let mut args: Vec<OsString> = ["--json-ready", "--http", http].map(OsString::from).to_vec();
    args.extend(["--data-dir".into(), data_dir.as_os_str().to_owned()]);
    // The members of tests are on this machine.
    args.extend(["--health-allow", "127.0.0.0/8"].map(OsString::from));
    if let Database::At(url) = &start.database {
        args.extend(["--database-url".into(), url.into()]);
    }
    args
}

fn local_access(data_dir: &Path) -> Value {
    let file = fs::read(data_dir.join("local-access.json")).expect("reading the owner's access");
    serde_json::from_slice(&file).expect("the owner's access is JSON")
}

fn local_token(data_dir: &Path) -> String {
    text(&local_access(data_dir)["token"]).to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}"))
}
