//! What an export is asked to be: its format and its columns, by the names that the command line and REST take.

use model::Problem;
use model::problem::nearest;

use super::avi;
use super::column::{COMPACT, Column, MORE};

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExportFormat {
    /// RFC 4180 with a header; cells are safe for spreadsheets.
    #[default]
    Csv,
    /// One JSON object a line, with the types of JSON.
    Ndjson,
    /// Apache Parquet: typed columns, compressed.
    Parquet,
}

impl ExportFormat {
    /// All formats.
    pub const ALL: [ExportFormat; 3] = [ExportFormat::Csv, ExportFormat::Ndjson, ExportFormat::Parquet];

    /// Its name, which is also how names of its files end.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Ndjson => "ndjson",
            ExportFormat::Parquet => "parquet",
        }
    }

    /// The format of this name.
    pub fn parse(text: &str) -> Result<ExportFormat, Problem> {
        let found = ExportFormat::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| {
            Problem::new("format", text, "there is no such format: give csv, ndjson or parquet")
        })
    }
}

/// The columns of an export in their order, none of them twice.
#[derive(Clone, Debug)]
pub struct ExportColumns(Vec<Column>);

impl Default for ExportColumns {
    fn default() -> Self {
        ExportColumns(COMPACT.to_vec())
    }
}

impl ExportColumns {
    /// `compact`, `avi`, or names joined by commas.
    pub fn parse(text: &str) -> Result<ExportColumns, Problem> {
        match text.trim() {
            "compact" => Ok(ExportColumns::default()),
            "avi" => Ok(ExportColumns(avi::columns())),
            list => listed(text, list),
        }
    }

    /// Each of them.
    pub fn list(&self) -> &[Column] {
        &self.0
    }
}

fn listed(text: &str, list: &str) -> Result<ExportColumns, Problem> {
    let known = || COMPACT.iter().chain(MORE.iter());
    let mut chosen: Vec<Column> = Vec::new();
    for name in list.split(',').map(str::trim) {
        let Some(column) = known().find(|column| column.name == name) else {
            let names: Vec<&str> = known().map(|column| column.name).collect();
            let near = nearest(name, names.iter().copied());
            let near = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
            let names = names.join(", ");
            let message = format!(
                "there is no column {name:?}{near}: give compact, avi, or some of these joined by commas: {names}"
            );
            return Err(Problem::new("columns", text, message));
        };
        if chosen.iter().any(|other| other.name == name) {
            return Err(Problem::new("columns", text, format!("column {name} is there twice: name it once")));
        }
        chosen.push(*column);
    }
    Ok(ExportColumns(chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        ExportColumns::parse(text).unwrap().0.iter().map(|column| column.name).collect()
    }

    #[test]
    fn columns_are_chosen_in_any_order() {
        assert_eq!(names("compact").len(), 18);
        assert_eq!(names("class, fqdn,stands_for"), ["class", "fqdn", "stands_for"]);
        assert_eq!(names("latency_us"), ["latency_us"]);
    }

    #[test]
    fn what_cannot_be_chosen_is_named_with_what_can() {
        for (text, said) in [
            ("ts,colour", "no column \"colour\""),
            ("ts,fqdm", "no column \"fqdm\" (did you mean fqdn?): give"),
            ("ts,", "no column \"\""),
            ("", "no column \"\""),
            ("compact,class", "no column \"compact\""),
            ("TS", "no column \"TS\""),
        ] {
            let problem = ExportColumns::parse(text).unwrap_err();
            assert_eq!((problem.field.as_str(), problem.value.as_str()), ("columns", text));
            for part in [said, "compact, avi", "ts, site", "latency_us, stands_for, class"] {
                assert!(problem.message.contains(part), "{part}: {problem}");
            }
        }
        let twice = ExportColumns::parse("ts,fqdn,ts").unwrap_err();
        assert_eq!(twice.to_string(), "columns: \"ts,fqdn,ts\": column ts is there twice: name it once");
    }

    #[test]
    fn a_format_there_is_not_is_named_with_those_there_are() {
        assert_eq!(ExportFormat::ALL.map(|f| ExportFormat::parse(f.as_str()).unwrap()), ExportFormat::ALL);
        let xlsx = ExportFormat::parse("xlsx").unwrap_err();
        assert_eq!(
            xlsx.to_string(),
            "format: \"xlsx\": there is no such format: give csv, ndjson or parquet"
        );
    }
}
