//! What of a filter the lossless counters can answer, and what they can rule out.
//!
//! Counters and accounts know some of a row's fields, under the same names of columns. A filter over other fields is
//! bounded: by a condition that every row it passes has (what counters do not show cannot be a row either).

use model::counter;
use model::filter::{Field, Filter, Op, Test, Value};
use model::rrtype::{Family, RrType};

use super::{code, condition};

/// Which table knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Answers by service, pool, member, family and code.
    Counters,
    /// What became of rows, by service.
    Accounts,
}

/// A condition on a table's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All of them.
    Always,
    /// None of them.
    Never,
    /// Those it selects.
    Sql(String),
}

impl Condition {
    /// As a part of a statement.
    pub fn sql(&self) -> &str {
        match self {
            Condition::Always => "true",
            Condition::Never => "false",
            Condition::Sql(sql) => sql,
        }
    }

    fn not(self) -> Condition {
        match self {
            Condition::Always => Condition::Never,
            Condition::Never => Condition::Always,
            Condition::Sql(sql) => Condition::Sql(format!("(NOT {sql})")),
        }
    }
}

/// A condition that selects just what the filter does; none when the table does not know enough.
pub fn exact(filter: &Filter, table: Table) -> Option<Condition> {
    is_known(filter, table).then(|| bound(filter, table, true))
}

/// A condition that everything the filter passes fulfils.
pub fn admits(filter: &Filter, table: Table) -> Condition {
    bound(filter, table, true)
}

fn is_known(filter: &Filter, table: Table) -> bool {
    match filter {
        Filter::All => true,
        Filter::And(list) | Filter::Or(list) => list.iter().all(|part| is_known(part, table)),
        Filter::Not(inner) => is_known(inner, table),
        Filter::Test(test) => known(test, table).is_some(),
    }
}

/// With `above` a condition that holds wherever the filter does, without it one that holds nowhere else.
fn bound(filter: &Filter, table: Table, above: bool) -> Condition {
    match filter {
        Filter::All => Condition::Always,
        Filter::And(list) => join(list, table, above, Condition::Never, Condition::Always, " AND "),
        Filter::Or(list) => join(list, table, above, Condition::Always, Condition::Never, " OR "),
        Filter::Not(inner) => bound(inner, table, !above).not(),
        Filter::Test(test) => match known(test, table) {
            Some(condition) => Condition::Sql(condition),
            None if above => at_most(test, table).map_or(Condition::Always, Condition::Sql),
            None => Condition::Never,
        },
    }
}

/// One part that `decides` decides all; those that are `neutral` say nothing.
fn join(
    list: &[Filter],
    table: Table,
    above: bool,
    decides: Condition,
    neutral: Condition,
    word: &str,
) -> Condition {
    let mut parts = Vec::new();
    for part in list {
        match bound(part, table, above) {
            part if part == decides => return decides,
            Condition::Sql(sql) => parts.push(sql),
            _ => {}
        }
    }
    if parts.is_empty() { neutral } else { Condition::Sql(format!("({})", parts.join(word))) }
}

/// A test on what the table knows, just as it is.
fn known(test: &Test, table: Table) -> Option<String> {
    match (test.field, table) {
        (Field::Service | Field::Site, _) | (Field::Pool | Field::Member, Table::Counters) => {
            Some(condition::test(test))
        }
        (Field::Rcode, Table::Counters) => {
            let apart = |value: &&Value| matches!(value, Value::Rcode(rcode) if counter::is_apart(*rcode));
            values(test)?.iter().all(apart).then(|| condition::test(test))
        }
        (Field::Qtype, Table::Counters) => {
            let families: Option<Vec<i16>> = values(test)?.iter().map(family).collect();
            let any: Vec<String> = families?.iter().map(|family| format!("family = {family}")).collect();
            let any = if any.is_empty() { "false".to_owned() } else { any.join(" OR ") };
            Some(match test.op {
                Op::NotEqual(_) => format!("(NOT ({any}))"),
                _ => format!("({any})"),
            })
        }
        _ => None,
    }
}

/// A test on what the table knows less of: codes and types that share a place with others.
fn at_most(test: &Test, table: Table) -> Option<String> {
    let (Op::Equal(_) | Op::In(_), Table::Counters) = (&test.op, table) else { return None };
    let any: Option<Vec<String>> = values(test)?
        .iter()
        .map(|value| match (test.field, value) {
            (Field::Rcode, Value::Rcode(rcode)) => {
                let place = if counter::is_apart(*rcode) { *rcode } else { counter::OTHER_RCODE };
                Some(format!("rcode = ({})", code(place.0)))
            }
            (Field::Qtype, Value::RrType(rr_type)) => {
                Some(format!("family = {}", Family::of_type(*rr_type).index()))
            }
            _ => None,
        })
        .collect();
    Some(format!("({})", any.filter(|any| !any.is_empty())?.join(" OR ")))
}

/// The values of a test for equality.
fn values(test: &Test) -> Option<Vec<&Value>> {
    match &test.op {
        Op::Equal(value) | Op::NotEqual(value) => Some(vec![value]),
        Op::In(values) => Some(values.iter().collect()),
        _ => None,
    }
}

/// The family that one type alone is counted in.
fn family(value: &&Value) -> Option<i16> {
    match value {
        Value::RrType(rr_type @ (RrType::A | RrType::AAAA)) => Some(Family::of_type(*rr_type).index() as i16),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Filter {
        model::filter::parse(text).unwrap()
    }

    #[test]
    fn counters_answer_what_they_know_and_nothing_else() {
        let known = |text: &str| exact(&parse(text), Table::Counters).is_some();
        for text in [
            "",
            "service = a.b",
            "rcode != NOERROR and qtype in (A, AAAA)",
            "not (pool = x or member = 10.0.0.1)",
        ] {
            assert!(known(text), "{text}");
        }
        for text in ["client_ip = 10.0.0.1", "rcode = BADVERS", "qtype = MX", "service = a.b and ttl > 3"] {
            assert!(!known(text), "{text}");
        }
        assert!(exact(&parse("service = a.b"), Table::Accounts).is_some());
        assert!(exact(&parse("pool = a"), Table::Accounts).is_none());
    }

    #[test]
    fn what_is_not_known_neither_admits_less_nor_rules_out_more() {
        let above = |text: &str| admits(&parse(text), Table::Counters);
        let sql = |text: &str| Condition::Sql(text.to_owned());
        assert_eq!(above("client_ip = 10.0.0.1"), Condition::Always);
        assert_eq!(above("not client_ip = 10.0.0.1"), Condition::Always);
        assert_eq!(above("pool = a and client_ip = 10.0.0.1"), sql("(coalesce(pool, '') = 'a')"));
        assert_eq!(above("pool = a or client_ip = 10.0.0.1"), Condition::Always);
        assert_eq!(above("not (pool = a or ttl = 1)"), sql("(NOT (coalesce(pool, '') = 'a'))"));
        assert_eq!(above("not (pool = a and ttl = 1)"), Condition::Always);
        assert_eq!(above("rcode = BADVERS"), sql("(rcode = (4094))"));
        assert_eq!(above("rcode != BADVERS"), Condition::Always);
        assert_eq!(above("qtype != MX"), Condition::Always);
        assert_eq!(above("qtype in (MX, A)"), sql("(family = 2 OR family = 0)"));
    }
}
