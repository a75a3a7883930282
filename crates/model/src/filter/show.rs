//! Filters as text that parses to the same filter: brackets only where the precedence asks for them.

use std::fmt;

use super::lex::is_word;
use super::parse::is_keyword;
use super::{Filter, Op, Test, Value, instant};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::All => Ok(()),
            Filter::Or(parts) => join(f, parts, " or ", |part| matches!(part, Filter::Or(_))),
            Filter::And(parts) => {
                join(f, parts, " and ", |part| matches!(part, Filter::Or(_) | Filter::And(_)))
            }
            Filter::Not(inner) => match &**inner {
                Filter::Or(_) | Filter::And(_) => write!(f, "not ({inner})"),
                Filter::Test(Test { field, op: op @ Op::In(_) }) => write!(f, "{field} not {op}"),
                _ => write!(f, "not {inner}"),
            },
            Filter::Test(test) => test.fmt(f),
        }
    }
}

fn join(
    f: &mut fmt::Formatter<'_>,
    parts: &[Filter],
    word: &str,
    brackets: fn(&Filter) -> bool,
) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(word)?;
        }
        if brackets(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.op)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Equal(value) => write!(f, "= {value}"),
            Op::NotEqual(value) => write!(f, "!= {value}"),
            Op::Less(value) => write!(f, "< {value}"),
            Op::LessEqual(value) => write!(f, "<= {value}"),
            Op::Greater(value) => write!(f, "> {value}"),
            Op::GreaterEqual(value) => write!(f, ">= {value}"),
            Op::Matches(regex) => {
                f.write_str("~ ")?;
                quote(f, regex)
            }
            Op::NotMatches(regex) => {
                f.write_str("!~ ")?;
                quote(f, regex)
            }
            Op::In(values) => {
                f.write_str("in (")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => quote(f, text),
            Value::Number(number) => number.fmt(f),
            Value::Network(network) if network.prefix_len() == network.max_prefix_len() => {
                network.addr().fmt(f)
            }
            Value::Network(network) => network.fmt(f),
            Value::Time(at) => f.write_str(&instant::format(*at)),
            Value::RrType(rr_type) => rr_type.fmt(f),
            Value::Rcode(rcode) => rcode.fmt(f),
            Value::Flag(flag) => flag.fmt(f),
        }
    }
}

/// Writes a text bare where it would be read as one word, in quotes otherwise.
fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if !text.is_empty() && text.chars().all(is_word) && !is_keyword(text) {
        return f.write_str(text);
    }
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
