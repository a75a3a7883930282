//! What holds the document to the server: its operations, fields, defaults, examples and references.

mod checker;
mod examples;
mod fields;
mod operations;
mod served;
mod structs;

use serde_json::Value;

use checker::Checker;

/// The document as it is served.
fn document() -> Value {
    serde_json::to_value(super::document()).unwrap()
}

/// Every object of the document, with where it is.
fn each_object<'a>(
    value: &'a Value,
    at: &str,
    visit: &mut impl FnMut(&str, &'a serde_json::Map<String, Value>),
) {
    match value {
        Value::Object(object) => {
            visit(at, object);
            object.iter().for_each(|(key, value)| each_object(value, &format!("{at}/{key}"), visit));
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, value)| each_object(value, &format!("{at}/{i}"), visit));
        }
        _ => {}
    }
}
