//! Channels of alerts.

use std::net::IpAddr;

use crate::config::{
    Channel, Email, EmailTls, Header, Json, Snmp, SnmpVersion, Syslog, SyslogTransport, Via,
};
use crate::problem::Problems;
use crate::template::Template;

/// Longest template, octets.
const MAX_TEMPLATE: usize = 65_536;

/// Headers the sender writes itself, and those whose values are secrets.
const OWN: [&str; 5] =
    ["host", "content-length", "content-type", "transfer-encoding", "x-steelyard-signature"];
const SECRET: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token"];

pub fn channel(channel: &Channel, problems: &mut Problems) {
    let at = format!("channels[{}].via.{}", channel.name, channel.via.as_str());
    match &channel.via {
        Via::Slack(_) | Via::Teams(_) | Via::Script(_) => {}
        Via::Json(json) => self::json(&at, json, problems),
        Via::Email(mail) => email(&at, mail, problems),
        Via::Syslog(syslog) => self::syslog(&at, syslog, problems),
        Via::Snmp(snmp) => self::snmp(&at, snmp, problems),
        Via::Pagerduty(pager) => {
            if let Some(url) = &pager.url {
                web_address(&format!("{at}.url"), url, problems);
            }
        }
    }
}

fn json(at: &str, json: &Json, problems: &mut Problems) {
    match (&json.url, &json.url_secret) {
        (Some(url), None) => web_address(&format!("{at}.url"), url, problems),
        (None, Some(_)) => {}
        (Some(_), Some(_)) => {
            problems.push(format!("{at}.url_secret"), "", "give url or url_secret, not both");
        }
        (None, None) => {
            let message = "give the address, or in url_secret the name of the secret that holds it";
            problems.push(format!("{at}.url"), "", message);
        }
    }
    if let Some(text) = &json.template {
        let field = format!("{at}.template");
        match Template::parse(text) {
            _ if text.len() > MAX_TEMPLATE => {
                problems.push(field, "", format!("a template has at most {MAX_TEMPLATE} octets"));
            }
            Ok(template) => {
                let sample = template.render(|_| String::new(), |_| "null".to_owned());
                if let Err(error) = serde_json::from_str::<serde_json::Value>(&sample) {
                    let message = format!(
                        "filled in it is no JSON ({error}): put texts in quotes, as \"{{{{text}}}}\""
                    );
                    problems.push(field, "", message);
                }
            }
            Err(message) => problems.push(field, "", message),
        }
    }
    for (place, header) in json.headers.iter().enumerate() {
        let field = format!("{at}.headers[{}]", header.name);
        header_name(&field, &header.name, problems);
        let same = |other: &Header| other.name.eq_ignore_ascii_case(&header.name);
        if json.headers[..place].iter().any(same) {
            problems.push(&*field, &*header.name, "this header is there already: give each once");
        }
        match (&header.value, &header.secret) {
            (None, Some(_)) => {}
            (Some(value), None) => {
                if SECRET.contains(&header.name.to_ascii_lowercase().as_str()) {
                    // Its value would show what it holds.
                    let message = "the value of this header is a secret: give the secret's name as secret";
                    problems.push(format!("{field}.value"), "", message);
                } else if !value.chars().all(|c| (' '..='~').contains(&c)) {
                    problems.push(format!("{field}.value"), value, "a header holds printable ASCII only");
                }
            }
            _ => problems.push(field, "", "give value, or in secret the name of the secret that holds it"),
        }
    }
}

/// A field name of RFC 9110 section 5.1 that is the operator's to set.
fn header_name(field: &str, name: &str, problems: &mut Problems) {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(token) {
        problems.push(field, name, "give a header's name, as X-Team");
    } else if OWN.contains(&name.to_ascii_lowercase().as_str()) {
        problems.push(field, name, "the sender sets this header itself: remove it");
    }
}

/// `http` or `https`, a host, no user or password, nothing but printable ASCII.
fn web_address(field: &str, url: &str, problems: &mut Problems) {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let authority = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    match authority {
        Some(authority) if authority.contains('@') => {
            // Its value would show the password.
            let message = "an address holds no user or password: put the whole address into a secret, and its name \
                           into url_secret";
            problems.push(field, "", message);
        }
        Some(authority) if !authority.is_empty() && url.bytes().all(|b| (0x21..0x7f).contains(&b)) => {}
        _ => problems.push(field, url, "give an address that begins with https:// or http://"),
    }
}

fn email(at: &str, mail: &Email, problems: &mut Problems) {
    host(&format!("{at}.host"), &mail.host, problems);
    if mail.port == Some(0) {
        problems.push(format!("{at}.port"), "0", "give a port from 1 to 65535");
    }
    if mail.user.is_some() != mail.password_secret.is_some() {
        let field = if mail.user.is_some() { "password_secret" } else { "user" };
        problems.push(
            format!("{at}.{field}"),
            "",
            "signing in takes a user and a password: give both or none",
        );
    }
    if mail.tls == EmailTls::None && mail.password_secret.is_some() {
        let message =
            "a password is not sent in the clear: choose starttls or tls, or remove user and password";
        problems.push(format!("{at}.tls"), "none", message);
    }
    if mail.to.is_empty() {
        problems.push(format!("{at}.to"), "", "give at least one address");
    }
    let addresses = mail.to.iter().map(|to| ("to", to)).chain([("from", &mail.from)]);
    for (field, address) in addresses {
        let parts = address.rsplit_once('@');
        let plain = |c: char| ('!'..='~').contains(&c) && !"<>,;:\\\"".contains(c);
        if !parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
            || !address.chars().all(plain)
        {
            problems.push(format!("{at}.{field}"), address, "give a mail address, as noc@example.org");
        }
    }
}

fn syslog(at: &str, syslog: &Syslog, problems: &mut Problems) {
    host_and_port(&format!("{at}.address"), &syslog.address, None, problems);
    if let Some(ca) = &syslog.ca {
        if syslog.transport != SyslogTransport::Tls {
            problems.push(format!("{at}.ca"), "", "this field belongs to the transport tls: remove it");
        }
        if !ca.contains("-----BEGIN CERTIFICATE-----") {
            problems.push(format!("{at}.ca"), "", "give certificates in PEM, from their BEGIN line on");
        }
    }
}

fn snmp(at: &str, snmp: &Snmp, problems: &mut Problems) {
    host_and_port(&format!("{at}.address"), &snmp.address, Some(162), problems);
    let SnmpVersion::V3(user) = &snmp.version else { return };
    if user.user.is_empty() || user.user.len() > 32 {
        problems.push(format!("{at}.version.v3.user"), &*user.user, "give a name of 1 to 32 octets");
    }
    if let Some(engine) = &user.engine_id {
        let hex = engine.bytes().all(|b| b.is_ascii_hexdigit());
        if !hex || !engine.len().is_multiple_of(2) || !(10..=64).contains(&engine.len()) {
            let message = "give 5 to 32 octets in hex, as 80001f8804737465656c79617264";
            problems.push(format!("{at}.version.v3.engine_id"), &**engine, message);
        }
    }
}

fn host(field: &str, host: &str, problems: &mut Problems) {
    let name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if host.parse::<IpAddr>().is_err() && (host.is_empty() || host.len() > 253 || !host.chars().all(name)) {
        problems.push(field, host, "give a host by name or address");
    }
}

/// Splits `host:port`; brackets around an IPv6 address.
///
/// # Errors
/// What would be right.
pub fn split_address(address: &str, port: Option<u16>) -> Result<(&str, u16), String> {
    let example = port.map_or(String::new(), |port| format!("; without a port it is {port}"));
    let wrong = || format!("give host and port, as collector.example.net:514 or [2001:db8::1]:514{example}");
    let (host, given) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or_else(wrong)?;
            (host, rest.strip_prefix(':'))
        }
        None => match address.rsplit_once(':') {
            Some((host, given)) if !host.contains(':') => (host, Some(given)),
            _ => (address, None),
        },
    };
    let given = match given {
        Some(text) => Some(text.parse::<u16>().ok().filter(|p| *p > 0).ok_or_else(wrong)?),
        None => port,
    };
    Ok((host, given.ok_or_else(wrong)?))
}

fn host_and_port(field: &str, address: &str, port: Option<u16>, problems: &mut Problems) {
    match split_address(address, port) {
        Ok((name, _)) => host(field, name, problems),
        Err(message) => problems.push(field, address, message),
    }
}
