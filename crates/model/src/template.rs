//! Bodies with `{{placeholders}}`, as the channel `json` takes them.

use crate::problem::nearest;

/// Placeholders that become text; JSON's escapes are put in, quotes are not.
pub const TEXTS: [&str; 16] = [
    "alert",
    "rule",
    "level",
    "event",
    "title",
    "text",
    "service",
    "pool",
    "member",
    "subject",
    "site",
    "failure",
    "at",
    "at_unix",
    "count",
    "throttled",
];
/// Placeholders that become a JSON value.
pub const VALUES: [&str; 2] = ["details", "events"];

/// A body, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<'a> {
    parts: Vec<Part<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'a> {
    Plain(&'a str),
    Text(&'a str),
    Value(&'a str),
}

impl<'a> Template<'a> {
    /// Takes a body apart.
    ///
    /// # Errors
    /// The placeholder that is not known, with the nearest that is.
    pub fn parse(text: &'a str) -> Result<Template<'a>, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            parts.push(Part::Plain(before));
            let (name, after) = after.split_once("}}").ok_or("a placeholder has no end: close it with }}")?;
            let name = name.trim();
            parts.push(if TEXTS.contains(&name) {
                Part::Text(name)
            } else if VALUES.contains(&name) {
                Part::Value(name)
            } else {
                let known = TEXTS.iter().chain(&VALUES).copied();
                let remedy = match nearest(name, known.clone()) {
                    Some(near) => format!("did you mean {{{{{near}}}}}?"),
                    None => format!("known are {}", known.collect::<Vec<_>>().join(", ")),
                };
                return Err(format!("there is no placeholder {name:?}; {remedy}"));
            });
            rest = after;
        }
        parts.push(Part::Plain(rest));
        Ok(Template { parts })
    }

    /// Puts texts, escaped for the inside of a JSON string, and values into their places.
    pub fn render(&self, text: impl Fn(&str) -> String, value: impl Fn(&str) -> String) -> String {
        let fill = |part: &Part<'_>| match part {
            Part::Plain(plain) => (*plain).to_owned(),
            Part::Text(name) => escaped(&text(name)),
            Part::Value(name) => value(name),
        };
        self.parts.iter().map(fill).collect()
    }
}

fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_filled_in_stays_a_text_of_the_body(value in any::<String>()) {
            let template = Template::parse(r#"{"a": "<{{ text }}>", "b": {{details}}}"#).unwrap();
            let body = template.render(|_| value.clone(), |_| "[1]".to_owned());
            let read: serde_json::Value = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(read, serde_json::json!({"a": format!("<{value}>"), "b": [1]}));
        }
    }

    #[test]
    fn an_unknown_placeholder_is_named_with_the_nearest() {
        let error = Template::parse("{{servce}}").unwrap_err();
        assert_eq!(error, "there is no placeholder \"servce\"; did you mean {{service}}?");
        assert!(Template::parse("{{text").is_err());
    }
}
