//! The columns of Steelyard's own order as SQL expressions, for pages. Exports write the same cells from binary rows.

use std::sync::LazyLock;

use model::event::Transport;
use model::row::Class;
use model::rrtype::{Rcode, RrType};

/// A text that a spreadsheet could take for a formula begins with one of these: tab, CR, `+`, `-`, `=`, `@` (OWASP,
/// "CSV Injection").
const FORMULA: &str = "(9, 13, 43, 45, 61, 64)";

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, an identifier that SQL takes without quotes.
    pub name: &'static str,
    /// What a cell shows: a text, never null, that no spreadsheet takes for a formula.
    pub cell: String,
}

impl Column {
    /// A text that somebody else may have chosen; `sql` may be null.
    pub fn foreign(name: &'static str, sql: &str) -> Column {
        Column { name, cell: guarded(&format!("coalesce({sql}, '')")) }
    }

    /// A text of a form that cannot be a formula; `sql` may be null.
    pub fn text(name: &'static str, sql: &str) -> Column {
        Column { name, cell: format!("coalesce({sql}, '')") }
    }

    /// A number that is always there and never negative.
    pub fn number(name: &'static str, sql: &str) -> Column {
        Column { name, cell: format!("({sql})::text") }
    }

    /// A condition.
    pub fn flag(name: &'static str, sql: &str) -> Column {
        Column { name, cell: format!("CASE WHEN {sql} THEN 'true' ELSE 'false' END") }
    }
}

/// Each column of the `compact` order, in the order of the contract.
pub static COMPACT_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        Column::text("ts", &rfc3339("at")),
        Column::foreign("site", "site"),
        Column::text("client_ip", "host(client)"),
        Column::number("client_port", "port"),
        Column::text("transport", &transport()),
        Column::foreign("fqdn", "fqdn"),
        Column::text("qtype", &rr_type()),
        Column::text("rcode", &rcode("rcode")),
        Column::flag("significant", "significance <> ''"),
        Column::foreign("significance", "significance"),
        Column::foreign("service", "service"),
        Column::foreign("pool", "pool"),
        Column::text("member", "host(member)"),
        Column::text("answers", "answers"),
        Column::number("ttl", "ttl"),
        Column::text("ecs", "text(ecs)"),
        Column::number("generation", "generation"),
        Column::number("latency_us", "latency_us"),
    ]
});

/// Columns there are beside the compact ones, for whoever asks for them by name.
pub static MORE_COLUMNS: LazyLock<Vec<Column>> =
    LazyLock::new(|| vec![Column::number("stands_for", "stands_for"), Column::text("class", &class())]);

/// A moment in UTC to the microsecond.
pub fn rfc3339(at: &str) -> String {
    format!(r#"to_char({at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#)
}

fn guarded(text: &str) -> String {
    format!("CASE WHEN ascii({text}) IN {FORMULA} THEN '''' || {text} ELSE {text} END")
}

fn class() -> String {
    let named: Vec<String> = Class::ALL
        .iter()
        .enumerate()
        .map(|(n, class)| format!("WHEN {n} THEN '{}'", class.as_str()))
        .collect();
    format!("CASE class {} END", named.join(" "))
}

/// The name of a transport.
pub fn transport() -> String {
    let named: Vec<String> =
        Transport::ALL.iter().map(|t| format!("WHEN {} THEN '{}'", t.index(), t.as_str())).collect();
    format!("CASE transport {} END", named.join(" "))
}

/// The name of the type asked for.
pub fn rr_type() -> String {
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
