//! An opened row: what the log knows of it, what decided it, and the command that asks the same.

use std::net::SocketAddr;
use std::time::Duration;

use api::view::{LogLine, Near};
use app::pages::logs::{Opened, Why, cell, quoted};
use model::DnsName;
use model::rrtype::RrType;

use crate::config::reachable;
use crate::site::Site;

/// Rows before and after it.
const BESIDE: i64 = 8;
/// They are looked for no longer than this.
const BUDGET: Duration = Duration::from_millis(200);

/// Opens the row of this time and number.
pub async fn open(site: &Site, at: i64, id: i64, near: Near) -> Result<Opened, store::StoreError> {
    let around = site.store.around(at, id, BESIDE, near, BUDGET).await?;
    let (why, dig) = match &around.row {
        Some(row) => (why(site, row), dig(site, row)),
        None => (Why::Undecided, None),
    };
    Ok(Opened { around, why, dig })
}

/// Asks the view in force the same, by the code that `explain` asks, if it is of the generation that decided.
fn why(site: &Site, row: &LogLine) -> Why {
    let view = site.responder.current();
    let in_force = view.snapshot().generation;
    if cell(row, "generation").parse::<u64>() != Ok(in_force) {
        return Why::Then { in_force };
    }
    let question = (|| {
        let name: DnsName = cell(row, "fqdn").parse().ok()?;
        let rr_type: RrType = cell(row, "qtype").parse().ok()?;
        // A client that told its network was answered by that.
        let network = cell(row, "ecs").split('/').next().and_then(|address| address.parse().ok());
        let client = network.or_else(|| cell(row, "client_ip").parse().ok())?;
        Some((name, rr_type, client))
    })();
    match question {
        Some((name, rr_type, client)) => Why::Now { steps: view.explain(&name, rr_type, client, 1).steps },
        None => Why::Undecided,
    }
}

/// The command that asks this site the same in the same way, to be run on its machine. A name is whatever a client sent:
/// it is one word of the shell, and no option of dig.
fn dig(site: &Site, row: &LogLine) -> Option<String> {
    let name: DnsName = cell(row, "fqdn").parse().ok()?;
    let rr_type: RrType = cell(row, "qtype").parse().ok()?;
    let transport = cell(row, "transport");
    let secure = site.responder.secure_addresses();
    let listens = match transport.as_str() {
        "dot" => secure.tls,
        "doh" => secure.https,
        "doq" => secure.quic,
        _ => site.responder.addresses(),
    };
    let at = listens.into_iter().map(reachable).next()?;
    Some(command(at, &transport, &name.to_string(), &rr_type.to_string(), &cell(row, "ecs")))
}

fn command(at: SocketAddr, transport: &str, name: &str, rr_type: &str, ecs: &str) -> String {
    // dig knows no QUIC; kdig of Knot DNS takes the same words.
    let (program, how) = match transport {
        "tcp" => ("dig", " +tcp"),
        "dot" => ("dig", " +tls"),
        "doh" => ("dig", " +https"),
        "doq" => ("kdig", " +quic"),
        _ => ("dig", ""),
    };
    let subnet = if ecs.is_empty() { String::new() } else { format!(" +subnet={ecs}") };
    let plain = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let name = match (plain, name) {
        (_, "" | ".") => ".".to_owned(),
        (true, name) => name.to_owned(),
        (false, name) => format!("-q {}", quoted(name)),
    };
    format!("{program} @{} -p {} {name} {rr_type}{how}{subnet}", at.ip(), at.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_asked_again_as_it_was_asked() {
        let at: SocketAddr = "127.0.0.1:5353".parse().unwrap();
        let cases = [
            (("udp", "a.example.org", "A", ""), "dig @127.0.0.1 -p 5353 a.example.org A"),
            (
                ("tcp", "a.example.org", "AAAA", "192.0.2.0/24"),
                "dig @127.0.0.1 -p 5353 a.example.org AAAA +tcp +subnet=192.0.2.0/24",
            ),
            (("dot", "", "NS", ""), "dig @127.0.0.1 -p 5353 . NS +tls"),
            (("doq", "a.example.org", "A", ""), "kdig @127.0.0.1 -p 5353 a.example.org A +quic"),
            (
                ("doh", "*.example.org", "TYPE65", ""),
                "dig @127.0.0.1 -p 5353 -q '*.example.org' TYPE65 +https",
            ),
            (("udp", "$(reboot)'.org", "A", ""), r"dig @127.0.0.1 -p 5353 -q '$(reboot)'\''.org' A"),
            (("udp", "-f.example.org", "A", ""), "dig @127.0.0.1 -p 5353 -q '-f.example.org' A"),
        ];
        for ((transport, name, rr_type, ecs), expected) in cases {
            assert_eq!(command(at, transport, name, rr_type, ecs), expected);
        }
    }
}
