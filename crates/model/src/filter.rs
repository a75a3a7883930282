//! The filter language of the query log, the same in the console, the command line and REST:
//! `service = hello.example.org and rcode != NOERROR and client_ip in (10.0.0.0/8)`.
//!
//! `not` binds tighter than `and`, `and` tighter than `or`; words are read without case. Values are typed by their
//! field when they are parsed, so that whoever evaluates a [`Filter`] has nothing left to refuse but a regular
//! expression. A text a row does not have (no service, say) is the empty text; an address it does not have is in no
//! network.

pub mod complete;
mod edit;
mod field;
pub(crate) mod instant;
mod lex;
mod parse;
mod show;
mod value;

#[cfg(test)]
mod tests;

use ipnet::IpNet;

pub use field::{Field, Kind};

use crate::rrtype::{Rcode, RrType};

/// Longest filter, bytes. No official reference: forty conditions fit.
pub const MAX_LENGTH: usize = 4096;
/// Deepest nesting of brackets and `not`.
pub const MAX_DEPTH: usize = 64;
/// Longest regular expression, bytes.
pub const MAX_REGEX: usize = 512;

/// Reads a filter; nothing but white space is [`Filter::All`].
///
/// ```
/// let filter = model::filter::parse("rcode != NOERROR and client_ip in (10.0.0.0/8)").unwrap();
/// assert_eq!(filter.to_string(), "rcode != NOERROR and client_ip in (10.0.0.0/8)");
/// let error = model::filter::parse("servise = a.example.org").unwrap_err();
/// assert!(error.message.contains("did you mean service?"));
/// ```
pub fn parse(text: &str) -> Result<Filter, FilterError> {
    parse::parse(text)
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Where in the text, in bytes from its start.
    pub at: usize,
    /// What is wrong and what would be right, as one sentence.
    pub message: String,
}

impl FilterError {
    /// An error at a byte of the text.
    pub fn new(at: usize, message: impl Into<String>) -> Self {
        FilterError { at, message: message.into() }
    }
}

/// Which rows are wanted. Written out with `Display`, it parses to the same value again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Filter {
    /// Every row.
    All,
    /// Rows that pass each of two or more.
    And(Vec<Filter>),
    /// Rows that pass at least one of two or more.
    Or(Vec<Filter>),
    /// Rows that do not pass.
    Not(Box<Filter>),
    /// Rows whose field passes a test.
    Test(Test),
}

impl std::str::FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        parse(text)
    }
}

/// One condition on one field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Test {
    /// The field.
    pub field: Field,
    /// The comparison, with values of the field's kind.
    pub op: Op,
}

/// A comparison. On addresses, equality means "lies in this network"; on `answers`, "one of them does".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `=`
    Equal(Value),
    /// `!=`
    NotEqual(Value),
    /// `~`: the regular expression matches somewhere; texts alone, names without ASCII case. Whether it is one is for
    /// the evaluator to say: rows in memory and rows in PostgreSQL agree on the constructs that both engines have.
    Matches(String),
    /// `!~`
    NotMatches(String),
    /// `<`: numbers and times alone.
    Less(Value),
    /// `<=`
    LessEqual(Value),
    /// `>`
    Greater(Value),
    /// `>=`
    GreaterEqual(Value),
    /// `in (..)`: equal to one of them.
    In(Vec<Value>),
}

/// A value of a field's kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Text; a name is in lower case and without its last dot.
    Text(String),
    /// Whole number.
    Number(i64),
    /// Network without host bits; a single address has the full length.
    Network(IpNet),
    /// Microseconds since 1970 UTC.
    Time(i64),
    /// Record type.
    RrType(RrType),
    /// Response code.
    Rcode(Rcode),
    /// Yes or no.
    Flag(bool),
}
