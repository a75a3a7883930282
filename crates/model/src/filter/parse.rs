//! Tokens to a filter, by recursive descent: `or` of `and` of `not` of a test or of brackets.

use super::lex::{Token, lex};
use super::{Field, Filter, FilterError, MAX_DEPTH, MAX_LENGTH, MAX_REGEX, Op, Test, Value, value};

pub(super) fn parse(text: &str) -> Result<Filter, FilterError> {
    if text.len() > MAX_LENGTH {
        return Err(FilterError::new(
            MAX_LENGTH,
            format!("the filter has {} bytes: shorten it to {MAX_LENGTH}", text.len()),
        ));
    }
    let tokens = lex(text)?;
    if tokens.is_empty() {
        return Ok(Filter::All);
    }
    let mut parser = Parser { tokens, next: 0, end: text.len(), depth: 0 };
    let filter = parser.either()?;
    match parser.peek() {
        None => Ok(filter),
        Some(Token::Close) => Err(parser.error("this bracket closes nothing: remove it")),
        Some(Token::Word(word)) if word == "&&" => Err(parser.error("\"&&\" joins nothing here: write and")),
        Some(Token::Word(word)) if word == "||" => Err(parser.error("\"||\" joins nothing here: write or")),
        Some(other) => {
            let message = format!("{:?} is not expected here: join conditions with and or or", other.text());
            Err(parser.error(message))
        }
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    /// Where the next token starts.
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn error(&self, message: impl Into<String>) -> FilterError {
        FilterError::new(self.at(), message)
    }

    fn take_if(&mut self, wanted: impl Fn(&Token) -> bool) -> bool {
        let found = self.peek().is_some_and(wanted);
        self.next += usize::from(found);
        found
    }

    fn either(&mut self) -> Result<Filter, FilterError> {
        let mut parts = vec![self.both()?];
        while self.take_if(|token| token.is("or")) {
            parts.push(self.both()?);
        }
        Ok(joined(parts, Filter::Or))
    }

    fn both(&mut self) -> Result<Filter, FilterError> {
        let mut parts = vec![self.negated()?];
        while self.take_if(|token| token.is("and")) {
            parts.push(self.negated()?);
        }
        Ok(joined(parts, Filter::And))
    }

    fn negated(&mut self) -> Result<Filter, FilterError> {
        let at = self.at();
        if self.take_if(|token| token.is("not")) {
            return self.deeper(at, |parser| Ok(Filter::Not(Box::new(parser.negated()?))));
        }
        if !self.take_if(|token| *token == Token::Open) {
            return self.condition();
        }
        self.deeper(at, |parser| {
            let inner = parser.either()?;
            if parser.take_if(|token| *token == Token::Close) {
                Ok(inner)
            } else {
                Err(parser.error("a bracket is not closed: add )"))
            }
        })
    }

    fn deeper(
        &mut self,
        at: usize,
        inner: impl FnOnce(&mut Self) -> Result<Filter, FilterError>,
    ) -> Result<Filter, FilterError> {
        if self.depth == MAX_DEPTH {
            let message = format!("brackets and not are nested deeper than {MAX_DEPTH}: simplify the filter");
            return Err(FilterError::new(at, message));
        }
        self.depth += 1;
        let filter = inner(self);
        self.depth -= 1;
        filter
    }

    fn condition(&mut self) -> Result<Filter, FilterError> {
        let field = self.field()?;
        let at = self.at();
        if self.take_if(|token| token.is("not")) {
            if !self.take_if(|token| token.is("in")) {
                return Err(self.error(format!("{field}: after not comes in (..) here")));
            }
            let op = Op::In(self.list(field)?);
            return Ok(Filter::Not(Box::new(Filter::Test(Test { field, op }))));
        }
        if self.take_if(|token| token.is("in")) {
            let op = Op::In(self.list(field)?);
            return Ok(Filter::Test(Test { field, op }));
        }
        let Some(&Token::Sign(sign)) = self.peek() else {
            return Err(
                self.error(format!("{field}: an operator is missing: write {}", field.kind().operators()))
            );
        };
        self.next += 1;
        let applies = match sign {
            "~" | "!~" => field.kind().is_text(),
            "=" | "!=" => true,
            _ => field.kind().is_ordered(),
        };
        if !applies {
            let operators = field.kind().operators();
            return Err(FilterError::new(at, format!("{field}: {sign} does not apply: use {operators}")));
        }
        let op = match sign {
            "=" => Op::Equal(self.value(field)?),
            "!=" => Op::NotEqual(self.value(field)?),
            "<" => Op::Less(self.value(field)?),
            "<=" => Op::LessEqual(self.value(field)?),
            ">" => Op::Greater(self.value(field)?),
            ">=" => Op::GreaterEqual(self.value(field)?),
            "!~" => Op::NotMatches(self.regex(field)?),
            _ => Op::Matches(self.regex(field)?),
        };
        Ok(Filter::Test(Test { field, op }))
    }

    fn field(&mut self) -> Result<Field, FilterError> {
        let field = match self.peek() {
            None => Err(self.error("a condition is missing: write one such as rcode != NOERROR")),
            Some(Token::Word(word)) if is_keyword(word) => Err(self
                .error(format!("a condition is missing before {word}: write one such as rcode != NOERROR"))),
            Some(Token::Word(word)) => word.parse().map_err(|e| self.error(format!("{e}"))),
            Some(other) => Err(self.error(format!(
                "{:?} is no condition: start with a field, as in rcode != NOERROR",
                other.text()
            ))),
        }?;
        self.next += 1;
        Ok(field)
    }

    fn text(&mut self, field: Field) -> Result<(usize, String), FilterError> {
        let at = self.at();
        let text = match self.peek() {
            Some(Token::Quoted(text)) => text.clone(),
            Some(Token::Word(word)) if !is_keyword(word) => word.clone(),
            Some(Token::Word(word)) => {
                return Err(self.error(format!(
                    "{field}: a value is missing before {word}: write one, in quotes if it is {word:?} itself"
                )));
            }
            _ => {
                return Err(
                    self.error(format!("{field}: a value is missing: put one in quotes if it has signs"))
                );
            }
        };
        self.next += 1;
        Ok((at, text))
    }

    fn value(&mut self, field: Field) -> Result<Value, FilterError> {
        let (at, text) = self.text(field)?;
        value::typed(field, &text).map_err(|e| FilterError::new(at, format!("{field}: {e}")))
    }

    fn regex(&mut self, field: Field) -> Result<String, FilterError> {
        let (at, text) = self.text(field)?;
        if text.len() > MAX_REGEX {
            let message = format!(
                "{field}: the regular expression has {} bytes: shorten it to {MAX_REGEX}",
                text.len()
            );
            return Err(FilterError::new(at, message));
        }
        Ok(text)
    }

    fn list(&mut self, field: Field) -> Result<Vec<Value>, FilterError> {
        if !self.take_if(|token| *token == Token::Open) {
            return Err(self.error(format!("{field}: after in comes a list in brackets, as in (a, b)")));
        }
        let mut values = vec![self.value(field)?];
        while self.take_if(|token| *token == Token::Comma) {
            values.push(self.value(field)?);
        }
        if !self.take_if(|token| *token == Token::Close) {
            return Err(
                self.error(format!("{field}: the list is not closed: separate values by , and add )"))
            );
        }
        Ok(values)
    }
}

/// Whether a word means something of its own and so is no value without quotes.
pub(super) fn is_keyword(word: &str) -> bool {
    ["and", "or", "not", "in"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

fn joined(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            join(parts)
        }
    }
}
