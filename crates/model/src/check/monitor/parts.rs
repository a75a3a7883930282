//! The parts of monitors that have fields of their own.

use super::is_host;
use crate::config::{Monitor, MonitorAuth};
use crate::problem::Problems;
use crate::rrtype::Rcode;

/// Longest PEM text.
const MAX_PEM: usize = 256 * 1024;
/// Headers a monitor's own would contradict.
const OWN_HEADERS: [&str; 6] =
    ["host", "connection", "content-length", "transfer-encoding", "upgrade", "authorization"];

pub fn tls(monitor: &Monitor, at: &str, problems: &mut Problems) {
    let Some(tls) = &monitor.tls else { return };
    if let Some(name) = tls.server_name.as_ref().filter(|name| !is_host(name) || name.len() > 253) {
        problems.push(
            format!("{at}.tls.server_name"),
            &**name,
            "give a host name, as in a browser's address",
        );
    }
    for (field, pem) in [("ca", &tls.ca), ("client_certificate", &tls.client_certificate)] {
        if pem.as_ref().is_some_and(|pem| !is_certificate(pem)) {
            let message =
                "give certificates as PEM, from BEGIN CERTIFICATE to END CERTIFICATE, at most 256 KiB";
            problems.push(format!("{at}.tls.{field}"), "", message);
        }
    }
    if tls.client_certificate.is_some() != tls.client_key.is_some() {
        let field = if tls.client_key.is_some() { "client_certificate" } else { "client_key" };
        let message = "a client certificate and its key go together: give both or neither";
        problems.push(format!("{at}.tls.{field}"), "", message);
    }
    if !tls.verify && tls.ca.is_some() {
        let message =
            "authorities are of no use where the certificate is not verified: leave out one of them";
        problems.push(format!("{at}.tls.ca"), "", message);
    }
    if let Some(days) = tls.minimum_days.filter(|days| !(1..=825).contains(days)) {
        problems.push(format!("{at}.tls.minimum_days"), days.to_string(), "give 1 to 825 days");
    }
}

fn is_certificate(pem: &str) -> bool {
    let begin = pem.find("-----BEGIN CERTIFICATE-----");
    let end = pem.rfind("-----END CERTIFICATE-----");
    // Whoever pastes a key with a certificate would have it in every export.
    pem.len() <= MAX_PEM && begin.is_some() && begin < end && !pem.contains("PRIVATE KEY")
}

pub fn headers(monitor: &Monitor, at: &str, problems: &mut Problems) {
    if monitor.headers.len() > 32 {
        problems.push(
            format!("{at}.headers"),
            monitor.headers.len().to_string(),
            "at most 32 headers are sent",
        );
    }
    for (i, header) in monitor.headers.iter().enumerate() {
        let at = format!("{at}.headers[{i}]");
        let name = header.name.to_ascii_lowercase();
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || name.len() > 128 || !name.bytes().all(token) {
            problems.push(format!("{at}.name"), &*header.name, "give the name of a header, such as X-Probe");
        } else if OWN_HEADERS.contains(&name.as_str()) && (name != "authorization" || monitor.auth.is_some())
        {
            let message = "the monitor sends this header itself: use host, request_body or auth";
            problems.push(format!("{at}.name"), &*header.name, message);
        }
        if header.value.is_some() == header.secret.is_some() {
            problems.push(format!("{at}.value"), "", "give either a value or a secret");
        }
        if header.value.as_ref().is_some_and(|v| v.len() > 4096 || v.chars().any(|c| c.is_control())) {
            problems.push(format!("{at}.value"), "", "give one line of at most 4096 octets");
        }
    }
}

pub fn auth(monitor: &Monitor, at: &str, problems: &mut Problems) {
    if let Some(MonitorAuth::Basic { user, .. }) = &monitor.auth
        && (user.is_empty() || user.len() > 255 || user.chars().any(|c| c == ':' || c.is_control()))
    {
        let message = "give a name of 1 to 255 octets without a colon";
        problems.push(format!("{at}.auth.basic.user"), &**user, message);
    }
}

pub fn query(monitor: &Monitor, at: &str, problems: &mut Problems) {
    let Some(query) = &monitor.query else { return };
    if query.rcode.0.0 > 15 {
        let message = "give a code of the protocol's header, such as NOERROR or NXDOMAIN";
        problems.push(format!("{at}.query.rcode"), query.rcode.0.to_string(), message);
    }
    let Some(answer) = &query.answer else { return };
    if query.rcode.0 != Rcode::NOERROR {
        let message =
            format!("an answer of {} has no records: leave out the answer, or the rcode", query.rcode.0);
        problems.push(format!("{at}.query.answer"), &**answer, message);
    } else if let Err(error) = crate::rdata::parse(query.rr_type, answer, &crate::name::DnsName::root()) {
        problems.push(format!("{at}.query.answer"), &**answer, error.to_string());
    }
}

pub fn script(monitor: &Monitor, at: &str, problems: &mut Problems) {
    let Some(script) = &monitor.script else { return };
    if script.name.as_str().starts_with('.') {
        let message = "give the file name of a script in the folder of the settings, without a dot before it";
        problems.push(format!("{at}.script.name"), script.name.to_string(), message);
    }
    if script.args.len() > 32 || script.args.iter().any(|arg| arg.len() > 4096 || arg.contains('\0')) {
        problems.push(format!("{at}.script.args"), "", "give at most 32 arguments of at most 4096 octets");
    }
    if script.env.len() > 32 {
        problems.push(format!("{at}.script.env"), script.env.len().to_string(), "give at most 32 variables");
    }
    for (name, value) in &script.env {
        let upper = name.to_ascii_uppercase();
        let word = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !word || name.starts_with(|c: char| c.is_ascii_digit()) || upper.starts_with("LD_") {
            let message =
                "give the name of a variable: letters, digits and underscores, and none of the loader's";
            problems.push(format!("{at}.script.env"), &**name, message);
        } else if upper.starts_with("STEELYARD_") || upper == "PATH" {
            problems.push(
                format!("{at}.script.env"),
                &**name,
                "this variable is the server's: take another name",
            );
        }
        if value.len() > 4096 || value.contains('\0') {
            problems.push(format!("{at}.script.env"), &**name, "give a value of at most 4096 octets");
        }
    }
}
