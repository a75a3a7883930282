//! What the forms of sites, locations and groups of clients have in common.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use model::{Problem, Problems};

/// Words of a list, separated by blanks, commas or ends of lines.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty())
}

/// Networks, each once; an address alone is the network of itself.
pub fn networks(problems: &mut Problems, field: &str, text: &str) -> Vec<IpNet> {
    let mut all = Vec::new();
    for word in words(text) {
        let alone = || word.parse::<IpAddr>().map(IpNet::from);
        match word.parse::<IpNet>().or_else(|_| alone()) {
            Ok(network) if all.contains(&network.trunc()) => {}
            Ok(network) => all.push(network.trunc()),
            Err(_) => problems.push(field, word, "write a network such as 10.0.0.0/8 or 2001:db8::/32"),
        }
    }
    all
}

/// Addresses with a port, which is 53 where none is given.
pub fn responders(problems: &mut Problems, field: &str, text: &str) -> Vec<SocketAddr> {
    let mut all = Vec::new();
    for word in words(text) {
        let bare = word.trim_start_matches('[').trim_end_matches(']');
        let alone = || bare.parse::<IpAddr>().map(|address| SocketAddr::new(address, 53));
        match word.parse::<SocketAddr>().or_else(|_| alone()) {
            Ok(address) if all.contains(&address) => {}
            Ok(address) => all.push(address),
            Err(_) => {
                let remedy = "write an address such as 192.0.2.53, or with its port as 192.0.2.53:5353 or \
                              [2001:db8::53]:5353";
                problems.push(field, word, remedy);
            }
        }
    }
    all
}

/// Degrees, or nothing. Their range is checked with the configuration.
pub fn degrees(problems: &mut Problems, field: &str, text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    match text.parse::<f64>() {
        Ok(degrees) if degrees.is_finite() => Some(degrees),
        _ => {
            problems.push(field, text, "give degrees as a number such as 40.42 or -3.7");
            None
        }
    }
}

/// The checks' problems under the names of the form's fields. What is wrong elsewhere because of the form stands beside
/// the field that made it so, or over all of them.
pub fn beside_fields(problems: Problems, list: &str, name: &str) -> Problems {
    let own = format!("{list}[{}].", name.trim());
    let place = |problem: Problem| {
        if let Some(field) = problem.field.strip_prefix(&own) {
            return Problem { field: field.to_owned(), ..problem };
        }
        // Only a weight of the place can make the period of a pool too long.
        let is_period = problem.field.starts_with("services[") && problem.field.ends_with("].members");
        let elsewhere = problem.field.contains('[');
        match (is_period, elsewhere) {
            (true, _) => Problem::new("weight", "", format!("{}: {}", problem.field, problem.message)),
            (false, true) => Problem::new("", "", problem.to_string()),
            (false, false) => problem,
        }
    };
    Problems(problems.0.into_iter().map(place).collect())
}

/// A list as a text area shows it, one on each line.
pub fn lines<T: ToString>(list: &[T]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A value that may be absent, as a field shows it.
pub fn or_nothing<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_people_write_them() {
        let mut problems = Problems::default();
        let read = networks(&mut problems, "cidr", "10.0.0.1/8, 192.0.2.7\n2001:db8::/32 10.0.0.0/8");
        assert_eq!(lines(&read), "10.0.0.0/8\n192.0.2.7/32\n2001:db8::/32");
        let read =
            responders(&mut problems, "dns", "192.0.2.53 [2001:db8::53]\n2001:db8::54 192.0.2.53:5353");
        assert_eq!(lines(&read), "192.0.2.53:53\n[2001:db8::53]:53\n[2001:db8::54]:53\n192.0.2.53:5353");
        assert_eq!(degrees(&mut problems, "latitude", " -3.70 "), Some(-3.7));
        assert_eq!(problems, Problems::default());
    }

    #[test]
    fn what_cannot_be_read_is_named_word_by_word() {
        let mut problems = Problems::default();
        networks(&mut problems, "cidr", "10.0.0.0/33 here");
        responders(&mut problems, "dns", "ns1.example.org");
        for text in ["40,42", "NaN", "inf"] {
            assert_eq!(degrees(&mut problems, "latitude", text), None);
        }
        let said: Vec<String> = problems.0.iter().map(|p| format!("{} {}", p.field, p.value)).collect();
        let expected = [
            "cidr 10.0.0.0/33",
            "cidr here",
            "dns ns1.example.org",
            "latitude 40,42",
            "latitude NaN",
            "latitude inf",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn problems_stand_beside_the_field_that_made_them() {
        let found = [
            ("sites[Here].name", "there already"),
            ("services[a.test].pools[p].members", "the weights have a period of 999"),
            ("locations[l].site", "there is no site of this name"),
            ("name", "taken"),
        ];
        let found = found.map(|(field, message)| Problem::new(field, "", message)).to_vec();
        let placed: Vec<(String, String)> = beside_fields(Problems(found), "sites", " Here ")
            .0
            .into_iter()
            .map(|p| (p.field, p.message))
            .collect();
        let expected = [
            ("name", "there already"),
            ("weight", "services[a.test].pools[p].members: the weights have a period of 999"),
            ("", "locations[l].site: there is no site of this name"),
            ("name", "taken"),
        ];
        assert_eq!(placed, expected.map(|(field, message)| (field.to_owned(), message.to_owned())));
    }
}
