//! Text to tokens, each with the byte it starts at.

use super::FilterError;

/// A piece of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// One of the operators made of signs.
    Sign(&'static str),
    /// A word without quotes: a field, a keyword or a value.
    Word(String),
    /// A value in quotes, its escapes resolved.
    Quoted(String),
}

impl Token {
    /// Whether this is the keyword, in whatever case.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// The token as an error quotes it.
    pub(super) fn text(&self) -> String {
        match self {
            Token::Open => "(".to_owned(),
            Token::Close => ")".to_owned(),
            Token::Comma => ",".to_owned(),
            Token::Sign(sign) => (*sign).to_owned(),
            Token::Word(text) | Token::Quoted(text) => text.clone(),
        }
    }
}

const SIGNS: [&str; 8] = ["=", "!=", "~", "!~", "<", "<=", ">", ">="];

/// Whether a character may be part of a word without quotes.
pub(super) fn is_word(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !is_sign(c) && !matches!(c, '(' | ')' | ',' | '"')
}

fn is_sign(c: char) -> bool {
    matches!(c, '=' | '!' | '<' | '>' | '~')
}

/// Splits a filter into tokens.
pub(super) fn lex(text: &str) -> Result<Vec<(usize, Token)>, FilterError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |part: fn(char) -> bool| rest.find(|c| !part(c)).unwrap_or(rest.len());
        let (token, length) = match c {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '"' => quoted(rest, at)?,
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            c if is_sign(c) => {
                let given = &rest[..run(is_sign)];
                (Token::Sign(sign(given, at)?), given.len())
            }
            c if c.is_control() => {
                return Err(FilterError::new(at, format!("{c:?} is a control character: remove it")));
            }
            _ => {
                let word = &rest[..run(is_word)];
                (Token::Word(word.to_owned()), word.len())
            }
        };
        tokens.push((at, token));
        at += length;
    }
    Ok(tokens)
}

fn sign(given: &str, at: usize) -> Result<&'static str, FilterError> {
    if let Some(sign) = SIGNS.into_iter().find(|sign| *sign == given) {
        return Ok(sign);
    }
    let meant = match given {
        "==" | "===" => "=",
        "<>" | "!" | "!==" => "!=",
        "=~" | "~=" | "~~" => "~",
        "=<" => "<=",
        "=>" => ">=",
        _ => "one of =, !=, ~, !~, <, <=, >, >=",
    };
    Err(FilterError::new(at, format!("{given:?} is no operator: write {meant}")))
}

/// Reads up to the closing quote. `\"` is a quote and `\\` a backslash; before anything else a backslash is itself,
/// so that regular expressions and escaped names can be written as they are.
fn quoted(rest: &str, at: usize) -> Result<(Token, usize), FilterError> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((offset, c)) = chars.next() {
        match c {
            '"' => return Ok((Token::Quoted(value), offset + 1)),
            '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            c if c.is_control() => {
                return Err(FilterError::new(
                    at + offset,
                    format!("{c:?} is a control character: remove it from the quoted value"),
                ));
            }
            c => value.push(c),
        }
    }
    Err(FilterError::new(at, "the quote is not closed: end the value with \""))
}
