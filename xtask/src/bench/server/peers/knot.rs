//! Knot DNS with three static records: a fast authoritative server that does not choose.

use std::path::Path;

use super::{Contender, Peer, Serving, place, write};
use crate::bench::server::lab;

/// Knot DNS.
#[derive(Debug)]
pub struct Knot;

impl Contender for Knot {
    fn name(&self) -> &'static str {
        "Knot DNS, static"
    }

    fn start(&self, folder: &Path) -> anyhow::Result<Box<dyn Serving>> {
        let (port, path) = place(folder)?;
        write(&folder.join("zone"), &lab::zone_file())?;
        write(&folder.join("knot.conf"), &config(path, port))?;
        Peer::start("knotd", &["-c", &format!("{path}/knot.conf")], folder, port)
    }
}

/// No journal and no writing back: the zone is only read.
fn config(path: &str, port: u16) -> String {
    format!(
        "server:
    listen: 127.0.0.1@{port}
    rundir: \"{path}\"
database:
    storage: \"{path}\"
log:
  - target: stderr
    any: warning
zone:
  - domain: {}
    file: \"{path}/zone\"
    journal-content: none
    zonefile-sync: -1
",
        lab::ZONE
    )
}
