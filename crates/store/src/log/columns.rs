//! The `compact` columns as SQL expressions, one text each, the same for pages and exports.

use std::sync::LazyLock;

use model::event::Transport;
use model::rrtype::{Rcode, RrType};

/// A text that a spreadsheet could take for a formula begins with one of these: tab, CR, `+`, `-`, `=`, `@` (OWASP,
/// "CSV Injection").
const FORMULA: &str = "(9, 13, 43, 45, 61, 64)";

/// Name and expression of each column, in the order of the contract.
pub static COMPACT: LazyLock<Vec<(&'static str, String)>> = LazyLock::new(|| {
    vec![
        ("ts", r#"to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#.to_owned()),
        ("site", guarded("site")),
        ("client_ip", "host(client)".to_owned()),
        ("client_port", "port::text".to_owned()),
        ("transport", transport()),
        ("fqdn", guarded("fqdn")),
        ("qtype", rr_type()),
        ("rcode", rcode("rcode")),
        ("significant", "CASE WHEN significance <> '' THEN 'true' ELSE 'false' END".to_owned()),
        ("significance", guarded("significance")),
        ("service", guarded("coalesce(service, '')")),
        ("pool", guarded("coalesce(pool, '')")),
        ("member", "coalesce(host(member), '')".to_owned()),
        ("answers", "answers".to_owned()),
        ("ttl", "ttl::text".to_owned()),
        ("ecs", "coalesce(text(ecs), '')".to_owned()),
        ("generation", "generation::text".to_owned()),
        ("latency_us", "latency_us::text".to_owned()),
    ]
});

fn guarded(column: &str) -> String {
    format!("CASE WHEN ascii({column}) IN {FORMULA} THEN '''' || {column} ELSE {column} END")
}

/// The name of a transport.
pub fn transport() -> String {
    let named: Vec<String> =
        Transport::ALL.iter().map(|t| format!("WHEN {} THEN '{}'", t.index(), t.as_str())).collect();
    format!("CASE transport {} END", named.join(" "))
}

fn rr_type() -> String {
    let named: Vec<String> =
        RrType::NAMED.iter().map(|(name, n)| format!("WHEN {n} THEN '{name}'")).collect();
    format!("CASE qtype {} ELSE 'TYPE' || qtype END", named.join(" "))
}

/// The name of a response code.
pub fn rcode(column: &str) -> String {
    let mut named: Vec<String> =
        Rcode::NAMED.iter().map(|(name, n)| format!("WHEN {n} THEN '{name}'")).collect();
    named.push(format!("WHEN {} THEN '{}'", Rcode::DROPPED.0, Rcode::DROPPED));
    format!("CASE {column} {} ELSE 'RCODE' || {column} END", named.join(" "))
}
