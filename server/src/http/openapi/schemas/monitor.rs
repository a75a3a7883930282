//! Health monitors.

use model::config::{Flap, MonitorKind};
use serde_json::json;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, Schema, Type};

use super::Named;
use crate::http::openapi::shape::{default_of, flag, list, list_of, object, text, to, to_or, whole, word};

pub const ALL: &[Named] = &[
    ("Monitor", monitor),
    ("MonitorHeader", header),
    ("MonitorTls", tls),
    ("MonitorAuth", auth),
    ("MonitorQuery", query),
    ("MonitorScript", script),
    ("MonitorFlap", flap),
    ("SecretName", secret_name),
];

fn monitor() -> Schema {
    let kinds = MonitorKind::ALL.map(|(kind, _)| kind.as_str());
    let kind = "`http`, `https`: a request whose answer is judged. `tcp`: a connection that has to open. `tls`: a \
                handshake and its certificate. `udp`: a datagram and its answer. `dns`: a query. `icmp`: an echo. \
                `grpc`: the service `grpc.health.v1`. `script`: a program on the server.";
    let port = "Port of the member. Without it `http` dials 80, `https` 443, `dns` 53; `icmp` has none, and `script` is told it.";
    let request =
        "HTTP: the request line, with GET, HEAD, OPTIONS, POST, PUT or PATCH; `GET / HTTP/1.1` when absent.";
    let host = "HTTP, gRPC: the Host header or authority; the service's name when absent.";
    let escapes = "with `\\r`, `\\n`, `\\t`, `\\\\` and `\\xHH` for octets that do not print";
    let half = "TCP: the connection is reset as soon as it is open.";
    object("A health check, run against every member of the services that name it.")
        .must("name", to("Label", "Name of the monitor."))
        .must("type", word(kind, &kinds))
        .may("port", whole(port, 1, 65_535))
        .may("request", text(request))
        .may("host", text(host))
        .may("headers", list_of("MonitorHeader", "HTTP: further headers of the request."))
        .may("request_body", text("HTTP: the body of a POST, PUT or PATCH, at most 64 KiB."))
        .may("expect_status", statuses("HTTP: statuses that are healthy, `2xx` and `3xx` when absent."))
        .may("expect_body", text("HTTP: a text the first 64 KiB of the body have to hold."))
        .may("expect_body_regex", text("HTTP: a regular expression that has to match somewhere in them."))
        .may(
            "maintenance_status",
            statuses("HTTP: statuses by which a member says that it is in maintenance: down."),
        )
        .may(
            "follow_redirects",
            whole("HTTP: redirects that are followed, at the member's own address and port only.", 0, 5),
        )
        .may(
            "tls",
            to("MonitorTls", "HTTPS, TLS, gRPC: how the handshake is made; gRPC without it speaks in clear."),
        )
        .may("auth", to("MonitorAuth", "HTTP: who asks."))
        .may("send", text(&format!("TCP, UDP: what is sent, {escapes}.")))
        .may(
            "expect",
            text(&format!("TCP, UDP: what the first 64 KiB of the answer have to hold, {escapes}.")),
        )
        .may("half_open", flag(half))
        .may("query", to("MonitorQuery", "DNS: what is asked, and what has to be answered."))
        .may("service", text("gRPC: the service asked for; the whole server when absent."))
        .may("script", to("MonitorScript", "Script: which one is run, and how."))
        .may(
            "interval",
            to_or("Span", "Time from one check of a member to the next, 1s to 3600s.", json!("10s")),
        )
        .may(
            "timeout",
            to_or(
                "Span",
                "Time a check may take in all, at least 10ms and shorter than the interval.",
                json!("4s"),
            ),
        )
        .may("failures", checks("Failed checks in a row that make a member down."))
        .may("successes", checks("Passed checks in a row that make it up."))
        .may(
            "flap",
            to_or(
                "MonitorFlap",
                "How a member that comes and goes is kept down.",
                default_of(Flap::default()),
            ),
        )
        .closed()
}

fn checks(about: &str) -> ObjectBuilder {
    whole(about, 1, 50).default(Some(json!(3)))
}

fn statuses(about: &str) -> utoipa::openapi::schema::ArrayBuilder {
    let status = text("A code such as `200`, or a class such as `2xx`; a code may be a number as well.");
    list(status.pattern(Some("^[1-5]([0-9][0-9]|xx)$")), about)
}

fn header() -> Schema {
    object("A header of an HTTP request, with either a value or a secret.")
        .must("name", text("Name of the header."))
        .may("value", text("Its value."))
        .may("secret", to("Label", "The secret that is its value."))
        .closed()
}

fn tls() -> Schema {
    let verify =
        "Whether the certificate has to be valid for the name and signed by an authority that is trusted.";
    let name = "Name asked for (SNI) and looked for in the certificate; the host, else the service's name when absent.";
    object("How a TLS handshake is made, and what its certificate has to be.")
        .may("verify", flag(verify).default(Some(true.into())))
        .may("server_name", text(name))
        .may("ca", text("Authorities that are trusted instead of the system's, PEM."))
        .may("client_certificate", text("Certificate the monitor shows, PEM, with its chain."))
        .may("client_key", to("SecretName", "The key of that certificate, PEM."))
        .may("minimum_days", whole("Days the member's certificate has to be valid for still.", 1, 825))
        .closed()
}

fn auth() -> Schema {
    let basic = object("RFC 7617.")
        .must("user", text("Name of the user, without a colon."))
        .must("password", to("SecretName", "The password."));
    OneOfBuilder::new()
        .description(Some("Who a monitor says it is."))
        .item(object("A user with a password.").must("basic", basic.closed()).closed())
        .item(object("RFC 6750.").must("bearer", to("SecretName", "The token.")).closed())
        .into()
}

fn query() -> Schema {
    object("A DNS query, and what has to be answered.")
        .must("name", to("DnsName", "The name asked for."))
        .may("type", to_or("RecordType", "The type asked for.", json!("A")))
        .may("rcode", text("The code that has to be answered.").default(Some(json!("NOERROR"))))
        .may(
            "answer",
            text("What one of the records has to be; with NOERROR any record of the type when absent."),
        )
        .closed()
}

fn script() -> Schema {
    let env = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Variables of its environment, beside `STEELYARD_...`."))
        .additional_properties(Some(AdditionalProperties::RefOr(text("The value.").into())));
    object("A program that judges a member. It is called with the member's address and port before its arguments.")
        .must("name", to("Label", "File name of the program in the folder of the server's settings."))
        .may("args", list(text("An argument."), "Further arguments, at most 32."))
        .may("env", env)
        .closed()
}

fn flap() -> Schema {
    let default = Flap::default();
    object("Damping with memory: a member that comes and goes has to be stable before it is up again.")
        .may(
            "changes",
            whole("Changes within the window that are taken as they come.", 2, 100).default(Some(2.into())),
        )
        .may("window", to_or("Span", "Time that is looked back, 10s to 1d.", default_of(default.window)))
        .may(
            "hold",
            to(
                "Span",
                "Time the checks have to pass for, doubled with each further fall; one interval when absent.",
            ),
        )
        .closed()
}

fn secret_name() -> Schema {
    object("A secret by its name; its value is never part of a configuration.")
        .must("secret", to("Label", "Name of the secret."))
        .closed()
}
