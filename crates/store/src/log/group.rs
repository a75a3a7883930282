//! What rows are grouped by, as SQL.

use api::view::By;
use model::filter::Field;
use model::row::Class;

use super::columns;

/// A key computed for every row, and its text computed once for each group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Expression over a row.
    pub key: &'static str,
    /// Name of its column in the inner query, which `label` speaks of.
    pub name: &'static str,
    /// The text a filter takes for it, never null.
    pub label: String,
}

impl Group {
    /// The key with its name, for the list of an inner query.
    pub fn column(&self) -> String {
        format!("{} AS {}", self.key, self.name)
    }
}

/// All rows in one group.
pub fn none() -> Group {
    Group { key: "''::text", name: "everything", label: "everything".to_owned() }
}

/// The key and the text of a grouping.
pub fn of(by: By) -> Group {
    let group = |key, name, label: &str| Group { key, name, label: label.to_owned() };
    let text = |key, name| group(key, name, &format!("coalesce({name}, '')"));
    let number = |key, name| group(key, name, &format!("{name}::text"));
    let address = |key, name| group(key, name, &format!("coalesce(host({name}), '')"));
    match by {
        By::Class => group("class", "class", &class()),
        By::ClientNetwork => group(
            "network(set_masklen(client, CASE family(client) WHEN 4 THEN 24 ELSE 56 END))",
            "client",
            "text(client)",
        ),
        By::Field(field) => match field {
            Field::Ts => group("at", "at", &columns::rfc3339("at")),
            Field::Site => text("site", "site"),
            Field::ClientIp => address("client", "client"),
            Field::ClientPort => number("port", "port"),
            Field::Transport => group("transport", "transport", &columns::transport()),
            Field::Fqdn => text("lower(fqdn)", "fqdn"),
            Field::Qtype => group("qtype", "qtype", &columns::rr_type()),
            Field::Rcode => group("rcode", "rcode", &columns::rcode("rcode")),
            Field::Significant => {
                group("significance <> ''", "flag", "CASE WHEN flag THEN 'true' ELSE 'false' END")
            }
            Field::Significance => text("significance", "significance"),
            Field::Service => text("lower(service)", "service"),
            Field::Pool => text("pool", "pool"),
            Field::Member => address("member", "member"),
            Field::Answers => text("answers", "answers"),
            Field::Ttl => number("ttl", "ttl"),
            Field::Ecs => group("ecs", "ecs", "coalesce(text(ecs), '')"),
            Field::Generation => number("generation", "generation"),
            Field::LatencyUs => number("latency_us", "latency_us"),
        },
    }
}

fn class() -> String {
    let named: Vec<String> = Class::ALL
        .iter()
        .enumerate()
        .map(|(n, class)| format!("WHEN {n} THEN '{}'", class.as_str()))
        .collect();
    format!("CASE class {} END", named.join(" "))
}
