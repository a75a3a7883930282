use api::draft::ChannelDraft;
use leptos::prelude::*;
use model::Problems;
use model::config::{Channel, Facility};

use crate::components::{
    Checkbox, Crumbs, Field, Notice, NoticeKind, PageHead, ProblemSummary, Reason, Select, TextArea,
};
use crate::pages::{Carried, FormMode, error_of};

const KINDS: [(&str, &str); 8] = [
    ("slack", "Slack: an incoming webhook"),
    ("teams", "Microsoft Teams: a workflow"),
    ("json", "JSON to a web address"),
    ("email", "Mail"),
    ("syslog", "Syslog: RFC 5424"),
    ("snmp", "SNMP trap"),
    ("pagerduty", "PagerDuty"),
    ("script", "Script: of the server's directory"),
];

const TEMPLATE_HINT: &str = "Placeholders: {{title}}, {{text}}, {{service}}, {{member}}, {{failure}}, {{level}}, {{at}}, {{events}} and others; all that is known when empty";

/// The form of a channel. Fields of kinds that are not chosen are out of the way.
pub fn form(
    mode: FormMode,
    draft: &ChannelDraft,
    problems: &Problems,
    carried: &Carried,
) -> impl IntoView + use<> {
    let title = match &mode {
        FormMode::New => "New channel".to_owned(),
        FormMode::Edit(name) => format!("Edit {name}"),
    };
    let delete = match &mode {
        FormMode::New => None,
        FormMode::Edit(name) => Some(
            view! { <p class="end"><a class="danger" href=format!("/alerts/channels/{name}/delete")>"Delete this channel"</a></p> },
        ),
    };
    let error = |field: &str| error_of(problems, field);
    let list = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
    };
    let tls = list(&[("starttls", "STARTTLS"), ("tls", "TLS from the start"), ("none", "In the clear")]);
    let transports = list(&[("udp", "UDP"), ("tcp", "TCP"), ("tls", "TLS")]);
    let facilities: Vec<(String, String)> =
        Facility::ALL.iter().map(|f| (f.as_str().to_owned(), f.as_str().to_owned())).collect();
    let versions = list(&[("v3", "SNMPv3, authenticated"), ("v2c", "SNMPv2c")]);
    let auths = list(&[("sha256", "HMAC-SHA-256"), ("sha512", "HMAC-SHA-512")]);
    view! {
        <Crumbs items=vec![("Alerts".to_owned(), "/alerts".to_owned())]/>
        <PageHead title=title/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post" class="channel-form">
            <input type="hidden" name="generation" value=carried.generation/>
            <section class="card fields">
                <Field label="Name" name="name" value=draft.name.clone() required=true placeholder="noc" error=error("name")/>
                <Select label="Kind" name="kind" value=draft.kind.clone() options=list(&KINDS) error=error("kind")/>
                <Checkbox label="At work" name="enabled" checked=draft.enabled/>
            </section>
            <section class="card fields">
                <p class="hint wide">"A secret is named here and set under "<a href="/secrets">"Secrets"</a>"; it is never shown."</p>
                <Field label="Address" name="url" value=draft.url.clone() class="mono via json pagerduty" placeholder="https://alerts.example.net/in"
                    hint="JSON: or the secret beside it. PagerDuty: its own when empty" error=error("url")/>
                <Field label="Secret that holds the address" name="url_secret" value=draft.url_secret.clone() class="via slack teams json" placeholder="slack-noc" error=error("url_secret")/>
                <Field label="Secret that the body is signed with" name="hmac_secret" value=draft.hmac_secret.clone() class="via json" error=error("hmac_secret")/>
                <div class="via json wide"><TextArea label="Body" name="template" value=draft.template.clone() rows=5 hint=TEMPLATE_HINT error=error("template")/></div>
                <div class="via json wide"><TextArea label="Headers" name="headers" value=draft.headers.clone() rows=2
                    hint="One on each line, as X-Team: ops, or Authorization: secret:name" error=error("headers")/></div>
                <Field label="Relay" name="host" value=draft.host.clone() class="mono via email" placeholder="mail.example.net" error=error("host")/>
                <Field label="Port" name="port" value=draft.port.clone() class="via email" inputmode="numeric" hint="587, 465 or 25 when empty" error=error("port")/>
                <Select label="Connection" name="tls" value=draft.tls.clone() options=tls class="via email" error=error("tls")/>
                <Field label="From" name="from" value=draft.from.clone() class="mono via email" placeholder="gslb@example.net" error=error("from")/>
                <Field label="To" name="to" value=draft.to.clone() class="mono via email" placeholder="noc@example.net" hint="Separated by commas" error=error("to")/>
                <Field label="Host and port" name="address" value=draft.address.clone() class="mono via syslog snmp" placeholder="collector.example.net:514" error=error("address")/>
                <Select label="Transport" name="transport" value=draft.transport.clone() options=transports class="via syslog" error=error("transport")/>
                <Select label="Facility" name="facility" value=draft.facility.clone() options=facilities class="via syslog" error=error("facility")/>
                <div class="via syslog wide"><TextArea label="Authority for TLS" name="ca" value=draft.ca.clone() rows=3 hint="PEM; the system's when empty" error=error("ca")/></div>
                <Select label="Version" name="version" value=draft.version.clone() options=versions class="via snmp" error=error("version")/>
                <Field label="User" name="user" value=draft.user.clone() class="via email snmp" hint="Mail: nobody signs in when empty. SNMPv3: its user" error=error("user")/>
                <Field label="Secret that holds the password" name="password_secret" value=draft.password_secret.clone() class="via email" error=error("password_secret")/>
                <Field label="Secret that holds the community" name="community_secret" value=draft.community_secret.clone() class="via snmp v2c" error=error("community_secret")/>
                <Select label="Authentication" name="auth" value=draft.auth.clone() options=auths class="via snmp v3" error=error("auth")/>
                <Field label="Secret that holds the password" name="auth_secret" value=draft.auth_secret.clone() class="via snmp v3" hint="At least 8 characters" error=error("auth_secret")/>
                <Field label="Engine" name="engine_id" value=draft.engine_id.clone() class="mono via snmp v3" hint="Hex; made from the site's name when empty" error=error("engine_id")/>
                <Field label="Secret that holds the routing key" name="routing_key_secret" value=draft.routing_key_secret.clone() class="via pagerduty" error=error("routing_key_secret")/>
                <Field label="File" name="script" value=draft.script.clone() class="mono via script" placeholder="slack.py" hint="In the directory that [alerts] scripts names" error=error("script")/>
            </section>
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button primary" type="submit">"Save"</button>
                    <a class="button" href="/alerts">"Cancel"</a>
                </div>
            </section>
        </form>
        {delete}
    }
}

/// Asks before a channel is deleted.
pub fn delete(
    channel: &Channel,
    rules: &[String],
    problems: &Problems,
    carried: &Carried,
) -> impl IntoView + use<> {
    let name = channel.name.to_string();
    let warning = if rules.is_empty() {
        "No rule uses it. The change can be reverted in the history.".to_owned()
    } else {
        format!("{} use it: take it out of them first.", rules.join(", "))
    };
    view! {
        <Crumbs items=vec![("Alerts".to_owned(), "/alerts".to_owned()), (name.clone(), format!("/alerts/channels/{name}/edit"))]/>
        <PageHead title=format!("Delete {name}?")/>
        <ProblemSummary problems=problems.clone()/>
        <Notice kind=NoticeKind::Warn>{warning}</Notice>
        <form method="post" class="fields">
            <input type="hidden" name="generation" value=carried.generation/>
            <Reason value=carried.reason.clone()/>
            <div class="actions">
                <button class="button bad" type="submit">"Delete the channel"</button>
                <a class="button" href="/alerts">"Keep it"</a>
            </div>
        </form>
    }
}
