use std::collections::BTreeMap;

use model::config::{
    DnsQuery, Flap, Header, Monitor, MonitorAuth, MonitorField, MonitorKind, MonitorTls, RcodeName,
    ScriptCall, SecretName, StatusMatch,
};
use model::rrtype::Rcode;
use model::{Label, Problems};

use super::MonitorDraft;
use crate::draft::parse;

impl MonitorDraft {
    /// The monitor, or every problem under the name of its field. Fields that do not belong to its type are ignored.
    pub fn parse(&self) -> Result<Monitor, Problems> {
        let mut problems = Problems::default();
        let name = parse(&mut problems, "name", &self.name);
        let kind: Option<MonitorKind> = parse(&mut problems, "kind", &self.kind);
        let has = |field: MonitorField| kind.is_some_and(|kind| kind.has(field));
        let http = has(MonitorField::Http);
        let text = |text: &str, field: MonitorField| {
            Some(text.trim().to_owned()).filter(|t| has(field) && !t.is_empty())
        };
        // Spaces at its ends may be meant, and a browser sends lines that end as CR LF.
        let octets = |text: &str, field: MonitorField| {
            Some(text.replace("\r\n", "\n")).filter(|t| has(field) && !t.is_empty())
        };
        let (http_text, traffic) =
            (|t: &str| text(t, MonitorField::Http), |t: &str| octets(t, MonitorField::SendExpect));
        let port =
            text(&self.port, MonitorField::Port).and_then(|t| number(&mut problems, "port", &t, 1, u16::MAX));
        let follow = http_text(&self.follow_redirects);
        let follow_redirects =
            follow.and_then(|t| number(&mut problems, "follow_redirects", &t, 0, 5)).unwrap_or(0);
        let failures = number(&mut problems, "failures", &self.failures, 1, 50);
        let successes = number(&mut problems, "successes", &self.successes, 1, 50);
        let interval = parse(&mut problems, "interval", &self.interval);
        let timeout = parse(&mut problems, "timeout", &self.timeout);
        let headers = if http { self.headers(&mut problems) } else { Vec::new() };
        let expect_status = statuses(&mut problems, "expect_status", &self.expect_status, http);
        let maintenance_status =
            statuses(&mut problems, "maintenance_status", &self.maintenance_status, http);
        let tls = kind.and_then(|kind| self.tls(kind, &mut problems));
        let auth = if http { self.auth(&mut problems) } else { None };
        let query = if has(MonitorField::Query) { self.query(&mut problems) } else { None };
        let script = if has(MonitorField::Script) { self.script(&mut problems) } else { None };
        let flap = self.flap(&mut problems);
        let monitor = || {
            Some(Monitor {
                name: name?,
                kind: kind?,
                port,
                request: http_text(&self.request),
                host: text(&self.host, MonitorField::Host),
                headers,
                request_body: octets(&self.request_body, MonitorField::Http),
                expect_status,
                expect_body: octets(&self.expect_body, MonitorField::Http),
                expect_body_regex: http_text(&self.expect_body_regex),
                maintenance_status,
                follow_redirects: follow_redirects as u8,
                tls,
                auth,
                send: traffic(&self.send),
                expect: traffic(&self.expect),
                half_open: has(MonitorField::HalfOpen) && !self.half_open.is_empty(),
                query,
                service: text(&self.service, MonitorField::Service),
                script,
                interval: interval?,
                timeout: timeout?,
                failures: failures? as u8,
                successes: successes? as u8,
                flap,
            })
        };
        monitor().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    fn headers(&self, problems: &mut Problems) -> Vec<Header> {
        let mut headers = Vec::new();
        for (name, value) in pairs(problems, "headers", &self.headers, ':', "Name: value") {
            headers.push(Header { name, value: Some(value), secret: None });
        }
        for (name, secret) in pairs(problems, "secret_headers", &self.secret_headers, ':', "Name: secret") {
            let secret: Option<Label> = parse(problems, "secret_headers", &secret);
            headers.push(Header { name, value: None, secret });
        }
        headers
    }

    fn auth(&self, problems: &mut Problems) -> Option<MonitorAuth> {
        let user = self.auth_user.trim().to_owned();
        match self.auth.as_str() {
            "" | "none" => None,
            "basic" => Some(MonitorAuth::Basic {
                user,
                password: secret(problems, "auth_secret", &self.auth_secret)?,
            }),
            "bearer" => Some(MonitorAuth::Bearer(secret(problems, "auth_secret", &self.auth_secret)?)),
            other => {
                problems.push("auth", other, "choose none, basic or bearer");
                None
            }
        }
    }

    fn tls(&self, kind: MonitorKind, problems: &mut Problems) -> Option<MonitorTls> {
        if !kind.has(MonitorField::Tls) || (kind == MonitorKind::Grpc && self.tls.is_empty()) {
            return None;
        }
        let line = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let tls = MonitorTls {
            verify: self.tls_unverified.is_empty(),
            server_name: line(&self.tls_server_name),
            ca: line(&self.tls_ca.replace("\r\n", "\n")),
            client_certificate: line(&self.tls_client_certificate.replace("\r\n", "\n")),
            client_key: line(&self.tls_client_key).and_then(|name| secret(problems, "tls_client_key", &name)),
            minimum_days: line(&self.tls_minimum_days)
                .and_then(|t| number(problems, "tls_minimum_days", &t, 1, 825)),
        };
        // A gRPC monitor speaks TLS because the field is there.
        Some(tls).filter(|tls| kind == MonitorKind::Grpc || *tls != MonitorTls::default())
    }

    fn query(&self, problems: &mut Problems) -> Option<DnsQuery> {
        let rcode: Option<Rcode> = parse(problems, "query_rcode", &self.query_rcode);
        let rr_type = parse(problems, "query_type", &self.query_type);
        Some(DnsQuery {
            name: parse(problems, "query_name", &self.query_name)?,
            rr_type: rr_type?,
            rcode: RcodeName(rcode?),
            answer: Some(self.query_answer.trim().to_owned()).filter(|text| !text.is_empty()),
        })
    }

    fn script(&self, problems: &mut Problems) -> Option<ScriptCall> {
        let env = pairs(problems, "script_env", &self.script_env, '=', "NAME=value");
        let args = self.script_args.lines().map(str::trim_end).filter(|line| !line.is_empty());
        Some(ScriptCall {
            name: parse(problems, "script_name", &self.script_name)?,
            args: args.map(str::to_owned).collect(),
            env: env.into_iter().collect::<BTreeMap<_, _>>(),
        })
    }

    fn flap(&self, problems: &mut Problems) -> Flap {
        let mut flap = Flap::default();
        if !self.flap_changes.trim().is_empty() {
            flap.changes = number(problems, "flap_changes", &self.flap_changes, 2, 100).unwrap_or(2) as u8;
        }
        if !self.flap_window.trim().is_empty() {
            flap.window = parse(problems, "flap_window", &self.flap_window).unwrap_or(flap.window);
        }
        if !self.flap_hold.trim().is_empty() {
            flap.hold = parse(problems, "flap_hold", &self.flap_hold);
        }
        flap
    }
}

fn number(problems: &mut Problems, field: &str, text: &str, min: u16, max: u16) -> Option<u16> {
    let number = text.trim().parse::<u16>().ok().filter(|n| (min..=max).contains(n));
    if number.is_none() {
        problems.push(field, text, format!("give a whole number from {min} to {max}"));
    }
    number
}

fn statuses(problems: &mut Problems, field: &str, text: &str, belongs: bool) -> Vec<StatusMatch> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty() && belongs);
    words.filter_map(|word| parse(problems, field, word)).collect()
}

fn secret(problems: &mut Problems, field: &str, text: &str) -> Option<SecretName> {
    parse(problems, field, text).map(|secret| SecretName { secret })
}

/// The lines of a text, each cut in two.
fn pairs(problems: &mut Problems, field: &str, text: &str, at: char, form: &str) -> Vec<(String, String)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut cut = |line: &str| match line.split_once(at) {
        Some((name, value)) => Some((name.trim().to_owned(), value.trim().to_owned())),
        None => {
            problems.push(field, line, format!("write `{form}` on each line"));
            None
        }
    };
    lines.filter_map(&mut cut).collect()
}
