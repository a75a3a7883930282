//! Objects as forms hold them: text, valid or not.

mod alert_rule;
mod canary;
mod channel;
mod client_group;
mod form;
mod location;
mod logging;
mod monitor;
mod place;
mod service;
mod site;
mod zone;

pub use alert_rule::AlertRuleDraft;
pub use canary::CanaryDraft;
pub use channel::ChannelDraft;
pub use client_group::ClientGroupDraft;
pub use form::Form;
pub use location::LocationDraft;
pub use logging::{LogFilterDraft, LoggingDraft, ThrottleDraft};
pub use monitor::MonitorDraft;
pub use service::{MemberDraft, PoolDraft, ServiceDraft};
pub use site::SiteDraft;
pub use zone::ZoneDraft;

use model::{Problem, Problems};

/// Parses one field, or notes the problem under the field's name.
fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
    problems: &mut Problems,
    field: impl Into<String>,
    text: &str,
) -> Option<T> {
    text.trim().parse().map_err(|e: T::Err| problems.push(field, text, e.to_string())).ok()
}

/// Parses one field, or notes the problem under the field's name; nothing where it is empty.
fn optional<T: std::str::FromStr<Err: std::fmt::Display>>(
    problems: &mut Problems,
    field: &str,
    text: &str,
) -> Option<Option<T>> {
    if text.trim().is_empty() { Some(None) } else { parse(problems, field, text).map(Some) }
}

/// The value of a word from a list, or the problem under the field's name.
fn choice<T: Copy>(
    problems: &mut Problems,
    field: impl Into<String>,
    text: &str,
    words: &[(&str, T)],
) -> Option<T> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        problems.push(field, text, format!("choose one of {}", known.join(", ")));
    }
    found
}

/// The problem that belongs beside the field of this name.
pub fn problem_of<'a>(problems: &'a Problems, field: &str) -> Option<&'a Problem> {
    problems.0.iter().find(|p| p.field == field)
}

/// The checks' problems under the names of a form's fields: `zones[a].records[0].data` becomes `records`.
fn without_path(problems: Problems, list: &str, name: &str) -> Problems {
    let prefix = format!("{list}[{}].", name.trim().trim_end_matches('.').to_ascii_lowercase());
    let place = |field: &str| {
        let field = field.strip_prefix(&prefix).unwrap_or(field);
        let field = field.strip_prefix("soa.").unwrap_or(field);
        if field.starts_with("records[") { "records".to_owned() } else { field.to_owned() }
    };
    Problems(problems.0.into_iter().map(|p| Problem { field: place(&p.field), ..p }).collect())
}
