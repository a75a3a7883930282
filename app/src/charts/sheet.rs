//! The numbers of a chart as a table: beside the chart, and as a file.

use leptos::prelude::*;

use crate::format;

/// One number or word of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A text that somebody else may have chosen.
    Text(String),
    /// A moment, microseconds since 1970 UTC.
    Moment(i64),
    /// A count.
    Count(u64),
    /// A share, 0 to 1.
    Share(f64),
    /// Any other number.
    Number(f64),
    /// Nothing.
    None,
}

/// A table with a head.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// What it is about, as a heading.
    pub title: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// As many cells as columns each.
    pub rows: Vec<Vec<Cell>>,
}

impl Cell {
    fn shown(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Moment(at) => format::date_time(*at),
            Cell::Count(count) => format::thousands(*count),
            Cell::Share(share) => format::percent(*share, 2),
            Cell::Number(number) => format!("{number:.2}"),
            Cell::None => "–".to_owned(),
        }
    }

    fn in_file(&self) -> String {
        match self {
            Cell::Text(text) => quoted(text),
            Cell::Moment(at) => format::rfc3339(*at),
            Cell::Count(count) => count.to_string(),
            Cell::Share(share) => format!("{share:.6}"),
            Cell::Number(number) => format!("{number:.6}"),
            Cell::None => String::new(),
        }
    }
}

/// A cell of RFC 4180. A spreadsheet takes what begins like a formula for one (OWASP, "CSV Injection").
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let text = format!("{guard}{text}");
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

impl Sheet {
    /// The table as CSV (RFC 4180), its moments in RFC 3339 and its shares as parts of 1.
    pub fn csv(&self) -> String {
        let head: Vec<String> = self.columns.iter().map(|name| quoted(name)).collect();
        let mut out = head.join(",") + "\r\n";
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(Cell::in_file).collect();
            out += &(cells.join(",") + "\r\n");
        }
        out
    }
}

/// Links to a chart and its table as files of this address without its ending.
pub fn chart_files(title: &str, file: &str, query: &str) -> AnyView {
    let link = |ending: &str| {
        let (href, kind) = (format!("{file}.{ending}?{query}"), ending.to_uppercase());
        view! { <a href=href download="" aria-label=format!("{kind} of {title}")>{kind.clone()}</a> }
    };
    view! { <p class="chart-files">{link("csv")}{link("svg")}</p> }.into_any()
}

/// The table folded up under its chart, with the chart and the table as files of this address without its ending.
pub fn chart_data(sheet: &Sheet, file: &str, query: &str) -> AnyView {
    let is_text = |i: usize| sheet.rows.iter().any(|row| matches!(row.get(i), Some(Cell::Text(_))));
    let head = sheet.columns.iter().enumerate().map(|(i, name)| {
        let class = if is_text(i) { "" } else { "num" };
        view! { <th scope="col" class=class>{name.clone()}</th> }
    });
    let rows = sheet.rows.iter().map(|row| {
        let cells = row.iter().enumerate().map(|(i, cell)| match (i, cell) {
            (0, _) => view! { <th scope="row">{cell.shown()}</th> }.into_any(),
            (_, Cell::Text(_)) => view! { <td>{cell.shown()}</td> }.into_any(),
            _ => view! { <td class="num">{cell.shown()}</td> }.into_any(),
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <div class="chart-foot">
            <details class="chart-data">
                <summary>"Table"</summary>
                <div class="scroll" tabindex="0" role="region" aria-label=format!("{} as a table", sheet.title)>
                    <table><thead><tr>{head.collect_view()}</tr></thead><tbody>{rows.collect_view()}</tbody></table>
                </div>
            </details>
            {chart_files(&sheet.title, file, query)}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_table_is_safe_in_a_spreadsheet() {
        let sheet = Sheet {
            title: "Members".into(),
            columns: vec!["site".into(), "answers".into(), "share".into(), "from".into()],
            rows: vec![
                vec![Cell::Text("=cmd()".into()), Cell::Count(12_345), Cell::Share(0.5), Cell::Moment(0)],
                vec![Cell::Text("a \"b\", c".into()), Cell::None, Cell::Number(-1.5), Cell::None],
            ],
        };
        let lines = "site,answers,share,from\r\n'=cmd(),12345,0.500000,1970-01-01T00:00:00Z\r\n\
                     \"a \"\"b\"\", c\",,-1.500000,\r\n";
        assert_eq!(sheet.csv(), lines);
    }
}
