//! BIND with three static records: once as it is, and once writing every query to a text file, which is what
//! Steelyard's log replaces.

use std::path::Path;

use super::{Contender, Peer, Serving, place, write};
use crate::bench::server::lab;

/// Its name in the tables, with its query log.
pub const BIND_WITH_LOG: &str = "BIND, static, query log to a file";

/// BIND.
#[derive(Debug)]
pub struct Bind(pub Queries);

/// What becomes of a query after its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queries {
    /// Nothing.
    NotLogged,
    /// A line in a text file.
    ToFile,
}

impl Contender for Bind {
    fn name(&self) -> &'static str {
        match self.0 {
            Queries::NotLogged => "BIND, static",
            Queries::ToFile => BIND_WITH_LOG,
        }
    }

    fn start(&self, folder: &Path) -> anyhow::Result<Box<dyn Serving>> {
        let (port, path) = place(folder)?;
        write(&folder.join("zone"), &lab::zone_file())?;
        write(&folder.join("named.conf"), &config(path, port, self.0))?;
        Peer::start("named", &["-f", "-4", "-c", &format!("{path}/named.conf")], folder, port)
    }
}

/// Nothing is shared with a named that the machine may run already: no control channel, no pid or lock file.
fn config(path: &str, port: u16, queries: Queries) -> String {
    let (on, category) = match queries {
        Queries::NotLogged => ("no", String::new()),
        Queries::ToFile => (
            "yes",
            format!(
                "    channel queries {{ file \"{path}/queries.log\"; print-time yes; }};\n    \
                 category queries {{ queries; }};\n"
            ),
        ),
    };
    format!(
        "options {{
    directory \"{path}\";
    pid-file none;
    session-keyfile none;
    lock-file none;
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    recursion no;
    notify no;
    dnssec-validation no;
    querylog {on};
}};
controls {{ }};
logging {{
    channel out {{ stderr; severity warning; }};
    category default {{ out; }};
{category}}};
zone \"{}\" {{ type primary; file \"{path}/zone\"; }};
",
        lab::ZONE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_log_is_there_only_when_asked_for() {
        let with = config("/t", 5300, Queries::ToFile);
        let without = config("/t", 5300, Queries::NotLogged);
        assert!(with.contains("file \"/t/queries.log\"") && with.contains("querylog yes"));
        assert!(!without.contains("queries") && without.contains("querylog no"));
        assert_eq!(with.matches('{').count(), with.matches('}').count());
    }
}
