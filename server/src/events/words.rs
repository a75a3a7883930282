//! What events say.

use health::HealthChange;
use model::config::DownResponse;
use model::health::Standing;
use model::occurrence::Kind;
use model::split::{Segment, SplitReport};
use serde_json::json;

use super::{About, News, details, text};

/// What an event is about in a word: `service`, `service pool` or `service pool member`.
pub fn subject_of(about: &About) -> String {
    let parts = [
        about.service.as_ref().map(ToString::to_string),
        about.pool.as_ref().map(ToString::to_string),
        about.member.map(|member| member.to_string()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn service_of(about: &About) -> String {
    about.service.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// A member turned.
pub fn member(kind: Kind, now: i64, about: About, standing: Standing, change: Option<&HealthChange>) -> News {
    let name = about.member.map(|member| member.to_string()).unwrap_or_default();
    let state = if kind == Kind::GsMemberUp { "up" } else { "down" };
    let reason = match change {
        Some(change) => reason(change),
        None if standing.forced.is_some() => ": an operator decided so".to_owned(),
        None if standing.held => ": it waits to be resumed".to_owned(),
        None => String::new(),
    };
    News {
        kind,
        at: change.map_or(now, |change| change.at),
        subject: subject_of(&about),
        text: format!("The member {name} of {} is now {state}{reason}.", service_of(&about)),
        details: details([
            ("cause", change.and_then(|change| text(change.cause))),
            ("monitor", change.and_then(|change| text(change.monitor.as_ref()?))),
            ("failure", change.and_then(|change| text(change.failure?.as_str()))),
            ("detail", change.and_then(|change| text(&change.detail))),
            ("forced", standing.forced.and_then(text)),
        ]),
        about,
    }
}

/// What made the member turn: a check with what it saw, or what was decided.
fn reason(change: &HealthChange) -> String {
    let what = match (change.failure, change.detail.is_empty()) {
        (Some(failure), _) => format!("{}, {}", failure.as_str(), change.detail),
        (None, false) => change.detail.clone(),
        (None, true) => change.cause.to_string(),
    };
    match &change.monitor {
        Some(monitor) => format!(": {what} (monitor {monitor})"),
        None => format!(": {what}"),
    }
}

/// A pool turned.
pub fn group(kind: Kind, at: i64, about: About, members: usize) -> News {
    let pool = about.pool.as_ref().map(ToString::to_string).unwrap_or_default();
    let service = service_of(&about);
    let text = if kind == Kind::GsGroupUp {
        format!("The pool {pool} of {service} is now up.")
    } else {
        format!("The pool {pool} of {service} is now down: none of its {} is up.", count(members))
    };
    News {
        kind,
        at,
        subject: subject_of(&about),
        text,
        details: details([("members", Some(json!(members)))]),
        about,
    }
}

/// A service turned. What it says on the way up is the articles' sentence.
pub fn service(kind: Kind, at: i64, about: About, members: usize, down_response: &DownResponse) -> News {
    let service = service_of(&about);
    let text = if kind == Kind::GsUp {
        format!("The service {service} is now up and running.")
    } else {
        let response = down_response.as_str();
        format!(
            "The service {service} is now down: none of its {} is up. Its down response is {response}.",
            count(members)
        )
    };
    let details = details([
        ("members", Some(json!(members))),
        ("down_response", (kind == Kind::GsDown).then(|| json!(down_response.as_str()))),
    ]);
    News { kind, at, subject: subject_of(&about), text, details, about }
}

fn count(members: usize) -> String {
    if members == 1 { "1 member".to_owned() } else { format!("{members} members") }
}

/// PostgreSQL went.
pub fn storage_away(at: i64, error: &str) -> News {
    let text = format!("Storage is away: {error}. Answers go on from memory.");
    News::of_site(Kind::StorageAway, at, "storage", text)
}

/// It came back.
pub fn storage_back(at: i64, since: i64) -> News {
    let seconds = (at - since).max(0) / 1_000_000;
    News::of_site(Kind::StorageBack, at, "storage", format!("Storage is back after {seconds} s."))
        .with("away_s", seconds)
}

/// A revision was made.
pub fn config_changed(line: &api::view::RevisionLine, objects: &[String]) -> News {
    let reason = if line.reason.is_empty() { String::new() } else { format!(": {}", line.reason) };
    let shown = objects.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    let more = objects.len().saturating_sub(5);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let text = format!("Generation {} by {}{reason} ({shown}{more}).", line.generation, line.actor);
    News::of_site(Kind::ConfigChanged, line.at, "configuration", text)
        .with("generation", line.generation)
        .with("actor", line.actor.clone())
        .with("source", line.source.clone())
        .with("objects", objects.iter().take(100).cloned().collect::<Vec<_>>())
}

/// Rows are lost, or no more are.
pub fn log_loss(kind: Kind, at: i64, lost: u64, all: u64) -> News {
    let text = if kind == Kind::LogLoss {
        format!(
            "Of {all} rows of the query log in the last minute {lost} were lost; the counters have all answers."
        )
    } else {
        "No row of the query log was lost in the last minute.".to_owned()
    };
    News::of_site(kind, at, "query log", text).with("lost", lost).with("rows", all)
}

/// Traffic did not split as configured.
pub fn split_failed(report: &SplitReport, segment: &Segment, at: i64) -> News {
    let text = format!("The split of {} fails: {}", report.service, segment.reason);
    let mut news = News::of_site(Kind::SplitFail, at, report.service.clone(), text)
        .with("from", segment.from)
        .with("answered", segment.answered)
        .with("segment_generation", segment.generation)
        .with("reason", segment.reason.clone());
    news.about.service = report.service.parse().ok();
    news
}
