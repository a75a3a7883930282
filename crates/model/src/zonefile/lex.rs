//! Octets to entries: words by line, with parentheses, comments, quotes and escapes (RFC 1035 section 5.1).

use super::at_line;
use crate::problem::Problem;
use crate::rdata::text::push_decimal;

/// Longest entry, octets of its words: more than any record this server takes, written in any way.
const MAX_ENTRY: usize = 128 * 1024;

/// A word as it was written, escapes and quotes kept. Octets outside of printable ASCII are written as `\DDD`.
pub type Word = String;

/// A record or directive.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The line it begins at, from 1.
    pub line: usize,
    /// Whether it begins with white space: its owner is that of the entry before.
    pub no_owner: bool,
    /// Its words, at least one.
    pub words: Vec<Word>,
}

/// The entries of a file, one after the other.
pub struct Lexer<'a> {
    rest: &'a [u8],
    line: usize,
}

impl<'a> Lexer<'a> {
    /// Begins at line 1, behind a byte order mark if there is one.
    pub fn new(octets: &'a [u8]) -> Self {
        Lexer { rest: octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets), line: 1 }
    }

    fn next_byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.line += usize::from(first == b'\n');
        Some(first)
    }

    fn skip_line(&mut self) {
        while self.next_byte().is_some_and(|byte| byte != b'\n') {}
    }

    /// Gives up on an entry and goes on with the line behind this one.
    fn wrong(&mut self, line: usize, message: &str) -> Option<Result<Entry, Problem>> {
        self.skip_line();
        Some(Err(Problem::new(at_line(line), "", message)))
    }

    /// A word that begins here, as it stands; none when it does not end on its line.
    fn word(&mut self, octets: &mut usize) -> Option<Word> {
        let mut word = Word::new();
        let mut quoted = false;
        while let Some(&byte) = self.rest.first() {
            let ends = if quoted { byte == b'\n' } else { b" \t\r\n;()".contains(&byte) };
            if ends {
                break;
            }
            self.next_byte();
            *octets += 1;
            match byte {
                b'\\' => {
                    let escaped = self.rest.first().copied().filter(|byte| *byte != b'\n')?;
                    self.next_byte();
                    if (b' '..=b'~').contains(&escaped) {
                        word.push('\\');
                        word.push(escaped as char);
                    } else {
                        push_decimal(&mut word, escaped);
                    }
                }
                b'"' if quoted => {
                    word.push('"');
                    // A text that began with the word ends it.
                    if word.starts_with('"') {
                        return Some(word);
                    }
                    quoted = false;
                }
                b'"' => {
                    // Quotes open at the start of a word, or behind `=` as in `alpn="h2,h3"` (RFC 9460).
                    quoted = word.is_empty() || word.ends_with('=');
                    word.push('"');
                }
                b' '..=b'~' => word.push(byte as char),
                other => push_decimal(&mut word, other),
            }
        }
        (!quoted).then_some(word)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Result<Entry, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut entry = Entry { line: self.line, no_owner: false, words: Vec::new() };
        let mut at_start = true;
        let mut open = None;
        let mut octets = 0;
        loop {
            if octets > MAX_ENTRY {
                let line = open.unwrap_or(entry.line);
                return self.wrong(line, "the entry that begins here is too long: close its parenthesis");
            }
            let line = self.line;
            let Some(&byte) = self.rest.first() else { break };
            match byte {
                b' ' | b'\t' | b'\r' => {
                    self.next_byte();
                    entry.no_owner |= at_start && byte != b'\r';
                }
                b';' => {
                    while self.rest.first().is_some_and(|byte| *byte != b'\n') {
                        self.next_byte();
                    }
                }
                b'\n' => {
                    self.next_byte();
                    if open.is_none() {
                        if !entry.words.is_empty() {
                            return Some(Ok(entry));
                        }
                        entry = Entry { line: self.line, no_owner: false, words: Vec::new() };
                        at_start = true;
                        continue;
                    }
                    octets += 1;
                }
                b'(' => {
                    self.next_byte();
                    if open.is_some() {
                        return self.wrong(line, "a parenthesis opens within another: close the first one");
                    }
                    open = Some(line);
                }
                b')' => {
                    self.next_byte();
                    if open.take().is_none() {
                        return self.wrong(line, "a parenthesis closes that was not opened: remove it");
                    }
                }
                _ => match self.word(&mut octets) {
                    Some(word) => entry.words.push(word),
                    None => {
                        let message = "a quotation mark or a backslash at the end of this line lacks what \
                                       belongs behind it";
                        return self.wrong(line, message);
                    }
                },
            }
            at_start = false;
        }
        if let Some(line) = open {
            return self.wrong(line, "the parenthesis that opens here is never closed");
        }
        (!entry.words.is_empty()).then_some(Ok(entry))
    }
}
