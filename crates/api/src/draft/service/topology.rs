//! Rules of topology as lines: `[NAME:] CLIENTS -> TARGETS`, as `office: 10.0.0.0/8 country:ES -> site1, site2`.

use ipnet::IpNet;
use model::config::{Clients, Continent, TopologyRule};
use model::{Label, Problems};

/// The rules, one a line.
pub fn lines(rules: &[TopologyRule]) -> String {
    let lines: Vec<String> = rules.iter().map(line).collect();
    lines.join("\n")
}

fn line(rule: &TopologyRule) -> String {
    let clients = &rule.clients;
    let mut words: Vec<String> = clients.cidr.iter().map(ToString::to_string).collect();
    words.extend(clients.country.iter().map(|country| format!("country:{country}")));
    words.extend(clients.continent.iter().map(|continent| format!("continent:{}", continent.as_str())));
    words.extend(clients.asn.iter().map(|number| format!("asn:{number}")));
    let to: Vec<&str> = rule.to.iter().map(Label::as_str).collect();
    let name = rule.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    format!("{name}{} -> {}", words.join(" "), to.join(", "))
}

/// Reads lines back; empty ones are left out. What is wrong is said of the line.
pub fn parse_lines(text: &str, problems: &mut Problems) -> Vec<TopologyRule> {
    let mut rules = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match parse_line(line) {
            Ok(rule) => rules.push(rule),
            Err(why) => problems.push("topology", line.trim(), format!("line {}: {why}", number + 1)),
        }
    }
    rules
}

fn parse_line(line: &str) -> Result<TopologyRule, String> {
    let shape = "write a rule as `10.0.0.0/8 country:ES -> site1, site2`";
    let (clients, to) = line.split_once("->").ok_or(shape)?;
    // `office: 10.0.0.0/8`: a name ends with a colon, which no other word does.
    let mut words = clients.split([' ', ',', '\t']).filter(|word| !word.is_empty()).peekable();
    let name = match words.peek().and_then(|word| word.strip_suffix(':')) {
        Some(name) => {
            words.next();
            Some(name.parse::<Label>().map_err(|e| e.to_string())?)
        }
        None => None,
    };
    let mut found = Clients::default();
    for word in words {
        match word.split_once(':').filter(|(key, _)| ["country", "continent", "asn"].contains(key)) {
            Some(("country", code)) => {
                found.country.push(code.parse().map_err(|e: model::value::ValueError| e.to_string())?);
            }
            Some(("continent", code)) => {
                let known = Continent::ALL.map(Continent::as_str).join(", ");
                let continent = Continent::coded(&code.to_ascii_uppercase());
                found
                    .continent
                    .push(continent.ok_or(format!("{code:?} is no continent: give one of {known}"))?);
            }
            Some((_, number)) => {
                let number = number.trim_start_matches(['A', 'a', 'S', 's']).parse();
                found
                    .asn
                    .push(number.map_err(|_| format!("{word:?} is no AS number: write it as asn:64500"))?);
            }
            None => found.cidr.push(network(word)?),
        }
    }
    let to: Result<Vec<Label>, _> =
        to.split([' ', ',', '\t']).filter(|word| !word.is_empty()).map(str::parse).collect();
    let to = to.map_err(|e| e.to_string())?;
    if found.is_empty() || to.is_empty() {
        return Err(shape.to_owned());
    }
    Ok(TopologyRule { name, clients: found, to })
}

fn network(word: &str) -> Result<IpNet, String> {
    let network = word.parse::<IpNet>().or_else(|_| word.parse::<std::net::IpAddr>().map(IpNet::from));
    network.map_err(|_| {
        format!("{word:?} is no network: give one such as 10.0.0.0/8, or country:ES, continent:EU, asn:64500")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_as_it_is_written() {
        let text = "office: 10.0.0.0/8 2001:db8::/32 country:ES asn:3352 -> site1, site2\ncontinent:EU -> s2";
        let mut problems = Problems::default();
        let rules = parse_lines(text, &mut problems);
        assert!(problems.0.is_empty(), "{problems}");
        assert_eq!(rules[0].name.as_ref().map(Label::as_str), Some("office"));
        assert_eq!((rules[0].clients.cidr.len(), rules[0].to.len()), (2, 2));
        assert_eq!(lines(&rules), text);
        assert_eq!(parse_lines("\n  \n", &mut problems), []);
    }

    #[test]
    fn what_is_wrong_is_said_of_its_line() {
        for (line, word) in [
            ("10.0.0.0/8", "write a rule as"),
            ("-> site1", "write a rule as"),
            ("10.0.0.0/8 ->", "write a rule as"),
            ("10.0.0.0/33 -> site1", "is no network"),
            ("country:Spain -> site1", "is no country"),
            ("continent:XX -> site1", "is no continent"),
            ("asn:many -> site1", "is no AS number"),
        ] {
            let mut problems = Problems::default();
            assert_eq!(parse_lines(&format!("\n{line}"), &mut problems), []);
            assert_eq!(problems.0[0].field, "topology");
            assert!(problems.0[0].message.starts_with("line 2: "), "{problems}");
            assert!(problems.to_string().contains(word), "{line}: {problems}");
        }
    }
}
