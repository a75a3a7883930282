use api::draft::MonitorDraft;
use leptos::prelude::*;
use model::Problems;
use model::config::MonitorKind;

use super::FormMode;
use crate::components::{Checkbox, Crumbs, Field, PageHead, ProblemSummary, Reason, Select, TextArea};
use crate::pages::{Carried, error_of};

/// The form of a monitor. Fields of other types than the chosen one are out of the way, by the style sheet alone.
pub fn form(
    mode: FormMode,
    draft: &MonitorDraft,
    problems: &Problems,
    carried: &Carried,
) -> impl IntoView + use<> {
    let (title, back) = match &mode {
        FormMode::New => ("New monitor".to_owned(), "/monitors".to_owned()),
        FormMode::Edit(name) => (format!("Edit {name}"), format!("/monitors/{name}")),
    };
    let delete = match &mode {
        FormMode::New => None,
        FormMode::Edit(name) => Some(
            view! { <p class="end"><a class="danger" href=format!("/monitors/{name}/delete")>"Delete this monitor"</a></p> },
        ),
    };
    let error = |field: &str| error_of(problems, field);
    let kinds = MonitorKind::ALL.map(|(kind, about)| (kind.as_str().to_owned(), about.to_owned())).to_vec();
    view! {
        <Crumbs items=vec![("Monitors".to_owned(), "/monitors".to_owned())]/>
        <PageHead title=title/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post" class="monitor-form">
            <input type="hidden" name="generation" value=carried.generation/>
            <section class="card fields">
                <Field label="Name" name="name" value=draft.name.clone() required=true placeholder="http-hello" error=error("name")/>
                <Select label="Kind" name="kind" value=draft.kind.clone() options=kinds error=error("kind")/>
                <Field label="Port" name="port" value=draft.port.clone() class="of http https tcp tls udp dns grpc script" inputmode="numeric"
                    hint="1 to 65535; HTTP 80, HTTPS 443 and DNS 53 when empty" error=error("port")/>
            </section>
            {request(draft, problems)}
            {answer(draft, problems)}
            {traffic(draft, problems)}
            {query(draft, problems)}
            {tls(draft, problems)}
            {script(draft, problems)}
            <section class="card fields">
                <h2 class="wide">"When"</h2>
                <Field label="Interval" name="interval" value=draft.interval.clone() hint="As 10s; 1s to 3600s" error=error("interval")/>
                <Field label="Timeout" name="timeout" value=draft.timeout.clone() hint="Shorter than the interval" error=error("timeout")/>
                <Field label="Failed checks until down" name="failures" value=draft.failures.clone() inputmode="numeric" hint="1 to 50, in a row" error=error("failures")/>
                <Field label="Passed checks until up" name="successes" value=draft.successes.clone() inputmode="numeric" hint="1 to 50, in a row" error=error("successes")/>
            </section>
            {flap(draft, problems)}
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button primary" type="submit">"Save"</button>
                    <a class="button" href=back>"Cancel"</a>
                </div>
            </section>
        </form>
        {delete}
    }
}

fn request(draft: &MonitorDraft, problems: &Problems) -> AnyView {
    let error = |field: &str| error_of(problems, field);
    let who = [("none", "Nobody"), ("basic", "User and password"), ("bearer", "Bearer token")];
    let who = who.map(|(value, label)| (value.to_owned(), label.to_owned())).to_vec();
    view! {
        <section class="card fields of http https grpc">
            <h2 class="wide">"Request"</h2>
            <Field label="Request line" name="request" value=draft.request.clone() class="mono of http https" placeholder="GET / HTTP/1.1" error=error("request")/>
            <Field label="Host header" name="host" value=draft.host.clone() class="mono" hint="The service's name when empty" error=error("host")/>
            <Field label="gRPC service" name="service" value=draft.service.clone() class="mono of grpc" hint="The whole server when empty" error=error("service")/>
            <details class="wide of http https" open=is_open(problems, &["headers", "secret_headers", "request_body", "auth", "auth_user", "auth_secret", "follow_redirects"])>
                <summary>"Headers, body, sign-in, redirects"</summary>
                <div class="fields">
                    <TextArea label="Headers" name="headers" value=draft.headers.clone() rows=2 hint="Name: value, one on each line" error=error("headers")/>
                    <TextArea label="Headers from secrets" name="secret_headers" value=draft.secret_headers.clone() rows=2 hint="Name: name of the secret, one on each line" error=error("secret_headers")/>
                    <TextArea label="Request body" name="request_body" value=draft.request_body.clone() rows=3 hint="For POST, PUT and PATCH" error=error("request_body")/>
                    <Select label="Signs in as" name="auth" value=draft.auth.clone() options=who error=error("auth")/>
                    <Field label="User" name="auth_user" value=draft.auth_user.clone() error=error("auth_user")/>
                    <Field label="Secret with the password or token" name="auth_secret" value=draft.auth_secret.clone() class="mono" hint="Its name, as listed under Secrets" error=error("auth_secret")/>
                    <Field label="Redirects followed" name="follow_redirects" value=draft.follow_redirects.clone() inputmode="numeric" hint="0 to 5, at the member itself only" error=error("follow_redirects")/>
                </div>
            </details>
        </section>
    }
    .into_any()
}

fn answer(draft: &MonitorDraft, problems: &Problems) -> AnyView {
    let error = |field: &str| error_of(problems, field);
    view! {
        <section class="card fields of http https">
            <h2 class="wide">"Healthy answer"</h2>
            <Field label="Healthy statuses" name="expect_status" value=draft.expect_status.clone() hint="Codes or classes, as 2xx, 304" error=error("expect_status")/>
            <Field label="Maintenance statuses" name="maintenance_status" value=draft.maintenance_status.clone() hint="Down, and said to be in maintenance" error=error("maintenance_status")/>
            <Field label="Body holds" name="expect_body" value=draft.expect_body.clone() class="mono" hint="In its first 64 KiB" error=error("expect_body")/>
            <Field label="Body matches" name="expect_body_regex" value=draft.expect_body_regex.clone() class="mono" hint="A regular expression" error=error("expect_body_regex")/>
        </section>
    }
    .into_any()
}

fn traffic(draft: &MonitorDraft, problems: &Problems) -> AnyView {
    let error = |field: &str| error_of(problems, field);
    view! {
        <section class="card fields of tcp udp">
            <h2 class="wide">"What is said"</h2>
            <Field label="Send" name="send" value=draft.send.clone() class="mono" hint="Octets that do not print as \\r, \\n or \\xHH" error=error("send")/>
            <Field label="Expect" name="expect" value=draft.expect.clone() class="mono" hint="Somewhere in the answer" error=error("expect")/>
            <div class="field wide of tcp"><Checkbox label="Reset the connection as soon as it is open (half-open)" name="half_open" checked=!draft.half_open.is_empty()/>
                {error("half_open").map(|text| view! { <p class="error">{text}</p> })}
            </div>
        </section>
    }
    .into_any()
}

fn query(draft: &MonitorDraft, problems: &Problems) -> AnyView {
    let error = |field: &str| error_of(problems, field);
    view! {
        <section class="card fields of dns">
            <h2 class="wide">"Query"</h2>
            <Field label="Name asked for" name="query_name" value=draft.query_name.clone() class="mono" error=error("query_name")/>
            <Field label="Type" name="query_type" value=draft.query_type.clone() class="mono" error=error("query_type")/>
            <Field label="Expected code" name="query_rcode" value=draft.query_rcode.clone() class="mono" error=error("query_rcode")/>
            <Field label="Expected record" name="query_answer" value=draft.query_answer.clone() class="mono" hint="Any record of the type when empty" error=error("query_answer")/>
        </section>
    }
    .into_any()
}

fn tls(draft: &MonitorDraft, problems: &Problems) -> AnyView {
    let error = |field: &str| error_of(problems, field);
    view! {
        <section class="card fields of https tls grpc">
            <h2 class="wide">"TLS"</h2>
            <div class="field wide of grpc"><Checkbox label="Speak TLS" name="tls" checked=!draft.tls.is_empty()/></div>
            <Field label="Server name" name="tls_server_name" value=draft.tls_server_name.clone() class="mono" hint="The host when empty" error=error("tls_server_name")/>
            <Field label="Days the certificate has to be valid" name="tls_minimum_days" value=draft.tls_minimum_days.clone() inputmode="numeric" hint="Down when it expires sooner" error=error("tls_minimum_days")/>
            <div class="field wide"><Checkbox label="Take any certificate, valid or not" name="tls_unverified" checked=!draft.tls_unverified.is_empty()/></div>
            <details class="wide" open=is_open(problems, &["tls_ca", "tls_client_certificate", "tls_client_key"])>
                <summary>"Authorities and client certificate"</summary>
                <div class="fields">
                    <TextArea label="Trusted authorities" name="tls_ca" value=draft.tls_ca.clone() rows=4 hint="PEM; those of the system when empty" error=error("tls_ca")/>
                    <TextArea label="Client certificate" name="tls_client_certificate" value=draft.tls_client_certificate.clone() rows=4 hint="PEM, with its chain" error=error("tls_client_certificate")/>
                    <Field label="Secret with its key" name="tls_client_key" value=draft.tls_client_key.clone() class="mono" hint="Its name, as listed under Secrets" error=error("tls_client_key")/>
                </div>
            </details>
        </section>
    }
    .into_any()
}

fn script(draft: &MonitorDraft, problems: &Problems) -> AnyView {
    let error = |field: &str| error_of(problems, field);
    view! {
        <section class="card fields of script">
            <h2 class="wide">"Script"</h2>
            <Field label="File name" name="script_name" value=draft.script_name.clone() class="mono" hint="In the folder of the server's setting health.scripts" error=error("script_name")/>
            <TextArea label="Arguments" name="script_args" value=draft.script_args.clone() rows=2 hint="After the member's address and port; one on each line" error=error("script_args")/>
            <TextArea label="Environment" name="script_env" value=draft.script_env.clone() rows=2 hint="NAME=value, one on each line" error=error("script_env")/>
        </section>
    }
    .into_any()
}

fn flap(draft: &MonitorDraft, problems: &Problems) -> AnyView {
    let error = |field: &str| error_of(problems, field);
    view! {
        <details class="card" open=is_open(problems, &["flap_changes", "flap_window", "flap_hold"])>
            <summary>"Members that come and go"</summary>
            <div class="fields">
                <Field label="Changes taken as they come" name="flap_changes" value=draft.flap_changes.clone() inputmode="numeric" hint="2 to 100" error=error("flap_changes")/>
                <Field label="Within" name="flap_window" value=draft.flap_window.clone() hint="As 5m" error=error("flap_window")/>
                <Field label="Then down until stable for" name="flap_hold" value=draft.flap_hold.clone() hint="Doubled with each further fall; one interval when empty" error=error("flap_hold")/>
            </div>
        </details>
    }
    .into_any()
}

/// Whether something inside is wrong, so that it has to be seen.
fn is_open(problems: &Problems, fields: &[&str]) -> bool {
    problems.0.iter().any(|problem| fields.contains(&problem.field.as_str()))
}
