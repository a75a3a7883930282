mod parse;

use model::Problems;
use model::config::{Monitor, MonitorAuth};
use serde::{Deserialize, Serialize};

use super::{Form, without_path};

/// Makes the draft with its way from a posted form: every field is a text of the same name.
macro_rules! draft {
    ($($(#[$doc:meta])* $field:ident,)*) => {
        /// A monitor as its form holds it. Fields that do not belong to its type may hold anything.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct MonitorDraft {
            $($(#[$doc])* pub $field: String,)*
        }

        impl MonitorDraft {
            /// The form as it was posted.
            pub fn from_form(form: &Form) -> Self {
                MonitorDraft { $($field: form.text(stringify!($field)),)* }
            }
        }
    };
}

draft! {
    /// Name.
    name,
    /// The type, as `http`.
    kind,
    /// Port, or nothing.
    port,
    /// Request line, or nothing.
    request,
    /// Host header, or nothing.
    host,
    /// Headers, `Name: value` on each line.
    headers,
    /// Headers whose values are secrets, `Name: name of the secret` on each line.
    secret_headers,
    /// Body that is sent, or nothing.
    request_body,
    /// Statuses, separated by commas.
    expect_status,
    /// Text in the body, or nothing.
    expect_body,
    /// Regular expression, or nothing.
    expect_body_regex,
    /// Statuses, separated by commas.
    maintenance_status,
    /// 0 to 5, or nothing.
    follow_redirects,
    /// `none`, `basic` or `bearer`.
    auth,
    /// User of `basic`.
    auth_user,
    /// Secret of `basic` and `bearer`.
    auth_secret,
    /// Whether gRPC uses TLS: `on` or nothing.
    tls,
    /// Whether certificates are not verified: `on` or nothing.
    tls_unverified,
    /// Name in the handshake, or nothing.
    tls_server_name,
    /// Authorities, PEM, or nothing.
    tls_ca,
    /// Certificate of the monitor, PEM, or nothing.
    tls_client_certificate,
    /// Secret with its key, or nothing.
    tls_client_key,
    /// Days, or nothing.
    tls_minimum_days,
    /// What is sent, with escapes.
    send,
    /// What is expected, with escapes.
    expect,
    /// `on` or nothing.
    half_open,
    /// Name asked for.
    query_name,
    /// Type asked for.
    query_type,
    /// Code expected.
    query_rcode,
    /// Record expected, or nothing.
    query_answer,
    /// gRPC service, or nothing.
    service,
    /// Name of the script.
    script_name,
    /// Arguments, one on each line.
    script_args,
    /// Variables, `NAME=value` on each line.
    script_env,
    /// As `10s`.
    interval,
    /// As `4s`.
    timeout,
    /// 1 to 50.
    failures,
    /// 1 to 50.
    successes,
    /// 2 to 100.
    flap_changes,
    /// As `5m`.
    flap_window,
    /// As `30s`, or nothing.
    flap_hold,
}

impl MonitorDraft {
    /// What a new monitor's form starts with.
    pub fn new() -> Self {
        let text = str::to_owned;
        MonitorDraft {
            kind: text("http"),
            port: text("80"),
            request: text("HEAD / HTTP/1.1"),
            expect_status: text("2xx, 3xx"),
            auth: text("none"),
            query_type: text("A"),
            query_rcode: text("NOERROR"),
            interval: text("10s"),
            timeout: text("4s"),
            failures: text("3"),
            successes: text("3"),
            flap_changes: text("2"),
            flap_window: text("5m"),
            ..MonitorDraft::default()
        }
    }

    /// The form of an existing monitor.
    pub fn of(monitor: &Monitor) -> Self {
        let some = |text: &Option<String>| text.clone().unwrap_or_default();
        let on = |set: bool| if set { "on".to_owned() } else { String::new() };
        let list = |statuses: &[model::config::StatusMatch]| {
            statuses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let lines = |lines: Vec<String>| lines.join("\n");
        let (auth, auth_user) = match &monitor.auth {
            None => ("none", ""),
            Some(MonitorAuth::Basic { user, .. }) => ("basic", user.as_str()),
            Some(MonitorAuth::Bearer(_)) => ("bearer", ""),
        };
        let tls = monitor.tls.clone().unwrap_or_default();
        let query = monitor.query.as_ref();
        let script = monitor.script.as_ref();
        let headers = monitor.headers.iter();
        MonitorDraft {
            name: monitor.name.to_string(),
            kind: monitor.kind.as_str().to_owned(),
            port: monitor.port.map(|port| port.to_string()).unwrap_or_default(),
            request: some(&monitor.request),
            host: some(&monitor.host),
            headers: lines(
                headers.clone().filter_map(|h| Some(format!("{}: {}", h.name, h.value.as_ref()?))).collect(),
            ),
            secret_headers: lines(
                headers.filter_map(|h| Some(format!("{}: {}", h.name, h.secret.as_ref()?))).collect(),
            ),
            request_body: some(&monitor.request_body),
            expect_status: list(&monitor.expect_status),
            expect_body: some(&monitor.expect_body),
            expect_body_regex: some(&monitor.expect_body_regex),
            maintenance_status: list(&monitor.maintenance_status),
            follow_redirects: match monitor.follow_redirects {
                0 => String::new(),
                some => some.to_string(),
            },
            auth: auth.to_owned(),
            auth_user: auth_user.to_owned(),
            auth_secret: monitor.auth.as_ref().map(|a| a.secret().secret.to_string()).unwrap_or_default(),
            tls: on(monitor.tls.is_some()),
            tls_unverified: on(!tls.verify),
            tls_server_name: some(&tls.server_name),
            tls_ca: some(&tls.ca),
            tls_client_certificate: some(&tls.client_certificate),
            tls_client_key: tls.client_key.map(|key| key.secret.to_string()).unwrap_or_default(),
            tls_minimum_days: tls.minimum_days.map(|days| days.to_string()).unwrap_or_default(),
            send: some(&monitor.send),
            expect: some(&monitor.expect),
            half_open: on(monitor.half_open),
            query_name: query.map(|q| q.name.to_string()).unwrap_or_default(),
            query_type: query.map_or("A".to_owned(), |q| q.rr_type.to_string()),
            query_rcode: query.map_or("NOERROR".to_owned(), |q| q.rcode.0.to_string()),
            query_answer: query.and_then(|q| q.answer.clone()).unwrap_or_default(),
            service: some(&monitor.service),
            script_name: script.map(|s| s.name.to_string()).unwrap_or_default(),
            script_args: lines(script.map(|s| s.args.clone()).unwrap_or_default()),
            script_env: lines(
                script.iter().flat_map(|s| &s.env).map(|(name, value)| format!("{name}={value}")).collect(),
            ),
            interval: monitor.interval.to_string(),
            timeout: monitor.timeout.to_string(),
            failures: monitor.failures.to_string(),
            successes: monitor.successes.to_string(),
            flap_changes: monitor.flap.changes.to_string(),
            flap_window: monitor.flap.window.to_string(),
            flap_hold: monitor.flap.hold.map(|hold| hold.to_string()).unwrap_or_default(),
        }
    }

    /// Puts the checks' problems beside the form's fields.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        let mut problems = without_path(problems, "monitors", &self.name);
        for problem in &mut problems.0 {
            problem.field = field_of(&problem.field).to_owned();
        }
        problems
    }
}

/// The form's field of a field of the declarative form.
fn field_of(field: &str) -> &str {
    match field {
        "type" => "kind",
        "tls.server_name" => "tls_server_name",
        "tls.ca" => "tls_ca",
        "tls.client_certificate" => "tls_client_certificate",
        "tls.client_key" => "tls_client_key",
        "tls.minimum_days" => "tls_minimum_days",
        "auth.basic.user" => "auth_user",
        "query" | "query.name" => "query_name",
        "query.rcode" => "query_rcode",
        "query.answer" => "query_answer",
        "script" | "script.name" => "script_name",
        "script.args" => "script_args",
        "script.env" => "script_env",
        "flap.changes" => "flap_changes",
        "flap.window" => "flap_window",
        "flap.hold" => "flap_hold",
        header if header.starts_with("headers") => "headers",
        same => same,
    }
}

#[cfg(test)]
mod tests;
