//! The first address of a cell, in any of the ways logs write lists.

use std::net::IpAddr;

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nothing, or an empty list.
    Empty,
    /// This address first.
    Address(IpAddr),
    /// Something, and no address in it.
    Unreadable,
}

/// Reads a cell: addresses apart by commas, semicolons, bars or spaces, with or without brackets, quotes and names of
/// fields.
pub(super) fn read(text: &str) -> Cell {
    let mut words = text
        .split(|c: char| {
            c.is_whitespace()
                || matches!(c, ',' | ';' | '|' | '=' | '[' | ']' | '(' | ')' | '{' | '}' | '\'' | '"')
        })
        .filter(|word| !word.is_empty())
        .peekable();
    match words.peek() {
        None => Cell::Empty,
        // What exports write for a value that is not there.
        Some(&("-" | "null" | "None" | "NaN" | "N/A")) => Cell::Empty,
        Some(_) => words
            .find_map(|word| word.parse::<IpAddr>().ok())
            .map_or(Cell::Unreadable, |address| Cell::Address(address.to_canonical())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_list() {
        let first = Cell::Address("10.10.25.46".parse().unwrap());
        for text in [
            "10.10.25.46",
            " 10.10.25.46 ",
            "'10.10.25.46",
            "10.10.25.46;10.10.26.40",
            "10.10.25.46, 10.10.26.40",
            "10.10.25.46 10.10.26.40",
            "['10.10.25.46']",
            "[u'10.10.25.46', '10.10.26.40']",
            r#"["10.10.25.46","10.10.26.40"]"#,
            "[{'addr': '10.10.25.46', 'type': 'V4'}]",
            "alias.example.org;10.10.25.46",
            // Route 53 Resolver by Athena; the same as JSON; Cloud DNS.
            "[{rdata=10.10.25.46, type=A, class=IN}, {rdata=10.10.26.40, type=A, class=IN}]",
            r#"[{"Rdata":"10.10.25.46","Type":"A","Class":"IN"}]"#,
            "hello.example.org.\t30\tIN\ta\t10.10.25.46",
            "::ffff:10.10.25.46",
        ] {
            // The u of an old Python text is a word of its own, and no address.
            assert_eq!(read(text), first, "{text}");
        }
        assert_eq!(read("2001:DB8::1"), Cell::Address("2001:db8::1".parse().unwrap()));
        for text in ["", "  ", "[]", "['']", "-", "null", "None"] {
            assert_eq!(read(text), Cell::Empty, "{text:?}");
        }
        for text in ["alias.example.org", "10.10.25", "10.10.25.46.example.org", "53"] {
            assert_eq!(read(text), Cell::Unreadable, "{text}");
        }
    }
}
