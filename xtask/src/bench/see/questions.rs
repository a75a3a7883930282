//! Filters as an operator changes them, each asked once: no answer is the repetition of another.

/// A filter with what it is an example of.
#[derive(Clone, Debug)]
pub struct Question {
    pub kind: &'static str,
    pub filter: String,
}

/// Kinds of filters, asked in turn.
pub const KINDS: [&str; 14] = [
    "a service",
    "a common code",
    "a rare code",
    "a client network /16",
    "a client network /24",
    "one client",
    "a regular expression on the name, common",
    "a regular expression on the name, rare",
    "a rare name",
    "not a service, no error",
    "neither code nor network",
    "a transport",
    "slow answers",
    "a member and a network",
];

/// The filter of this number.
pub fn question(number: u32) -> Question {
    let at = number as usize % KINDS.len();
    let turn = number / KINDS.len() as u32;
    let service = format!("app{}.example.org", 1 + turn * 5 % 49);
    let filter = match at {
        0 => format!("service = {service}"),
        1 => {
            let code = ["NXDOMAIN", "REFUSED", "FORMERR"][turn as usize % 3];
            format!("rcode = {code} and service != {service}")
        }
        2 => format!("rcode = SERVFAIL and client_port > {}", 1024 + turn),
        3 => format!("client_ip = 10.{}.0.0/16", turn * 11 % 256),
        4 => format!("client_ip = 10.{}.{}.0/24", turn * 11 % 256, turn * 17 % 256),
        5 => format!("client_ip = 10.{}.{}.{}", turn * 3 % 256, turn * 101 % 256, turn * 57 % 256),
        6 => format!("fqdn ~ \"^app(1|{})\\\\.ex\"", 2 + turn),
        7 => format!("fqdn ~ \"st{}7[0-9]{{2}}\\\\.ex\"", 100 + turn),
        8 => format!("fqdn = host{}.example.org", 1000 + turn * 4321 % 400_000),
        9 => format!("service != {service} and rcode = NOERROR"),
        10 => format!("not (rcode in (NOERROR, NXDOMAIN) or client_ip = 10.{}.0.0/16)", turn * 29 % 256),
        11 => {
            let transport = ["dot", "doh", "doq", "tcp"][turn as usize % 4];
            format!("transport = {transport} and client_port > {}", 1024 + turn)
        }
        12 => format!("latency_us > {}", 3000 + turn),
        _ => format!("member = 10.{}.1.1 and client_ip = 10.{}.0.0/12", 1 + turn % 49, turn % 16 * 16),
    };
    Question { kind: KINDS[at], filter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_filters_are_two_hundred_questions() {
        let mut filters: Vec<String> = (0..200).map(|n| question(n).filter).collect();
        filters.sort();
        filters.dedup();
        assert_eq!(filters.len(), 200);
        assert!((0..14).all(|n| question(n).kind == KINDS[n as usize]));
        assert_eq!(question(7).filter, r#"fqdn ~ "st1007[0-9]{2}\\.ex""#);
    }
}
