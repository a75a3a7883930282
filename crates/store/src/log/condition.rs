//! A filter as a condition in SQL. The only place where values become text of a statement: COPY takes no parameters,
//! and pages and exports must select the same rows.

use chrono::DateTime;
use model::event::Transport;
use model::filter::{Field, Filter, Op, Test, Value};

use super::{LogQuery, code, columns, timestamp};

/// The rows of a query on one site: window and filter.
pub fn of(query: &LogQuery, site: &str) -> String {
    let from = literal(&timestamp(query.from));
    let to = literal(&timestamp(query.to));
    let site = literal(site);
    format!(
        "at >= {from}::timestamptz AND at < {to}::timestamptz AND site = {site} AND {}",
        filter(&query.filter)
    )
}

/// A string constant. With standard_conforming_strings, on since PostgreSQL 9.1, only the quote itself is special;
/// NUL, which no text of PostgreSQL can hold, is left out.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

/// A filter alone.
pub fn filter(filter: &Filter) -> String {
    let join = |list: &[Filter], word: &str, empty: &str| {
        let parts: Vec<String> = list.iter().map(self::filter).collect();
        if parts.is_empty() { empty.to_owned() } else { format!("({})", parts.join(word)) }
    };
    match filter {
        Filter::All => "true".to_owned(),
        Filter::And(list) => join(list, " AND ", "true"),
        Filter::Or(list) => join(list, " OR ", "false"),
        Filter::Not(inner) => format!("(NOT {})", self::filter(inner)),
        Filter::Test(test) => self::test(test),
    }
}

/// The regular expressions of a filter.
pub fn patterns(filter: &Filter) -> Vec<&str> {
    match filter {
        Filter::And(list) | Filter::Or(list) => list.iter().flat_map(patterns).collect(),
        Filter::Not(inner) => patterns(inner),
        Filter::Test(Test { op: Op::Matches(pattern) | Op::NotMatches(pattern), .. }) => vec![pattern],
        Filter::All | Filter::Test(_) => Vec::new(),
    }
}

/// A test of a row.
pub fn test(test: &Test) -> String {
    let field = test.field;
    match &test.op {
        Op::Equal(value) => equal(field, value),
        Op::NotEqual(value) => format!("(NOT {})", equal(field, value)),
        Op::Matches(regex) => matches(field, regex),
        Op::NotMatches(regex) => format!("(NOT {})", matches(field, regex)),
        Op::Less(value) => compare(field, "<", value),
        Op::LessEqual(value) => compare(field, "<=", value),
        Op::Greater(value) => compare(field, ">", value),
        Op::GreaterEqual(value) => compare(field, ">=", value),
        Op::In(values) => {
            let any: Vec<String> = values.iter().map(|v| equal(field, v)).collect();
            if any.is_empty() { "false".to_owned() } else { format!("({})", any.join(" OR ")) }
        }
    }
}

/// The column as an expression that is never null, so that `not` means what it says.
fn column(field: Field) -> &'static str {
    match field {
        Field::Ts => "at",
        Field::Site => "site",
        Field::ClientIp => "client",
        Field::ClientPort => "port",
        Field::Transport => "transport",
        Field::Fqdn => "lower(fqdn)",
        Field::Qtype => "qtype",
        Field::Rcode => "rcode",
        Field::Significant => "(significance <> '')",
        Field::Significance => "significance",
        Field::Service => "coalesce(lower(service), '')",
        Field::Pool => "coalesce(pool, '')",
        Field::Member => "member",
        Field::Answers => "answers",
        Field::Ttl => "ttl",
        Field::Ecs => "ecs",
        Field::Generation => "generation",
        Field::LatencyUs => "latency_us",
    }
}

fn equal(field: Field, value: &Value) -> String {
    let column = column(field);
    match value {
        Value::Text(text) if field == Field::Transport => {
            // The parser knows all names; one it does not know is no row's.
            let number = Transport::named(text).map_or(-1, |t| t.index() as i16);
            format!("{column} = ({number})")
        }
        Value::Text(text) => format!("{column} = {}", literal(text)),
        Value::Network(network) => {
            let single = network.prefix_len() == network.max_prefix_len();
            let network = literal(&network.to_string());
            match field {
                // Never null, and of full length: in these forms an index serves them.
                Field::ClientIp if single => format!("client = {network}::inet"),
                Field::ClientIp => format!("client <<= {network}::inet"),
                Field::Member if single => format!("coalesce(member = {network}::inet, false)"),
                // The last part may say how many more there were, as +3.
                Field::Answers => format!(
                    "EXISTS (SELECT FROM unnest(string_to_array(answers, ';')) a \
                     WHERE a <> '' AND left(a, 1) <> '+' AND a::inet <<= {network}::inet)"
                ),
                _ => format!("coalesce({column} <<= {network}::inet, false)"),
            }
        }
        other => format!("{column} = {}", constant(other)),
    }
}

fn compare(field: Field, operator: &str, value: &Value) -> String {
    format!("{} {operator} {}", column(field), constant(value))
}

fn constant(value: &Value) -> String {
    match value {
        Value::Text(text) => literal(text),
        Value::Number(number) => format!("({number})"),
        Value::Network(network) => format!("{}::inet", literal(&network.to_string())),
        // A time beyond what PostgreSQL can hold compares as the end of time.
        Value::Time(at) => match DateTime::from_timestamp_micros(*at) {
            Some(_) => format!("{}::timestamptz", literal(&timestamp(*at))),
            None => "'infinity'::timestamptz".to_owned(),
        },
        Value::RrType(rr_type) => rr_type.0.to_string(),
        Value::Rcode(rcode) => format!("({})", code(rcode.0)),
        Value::Flag(flag) => flag.to_string(),
    }
}

fn matches(field: Field, regex: &str) -> String {
    let regex = literal(regex);
    match field {
        Field::Fqdn | Field::Service => format!("{} ~* {regex}", column(field)),
        Field::Transport => format!("({}) ~ {regex}", columns::transport()),
        _ => format!("{} ~ {regex}", column(field)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_value_stays_a_value() {
        let parsed = model::filter::parse(r#"pool = "x' OR '1'='1" and fqdn ~ "a'b""#).unwrap();
        let sql = filter(&parsed);
        assert_eq!(sql, "(coalesce(pool, '') = 'x'' OR ''1''=''1' AND lower(fqdn) ~* 'a''b')");
    }
}
