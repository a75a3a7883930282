//! Monitors.

use crate::config::{Monitor, MonitorKind};
use crate::problem::Problems;
use crate::value::Span;

pub fn monitor(monitor: &Monitor, problems: &mut Problems) {
    let at = format!("monitors[{}]", monitor.name);
    if monitor.port == 0 {
        problems.push(format!("{at}.port"), "0", "give a port from 1 to 65535");
    }
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
    let http_only = [
        ("request", monitor.request.is_some()),
        ("host", monitor.host.is_some()),
        ("expect_status", !monitor.expect_status.is_empty()),
    ];
    for (field, _) in http_only.iter().filter(|(_, set)| *set && monitor.kind != MonitorKind::Http) {
        problems.push(format!("{at}.{field}"), "", "this field belongs to monitors of type http: remove it");
    }
    if let Some(request) = &monitor.request
        && let Err(why) = request_line(request)
    {
        problems.push(format!("{at}.request"), &**request, why);
    }
    if let Some(host) =
        monitor.host.as_ref().filter(|h| h.is_empty() || h.chars().any(|c| c <= ' ' || c > '~'))
    {
        problems.push(format!("{at}.host"), &**host, "give a host name, as in a browser's address");
    }
}

/// Method and path of a request line such as `HEAD /healthz HTTP/1.1`.
pub fn request_line(line: &str) -> Result<(&str, &str), &'static str> {
    const WRONG: &str = "write the request as `GET /path HTTP/1.1`";
    let mut words = line.split_ascii_whitespace();
    let (method, path, version) = (words.next().ok_or(WRONG)?, words.next().ok_or(WRONG)?, words.next());
    let good = ["GET", "HEAD", "OPTIONS"].contains(&method)
        && path.starts_with('/')
        && path.bytes().all(|b| (0x21..0x7f).contains(&b))
        && version.is_none_or(|v| v == "HTTP/1.0" || v == "HTTP/1.1")
        && words.next().is_none();
    if good {
        Ok((method, path))
    } else {
        Err("write the request as `GET /path HTTP/1.1`, with GET, HEAD or OPTIONS")
    }
}
