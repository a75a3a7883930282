//! The rows operators ask for: filters with a name, each for as long as it was set.

use model::config::Logging;
use model::row::LogRow;

use crate::matcher::Matcher;

/// The filters of a configuration, ready to run.
#[derive(Debug, Default)]
pub(crate) struct Filters {
    list: Vec<(Matcher, i64)>,
}

impl Filters {
    pub(crate) fn of(logging: &Logging) -> Filters {
        let ready = logging.filters.iter().filter_map(|filter| {
            let parsed = model::filter::parse(&filter.matches);
            match parsed.and_then(|parsed| Matcher::new(&parsed)) {
                Ok(matcher) => Some((matcher, filter.until.map_or(i64::MAX, |until| until.0))),
                // The configuration was checked; a filter of another release may still not be one of this.
                Err(error) => {
                    tracing::error!(filter = %filter.name, %error, "a filter of the query log cannot be used");
                    None
                }
            }
        });
        Filters { list: ready.collect() }
    }

    /// Whether any filter may ask for a row of this time, microseconds since 1970 UTC.
    pub(crate) fn are_any(&self, at: i64) -> bool {
        self.list.iter().any(|(_, until)| at < *until)
    }

    /// Whether any of them asks for this row.
    pub(crate) fn ask_for(&self, row: &LogRow, site: &str) -> bool {
        self.list.iter().any(|(matcher, until)| row.at < *until && matcher.matches(row, site))
    }
}
