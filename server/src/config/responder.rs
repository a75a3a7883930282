//! `[responder]` of the settings file: who is answered, how often, and what this server says of itself.

use std::fmt::Display;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dns::{Access, Cookies, Identity, Limiter, Limits, Policy, RateLimit, TsigKeys};
use ipnet::IpNet;
use model::{Problem, Problems, Span};
use serde::Deserialize;

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Table {
    allow: Vec<String>,
    deny: Vec<String>,
    rate_limit: RateTable,
    nsid: Option<String>,
    version: Option<String>,
    identity: Option<String>,
    cookie_secret_file: Option<PathBuf>,
    tcp: TcpTable,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RateTable {
    responses_per_second: Option<i64>,
    slip: Option<i64>,
    ipv4_prefix: Option<i64>,
    ipv6_prefix: Option<i64>,
    table_size: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct TcpTable {
    connections: Option<i64>,
    per_address: Option<i64>,
    idle: Option<Span>,
    write_timeout: Option<Span>,
}

/// The table checked, with the secrets read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponderSettings {
    allow: Vec<IpNet>,
    deny: Vec<IpNet>,
    rate_limit: Option<RateLimit>,
    identity: Identity,
    cookies: Option<Cookies>,
    tcp: Limits,
}

impl ResponderSettings {
    /// Checks every value, and reads the file of secrets.
    ///
    /// # Errors
    /// Everything that is wrong, each with field, value and remedy; a secret is never in it.
    pub fn new(table: Table) -> Result<ResponderSettings, Problems> {
        let mut problems = Problems::default();
        let rate_limit = table.rate_limit.check(&mut problems);
        let tcp = table.tcp.check(&mut problems);
        let settings = ResponderSettings {
            allow: networks("responder.allow", &table.allow, &mut problems),
            deny: networks("responder.deny", &table.deny, &mut problems),
            rate_limit,
            identity: Identity {
                nsid: text("responder.nsid", table.nsid, &mut problems),
                version: text("responder.version", table.version, &mut problems),
                id: text("responder.identity", table.identity, &mut problems),
            },
            cookies: table.cookie_secret_file.and_then(|path| match secrets(&path) {
                Ok(cookies) => Some(cookies),
                Err(problem) => {
                    problems.0.push(problem);
                    None
                }
            }),
            tcp,
        };
        problems.into_result().map(|()| settings)
    }

    /// The policy of these settings. What `before` has that need not change goes on: buckets of the same limit, and
    /// secrets that this process drew for itself.
    pub fn policy(&self, before: Option<&Policy>, own_cookies: &Cookies, keys: TsigKeys) -> Policy {
        let kept = before.and_then(|before| before.rate.as_ref());
        let rate = self.rate_limit.map(|limit| match kept.filter(|limiter| limiter.limit() == limit) {
            Some(limiter) => limiter.clone(),
            None => Arc::new(Limiter::new(limit)),
        });
        Policy {
            identity: self.identity.clone(),
            cookies: self.cookies.as_ref().unwrap_or(own_cookies).clone(),
            access: Access::new(&self.allow, &self.deny),
            rate,
            tcp: self.tcp,
            keys,
        }
    }

    /// The keys whose values differ.
    pub fn changes(&self, before: &ResponderSettings) -> Vec<&'static str> {
        let compared = [
            ("responder.allow", self.allow != before.allow),
            ("responder.deny", self.deny != before.deny),
            ("responder.rate_limit", self.rate_limit != before.rate_limit),
            ("responder.nsid", self.identity.nsid != before.identity.nsid),
            ("responder.version", self.identity.version != before.identity.version),
            ("responder.identity", self.identity.id != before.identity.id),
            ("responder.cookie_secret_file", self.cookies != before.cookies),
            ("responder.tcp", self.tcp != before.tcp),
        ];
        compared.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
    }
}

impl RateTable {
    /// No limit unless a rate is given.
    fn check(self, problems: &mut Problems) -> Option<RateLimit> {
        let usual = RateLimit::default();
        let mut within = |key: &str, given: Option<i64>, default, range| {
            number(&format!("responder.rate_limit.{key}"), given, default, range, problems)
        };
        let rate = within("responses_per_second", self.responses_per_second, 0, 0..=1_000_000);
        let limit = RateLimit {
            responses_per_second: rate as u32,
            slip: within("slip", self.slip, usual.slip.into(), 0..=10) as u8,
            ipv4_prefix: within("ipv4_prefix", self.ipv4_prefix, usual.ipv4_prefix.into(), 1..=32) as u8,
            ipv6_prefix: within("ipv6_prefix", self.ipv6_prefix, usual.ipv6_prefix.into(), 1..=128) as u8,
            table_size: within("table_size", self.table_size, usual.table_size as i64, 1024..=16_777_216)
                as usize,
        };
        (rate > 0).then_some(limit)
    }
}

impl TcpTable {
    fn check(self, problems: &mut Problems) -> Limits {
        let usual = Limits::default();
        let mut within = |key: &str, given: Option<i64>, default, range| {
            number(&format!("responder.tcp.{key}"), given, default, range, problems) as usize
        };
        let connections = within("connections", self.connections, usual.connections as i64, 1..=100_000);
        // Half of them, so that no single address has all.
        let half = (connections as i64 / 2).max(1);
        let per_address = within("per_address", self.per_address, half, 1..=100_000);
        if per_address > connections {
            let remedy = format!("give at most responder.tcp.connections, which is {connections}");
            problems.push("responder.tcp.per_address", per_address.to_string(), remedy);
        }
        let mut span = |key: &str, given: Option<Span>, default, longest: u64| match given {
            None => default,
            Some(span) => {
                if !(100..=longest).contains(&span.as_millis()) {
                    let remedy = format!("give 100ms to {}", Span::millis(longest));
                    problems.push(format!("responder.tcp.{key}"), span.to_string(), remedy);
                }
                span.duration()
            }
        };
        Limits {
            connections,
            per_address,
            idle: span("idle", self.idle, usual.idle, 3_600_000),
            write: span("write_timeout", self.write_timeout, usual.write, 600_000),
        }
    }
}

fn number<T: Copy + Display + PartialOrd>(
    field: &str,
    given: Option<T>,
    default: T,
    range: RangeInclusive<T>,
    problems: &mut Problems,
) -> T {
    match given {
        None => default,
        Some(value) if range.contains(&value) => value,
        Some(value) => {
            let remedy = format!("give a whole number from {} to {}", range.start(), range.end());
            problems.push(field, value.to_string(), remedy);
            default
        }
    }
}

/// An address alone is the network of that one.
fn networks(field: &str, given: &[String], problems: &mut Problems) -> Vec<IpNet> {
    let mut networks = Vec::with_capacity(given.len());
    for (place, text) in given.iter().enumerate() {
        match text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)) {
            Ok(network) => networks.push(network.trunc()),
            Err(_) => {
                let remedy = "is no network: write it as 192.0.2.0/24, 2001:db8::/32 or a single address";
                problems.push(format!("{field}[{place}]"), text, remedy);
            }
        }
    }
    networks
}

/// What goes into one character string of a TXT record (RFC 1035 section 3.3).
fn text(field: &str, given: Option<String>, problems: &mut Problems) -> Option<String> {
    if let Some(text) = given.as_ref().filter(|text| text.is_empty() || text.len() > 255) {
        let remedy = format!("has {} octets: give 1 to 255, or leave the key out", text.len());
        problems.push(field, text, remedy);
    }
    given
}

/// The secret, and the one before it if there is a second line.
fn secrets(path: &Path) -> Result<Cookies, Problem> {
    let field = "responder.cookie_secret_file";
    let problem = |message: String| Problem::new(field, path.display().to_string(), message);
    let content = std::fs::read_to_string(path)
        .map_err(|e| problem(format!("cannot be read ({e}): name a file that this user may read")))?;
    let how = "write 32 hexadecimal digits a line, as `openssl rand -hex 16` prints them";
    let lines: Vec<&str> = content.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let secret = |(number, line): (usize, &&str)| {
        let wrong = || problem(format!("secret {} is not one: {how}", number + 1));
        let digits = line.len() == 32 && line.bytes().all(|octet| octet.is_ascii_hexdigit());
        let bits = if digits { u128::from_str_radix(line, 16).ok() } else { None };
        bits.map(u128::to_be_bytes).ok_or_else(wrong)
    };
    let secrets = lines.iter().enumerate().map(secret).collect::<Result<Vec<_>, _>>()?;
    match secrets[..] {
        [present] => Ok(Cookies::new(present, None)),
        [present, previous] => Ok(Cookies::new(present, Some(previous))),
        _ => Err(problem(format!(
            "holds {} secrets: one, and perhaps the one before it on a second line; {how}",
            secrets.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file;

    fn check(text: &str) -> Result<ResponderSettings, String> {
        let file = file::parse(text).map_err(|problem| problem.to_string())?;
        ResponderSettings::new(file.responder).map_err(|problems| problems.to_string())
    }

    fn policy(settings: &ResponderSettings) -> Policy {
        settings.policy(None, &Cookies::default(), TsigKeys::default())
    }

    #[test]
    fn nothing_said_is_everyone_without_a_limit_and_without_a_name() {
        let settings = check("site = \"east\"").unwrap();
        assert_eq!(settings, ResponderSettings::default());
        let policy = policy(&settings);
        assert!(policy.rate.is_none() && policy.access == Access::default());
        assert_eq!((policy.identity, policy.tcp), (Identity::default(), Limits::default()));
    }

    #[test]
    fn everything_said_is_in_the_policy() {
        let settings = check(
            "[responder]\n\
             allow = [\"10.0.0.1/8\", \"2001:db8::1\"]\ndeny = [\"10.1.0.0/16\"]\n\
             nsid = \"a\"\nversion = \"b\"\nidentity = \"c\"\n\
             rate_limit = { responses_per_second = 50, slip = 1, ipv4_prefix = 32, ipv6_prefix = 64, table_size = 2048 }\n\
             [responder.tcp]\nconnections = 10\nidle = \"5s\"\nwrite_timeout = \"500ms\"\n",
        );
        let settings = settings.unwrap();
        let policy = policy(&settings);
        let permits = |client: &str| policy.access.permits(client.parse().unwrap());
        assert!(permits("10.9.9.9") && permits("2001:db8::1"));
        assert!(!permits("10.1.9.9") && !permits("192.0.2.1") && !permits("2001:db8::2"));
        let expected = RateLimit {
            responses_per_second: 50,
            slip: 1,
            ipv4_prefix: 32,
            ipv6_prefix: 64,
            table_size: 2048,
        };
        let limiter = policy.rate.clone().unwrap();
        assert_eq!(limiter.limit(), expected);
        assert_eq!((policy.tcp.connections, policy.tcp.per_address), (10, 5));
        assert_eq!((policy.tcp.idle.as_millis(), policy.tcp.write.as_millis()), (5000, 500));
        let identity = Identity { nsid: Some("a".into()), version: Some("b".into()), id: Some("c".into()) };
        assert_eq!(policy.identity, identity);
        // Buckets of the same limit go on over a reload, those of another do not.
        let again = settings.policy(Some(&policy), &Cookies::default(), TsigKeys::default());
        assert!(Arc::ptr_eq(&limiter, &again.rate.unwrap()));
        let other = check("[responder]\nrate_limit = { responses_per_second = 51 }").unwrap();
        assert!(!Arc::ptr_eq(
            &limiter,
            &other.policy(Some(&policy), &Cookies::default(), TsigKeys::default()).rate.unwrap()
        ));
        let changes = other.changes(&settings);
        assert!(changes.contains(&"responder.rate_limit") && changes.contains(&"responder.tcp"));
        assert!(settings.changes(&settings).is_empty());
    }

    #[test]
    fn the_example_is_right_and_says_the_defaults() {
        let settings = check(include_str!("../../../examples/steelyard.toml")).unwrap();
        let policy = policy(&settings);
        assert_eq!(policy.rate.unwrap().limit(), RateLimit::default());
        assert_eq!((policy.tcp, policy.access), (Limits::default(), Access::default()));
        assert!(policy.identity.nsid.is_some() && policy.identity.version.is_some());
    }

    #[test]
    fn what_is_wrong_is_named_with_field_value_and_remedy() {
        let table: [(&str, &[&str]); 11] = [
            ("[responder]\nalow = []", &["line 2:", "alow", "did you mean allow?"]),
            ("[responder]\n\nrate_limit = { slop = 1 }", &["line 3:", "slop", "did you mean slip?"]),
            ("[respnder]", &["line 1:", "respnder", "did you mean responder?"]),
            (
                "[responder]\nallow = [\"::\", \"10.0.0/8\"]",
                &["responder.allow[1]", "10.0.0/8", "192.0.2.0/24"],
            ),
            (
                "[responder.rate_limit]\nslip = 11",
                &["responder.rate_limit.slip", "\"11\"", "a whole number from 0 to 10"],
            ),
            (
                "[responder.rate_limit]\nipv6_prefix = 0\nslip = \"x\"",
                &["line 3:", "responder.rate_limit.slip", "expected a whole number"],
            ),
            ("[responder.tcp]\nidle = \"soon\"", &["line 2:", "responder.tcp.idle", "\"soon\"", "10s"]),
            ("[responder.tcp]\nidle = \"2h\"", &["responder.tcp.idle", "2h", "give 100ms to 1h"]),
            (
                "[responder.tcp]\nconnections = 5\nper_address = 6",
                &["responder.tcp.per_address", "\"6\"", "at most responder.tcp.connections, which is 5"],
            ),
            ("[responder]\nversion = \"\"", &["responder.version", "give 1 to 255, or leave the key out"]),
            (
                "[responder]\ncookie_secret_file = \"/nowhere/at/all\"",
                &["responder.cookie_secret_file", "/nowhere/at/all", "name a file that this user may read"],
            ),
        ];
        for (text, words) in table {
            let error = check(text).unwrap_err();
            words.iter().for_each(|word| assert!(error.contains(word), "{word:?} in {error:?}"));
        }
        let two = check("[responder]\nallow = [\"x\"]\ntcp = { connections = 0 }").unwrap_err();
        assert_eq!(two.lines().count(), 2, "all at once: {two}");
    }

    #[test]
    fn secrets_are_read_and_never_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cookies");
        let text = format!("[responder]\ncookie_secret_file = {path:?}");
        let present = "e5e973e5a6b2a43f48e7dc849e37bfcf";
        std::fs::write(&path, format!("{present}\n")).unwrap();
        let one = check(&text).unwrap();
        std::fs::write(&path, format!("00112233445566778899AABBCCDDEEFF\n{present}\n")).unwrap();
        let two = check(&text).unwrap();
        assert_eq!(two.changes(&one), ["responder.cookie_secret_file"]);
        assert!(!format!("{two:?}").to_lowercase().contains("e5e9"), "{two:?}");
        let own = Cookies::default();
        let cookie = policy(&one).cookies.answer(&[1; 8], [192, 0, 2, 1].into(), 1000).unwrap();
        let proven = |cookies: &Cookies| {
            cookies
                .answer(&cookie.cookie, [192, 0, 2, 1].into(), 1000)
                .is_some_and(|answered| answered.proven)
        };
        assert!(proven(&policy(&two).cookies), "good by the secret before");
        assert!(!proven(&own));
        for wrong in [
            "",
            "e5e9",
            &format!("{present}0"),
            &format!("+{}", &present[1..]),
            &format!("{present}\n").repeat(3),
        ] {
            std::fs::write(&path, wrong).unwrap();
            let error = check(&text).unwrap_err();
            assert!(error.contains("openssl rand -hex 16") && !error.contains("e5e9"), "{error}");
        }
    }
}
