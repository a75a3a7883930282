//! The part of JSON Schema the document uses, and stricter: a field that no schema names is wrong everywhere.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Map, Value};

/// Checks values against schemas of a document and notes which properties it came by.
pub struct Checker<'a> {
    document: &'a Value,
    /// Schema and property.
    pub seen: BTreeSet<(String, String)>,
}

impl<'a> Checker<'a> {
    pub fn new(document: &'a Value) -> Self {
        Checker { document, seen: BTreeSet::new() }
    }

    /// Checks `value` against the schema of this name.
    pub fn named(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let schema = self.document.pointer(&format!("/components/schemas/{name}"));
        self.check(name, schema.ok_or_else(|| format!("no schema {name}"))?, value)
    }

    /// Checks `value` against `schema`, which stands in the schema named `owner`.
    pub fn check(&mut self, owner: &str, schema: &Value, value: &Value) -> Result<(), String> {
        let schema = schema.as_object().ok_or("a schema is an object")?;
        for (keyword, wanted) in schema {
            self.keyword(owner, schema, keyword, wanted, value).map_err(|why| {
                if why.starts_with("in ") { why } else { format!("in {owner}: {value}: {why}") }
            })?;
        }
        Ok(())
    }

    fn keyword(
        &mut self,
        owner: &str,
        schema: &Map<String, Value>,
        keyword: &str,
        wanted: &Value,
        value: &Value,
    ) -> Result<(), String> {
        let holds = match keyword {
            "description" | "default" | "examples" | "format" | "writeOnly" | "contentMediaType"
            | "contentSchema" => true,
            "$ref" => {
                let name = wanted.as_str().and_then(|to| to.strip_prefix("#/components/schemas/"));
                return self.named(name.ok_or("a reference leads elsewhere")?, value);
            }
            "oneOf" => {
                let options = wanted.as_array().ok_or("oneOf is a list")?;
                let fits = options.iter().filter(|option| self.check(owner, option, value).is_ok()).count();
                fits == 1
            }
            "type" => match wanted {
                Value::Array(kinds) => kinds.iter().any(|kind| is(kind, value)),
                kind => is(kind, value),
            },
            "enum" => wanted.as_array().is_some_and(|words| words.contains(value)),
            "minimum" => value.as_f64().is_none_or(|n| Some(n) >= wanted.as_f64()),
            "maximum" => value.as_f64().is_none_or(|n| Some(n) <= wanted.as_f64()),
            "minLength" => value.as_str().is_none_or(|t| Some(t.chars().count() as u64) >= wanted.as_u64()),
            "maxLength" => value.as_str().is_none_or(|t| Some(t.chars().count() as u64) <= wanted.as_u64()),
            "minItems" => value.as_array().is_none_or(|l| Some(l.len() as u64) >= wanted.as_u64()),
            "maxItems" => value.as_array().is_none_or(|l| Some(l.len() as u64) <= wanted.as_u64()),
            "pattern" => {
                let pattern = Regex::new(wanted.as_str().unwrap_or_default()).map_err(|e| e.to_string())?;
                value.as_str().is_none_or(|text| pattern.is_match(text))
            }
            "items" => {
                let list = value.as_array().into_iter().flatten();
                return list.into_iter().try_for_each(|item| self.check(owner, wanted, item));
            }
            "required" => {
                let names = wanted.as_array().into_iter().flatten().filter_map(Value::as_str);
                value.as_object().is_none_or(|object| names.into_iter().all(|name| object.contains_key(name)))
            }
            "properties" => return self.properties(owner, wanted, value),
            "additionalProperties" if wanted.is_object() => {
                let values = value.as_object().into_iter().flatten();
                return values.into_iter().try_for_each(|(_, value)| self.check(owner, wanted, value));
            }
            "additionalProperties" => *wanted == Value::Bool(false) && schema.contains_key("properties"),
            unknown => return Err(format!("this checker does not know {unknown}")),
        };
        if holds { Ok(()) } else { Err(format!("{keyword} {wanted} does not hold")) }
    }

    fn properties(&mut self, owner: &str, known: &Value, value: &Value) -> Result<(), String> {
        for (name, value) in value.as_object().into_iter().flatten() {
            let schema = known.get(name).ok_or_else(|| format!("no property {name}"))?;
            self.seen.insert((owner.to_owned(), name.clone()));
            self.check(owner, schema, value)?;
        }
        Ok(())
    }
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    }
}
