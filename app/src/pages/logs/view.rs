//! What the Logs page shows.

use api::view::{Around, Bars, LogPage, Marker, RowCount, Top};
use model::filter::Filter;
use model::split::Totals;

use super::state::LogState;

/// The page.
#[derive(Clone, Debug)]
pub struct LogsView {
    /// What its address says.
    pub state: LogState,
    /// The filter; all rows when it cannot be read.
    pub filter: Filter,
    /// What is wrong with the address.
    pub problem: Option<String>,
    /// Whether this server stores no rows at all.
    pub off: bool,
    /// Whether any limit of rows is set.
    pub limited: bool,
    /// Until when every row is kept all the same, microseconds since 1970 UTC.
    pub full_until: Option<i64>,
    /// Start of the window, microseconds since 1970 UTC.
    pub from: i64,
    /// Its end.
    pub to: i64,
    /// What was found; none when storage is away or the address is wrong.
    pub found: Option<Found>,
    /// The row that is opened.
    pub opened: Option<Opened>,
    /// Views the reader may choose from, their own first.
    pub views: Vec<SavedView>,
    /// Whether the reader may share views.
    pub shares: bool,
}

/// What the log has for the page.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// A page of rows, newest first.
    pub page: LogPage,
    /// Where the page of newer rows begins: none when this is the newest, the inner none when that is.
    pub newer: Option<Option<(i64, i64)>>,
    /// Rows of the whole window.
    pub count: RowCount,
    /// How they lie in time.
    pub bars: Bars,
    /// What became of every answer of the window.
    pub totals: Totals,
    /// Events of the window.
    pub markers: Vec<Marker>,
    /// The values they are grouped by, if they are.
    pub top: Option<Top>,
}

/// An opened row.
#[derive(Clone, Debug)]
pub struct Opened {
    /// It, and those around it.
    pub around: Around,
    /// Why it was answered so.
    pub why: Why,
    /// The command that asks the same.
    pub dig: Option<String>,
}

/// What is known of the decision behind a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its generation is in force: what the same question leads to now, step by step.
    Now {
        /// What was looked at, and what followed.
        steps: Vec<String>,
    },
    /// Another generation decided; the one in force cannot say why.
    Then {
        /// The one in force.
        in_force: u64,
    },
    /// The row was not decided by the configuration, as one that was refused unread.
    Undecided,
}

/// A saved view as the reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Who saved it.
    pub owner: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// Whether the reader's Logs page begins with it.
    pub default: bool,
    /// The query of its address.
    pub query: String,
    /// Whether the reader may change it.
    pub mine: bool,
}
