//! gdnsd with its `weighted` plugin: the nearest relative, which chooses one address by weight as well.

use std::fs;
use std::path::Path;

use super::{Contender, Peer, Serving, place, write};
use crate::bench::server::lab;

/// Its name in the tables.
pub const GDNSD: &str = "gdnsd, weighted";

/// gdnsd.
#[derive(Debug)]
pub struct Gdnsd;

impl Contender for Gdnsd {
    fn name(&self) -> &'static str {
        GDNSD
    }

    fn start(&self, folder: &Path) -> anyhow::Result<Box<dyn Serving>> {
        let (port, path) = place(folder)?;
        for inner in ["zones", "run", "state"] {
            fs::create_dir(folder.join(inner))?;
        }
        write(&folder.join("config"), &config(path, port))?;
        let zone = format!("{}hello {} DYNA weighted!hello\n", lab::APEX, lab::TTL);
        write(&folder.join("zones").join(lab::ZONE), &zone)?;
        // `start` stays in the foreground; `daemonize` would not.
        Peer::start("gdnsd", &["-c", path, "start"], folder, port)
    }
}

/// The service type `up` is built in: like Steelyard's lab without monitors, nothing is probed. The smallest TTL is
/// 5 s unless set.
fn config(path: &str, port: u16) -> String {
    let member = |(n, (address, weight))| format!("  m{n} => [ {address}, {weight} ],\n");
    let members: String = lab::MEMBERS.into_iter().enumerate().map(member).collect();
    format!(
        "options => {{
  listen => 127.0.0.1:{port},
  min_ttl => {},
  run_dir => \"{path}/run\",
  state_dir => \"{path}/state\",
}}
plugins => {{ weighted => {{ hello => {{
  service_types => up,
{members}}} }} }}
",
        lab::TTL
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn members_carry_their_weights() {
        let config = super::config("/t", 5300);
        assert!(config.contains("m0 => [ 10.10.25.46, 6 ],\n  m1 => [ 10.10.26.40, 3 ],\n"), "{config}");
        assert_eq!(config.matches('{').count(), config.matches('}').count());
    }
}
