use model::Problems;
use model::config::{Monitor, MonitorKind};
use serde::{Deserialize, Serialize};

use super::{Form, parse, without_path};

/// A monitor as its form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MonitorDraft {
    /// Name.
    pub name: String,
    /// `http` or `tcp`.
    pub kind: String,
    /// Port.
    pub port: String,
    /// Request line, or nothing.
    pub request: String,
    /// Host header, or nothing.
    pub host: String,
    /// Statuses, separated by commas.
    pub expect_status: String,
    /// As `10s`.
    pub interval: String,
    /// As `4s`.
    pub timeout: String,
    /// 1 to 50.
    pub failures: String,
    /// 1 to 50.
    pub successes: String,
}

impl MonitorDraft {
    /// What a new monitor's form starts with.
    pub fn new() -> Self {
        MonitorDraft {
            kind: "http".to_owned(),
            port: "80".to_owned(),
            request: "HEAD / HTTP/1.1".to_owned(),
            expect_status: "2xx, 3xx".to_owned(),
            interval: "10s".to_owned(),
            timeout: "4s".to_owned(),
            failures: "3".to_owned(),
            successes: "3".to_owned(),
            ..MonitorDraft::default()
        }
    }

    /// The form of an existing monitor.
    pub fn of(monitor: &Monitor) -> Self {
        MonitorDraft {
            name: monitor.name.to_string(),
            kind: monitor.kind.as_str().to_owned(),
            port: monitor.port.to_string(),
            request: monitor.request.clone().unwrap_or_default(),
            host: monitor.host.clone().unwrap_or_default(),
            expect_status: monitor
                .expect_status
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            interval: monitor.interval.to_string(),
            timeout: monitor.timeout.to_string(),
            failures: monitor.failures.to_string(),
            successes: monitor.successes.to_string(),
        }
    }

    /// The form as it was posted.
    pub fn from_form(form: &Form) -> Self {
        MonitorDraft {
            name: form.text("name"),
            kind: form.text("kind"),
            port: form.text("port"),
            request: form.text("request"),
            host: form.text("host"),
            expect_status: form.text("expect_status"),
            interval: form.text("interval"),
            timeout: form.text("timeout"),
            failures: form.text("failures"),
            successes: form.text("successes"),
        }
    }

    /// The monitor, or every problem under the name of its field. The fields of HTTP are ignored for TCP.
    pub fn parse(&self) -> Result<Monitor, Problems> {
        let mut problems = Problems::default();
        let name = parse(&mut problems, "name", &self.name);
        let kind = match self.kind.as_str() {
            "http" => Some(MonitorKind::Http),
            "tcp" => Some(MonitorKind::Tcp),
            other => {
                problems.push("kind", other, "choose http or tcp");
                None
            }
        };
        let mut number = |field: &str, text: &str, max: u16| match text.trim().parse::<u16>() {
            Ok(n) if (1..=max).contains(&n) => Some(n),
            _ => {
                problems.push(field, text, format!("give a whole number from 1 to {max}"));
                None
            }
        };
        let port = number("port", &self.port, u16::MAX);
        let failures = number("failures", &self.failures, 50);
        let successes = number("successes", &self.successes, 50);
        let interval = parse(&mut problems, "interval", &self.interval);
        let timeout = parse(&mut problems, "timeout", &self.timeout);
        let http = kind == Some(MonitorKind::Http);
        let words = self.expect_status.split([',', ' ']).filter(|w| !w.is_empty() && http);
        let expect_status = words.filter_map(|w| parse(&mut problems, "expect_status", w)).collect();
        let text = |t: &str| Some(t.trim().to_owned()).filter(|t| http && !t.is_empty());
        let monitor = || {
            Some(Monitor {
                name: name?,
                kind: kind?,
                port: port?,
                request: text(&self.request),
                host: text(&self.host),
                expect_status,
                interval: interval?,
                timeout: timeout?,
                failures: failures? as u8,
                successes: successes? as u8,
            })
        };
        monitor().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    /// Puts the checks' problems beside the form's fields.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        without_path(problems, "monitors", &self.name)
    }
}
