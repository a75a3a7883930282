//! Weights as they are written on a command line.

use std::net::IpAddr;

use model::{Problem, Weight};

/// How the weights have to be written.
pub(super) const REMEDY: &str =
    "give each address with its weight, apart by commas, such as 10.10.25.46=6,10.10.26.40=3,10.10.23.40=1";

/// Reads `10.10.25.46=6,10.10.26.40=3`: every address once, all of one family, weights from 0 to 1000.
pub fn parse_expect(text: &str) -> Result<Vec<(IpAddr, u16)>, Problem> {
    let mut expect: Vec<(IpAddr, u16)> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let problem = |why: String| Problem::new("expect", part, why);
        let (address, weight) =
            part.rsplit_once('=').ok_or_else(|| problem(format!("no weight is given: {REMEDY}")))?;
        let address = address
            .trim()
            .parse::<IpAddr>()
            .map_err(|_| problem(format!("{:?} is no address: {REMEDY}", address.trim())))?
            .to_canonical();
        let weight = weight.parse::<Weight>().map_err(|e| problem(e.to_string()))?.get();
        if expect.iter().any(|(known, _)| *known == address) {
            return Err(problem(
                "this address is there twice: give it once, with its whole weight".to_owned(),
            ));
        }
        if expect.iter().any(|(known, _)| known.is_ipv4() != address.is_ipv4()) {
            let why = "A and AAAA are split each on their own: give addresses of one family at a time";
            return Err(problem(why.to_owned()));
        }
        expect.push((address, weight));
    }
    if expect.is_empty() { Err(Problem::new("expect", text, REMEDY)) } else { Ok(expect) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lab_s_weights() {
        let expect = parse_expect("10.10.25.46=6, 10.10.26.40=3,10.10.23.40=1").unwrap();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(expect, [(ip("10.10.25.46"), 6), (ip("10.10.26.40"), 3), (ip("10.10.23.40"), 1)]);
        assert_eq!(parse_expect("2001:db8::1=5").unwrap(), [(ip("2001:db8::1"), 5)]);
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_remedy() {
        for (text, value, message) in [
            ("", "", "give each address with its weight"),
            ("10.0.0.1", "10.0.0.1", "no weight is given"),
            ("10.0.0.1=6,hello=3", "hello=3", "\"hello\" is no address"),
            ("10.0.0.1=1001", "10.0.0.1=1001", "from 0 to 1000"),
            ("10.0.0.1=x", "10.0.0.1=x", "not a whole number"),
            ("10.0.0.1=1,10.0.0.1=2", "10.0.0.1=2", "there twice"),
            ("10.0.0.1=1,2001:db8::1=2", "2001:db8::1=2", "one family"),
        ] {
            let problem = parse_expect(text).unwrap_err();
            assert_eq!((&*problem.field, &*problem.value), ("expect", value));
            assert!(problem.message.contains(message), "{text}: {problem}");
        }
    }
}
