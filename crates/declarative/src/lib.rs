//! The declarative form: YAML to a configuration and back, and JSON to single objects of it. Reads and writes text, and
//! nothing else: what the whole of a configuration has to be is in `model::check`.

use model::Problem;
use model::config::Config;
use model::problem::nearest;
use serde::de::DeserializeOwned;
use serde_saphyr::Error as YamlError;

/// Reads YAML, every key known and every value within its range.
///
/// # Errors
/// One problem, naming the line, the key or value, and the remedy.
pub fn read(text: &str) -> Result<Config, Problem> {
    let mut field = String::new();
    let parsed = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            field = path(error.path());
            error.into_inner()
        })
    });
    parsed.map_err(|error| {
        let line = error.location().map(|l| format!("line {}: ", l.line())).unwrap_or_default();
        match error.without_snippet() {
            YamlError::SerdeUnknownField { field: key, expected, .. } => {
                Problem::new(key.clone(), "", format!("{line}{}", unknown_key(key, expected)))
            }
            plain => {
                let message = plain.to_string();
                // The reader may put the place before or behind its message; it is said once, in our words.
                let message = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
                Problem::new(field, "", format!("{line}{}", without_place(message)))
            }
        }
    })
}

/// Reads one JSON object, as a REST resource shows it.
///
/// # Errors
/// One problem, naming the field, the value and the remedy.
pub fn read_json<T: DeserializeOwned>(text: &str, remedy: &str) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = serde_path_to_error::deserialize(&mut deserializer);
    let value = parsed.map_err(|error| {
        let field = path(error.path());
        let field = if field.is_empty() { "body".to_owned() } else { field };
        let message = error.into_inner().to_string();
        match unknown_in_words(&message) {
            Some((key, known)) => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                Problem::new(key.clone(), "", unknown_key(&key, &known))
            }
            None => Problem::new(field, "", format!("{message}: {remedy}")),
        }
    })?;
    let end = deserializer.end();
    end.map_err(|error| Problem::new("body", "", format!("{error}: send one object and nothing behind it")))?;
    Ok(value)
}

/// Where in the form an error lies, as `services[0].pools[0].members[0].weight`; nothing for the whole.
pub fn path(path: &serde_path_to_error::Path) -> String {
    let text = path.to_string();
    if text == "." { String::new() } else { text.trim_end_matches(".?").to_owned() }
}

/// The words for a key that is not known, with the nearest one that is.
pub fn unknown_key(key: &str, known: &[&str]) -> String {
    let remedy = match nearest(key, known.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("known keys here are {}", known.join(", ")),
    };
    format!("there is no key {key:?} here; {remedy}")
}

/// The key, and the keys known in its place, from serde_json's message about an unknown field.
pub fn unknown_in_words(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message.split_once("unknown field `")?.1;
    let (key, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Some((key.to_owned(), known))
}

/// A message without `line 3 column 5: ` before it or ` at line 3, column 5` behind it.
fn without_place(message: &str) -> &str {
    let message = match message.split_once(": ") {
        Some((place, rest)) if place.starts_with("line ") && place.contains("column") => rest,
        _ => message,
    };
    message.rsplit_once(" at line ").map_or(message, |(text, _)| text)
}

/// Whether the text has this key at its top, whatever its value.
pub fn names_key(text: &str, key: &str) -> bool {
    let parsed: Result<serde_json::Map<String, serde_json::Value>, _> = serde_saphyr::from_str(text);
    parsed.is_ok_and(|top| top.contains_key(key))
}

/// Writes YAML that [`read`] gives back as the same configuration.
///
/// # Errors
/// None for a configuration that was checked.
pub fn write(config: &Config) -> Result<String, serde_saphyr::ser::Error> {
    serde_saphyr::to_string(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAB: &str = include_str!("../../../examples/lab.yaml");

    #[test]
    fn the_lab_is_read_and_comes_back_the_same() {
        let lab = read(LAB).unwrap();
        assert_eq!(lab.services[0].pools[0].members.len(), 3);
        model::check::check(&lab).unwrap();
        assert_eq!(read(&write(&lab).unwrap()).unwrap(), lab);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_key() {
        let line = LAB.lines().position(|l| l == "    ttl: 2").unwrap() + 1;
        let problem = read(&LAB.replace("    ttl: 2\n", "    tll: 2\n")).unwrap_err();
        assert_eq!(problem.field, "tll");
        assert!(problem.message.starts_with(&format!("line {line}:")), "{problem}");
        assert!(problem.message.ends_with("did you mean ttl?"), "{problem}");
        let problem = read_json::<model::config::Monitor>(r#"{"name": "a", "prot": 80}"#, "").unwrap_err();
        assert_eq!(problem.field, "prot");
        assert!(problem.message.ends_with("did you mean port?"), "{problem}");
    }

    #[test]
    fn a_wrong_value_is_named_with_its_field_and_the_remedy() {
        let line = LAB.lines().position(|l| l.contains("weight: 6")).unwrap() + 1;
        let member = "services[0].pools[0].members[0]";
        for weight in ["-1", "1001"] {
            let problem = read(&LAB.replace("weight: 6", &format!("weight: {weight}"))).unwrap_err();
            assert_eq!(problem.field, format!("{member}.weight"));
            let message =
                format!("line {line}: weight {weight} is out of range: give a whole number from 0 to 1000");
            assert_eq!(problem.message, message);
        }
        let problem = read(&LAB.replace("10.10.25.46", "10.10.25")).unwrap_err();
        assert_eq!(problem.field, format!("{member}.address"));
        assert!(problem.message.contains("\"10.10.25\" is no IP address: write"), "{problem}");
        let body = r#"{"address": "10.10.25", "weight": 1}"#;
        let problem = read_json::<model::config::Member>(body, "send it whole").unwrap_err();
        assert_eq!(problem.field, "address");
        assert!(problem.message.contains("is no IP address"), "{problem}");
    }
}
