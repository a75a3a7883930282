//! What the Logs page shows, as it stands in its address: whoever has the address sees the same.

use api::view::{By, Near};
use model::Problem;
use model::filter::{Field, Filter};

use crate::format;

/// Columns a table of rows can have beside the time, with their headings.
pub const COLUMNS: [(&str, &str); 19] = [
    ("client_ip", "Client"),
    ("client_port", "Port"),
    ("transport", "Via"),
    ("fqdn", "Name"),
    ("qtype", "Type"),
    ("rcode", "Code"),
    ("answers", "Answers"),
    ("latency_us", "µs"),
    ("service", "Service"),
    ("pool", "Pool"),
    ("member", "Member"),
    ("ttl", "TTL"),
    ("ecs", "Client subnet"),
    ("significant", "Significant"),
    ("significance", "Why significant"),
    ("generation", "Generation"),
    ("stands_for", "Stands for"),
    ("class", "Class"),
    ("site", "Site"),
];

/// Columns shown when none are chosen.
pub const USUAL_COLUMNS: [&str; 7] =
    ["client_ip", "transport", "fqdn", "qtype", "rcode", "answers", "latency_us"];

/// What the bars of the histogram can be divided by, with a word for each.
pub const DIVISIONS: [(By, &str); 7] = [
    (By::Field(Field::Rcode), "Code"),
    (By::Field(Field::Member), "Member"),
    (By::Field(Field::Service), "Service"),
    (By::Field(Field::Pool), "Pool"),
    (By::Field(Field::Transport), "Transport"),
    (By::Field(Field::Qtype), "Type"),
    (By::Class, "Class"),
];

/// Values of a grouping when no number is asked for, and how many at most.
pub const USUAL_VALUES: u32 = 20;
pub const MOST_VALUES: u32 = 1000;

/// A window without any wish: the last quarter of an hour.
pub const USUAL_SINCE: &str = "15m";

/// The window as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The last so long, as `15m`.
    Since(String),
    /// From and to, RFC 3339; up to now without an end.
    Between(String, String),
}

/// What rows can be grouped by, with a word for each: every row has a time and a port of its own.
pub const GROUPINGS: [(By, &str); 16] = [
    (By::Field(Field::ClientIp), "Client"),
    (By::ClientNetwork, "Client network"),
    (By::Field(Field::Fqdn), "Name"),
    (By::Field(Field::Qtype), "Type"),
    (By::Field(Field::Rcode), "Code"),
    (By::Field(Field::Service), "Service"),
    (By::Field(Field::Pool), "Pool"),
    (By::Field(Field::Member), "Member"),
    (By::Field(Field::Answers), "Answers"),
    (By::Field(Field::Transport), "Transport"),
    (By::Class, "Class"),
    (By::Field(Field::Significance), "Why significant"),
    (By::Field(Field::Ecs), "Client subnet"),
    (By::Field(Field::Ttl), "TTL"),
    (By::Field(Field::Generation), "Generation"),
    (By::Field(Field::LatencyUs), "Latency, µs"),
];

/// Which rows can stand around an opened one, with a word for each.
pub const AROUND: [(Near, &str); 3] =
    [(Near::Client, "Same client"), (Near::Service, "Same service"), (Near::All, "All")];

/// The condition that a value of a grouping is; none when no filter says that.
pub fn test(by: By, text: &str) -> Option<Filter> {
    match by {
        By::Field(field) => Filter::equal(field, text),
        By::ClientNetwork => Filter::equal(Field::ClientIp, text),
        By::Class => None,
    }
}

/// Everything there is to say in an address of the Logs page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogState {
    /// The window.
    pub asked: Asked,
    /// The filter as typed.
    pub filter: String,
    /// What the bars are divided by.
    pub by: By,
    /// Columns beside the time, in the order of [`COLUMNS`].
    pub columns: Vec<&'static str>,
    /// What rows are grouped by, if at all.
    pub group: Option<By>,
    /// Values of the grouping.
    pub values: u32,
    /// The row before which the page of rows begins: (time, id).
    pub before: Option<(i64, i64)>,
    /// The row that is opened.
    pub row: Option<(i64, i64)>,
    /// Which rows stand around it.
    pub around: Near,
}

impl Default for LogState {
    fn default() -> Self {
        LogState {
            asked: Asked::Since(USUAL_SINCE.to_owned()),
            filter: String::new(),
            by: By::Field(Field::Rcode),
            columns: USUAL_COLUMNS.to_vec(),
            group: None,
            values: USUAL_VALUES,
            before: None,
            row: None,
            around: Near::Client,
        }
    }
}

impl LogState {
    /// Reads the pairs of an address. What cannot be read is as if it were not there, and the first of it is told.
    /// Whether the window and the filter can be read is for others to say.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> (LogState, Option<Problem>) {
        let mut state = LogState::default();
        let (mut since, mut from, mut to) = (String::new(), String::new(), String::new());
        let (mut columns, mut problem) = (Vec::new(), None);
        for (key, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            let read = match key {
                "since" => {
                    since = value.to_owned();
                    Ok(())
                }
                "from" => {
                    from = in_utc(value);
                    Ok(())
                }
                "to" => {
                    to = in_utc(value);
                    Ok(())
                }
                "filter" => {
                    state.filter = value.to_owned();
                    Ok(())
                }
                "by" => one_of(DIVISIONS.map(|(by, _)| (by.as_str(), by)), value).map(|by| state.by = by),
                "columns" => named_columns(value).map(|named| columns.extend(named)),
                "group" => one_of(GROUPINGS.map(|(by, _)| (by.as_str(), by)), value)
                    .map(|group| state.group = Some(group)),
                "n" => number(value).map(|n| state.values = n),
                "before" => key_of_row(value).map(|key| state.before = Some(key)),
                "row" => key_of_row(value).map(|key| state.row = Some(key)),
                "around" => one_of(AROUND.map(|(near, _)| (near.as_str(), near)), value)
                    .map(|around| state.around = around),
                _ => Ok(()),
            };
            if let Err(remedy) = read {
                problem.get_or_insert_with(|| Problem::new(key, value, remedy));
            }
        }
        if !columns.is_empty() {
            state.columns =
                COLUMNS.iter().map(|(name, _)| *name).filter(|name| columns.contains(name)).collect();
        }
        // A form that shows an absolute window offers others as the last so long: what is chosen there counts.
        if !since.is_empty() {
            state.asked = Asked::Since(since);
        } else if !from.is_empty() || !to.is_empty() {
            state.asked = Asked::Between(from, to);
        }
        (state, problem)
    }

    /// The pairs of its address; what is usual is left out, except the window.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let usual = LogState::default();
        let mut pairs = match &self.asked {
            Asked::Since(since) => vec![("since", since.clone())],
            Asked::Between(from, to) => vec![("from", from.clone()), ("to", to.clone())],
        };
        let mut add = |key: &'static str, value: String| pairs.push((key, value));
        if !self.filter.is_empty() {
            add("filter", self.filter.clone());
        }
        if self.by != usual.by {
            add("by", self.by.as_str().to_owned());
        }
        if self.columns != usual.columns {
            add("columns", self.columns.join(","));
        }
        if let Some(group) = self.group {
            add("group", group.as_str().to_owned());
            if self.values != usual.values {
                add("n", self.values.to_string());
            }
        }
        if let Some((at, id)) = self.before {
            add("before", format!("{at},{id}"));
        }
        if let Some((at, id)) = self.row {
            add("row", format!("{at}-{id}"));
            if self.around != usual.around {
                add("around", self.around.as_str().to_owned());
            }
        }
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// Its query, without the question mark.
    pub fn query(&self) -> String {
        let pairs: Vec<String> = self
            .pairs()
            .into_iter()
            .map(|(key, value)| format!("{key}={}", format::in_query(&value)))
            .collect();
        pairs.join("&")
    }

    /// Its address.
    pub fn href(&self) -> String {
        format!("/logs?{}", self.query())
    }

    /// The same, changed.
    pub fn with(&self, change: impl FnOnce(&mut LogState)) -> LogState {
        let mut state = self.clone();
        change(&mut state);
        state
    }

    /// The same with another filter, from its newest row on and with no row opened.
    pub fn filtered(&self, filter: &Filter) -> LogState {
        self.with(|state| {
            state.filter = filter.to_string();
            (state.before, state.row) = (None, None);
        })
    }

    /// The same over another window, microseconds since 1970 UTC.
    pub fn between(&self, from: i64, to: i64) -> LogState {
        self.with(|state| {
            state.asked = Asked::Between(format::rfc3339(from), format::rfc3339(to));
            (state.before, state.row) = (None, None);
        })
    }
}

fn one_of<T: Copy, const N: usize>(named: [(&'static str, T); N], value: &str) -> Result<T, String> {
    let found = named.iter().find(|(name, _)| *name == value).map(|(_, one)| *one);
    found.ok_or_else(|| format!("give one of {}", named.map(|(name, _)| name).join(", ")))
}

/// A time as an input of a browser gives it, which knows no zone; the console's times are all UTC.
fn in_utc(value: &str) -> String {
    let shape: String = value.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    match shape.as_str() {
        "0000-00-00T00:00" => format!("{value}:00Z"),
        "0000-00-00T00:00:00" => format!("{value}Z"),
        _ => value.to_owned(),
    }
}

fn named_columns(value: &str) -> Result<Vec<&'static str>, String> {
    // The time is always there.
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "ts");
    names.map(|name| one_of(COLUMNS.map(|(known, _)| (known, known)), name)).collect()
}

fn number(value: &str) -> Result<u32, String> {
    let number = value.parse().ok().filter(|n| (1..=MOST_VALUES).contains(n));
    number.ok_or_else(|| format!("give a number from 1 to {MOST_VALUES}"))
}

/// `TIME-ID` or `TIME,ID`; times before 1970 are in no log.
fn key_of_row(value: &str) -> Result<(i64, i64), String> {
    let parts = value.split_once([',', '-']).and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    parts.ok_or_else(|| "follow the link of a row".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str) -> (LogState, Option<Problem>) {
        LogState::read(query.split('&').filter_map(|pair| pair.split_once('=')))
    }

    #[test]
    fn what_cannot_be_read_is_told_and_left_out() {
        let cases = [
            ("by=latency", "by"),
            ("columns=fqdn,nonsense", "columns"),
            ("group=ts", "group"),
            ("n=0", "n"),
            ("n=1001", "n"),
            ("row=1", "row"),
            ("before=a,b", "before"),
            ("around=corner", "around"),
        ];
        for (query, field) in cases {
            let (state, problem) = read(query);
            assert_eq!(
                (state, problem.map(|p| p.field)),
                (LogState::default(), Some(field.to_owned())),
                "{query}"
            );
        }
        assert_eq!(read("nothing=of&this=page"), (LogState::default(), None));
    }

    #[test]
    fn columns_are_chosen_together_or_one_by_one_and_keep_their_order() {
        let expected = vec!["fqdn", "rcode"];
        assert_eq!(read("columns=rcode,ts,fqdn").0.columns, expected);
        assert_eq!(read("columns=rcode&columns=fqdn").0.columns, expected);
    }

    #[test]
    fn the_last_so_long_takes_the_place_of_an_absolute_window() {
        assert_eq!(read("since=1h&from=2026-11-20T08:00:00Z").0.href(), "/logs?since=1h");
        assert_eq!(read("since=&from=2026-11-20T08:00:00Z").0.href(), "/logs?from=2026-11-20T08%3A00%3A00Z");
    }

    #[test]
    fn a_time_as_a_browser_writes_it_is_utc() {
        for (given, expected) in [
            ("2026-11-20T08:00", "2026-11-20T08:00:00Z"),
            ("2026-11-20T08:00:05", "2026-11-20T08:00:05Z"),
            ("2026-11-20T08:00:05+01:00", "2026-11-20T08:00:05+01:00"),
            ("2026-11-20 08:00:05", "2026-11-20 08:00:05"),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(in_utc(given), expected);
        }
    }

    fn any_state() -> impl Strategy<Value = LogState> {
        let asked = prop_oneof![
            Just(Asked::Since("1h".to_owned())),
            Just(Asked::Between("2026-11-20T08:00:00Z".to_owned(), "2026-11-20T09:00:00Z".to_owned())),
        ];
        let columns =
            proptest::sample::subsequence(COLUMNS.map(|(name, _)| name).to_vec(), 1..=COLUMNS.len());
        let group = proptest::option::of(proptest::sample::select(GROUPINGS.map(|(by, _)| by).to_vec()));
        let key = || proptest::option::of((0..i64::MAX, 0..i64::MAX));
        let by = proptest::sample::select(DIVISIONS.map(|(by, _)| by).to_vec());
        let around = proptest::sample::select(AROUND.map(|(near, _)| near).to_vec());
        (asked, "[a-z=&+%\"é]{0,12}", by, columns, group, 1..=MOST_VALUES, key(), key(), around).prop_map(
            |(asked, filter, by, columns, group, values, before, row, around)| LogState {
                asked,
                filter,
                by,
                columns,
                // What belongs to a thing that is not there is not kept.
                values: if group.is_some() { values } else { USUAL_VALUES },
                group,
                before,
                around: if row.is_some() { around } else { Near::Client },
                row,
            },
        )
    }

    proptest! {
        #[test]
        fn a_state_reads_back_from_its_address(state in any_state()) {
            let pairs = state.pairs();
            let (read, problem) = LogState::read(pairs.iter().map(|(key, value)| (*key, value.as_str())));
            prop_assert_eq!((read, problem), (state, None));
        }
    }
}
