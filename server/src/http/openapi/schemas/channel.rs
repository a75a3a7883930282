//! Channels: where alerts go.

use model::config::{EmailTls, Facility, SnmpAuth, SyslogTransport};
use serde_json::json;
use utoipa::openapi::{OneOfBuilder, Schema};

use super::Named;
use crate::http::openapi::shape::{default_of, flag, list, list_of, object, text, to, whole, word};

pub const ALL: &[Named] = &[
    ("Channel", channel),
    ("Via", via),
    ("Webhook", webhook),
    ("JsonPost", json_post),
    ("Email", email),
    ("Syslog", syslog),
    ("Snmp", snmp),
    ("SnmpVersion", snmp_version),
    ("SnmpUser", snmp_user),
    ("Pagerduty", pagerduty),
    ("Script", script),
];

fn channel() -> Schema {
    object("Where alerts go. Secrets are named, never held.")
        .must("name", to("Label", "Name of the channel."))
        .may("enabled", flag("Whether anything is sent.").default(Some(json!(true))))
        .must("via", to("Via", "By what."))
        .closed()
}

fn via() -> Schema {
    let ways = [
        ("slack", "Webhook", "A Slack incoming webhook, or what takes its body."),
        ("teams", "Webhook", "A Microsoft Teams workflow."),
        ("json", "JsonPost", "Any receiver of JSON."),
        ("email", "Email", "Electronic mail."),
        ("syslog", "Syslog", "A collector of RFC 5424 messages."),
        ("snmp", "Snmp", "A receiver of traps."),
        ("pagerduty", "Pagerduty", "PagerDuty's Events API, version 2."),
        ("script", "Script", "A program of the operator's."),
    ];
    let mut options = OneOfBuilder::new().description(Some("One of the ways an alert can go."));
    for (word, schema, about) in ways {
        options = options.item(object(about).must(word, to(schema, "")).closed());
    }
    options.into()
}

fn webhook() -> Schema {
    object("A web address that is itself the secret.")
        .must("url_secret", to("Label", "Name of the secret that holds the address."))
        .closed()
}

fn json_post() -> Schema {
    let template = "The body with `{{placeholders}}`: alert, rule, level, event, title, text, service, pool, member, \
                    subject, site, failure, at, at_unix, count and throttled become text, details and events JSON. All \
                    that is known of the alert when absent.";
    let signature = "Name of the secret that the body is signed with: `X-Steelyard-Signature: t=<unix seconds>,v1=<hex>`, \
                     HMAC-SHA-256 of the seconds, a dot and the body.";
    object("JSON to a web address; one of `url` and `url_secret` is given.")
        .may("url", text("The address, `http` or `https`, without user or password."))
        .may("url_secret", to("Label", "Name of the secret that holds the address."))
        .may("template", text(template).max_length(Some(65_536)))
        .may("hmac_secret", to("Label", signature))
        .may("headers", list_of("MonitorHeader", "Headers beside the sender's own."))
        .closed()
}

fn email() -> Schema {
    let tls = "`starttls`: without it nothing is sent. `tls`: from the first octet. `none`: in the clear.";
    let words = ["none", "starttls", "tls"];
    let port = "Its port; when absent that of `tls`: 25, 587 or 465.";
    object("Mail through a relay.")
        .must("host", text("The relay, by name or address."))
        .may("port", whole(port, 1, 65_535))
        .may("tls", word(tls, &words).default(Some(default_of(EmailTls::default()))))
        .may("user", text("Who signs in; nobody when absent."))
        .may("password_secret", to("Label", "Name of the secret that holds the password."))
        .must("from", text("Who writes."))
        .must("to", list(text("A mail address."), "Who is written to.").min_items(Some(1)))
        .closed()
}

fn syslog() -> Schema {
    let transport = "`udp`: RFC 5426. `tcp`: counted octets, RFC 6587. `tls`: RFC 5425.";
    let words = ["udp", "tcp", "tls"];
    let facilities = Facility::ALL.map(Facility::as_str);
    let ca = "TLS: certificates in PEM that the collector's has to be signed by; the system's when absent.";
    object("A collector of RFC 5424 messages.")
        .must("address", text("Host and port, as `syslog.example.net:514`."))
        .may("transport", word(transport, &words).default(Some(default_of(SyslogTransport::default()))))
        .may(
            "facility",
            word("Facility of its messages.", &facilities).default(Some(default_of(Facility::default()))),
        )
        .may("ca", text(ca))
        .closed()
}

fn snmp() -> Schema {
    object("A receiver of traps.")
        .must("address", text("Host and port; the port is 162 unless said."))
        .must("version", to("SnmpVersion", "Which protocol, and who sends."))
        .closed()
}

fn snmp_version() -> Schema {
    let community = to("Label", "Name of the secret that holds the community.");
    OneOfBuilder::new()
        .description(Some("Which SNMP."))
        .item(
            object("SNMPv2c.")
                .must("v2c", object("The community.").must("community_secret", community).closed())
                .closed(),
        )
        .item(object("SNMPv3.").must("v3", to("SnmpUser", "The user.")).closed())
        .into()
}

fn snmp_user() -> Schema {
    let engine = "Engine of the sender, 5 to 32 octets in hex; made from the site's name when absent.";
    object("A user of SNMPv3, at the level authNoPriv.")
        .must("user", text("Name of the user.").min_length(Some(1)).max_length(Some(32)))
        .may(
            "auth",
            word("How messages are authenticated.", &["sha256", "sha512"])
                .default(Some(default_of(SnmpAuth::default()))),
        )
        .must(
            "auth_secret",
            to("Label", "Name of the secret that holds the password, at least 8 characters."),
        )
        .may("engine_id", text(engine).pattern(Some("^([0-9A-Fa-f]{2}){5,32}$")))
        .closed()
}

fn pagerduty() -> Schema {
    object("PagerDuty's Events API, version 2.")
        .must(
            "routing_key_secret",
            to("Label", "Name of the secret that holds the integration's routing key."),
        )
        .may("url", text("Another address than PagerDuty's own, as that of its European service."))
        .closed()
}

fn script() -> Schema {
    object("A program in the directory that the server's settings name, called with the alert as its one argument.")
        .must("name", to("Label", "Name of its file."))
        .closed()
}
