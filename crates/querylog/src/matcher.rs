//! Filters evaluated on rows in memory, as live tails and the operator's class need it.

use std::net::IpAddr;

use ipnet::IpNet;
use model::filter::{Field, Filter, FilterError, Kind, MAX_REGEX, Op, Value};
use model::row::{Class, LogRow};
use regex::{Regex, RegexBuilder};

/// Largest program a regular expression may compile to, bytes: enough for any that is meant, and little to hold.
const REGEX_SIZE: usize = 1 << 20;

/// A filter made ready to run.
#[derive(Clone, Debug)]
pub struct Matcher {
    node: Node,
}

#[derive(Clone, Debug)]
enum Node {
    All,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Test(Field, Check),
}

#[derive(Clone, Debug)]
enum Check {
    In(Vec<Value>),
    NotEqual(Value),
    Regex(Regex),
    NotRegex(Regex),
    Order(fn(i64, i64) -> bool, i64),
}

/// A field of a row.
enum Cell<'a> {
    Text(&'a str),
    Number(i64),
    Address(Option<IpAddr>),
    Network(Option<IpNet>),
    Answers(&'a str),
    Code(u16),
    Flag(bool),
}

impl Matcher {
    /// Compiles the filter's regular expressions and checks that each value is of its field's kind.
    ///
    /// # Errors
    /// Names the field and the regular expression that is none, or is too big.
    pub fn new(filter: &Filter) -> Result<Matcher, FilterError> {
        Ok(Matcher { node: node(filter)? })
    }

    /// Whether a row of this site passes.
    pub fn matches(&self, row: &LogRow, site: &str) -> bool {
        passes(&self.node, row, site)
    }
}

fn node(filter: &Filter) -> Result<Node, FilterError> {
    let all = |parts: &[Filter]| parts.iter().map(node).collect::<Result<Vec<_>, _>>();
    Ok(match filter {
        Filter::All => Node::All,
        Filter::And(parts) => Node::And(all(parts)?),
        Filter::Or(parts) => Node::Or(all(parts)?),
        Filter::Not(inner) => Node::Not(Box::new(node(inner)?)),
        Filter::Test(test) => Node::Test(test.field, check(test.field, &test.op)?),
    })
}

fn check(field: Field, op: &Op) -> Result<Check, FilterError> {
    let order = |compare: fn(i64, i64) -> bool, value: &Value| match value {
        Value::Number(number) | Value::Time(number) => Ok(Check::Order(compare, *number)),
        other => Err(FilterError::new(0, format!("{field}: {other} has no order: compare it with = or !="))),
    };
    match op {
        Op::Equal(value) => Ok(Check::In(vec![value.clone()])),
        Op::NotEqual(value) => Ok(Check::NotEqual(value.clone())),
        Op::In(values) => Ok(Check::In(values.clone())),
        Op::Matches(text) => Ok(Check::Regex(regex(field, text)?)),
        Op::NotMatches(text) => Ok(Check::NotRegex(regex(field, text)?)),
        Op::Less(value) => order(|own, other| own < other, value),
        Op::LessEqual(value) => order(|own, other| own <= other, value),
        Op::Greater(value) => order(|own, other| own > other, value),
        Op::GreaterEqual(value) => order(|own, other| own >= other, value),
    }
}

fn regex(field: Field, text: &str) -> Result<Regex, FilterError> {
    if text.len() > MAX_REGEX {
        let message = format!("{field}: the regular expression is too long: shorten it to {MAX_REGEX} bytes");
        return Err(FilterError::new(0, message));
    }
    let built = RegexBuilder::new(text)
        .case_insensitive(field.kind() == Kind::Name)
        .size_limit(REGEX_SIZE)
        .dfa_size_limit(REGEX_SIZE)
        .build();
    built.map_err(|error| {
        let error = error.to_string();
        // The parser draws the expression over several lines; the last one is the reason.
        let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        FilterError::new(0, format!("{field}: {text:?} is no regular expression: {why}"))
    })
}

fn passes(node: &Node, row: &LogRow, site: &str) -> bool {
    match node {
        Node::All => true,
        Node::And(parts) => parts.iter().all(|part| passes(part, row, site)),
        Node::Or(parts) => parts.iter().any(|part| passes(part, row, site)),
        Node::Not(inner) => !passes(inner, row, site),
        Node::Test(field, check) => {
            let cell = cell(*field, row, site);
            match check {
                Check::In(values) => values.iter().any(|value| equals(*field, &cell, value)),
                Check::NotEqual(value) => !equals(*field, &cell, value),
                Check::Regex(regex) => matches!(cell, Cell::Text(text) if regex.is_match(text)),
                Check::NotRegex(regex) => matches!(cell, Cell::Text(text) if !regex.is_match(text)),
                Check::Order(compare, other) => matches!(cell, Cell::Number(own) if compare(own, *other)),
            }
        }
    }
}

fn cell<'a>(field: Field, row: &'a LogRow, site: &'a str) -> Cell<'a> {
    match field {
        Field::Ts => Cell::Number(row.at),
        Field::Site => Cell::Text(site),
        Field::ClientIp => Cell::Address(Some(row.client)),
        Field::ClientPort => Cell::Number(row.port.into()),
        Field::Transport => Cell::Text(row.transport.as_str()),
        Field::Fqdn => Cell::Text(&row.fqdn),
        Field::Qtype => Cell::Code(row.qtype.0),
        Field::Rcode => Cell::Code(row.rcode.0),
        Field::Significant => Cell::Flag(row.class == Class::Significant),
        Field::Significance => Cell::Text(row.significance),
        Field::Service => Cell::Text(row.service.as_deref().unwrap_or_default()),
        Field::Pool => Cell::Text(row.pool.as_deref().unwrap_or_default()),
        Field::Member => Cell::Address(row.member),
        Field::Answers => Cell::Answers(&row.answers),
        Field::Ttl => Cell::Number(row.ttl.into()),
        Field::Ecs => Cell::Network(row.ecs),
        Field::Generation => Cell::Number(i64::try_from(row.generation).unwrap_or(i64::MAX)),
        Field::LatencyUs => Cell::Number(row.latency_us.into()),
    }
}

fn equals(field: Field, cell: &Cell<'_>, value: &Value) -> bool {
    match (cell, value) {
        (Cell::Text(own), Value::Text(other)) if field.kind() == Kind::Name => {
            own.eq_ignore_ascii_case(other)
        }
        (Cell::Text(own), Value::Text(other)) => own == other,
        (Cell::Number(own), Value::Number(other) | Value::Time(other)) => own == other,
        (Cell::Address(Some(own)), Value::Network(network)) => network.contains(own),
        (Cell::Network(Some(own)), Value::Network(network)) => network.contains(own),
        (Cell::Answers(own), Value::Network(network)) => {
            own.split(';').filter_map(|a| a.parse::<IpAddr>().ok()).any(|a| network.contains(&a))
        }
        (Cell::Code(own), Value::RrType(other)) => *own == other.0,
        (Cell::Code(own), Value::Rcode(other)) => *own == other.0,
        (Cell::Flag(own), Value::Flag(other)) => own == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::event::Transport;
    use model::filter::parse;
    use model::rrtype::{Rcode, RrType};

    fn row() -> LogRow {
        LogRow {
            at: 1_795_464_000_000_000,
            client: "10.1.2.3".parse().unwrap(),
            port: 5353,
            transport: Transport::Udp,
            fqdn: "Hello.Example.org".to_owned(),
            qtype: RrType::A,
            rcode: Rcode::NXDOMAIN,
            class: Class::Significant,
            significance: "name does not exist",
            service: None,
            pool: Some("p-10".into()),
            member: None,
            answers: "192.0.2.1;192.0.2.2;+3".to_owned(),
            ttl: 30,
            ecs: Some("198.51.100.0/24".parse().unwrap()),
            generation: 4,
            latency_us: 17,
            stands_for: 1,
        }
    }

    #[test]
    fn every_field_is_compared_by_its_kind() {
        let cases = [
            ("", true),
            ("fqdn = hello.example.ORG.", true),
            ("fqdn ~ ^hello", true),
            ("fqdn !~ \"\\.org$\"", false),
            ("service = \"\"", true),
            ("service != hello.example.org", true),
            ("pool ~ ^P", false),
            ("client_ip in (192.0.2.0/24, 10.0.0.0/8)", true),
            ("client_ip = ::/0", false),
            ("member = 0.0.0.0/0", false),
            ("member != 0.0.0.0/0", true),
            ("answers = 192.0.2.2", true),
            ("answers = 192.0.2.3", false),
            ("ecs = 198.51.0.0/16", true),
            ("ecs = 198.51.100.7", false),
            ("ttl >= 30 and ttl < 31", true),
            ("ts > 2026-11-23T19:59:59Z and ts <= 2026-11-23T20:00:00Z", true),
            ("rcode = nxdomain and qtype in (A, AAAA)", true),
            ("significant = true and significance = \"name does not exist\"", true),
            ("site = here and transport = udp and client_port = 5353", true),
            ("not (generation = 4 or latency_us > 17)", false),
            ("ttl not in (1, 2)", true),
        ];
        for (text, expected) in cases {
            let matcher = Matcher::new(&parse(text).unwrap()).unwrap();
            assert_eq!(matcher.matches(&row(), "here"), expected, "{text}");
        }
    }

    #[test]
    fn a_bad_regular_expression_is_named_with_its_field() {
        let error = |text: &str| Matcher::new(&parse(text).unwrap()).unwrap_err().message;
        assert!(error("fqdn ~ \"(a\"").starts_with("fqdn: \"(a\" is no regular expression: unclosed group"));
        assert!(error("fqdn ~ \"(a{1000}){1000}\"").contains("size limit"));
    }
}
