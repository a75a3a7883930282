use model::config::{
    Channel, Email, EmailTls, Facility, Header, Json, Pagerduty, Script, Snmp, SnmpAuth, SnmpUser,
    SnmpVersion, Syslog, SyslogTransport, Via, Webhook,
};
use model::{Label, Problem, Problems};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Form, parse};

/// What begins the value of a header that is a secret, in the form's field of headers.
const SECRET: &str = "secret:";

/// A channel as its form holds it: the fields of every kind, of which the chosen kind's count.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the field of the configuration with the same name")]
pub struct ChannelDraft {
    pub name: String,
    pub enabled: bool,
    /// `slack`, `teams`, `json`, `email`, `syslog`, `snmp`, `pagerduty` or `script`.
    pub kind: String,
    pub url: String,
    pub url_secret: String,
    pub template: String,
    pub hmac_secret: String,
    /// A line for each, as `X-Team: ops`, or `Authorization: secret:name`.
    pub headers: String,
    pub host: String,
    pub port: String,
    pub tls: String,
    pub user: String,
    pub password_secret: String,
    pub from: String,
    /// Separated by commas.
    pub to: String,
    pub address: String,
    pub transport: String,
    pub facility: String,
    pub ca: String,
    /// `v2c` or `v3`.
    pub version: String,
    pub community_secret: String,
    pub auth: String,
    pub auth_secret: String,
    pub engine_id: String,
    pub routing_key_secret: String,
    pub script: String,
}

impl ChannelDraft {
    /// What a new channel's form starts with.
    pub fn new() -> Self {
        ChannelDraft {
            enabled: true,
            kind: "slack".to_owned(),
            tls: "starttls".to_owned(),
            transport: "udp".to_owned(),
            facility: "local0".to_owned(),
            version: "v3".to_owned(),
            auth: "sha256".to_owned(),
            ..ChannelDraft::default()
        }
    }

    /// The form of an existing channel.
    pub fn of(channel: &Channel) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let name = |value: &Option<Label>| value.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut draft = ChannelDraft {
            name: channel.name.to_string(),
            enabled: channel.enabled,
            kind: channel.via.as_str().to_owned(),
            ..ChannelDraft::new()
        };
        match &channel.via {
            Via::Slack(hook) | Via::Teams(hook) => draft.url_secret = hook.url_secret.to_string(),
            Via::Json(json) => {
                draft.url = text(&json.url);
                draft.url_secret = name(&json.url_secret);
                draft.template = text(&json.template);
                draft.hmac_secret = name(&json.hmac_secret);
                let line = |header: &Header| match &header.secret {
                    Some(secret) => format!("{}: {SECRET}{secret}", header.name),
                    None => format!("{}: {}", header.name, text(&header.value)),
                };
                draft.headers = json.headers.iter().map(line).collect::<Vec<_>>().join("\n");
            }
            Via::Email(mail) => {
                draft.host = mail.host.clone();
                draft.port = mail.port.map(|port| port.to_string()).unwrap_or_default();
                draft.tls = word_of(&mail.tls);
                draft.user = text(&mail.user);
                draft.password_secret = name(&mail.password_secret);
                draft.from = mail.from.clone();
                draft.to = mail.to.join(", ");
            }
            Via::Syslog(syslog) => {
                draft.address = syslog.address.clone();
                draft.transport = word_of(&syslog.transport);
                draft.facility = syslog.facility.as_str().to_owned();
                draft.ca = text(&syslog.ca);
            }
            Via::Snmp(snmp) => {
                draft.address = snmp.address.clone();
                match &snmp.version {
                    SnmpVersion::V2c { community_secret } => {
                        draft.version = "v2c".to_owned();
                        draft.community_secret = community_secret.to_string();
                    }
                    SnmpVersion::V3(user) => {
                        draft.user = user.user.clone();
                        draft.auth = word_of(&user.auth);
                        draft.auth_secret = user.auth_secret.to_string();
                        draft.engine_id = text(&user.engine_id);
                    }
                }
            }
            Via::Pagerduty(pager) => {
                draft.routing_key_secret = pager.routing_key_secret.to_string();
                draft.url = text(&pager.url);
            }
            Via::Script(script) => draft.script = script.name.to_string(),
        }
        draft
    }

    /// The form as it was posted.
    pub fn from_form(form: &Form) -> Self {
        let text = |name: &str| form.text(name).replace("\r\n", "\n");
        ChannelDraft {
            name: text("name"),
            enabled: form.ticked("enabled"),
            kind: text("kind"),
            url: text("url"),
            url_secret: text("url_secret"),
            template: text("template"),
            hmac_secret: text("hmac_secret"),
            headers: text("headers"),
            host: text("host"),
            port: text("port"),
            tls: text("tls"),
            user: text("user"),
            password_secret: text("password_secret"),
            from: text("from"),
            to: text("to"),
            address: text("address"),
            transport: text("transport"),
            facility: text("facility"),
            ca: text("ca"),
            version: text("version"),
            community_secret: text("community_secret"),
            auth: text("auth"),
            auth_secret: text("auth_secret"),
            engine_id: text("engine_id"),
            routing_key_secret: text("routing_key_secret"),
            script: text("script"),
        }
    }

    /// The channel, or every problem under the name of its field. Fields of other kinds are ignored.
    pub fn parse(&self) -> Result<Channel, Problems> {
        let mut problems = Problems::default();
        let name = parse(&mut problems, "name", &self.name);
        let via = self.via(&mut problems);
        let channel = || Some(Channel { name: name?, enabled: self.enabled, via: via? });
        channel().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    fn via(&self, problems: &mut Problems) -> Option<Via> {
        let text = |text: &str| text.trim().to_owned();
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match self.kind.as_str() {
            "slack" => {
                Some(Via::Slack(Webhook { url_secret: parse(problems, "url_secret", &self.url_secret)? }))
            }
            "teams" => {
                Some(Via::Teams(Webhook { url_secret: parse(problems, "url_secret", &self.url_secret)? }))
            }
            "json" => Some(Via::Json(Json {
                url: some(&self.url),
                url_secret: optional(problems, "url_secret", &self.url_secret),
                template: some(&self.template),
                hmac_secret: optional(problems, "hmac_secret", &self.hmac_secret),
                headers: self.header_list(problems),
            })),
            "email" => Some(Via::Email(Email {
                host: text(&self.host),
                port: optional(problems, "port", &self.port),
                tls: word::<EmailTls>(problems, "tls", &self.tls)?,
                user: some(&self.user),
                password_secret: optional(problems, "password_secret", &self.password_secret),
                from: text(&self.from),
                to: self.to.split([',', ' ', '\n']).filter(|w| !w.is_empty()).map(str::to_owned).collect(),
            })),
            "syslog" => Some(Via::Syslog(Syslog {
                address: text(&self.address),
                transport: word::<SyslogTransport>(problems, "transport", &self.transport)?,
                facility: word::<Facility>(problems, "facility", &self.facility)?,
                ca: some(&self.ca),
            })),
            "snmp" => {
                let version = if self.version == "v2c" {
                    let secret = parse(problems, "community_secret", &self.community_secret)?;
                    SnmpVersion::V2c { community_secret: secret }
                } else {
                    SnmpVersion::V3(SnmpUser {
                        user: text(&self.user),
                        auth: word::<SnmpAuth>(problems, "auth", &self.auth)?,
                        auth_secret: parse(problems, "auth_secret", &self.auth_secret)?,
                        engine_id: some(&self.engine_id),
                    })
                };
                Some(Via::Snmp(Snmp { address: text(&self.address), version }))
            }
            "pagerduty" => Some(Via::Pagerduty(Pagerduty {
                routing_key_secret: parse(problems, "routing_key_secret", &self.routing_key_secret)?,
                url: some(&self.url),
            })),
            "script" => Some(Via::Script(Script { name: parse(problems, "script", &self.script)? })),
            other => {
                problems.push("kind", other, "choose one of the kinds");
                None
            }
        }
    }

    fn header_list(&self, problems: &mut Problems) -> Vec<Header> {
        let mut headers = Vec::new();
        for line in self.headers.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let Some((name, value)) = line.split_once(':') else {
                // The line may hold what is secret.
                problems.push("headers", "", "write a header on each line, as X-Team: ops");
                continue;
            };
            let (name, value) = (name.trim().to_owned(), value.trim());
            match value.strip_prefix(SECRET) {
                Some(secret) => {
                    let secret = parse(problems, "headers", secret);
                    headers.push(Header { name, value: None, secret });
                }
                None => headers.push(Header { name, value: Some(value.to_owned()), secret: None }),
            }
        }
        headers
    }

    /// Puts the checks' problems beside the form's fields: `channels[a].via.json.url` becomes `url`.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        let prefix = format!("channels[{}].", self.name.trim());
        let place = |field: &str| {
            let field = field.strip_prefix(&prefix).unwrap_or(field);
            let field = match field.strip_prefix("via.").and_then(|rest| rest.split_once('.')) {
                // A script's only field is the name of its file.
                Some(("script", _)) => "script",
                Some((_, field)) => field,
                None => field,
            };
            let field = field.strip_prefix("version.v3.").unwrap_or(field);
            match field {
                headers if headers.starts_with("headers[") => "headers".to_owned(),
                // Which of the named secrets is not there is said by its name.
                "secret" => String::new(),
                field => field.to_owned(),
            }
        };
        Problems(problems.0.into_iter().map(|p| Problem { field: place(&p.field), ..p }).collect())
    }
}

/// A field that may be empty.
fn optional<T: std::str::FromStr<Err: std::fmt::Display>>(
    problems: &mut Problems,
    field: &str,
    text: &str,
) -> Option<T> {
    if text.trim().is_empty() { None } else { parse(problems, field, text) }
}

/// A choice by the word that the configuration writes it by.
fn word<T: DeserializeOwned>(problems: &mut Problems, field: &str, text: &str) -> Option<T> {
    let read = serde_json::from_value(serde_json::Value::from(text.trim()));
    read.map_err(|_| problems.push(field, text, "choose one of the list")).ok()
}

fn word_of<T: Serialize>(choice: &T) -> String {
    serde_json::to_value(choice).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_channel_of_each_kind_is_the_same_after_its_form() {
        let ways = [
            json!({"slack": {"url_secret": "hook"}}),
            json!({"teams": {"url_secret": "hook"}}),
            json!({"json": {"url": "https://example.net/x", "template": "{}", "hmac_secret": "key", "headers": [
                {"name": "X-Team", "value": "ops: all"}, {"name": "Authorization", "secret": "bearer"}]}}),
            json!({"email": {"host": "mx", "port": 25, "tls": "tls", "user": "u", "password_secret": "p",
                "from": "a@example.org", "to": ["b@example.org", "c@example.org"]}}),
            json!({"syslog": {"address": "log:514", "transport": "tcp", "facility": "daemon", "ca": "pem"}}),
            json!({"snmp": {"address": "nms", "version": {"v2c": {"community_secret": "c"}}}}),
            json!({"snmp": {"address": "nms", "version": {"v3": {"user": "u", "auth": "sha512", "auth_secret": "a"}}}}),
            json!({"pagerduty": {"routing_key_secret": "k", "url": "https://events.eu.pagerduty.com/v2/enqueue"}}),
            json!({"script": {"name": "slack.py"}}),
        ];
        for via in ways {
            let channel: Channel =
                serde_json::from_value(json!({"name": "c", "enabled": false, "via": via})).unwrap();
            assert_eq!(ChannelDraft::of(&channel).parse().unwrap(), channel);
        }
    }

    #[test]
    fn problems_stand_beside_the_fields_of_the_form() {
        let draft = ChannelDraft { name: "c".into(), ..ChannelDraft::new() };
        assert_eq!(draft.parse().unwrap_err().0[0].field, "url_secret");
        let paths = [
            ("channels[c].via.json.url", "url"),
            ("channels[c].via.json.headers[Host]", "headers"),
            ("channels[c].via.snmp.version.v3.user", "user"),
            ("channels[c].via.snmp.address", "address"),
            ("channels[c].name", "name"),
            ("channels[c].secret", ""),
        ];
        for (path, field) in paths {
            let beside = draft.beside_fields(Problem::new(path, "", "").into());
            assert_eq!(beside.0[0].field, field, "{path}");
        }
    }
}
