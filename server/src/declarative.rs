//! The declarative form: YAML to a configuration and back.

use model::Problem;
use model::config::Config;
use model::problem::nearest;

/// Reads YAML, every key known and every value within its range.
///
/// # Errors
/// One problem, naming the line, the key or value, and the remedy.
pub fn read(text: &str) -> Result<Config, Problem> {
    let parsed: Result<Config, _> = serde_saphyr::from_str(text);
    parsed.map_err(|error| {
        // The reader's own report quotes the source over several lines; the first says what is wrong and where.
        let message = error.to_string();
        let first = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        match unknown_key(&message) {
            Some((key, known)) => {
                let line = line_of(text, &key).map(|n| format!("line {n}: ")).unwrap_or_default();
                let near = nearest(&key, known.iter().map(String::as_str));
                let remedy = match near {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("known keys here are {}", known.join(", ")),
                };
                Problem::new(key.clone(), "", format!("{line}there is no key {key:?} here; {remedy}"))
            }
            None => Problem::new("", "", first),
        }
    })
}

/// Whether the text has this key at its top, whatever its value.
pub fn names_key(text: &str, key: &str) -> bool {
    let parsed: Result<serde_json::Map<String, serde_json::Value>, _> = serde_saphyr::from_str(text);
    parsed.is_ok_and(|top| top.contains_key(key))
}

/// Writes YAML that [`read`] gives back as the same configuration.
pub fn write(config: &Config) -> anyhow::Result<String> {
    Ok(serde_saphyr::to_string(config)?)
}

/// The key, and the keys known in its place, from serde's message about an unknown field.
fn unknown_key(message: &str) -> Option<(String, Vec<String>)> {
    let rest = message.split_once("unknown field `")?.1;
    let (key, rest) = rest.split_once('`')?;
    let listed = rest.lines().next().unwrap_or_default();
    let known = listed.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Some((key.to_owned(), known))
}

fn line_of(text: &str, key: &str) -> Option<usize> {
    let is_key = |at: usize, line: &str| {
        let before = line[..at].chars().next_back();
        let after = line[at + key.len()..].trim_start();
        before.is_none_or(|c| " {,-\t".contains(c)) && after.starts_with(':')
    };
    text.lines().position(|line| line.match_indices(key).any(|(at, _)| is_key(at, line))).map(|n| n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAB: &str = include_str!("../../examples/lab.yaml");

    #[test]
    fn the_lab_is_read_and_comes_back_the_same() {
        let lab = read(LAB).unwrap();
        assert_eq!(lab.services[0].pools[0].members.len(), 3);
        model::check::check(&lab).unwrap();
        assert_eq!(read(&write(&lab).unwrap()).unwrap(), lab);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_key() {
        let problem = read(&LAB.replace("    ttl: 2\n", "    tll: 2\n")).unwrap_err();
        assert_eq!(problem.field, "tll");
        assert!(problem.message.contains("did you mean ttl?"), "{problem}");
        assert!(problem.message.starts_with("line 33:"), "{problem}");
    }

    #[test]
    fn a_weight_out_of_range_is_named_with_its_range() {
        for weight in ["-1", "1001"] {
            let problem = read(&LAB.replace("weight: 6", &format!("weight: {weight}"))).unwrap_err();
            assert!(problem.message.contains(&format!("weight {weight} is out of range")), "{problem}");
        }
        let problem = read(&LAB.replace("10.10.25.46", "10.10.25")).unwrap_err();
        assert!(problem.message.contains("address"), "{problem}");
    }
}
