//! Who names which secret: monitors and channels do, by the keys `secret` and `..._secret`, and by name in a map whose key
//! is `..._secrets`.

use std::collections::{BTreeMap, BTreeSet};

use model::config::Config;
use model::{Problem, Problems};
use serde_json::Value;

/// The secrets that a configuration names, each with the objects that do, as `monitors[http-hello]`.
pub fn uses(config: &Config) -> BTreeMap<String, BTreeSet<String>> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // A configuration of our own can always be written as JSON.
    let lists = [
        ("monitors", serde_json::to_value(&config.monitors)),
        ("channels", serde_json::to_value(&config.channels)),
    ];
    for (list, objects) in lists {
        for object in objects.iter().filter_map(Value::as_array).flatten() {
            let name = object.get("name").and_then(Value::as_str).unwrap_or_default();
            gather(object, &mut |secret| {
                uses.entry(secret.to_owned()).or_default().insert(format!("{list}[{name}]"));
            });
        }
    }
    uses
}

/// A problem for each secret that a configuration names and that `has` does not know.
pub fn unknown(config: &Config, has: impl Fn(&str) -> bool) -> Problems {
    let missing = uses(config).into_iter().filter(|(secret, _)| !has(secret));
    let problem = |(secret, objects): (String, BTreeSet<String>)| {
        let message =
            format!("there is no secret of this name: set it first, by `steelyard secret set {secret}`");
        objects.into_iter().map(move |object| Problem::new(format!("{object}.secret"), &*secret, &*message))
    };
    Problems(missing.flat_map(problem).collect())
}

fn gather(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match (value, key.as_str()) {
                    (Value::String(name), key) if key == "secret" || key.ends_with("_secret") => found(name),
                    (Value::Object(named), key) if key.ends_with("_secrets") => {
                        named.values().filter_map(Value::as_str).for_each(&mut *found);
                    }
                    _ => gather(value, found),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| gather(entry, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_named_by_its_key_at_any_depth() {
        let object = json!({"name": "ops", "slack": {"url_secret": "slack-url"}, "headers": [
            {"name": "X", "value": "secret"}, {"name": "Y", "secret": "header"}],
            "header_secrets": {"X-Key": "key"}});
        let mut found = Vec::new();
        gather(&object, &mut |secret| found.push(secret.to_owned()));
        found.sort();
        assert_eq!(found, ["header", "key", "slack-url"]);
    }
}
