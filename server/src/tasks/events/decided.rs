//! What is decided beside the checks: operators' overrides, and the site's doubt of itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::health::{Override, OverrideTarget};
use model::occurrence::Kind;

use super::ROUND;
use crate::clock;
use crate::events::News;
use crate::site::Site;

/// Tells of overrides that are set, and of those that end.
pub async fn overrides(site: Arc<Site>) {
    let mut told = by_target(&site);
    loop {
        tokio::time::sleep(ROUND).await;
        let now = by_target(&site);
        let at = site.now();
        for (target, one) in now.iter().filter(|(target, one)| told.get(*target) != Some(*one)) {
            site.events.note(set(target, one));
        }
        for (target, one) in told.iter().filter(|(target, _)| !now.contains_key(*target)) {
            site.events.note(ended(target, one, at));
        }
        told = now;
    }
}

fn by_target(site: &Site) -> BTreeMap<OverrideTarget, Override> {
    site.overrides.list(site.now()).into_iter().map(|one| (one.target.clone(), one)).collect()
}

fn set(target: &OverrideTarget, one: &Override) -> News {
    let until = match one.until {
        Some(until) => format!("until {}", clock::rfc3339(until)),
        None => "until it is taken back".to_owned(),
    };
    let reason = if one.reason.is_empty() { String::new() } else { format!(": {}", one.reason) };
    let text = format!("{} forced the {target} {} {until}{reason}.", one.by, one.forced);
    about(target, News::of_site(Kind::OverrideSet, one.at, target.to_string(), text))
        .with("forced", one.forced.as_str())
        .with("by", one.by.clone())
        .with("reason", one.reason.clone())
}

fn ended(target: &OverrideTarget, one: &Override, at: i64) -> News {
    let how = if one.holds(at) { "was taken back" } else { "has expired" };
    let text = format!("The override of the {target} {how}; checks decide again.");
    about(target, News::of_site(Kind::OverrideExpired, at, target.to_string(), text))
        .with("forced", one.forced.as_str())
        .with("by", one.by.clone())
}

fn about(target: &OverrideTarget, mut news: News) -> News {
    match target {
        OverrideTarget::Member { service, pool, member } => {
            (news.about.service, news.about.pool) = (Some(service.clone()), Some(pool.clone()));
            news.about.member = member.parse().ok();
        }
        OverrideTarget::Pool { service, pool } => {
            (news.about.service, news.about.pool) = (Some(service.clone()), Some(pool.clone()));
        }
        OverrideTarget::Location(_) | OverrideTarget::Site(_) => {}
    }
    news
}

/// Tells when the site hears no member any more and doubts its own network, and when that is over.
pub async fn suspicion(site: Arc<Site>) {
    let mut suspects = site.checker.suspects();
    let mut told = false;
    loop {
        let since = *suspects.borrow_and_update();
        let news = match since {
            Some(since) if !told => {
                let text = "No member answers any more, all at once: this site suspects its own network, and keeps what \
                            the members were.";
                Some(News::of_site(Kind::SiteSuspectsItself, since, site.name.to_string(), text))
            }
            None if told => {
                let text = "This site goes by its checks again.";
                Some(News::of_site(Kind::SiteTrustsItself, site.now(), site.name.to_string(), text))
            }
            _ => None,
        };
        told = since.is_some();
        if let Some(news) = news {
            site.events.note(news);
        }
        if suspects.changed().await.is_err() {
            return;
        }
    }
}
