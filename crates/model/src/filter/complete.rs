//! What may come next at a place in a filter that is being typed.

use super::lex::{Token, is_word, lex};
use super::parse::is_keyword;
use super::{Field, Kind, value};
use crate::event::Transport;
use crate::rrtype::{Rcode, RrType};

/// What is being typed at the cursor, and what it would take the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where it starts, in bytes.
    pub from: usize,
    /// Where it ends, in bytes; not before the cursor.
    pub to: usize,
    /// What of it is there before the cursor, without a quote that begins it.
    pub typed: String,
    /// What it may be.
    pub what: What,
}

/// What may stand at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A field, `not` or a bracket.
    Condition,
    /// An operator of this field.
    Operator(Field),
    /// A value of this field.
    Value(Field),
    /// A value of this field inside of `in (..)`.
    Listed(Field),
    /// `,` or the end of the list.
    ListGoesOn,
    /// `and` or `or`.
    Join,
    /// Nothing that is known: the text before it is no filter.
    Nothing,
}

/// One thing that may come next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is shown.
    pub label: String,
    /// What takes the place of the text that is typed.
    pub insert: String,
}

/// Looks at the text before byte `at`, which is brought back to the start of a character.
pub fn wanted(text: &str, at: usize) -> Wanted {
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let before = &text[..at];
    let (mut tokens, mut from, mut typed) = match lex(before) {
        Ok(tokens) => (tokens, at, String::new()),
        // A quote that is still open, or half of an operator.
        Err(error) => {
            let open = &before[error.at.min(at)..];
            let typed = open.strip_prefix('"').unwrap_or(open).to_owned();
            (lex(&before[..error.at.min(at)]).unwrap_or_default(), error.at.min(at), typed)
        }
    };
    // A word that ends at the cursor may still grow.
    if let Some((start, Token::Word(word))) = tokens.last()
        && from == at
        && start + word.len() == at
    {
        (from, typed) = (*start, word.clone());
        tokens.pop();
    }
    let rest = &text[at..];
    let to = match before[from..].starts_with('"') {
        true => rest.find('"').map_or(at, |quote| at + quote + 1),
        false if from < at => at + rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        false => at,
    };
    Wanted { from, to, typed, what: what(&tokens) }
}

fn what(tokens: &[(usize, Token)]) -> What {
    tokens.iter().fold(What::Condition, |state, (_, token)| match (state, token) {
        (What::Condition, Token::Open) => What::Condition,
        (What::Condition, word) if word.is("not") => What::Condition,
        (What::Condition, Token::Word(word)) => word.parse().map_or(What::Nothing, What::Operator),
        (What::Operator(field), word) if word.is("not") || word.is("in") => What::Operator(field),
        (What::Operator(field), Token::Open) => What::Listed(field),
        (What::Operator(field), Token::Sign(_)) => What::Value(field),
        (What::Value(_), Token::Word(word)) if !is_keyword(word) => What::Join,
        (What::Value(_), Token::Quoted(_)) => What::Join,
        (What::Listed(_), Token::Word(_) | Token::Quoted(_)) => What::ListGoesOn,
        (What::ListGoesOn, Token::Comma) => listed(tokens).map_or(What::Nothing, What::Listed),
        (What::ListGoesOn | What::Join, Token::Close) => What::Join,
        (What::Join, word) if word.is("and") || word.is("or") => What::Condition,
        _ => What::Nothing,
    })
}

/// The field that the last list is about.
fn listed(tokens: &[(usize, Token)]) -> Option<Field> {
    let end = tokens.iter().rposition(|(_, token)| token.is("in"))?;
    tokens[..end]
        .iter()
        .rev()
        .find(|(_, token)| !token.is("not"))
        .and_then(|(_, token)| token.text().parse().ok())
}

/// What may come next by the language alone; for values, those of the protocol, then `known` ones as they are.
pub fn suggestions(wanted: &Wanted, known: &[String]) -> Vec<Suggestion> {
    let plain =
        |label: &str, after: &str| Suggestion { label: label.to_owned(), insert: format!("{label}{after}") };
    let all: Vec<Suggestion> = match wanted.what {
        What::Condition => {
            let fields = Field::ALL.iter().map(|field| plain(field.as_str(), " "));
            fields.chain([plain("not", " ")]).collect()
        }
        What::Operator(field) => operators(field.kind())
            .iter()
            .map(|op| plain(op, if op.ends_with('(') { "" } else { " " }))
            .collect(),
        What::Value(field) => values(field, known)
            .map(|(label, value)| Suggestion { label, insert: format!("{value} ") })
            .collect(),
        What::Listed(field) => {
            values(field, known).map(|(label, insert)| Suggestion { label, insert }).collect()
        }
        What::ListGoesOn => vec![plain(",", " "), plain(")", " ")],
        What::Join => vec![plain("and", " "), plain("or", " ")],
        What::Nothing => Vec::new(),
    };
    let typed = wanted.typed.to_ascii_lowercase();
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for suggestion in all {
        // What was taken may be written otherwise than it is shown.
        let forms = [&suggestion.label, &suggestion.insert].map(|text| text.to_ascii_lowercase());
        if forms.iter().any(|form| form.starts_with(&typed)) {
            first.push(suggestion);
        } else if forms[0].contains(&typed) {
            later.push(suggestion);
        }
    }
    first.append(&mut later);
    first
}

fn operators(kind: Kind) -> &'static [&'static str] {
    match kind {
        _ if kind.is_text() => &["=", "!=", "~", "!~", "in (", "not in ("],
        _ if kind.is_ordered() => &["=", "!=", "<", "<=", ">", ">=", "in (", "not in ("],
        _ => &["=", "!=", "in (", "not in ("],
    }
}

/// Values with how a filter writes them: real ones first, then those the protocol has.
fn values(field: Field, known: &[String]) -> impl Iterator<Item = (String, String)> {
    let of_kind: Vec<String> = match field.kind() {
        Kind::Transport => Transport::ALL.iter().map(|t| t.as_str().to_owned()).collect(),
        Kind::RrType => RrType::NAMED.iter().map(|(name, _)| (*name).to_owned()).collect(),
        Kind::Rcode => Rcode::NAMED.iter().map(|(name, _)| (*name).to_owned()).collect(),
        Kind::Flag => vec!["true".to_owned(), "false".to_owned()],
        _ => Vec::new(),
    };
    let mut all: Vec<String> = known.to_vec();
    all.extend(of_kind.into_iter().filter(|value| !known.contains(value)));
    all.into_iter().filter_map(move |text| {
        let written = value::typed(field, &text).ok()?.to_string();
        Some((text, written))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Filter, parse};
    use super::*;

    /// What is wanted where `|` stands.
    fn at(text: &str) -> (What, String, String) {
        let cursor = text.find('|').unwrap();
        let text = text.replace('|', "");
        let wanted = wanted(&text, cursor);
        (wanted.what, wanted.typed, text[wanted.from..wanted.to].to_owned())
    }

    #[test]
    fn each_place_of_a_filter_wants_its_own() {
        let cases = [
            ("|", What::Condition, "", ""),
            ("rco|", What::Condition, "rco", "rco"),
            ("rc|ode = NOERROR", What::Condition, "rc", "rcode"),
            ("rcode |", What::Operator(Field::Rcode), "", ""),
            ("rcode !|", What::Operator(Field::Rcode), "!", "!"),
            ("rcode no|", What::Operator(Field::Rcode), "no", "no"),
            ("rcode = |", What::Value(Field::Rcode), "", ""),
            ("rcode =|", What::Value(Field::Rcode), "", ""),
            ("rcode = NX|", What::Value(Field::Rcode), "NX", "NX"),
            ("pool = \"a b|c\" and", What::Value(Field::Pool), "a b", "\"a bc\""),
            ("qtype in (|", What::Listed(Field::Qtype), "", ""),
            ("qtype not in (A, AA|", What::Listed(Field::Qtype), "AA", "AA"),
            ("qtype in (A |", What::ListGoesOn, "", ""),
            ("rcode = NOERROR |", What::Join, "", ""),
            ("rcode = NOERROR an|", What::Join, "an", "an"),
            ("rcode = NOERROR and |", What::Condition, "", ""),
            ("not (rcode = NOERROR or s|", What::Condition, "s", "s"),
            ("(qtype in (A)) |", What::Join, "", ""),
            ("bogus |", What::Nothing, "", ""),
            ("rcode NOERROR |", What::Nothing, "", ""),
        ];
        for (text, what, typed, replaced) in cases {
            assert_eq!(at(text), (what, typed.to_owned(), replaced.to_owned()), "{text}");
        }
    }

    #[test]
    fn real_values_come_before_those_of_the_protocol_and_beginnings_before_middles() {
        let labels = |text: &str, known: &[&str]| -> Vec<String> {
            let known: Vec<String> = known.iter().map(|k| (*k).to_owned()).collect();
            suggestions(&wanted(text, text.len()), &known).into_iter().map(|s| s.label).collect()
        };
        assert_eq!(labels("rcode = n", &["NXDOMAIN"])[..2], ["NXDOMAIN", "NOERROR"]);
        assert_eq!(labels("ser", &[]), ["service"]);
        assert_eq!(labels("ip", &[]), ["client_ip"]);
        assert_eq!(labels("ttl <", &["30"]), ["30"]);
        assert_eq!(labels("ttl = ", &["soon"]), [""; 0]);
        assert!(
            labels("fqdn ", &[]).contains(&"~".to_owned())
                && !labels("rcode ", &[]).contains(&"~".to_owned())
        );
    }

    #[test]
    fn a_value_is_written_so_that_it_reads_back() {
        let known = ["a \"b\"".to_owned()];
        let text = "pool = ";
        let found = suggestions(&wanted(text, text.len()), &known);
        let whole = format!("{text}{}", found[0].insert);
        assert_eq!(parse(&whole), Ok(Filter::equal(Field::Pool, "a \"b\"").unwrap()));
    }

    proptest! {
        #[test]
        fn any_text_wants_something_within_it(text in "[a-z_=!<>~(),\"\\\\ 0-9.:/-]{0,60}|\\PC{0,40}", at in 0usize..80) {
            let wanted = wanted(&text, at);
            prop_assert!(wanted.from <= wanted.to && wanted.to <= text.len());
            prop_assert!(text.is_char_boundary(wanted.from) && text.is_char_boundary(wanted.to));
            suggestions(&wanted, std::slice::from_ref(&text));
        }

        /// Whoever follows suggestions to the end has a filter.
        #[test]
        fn suggestions_lead_to_a_filter(picks in proptest::collection::vec(any::<prop::sample::Index>(), 3..24)) {
            let mut text = String::new();
            for pick in picks {
                let wanted = wanted(&text, text.len());
                let known = ["10.0.0.1".to_owned(), "30".to_owned(), "a.example.org".to_owned(), "2026-11-20T08:00:00Z".to_owned()];
                let found = suggestions(&wanted, &known);
                prop_assert!(!found.is_empty(), "{text}");
                text.replace_range(wanted.from..wanted.to, &found[pick.index(found.len())].insert);
                if wanted.what != What::Condition && wanted.what != What::Join && text.ends_with(' ')
                    && super::wanted(&text, text.len()).what == What::Join {
                    prop_assert!(parse(&text).is_ok(), "{text}: {:?}", parse(&text));
                }
            }
        }
    }
}
