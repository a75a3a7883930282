//! Monitors.

mod parts;

use crate::config::{Monitor, MonitorField, MonitorKind, octets};
use crate::problem::Problems;
use crate::value::Span;

/// Longest text that is sent or looked for, in octets.
const MAX_TEXT: usize = 64 * 1024;

pub fn monitor(monitor: &Monitor, problems: &mut Problems) {
    let at = format!("monitors[{}]", monitor.name);
    match monitor.port {
        Some(0) => problems.push(format!("{at}.port"), "0", "give a port from 1 to 65535"),
        None if !matches!(monitor.kind, MonitorKind::Icmp | MonitorKind::Script)
            && monitor.dialled_port().is_none() =>
        {
            let message = format!("monitors of type {} need a port: give 1 to 65535", monitor.kind.as_str());
            problems.push(format!("{at}.port"), "", message);
        }
        _ => {}
    }
    timing(monitor, &at, problems);
    belonging(monitor, &at, problems);
    http(monitor, &at, problems);
    for (field, text) in [("send", &monitor.send), ("expect", &monitor.expect)] {
        match text.as_deref().map(octets) {
            Some(Err(error)) => problems.push(format!("{at}.{field}"), "", error.to_string()),
            Some(Ok(octets)) if octets.is_empty() || octets.len() > MAX_TEXT => {
                problems.push(format!("{at}.{field}"), "", "give 1 to 65536 octets, or leave the field out");
            }
            _ => {}
        }
    }
    let needed = match monitor.kind {
        MonitorKind::Udp if monitor.send.is_none() => Some(("send", "the datagram that is sent")),
        MonitorKind::Dns if monitor.query.is_none() => Some(("query", "the name that is asked for")),
        MonitorKind::Script if monitor.script.is_none() => Some(("script", "the name of the script")),
        _ => None,
    };
    if let Some((field, what)) = needed {
        let message = format!("monitors of type {} need {what}", monitor.kind.as_str());
        problems.push(format!("{at}.{field}"), "", message);
    }
    if monitor.half_open && (monitor.send.is_some() || monitor.expect.is_some()) {
        let message = "a half-open check says nothing: leave out send and expect, or half_open";
        problems.push(format!("{at}.half_open"), "true", message);
    }
    parts::tls(monitor, &at, problems);
    parts::headers(monitor, &at, problems);
    parts::auth(monitor, &at, problems);
    parts::query(monitor, &at, problems);
    parts::script(monitor, &at, problems);
}

fn timing(monitor: &Monitor, at: &str, problems: &mut Problems) {
    if monitor.interval < Span::seconds(1) || monitor.interval > Span::seconds(3600) {
        problems.push(format!("{at}.interval"), monitor.interval.to_string(), "give 1s to 3600s");
    }
    if monitor.timeout < Span::millis(10) || monitor.timeout >= monitor.interval {
        let message = format!("give at least 10ms and less than the interval, {}", monitor.interval);
        problems.push(format!("{at}.timeout"), monitor.timeout.to_string(), message);
    }
    for (field, value) in [("failures", monitor.failures), ("successes", monitor.successes)] {
        if !(1..=50).contains(&value) {
            problems.push(format!("{at}.{field}"), value.to_string(), "give 1 to 50 checks");
        }
    }
    let flap = &monitor.flap;
    if !(2..=100).contains(&flap.changes) {
        problems.push(format!("{at}.flap.changes"), flap.changes.to_string(), "give 2 to 100 changes");
    }
    if flap.window < Span::seconds(10) || flap.window > Span::seconds(86_400) {
        problems.push(format!("{at}.flap.window"), flap.window.to_string(), "give 10s to 1d");
    }
    if let Some(hold) = flap.hold.filter(|hold| hold.as_millis() == 0 || *hold > flap.window) {
        let message = format!("give more than 0s, and at most the window, {}", flap.window);
        problems.push(format!("{at}.flap.hold"), hold.to_string(), message);
    }
}

/// Fields that are set and do not belong to the type.
fn belonging(monitor: &Monitor, at: &str, problems: &mut Problems) {
    let set = [
        ("port", MonitorField::Port, monitor.port.is_some()),
        ("request", MonitorField::Http, monitor.request.is_some()),
        ("host", MonitorField::Host, monitor.host.is_some()),
        ("headers", MonitorField::Http, !monitor.headers.is_empty()),
        ("request_body", MonitorField::Http, monitor.request_body.is_some()),
        ("expect_status", MonitorField::Http, !monitor.expect_status.is_empty()),
        ("expect_body", MonitorField::Http, monitor.expect_body.is_some()),
        ("expect_body_regex", MonitorField::Http, monitor.expect_body_regex.is_some()),
        ("maintenance_status", MonitorField::Http, !monitor.maintenance_status.is_empty()),
        ("follow_redirects", MonitorField::Http, monitor.follow_redirects != 0),
        ("tls", MonitorField::Tls, monitor.tls.is_some()),
        ("auth", MonitorField::Http, monitor.auth.is_some()),
        ("send", MonitorField::SendExpect, monitor.send.is_some()),
        ("expect", MonitorField::SendExpect, monitor.expect.is_some()),
        ("half_open", MonitorField::HalfOpen, monitor.half_open),
        ("query", MonitorField::Query, monitor.query.is_some()),
        ("service", MonitorField::Service, monitor.service.is_some()),
        ("script", MonitorField::Script, monitor.script.is_some()),
    ];
    for (name, field, _) in set.into_iter().filter(|(_, field, set)| *set && !monitor.kind.has(*field)) {
        let types = MonitorKind::with(field);
        let message = format!("this field belongs to monitors of type {types}: remove it");
        problems.push(format!("{at}.{name}"), "", message);
    }
}

fn http(monitor: &Monitor, at: &str, problems: &mut Problems) {
    if let Some(request) = &monitor.request
        && let Err(why) = request_line(request)
    {
        problems.push(format!("{at}.request"), &**request, why);
    }
    if let Some(host) = monitor.host.as_ref().filter(|host| !is_host(host)) {
        problems.push(format!("{at}.host"), &**host, "give a host name, as in a browser's address");
    }
    if let Some(body) = &monitor.request_body {
        if body.len() > MAX_TEXT {
            problems.push(format!("{at}.request_body"), "", "at most 64 KiB are sent");
        }
        let method =
            monitor.request.as_deref().unwrap_or("GET / HTTP/1.1").split(' ').next().unwrap_or_default();
        if !matches!(method, "POST" | "PUT" | "PATCH") {
            let message = "only POST, PUT and PATCH have a body: change the request, or leave the body out";
            problems.push(format!("{at}.request_body"), "", message);
        }
    }
    if monitor.expect_body.as_ref().is_some_and(|text| text.is_empty() || text.len() > MAX_TEXT) {
        problems.push(format!("{at}.expect_body"), "", "give 1 to 65536 octets, or leave the field out");
    }
    if let Some(regex) = &monitor.expect_body_regex
        && let Err(error) = regex::bytes::RegexBuilder::new(regex).size_limit(1 << 20).build()
    {
        let last = error.to_string().lines().last().unwrap_or_default().trim().to_owned();
        problems.push(format!("{at}.expect_body_regex"), &**regex, format!("no regular expression: {last}"));
    }
    let reads_body = monitor.expect_body.is_some() || monitor.expect_body_regex.is_some();
    if reads_body && monitor.request.as_deref().is_some_and(|line| line.starts_with("HEAD ")) {
        let field = if monitor.expect_body.is_some() { "expect_body" } else { "expect_body_regex" };
        let message = "an answer to HEAD has no body: change the request to GET";
        problems.push(format!("{at}.{field}"), "", message);
    }
    if monitor.follow_redirects > 5 {
        let value = monitor.follow_redirects.to_string();
        problems.push(format!("{at}.follow_redirects"), value, "give 0 to 5 redirects");
    }
    if monitor.service.as_ref().is_some_and(|name| name.is_empty() || name.len() > 255) {
        problems.push(format!("{at}.service"), "", "give a name of 1 to 255 octets, or leave the field out");
    }
}

/// What may stand in a Host header or be asked for in a handshake.
fn is_host(host: &str) -> bool {
    !host.is_empty() && host.bytes().all(|b| (0x21..0x7f).contains(&b))
}

/// Method and path of a request line such as `HEAD /healthz HTTP/1.1`.
pub fn request_line(line: &str) -> Result<(&str, &str), &'static str> {
    const WRONG: &str = "write the request as `GET /path HTTP/1.1`";
    let mut words = line.split_ascii_whitespace();
    let (method, path, version) = (words.next().ok_or(WRONG)?, words.next().ok_or(WRONG)?, words.next());
    let good = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH"].contains(&method)
        && path.starts_with('/')
        && path.bytes().all(|b| (0x21..0x7f).contains(&b))
        && version.is_none_or(|v| v == "HTTP/1.0" || v == "HTTP/1.1")
        && words.next().is_none();
    if good {
        Ok((method, path))
    } else {
        Err("write the request as `GET /path HTTP/1.1`, with GET, HEAD, OPTIONS, POST, PUT or PATCH")
    }
}
