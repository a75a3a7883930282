//! What the query log keeps.

use std::collections::HashSet;

use crate::config::{Logging, MAX_LOG_FILTERS};
use crate::filter::{Filter, Op};
use crate::problem::Problems;
use crate::value::Span;

/// Largest program a regular expression may compile to, bytes, as the log itself allows.
const REGEX_SIZE: usize = 1 << 20;
/// Largest limit of size, GiB: a petabyte.
const MOST_GIB: u32 = 1 << 20;

pub fn logging(logging: &Logging, problems: &mut Problems) {
    let day = Span::seconds(86_400).as_millis();
    let retention = logging.retention;
    if retention.as_millis() < day || !retention.as_millis().is_multiple_of(day) {
        problems.push(
            "logging.retention",
            retention.to_string(),
            "rows are dropped by the day: give whole days such as 7d",
        );
    }
    let kept = logging.event_retention;
    if kept.as_millis() < day || kept.as_millis() > 3650 * day {
        problems.push("logging.event_retention", kept.to_string(), "give 1d to 3650d");
    }
    if let Some(gib) = logging.retention_gib.filter(|gib| !(1..=MOST_GIB).contains(gib)) {
        problems.push("logging.retention_gib", gib.to_string(), format!("give 1 to {MOST_GIB} GiB"));
    }
    if logging.filters.len() > MAX_LOG_FILTERS {
        let given = logging.filters.len().to_string();
        problems.push("logging.filters", given, format!("give at most {MAX_LOG_FILTERS} filters"));
    }
    let mut names = HashSet::new();
    for (index, filter) in logging.filters.iter().enumerate() {
        let at = format!("logging.filters[{index}]");
        if !names.insert(&filter.name) {
            problems.push(format!("{at}.name"), filter.name.to_string(), "another filter has this name");
        }
        match crate::filter::parse(&filter.matches) {
            Ok(Filter::All) => {
                problems.push(format!("{at}.match"), "", "say which rows, as client_ip in (10.0.0.0/8)");
            }
            Ok(parsed) => {
                if let Some(message) = bad_regex(&parsed) {
                    problems.push(format!("{at}.match"), filter.matches.clone(), message);
                }
            }
            Err(error) => problems.push(format!("{at}.match"), filter.matches.clone(), error.to_string()),
        }
    }
}

/// Why a regular expression of the filter cannot be used; the last line of the error says what is wrong with it.
fn bad_regex(filter: &Filter) -> Option<String> {
    match filter {
        Filter::All => None,
        Filter::And(parts) | Filter::Or(parts) => parts.iter().find_map(bad_regex),
        Filter::Not(inner) => bad_regex(inner),
        Filter::Test(test) => match &test.op {
            Op::Matches(regex) | Op::NotMatches(regex) => {
                let error = regex::RegexBuilder::new(regex).size_limit(REGEX_SIZE).build().err()?.to_string();
                let last = error.lines().last().unwrap_or_default().trim().to_owned();
                Some(format!("no regular expression: {last}"))
            }
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LogFilter;

    fn problems(change: impl FnOnce(&mut Logging)) -> Vec<String> {
        let (mut given, mut found) = (Logging::default(), Problems::default());
        change(&mut given);
        logging(&given, &mut found);
        found.0.into_iter().map(|problem| problem.field).collect()
    }

    fn filter(name: &str, matches: &str) -> LogFilter {
        LogFilter { name: name.parse().unwrap(), matches: matches.to_owned(), until: None }
    }

    #[test]
    fn a_filter_that_would_match_nothing_as_meant_is_refused_by_its_field() {
        assert!(problems(|_| {}).is_empty());
        assert!(problems(|l| l.filters = vec![filter("lab", "client_ip in (10.0.0.0/8)")]).is_empty());
        let twice = |l: &mut Logging| l.filters = vec![filter("a", "qtype = A"), filter("a", "qtype = AAAA")];
        assert_eq!(problems(twice), ["logging.filters[1].name"]);
        for bad in ["", "no_such_field = 1", "fqdn ~ \"(\"", "qtype = A and not fqdn !~ \"[\""] {
            let found = problems(|l| l.filters = vec![filter("a", bad)]);
            assert_eq!(found, ["logging.filters[0].match"], "{bad}");
        }
        assert_eq!(problems(|l| l.retention_gib = Some(0)), ["logging.retention_gib"]);
        let many = (0..=MAX_LOG_FILTERS).map(|i| filter(&format!("f{i}"), "qtype = A")).collect();
        assert_eq!(problems(|l| l.filters = many), ["logging.filters"]);
    }
}
