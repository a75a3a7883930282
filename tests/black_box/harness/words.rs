//! Errors, read as people read them.

use serde_json::Value;

/// Checks that a text has all of these words in it.
pub fn check_words(text: &str, words: &[impl AsRef<str>]) {
    for word in words {
        let word = word.as_ref();
        assert!(text.contains(word), "{word:?} in {text:?}");
    }
}

/// Every error of a problem of REST, as a line of field, value and message.
pub fn in_words(problem: &Value) -> String {
    let errors = problem["errors"].as_array().expect("errors").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    errors
        .map(|e| format!("{}: {:?}: {}\n", text(&e["field"]), text(&e["value"]), text(&e["message"])))
        .collect()
}
