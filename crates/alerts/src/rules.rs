//! What each rule has seen of each subject, and when it told of it: plain data, the time comes with the events.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use model::Label;
use model::config::AlertRule;
use model::occurrence::{Kind, Occurrence};

use crate::alert::Alert;

/// Transitions there and back that are told within one throttle; beyond them the subject flaps, and what it came to is
/// told when the throttle ends.
const TURNS: usize = 3;

/// Events a single alert shows at most, the latest.
const SHOWN: usize = 100;

/// What rules remember.
#[derive(Debug, Default)]
pub struct Rules {
    seen: HashMap<Key, Seen>,
    /// How many subjects made it worth looking for those that can be forgotten.
    sweep_at: usize,
}

/// A rule, a subject, and the trouble its events begin or end: what is down is followed by what is up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    rule: Label,
    trouble: Kind,
    subject: String,
}

#[derive(Debug, Default)]
struct Seen {
    /// Events within the window, oldest first.
    recent: VecDeque<Arc<Occurrence>>,
    /// Alerts within the throttle: when each was made.
    told: VecDeque<i64>,
    /// What the last alert told.
    last: Option<Kind>,
    /// What was held back since.
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    count: u32,
    alert: Alert,
}

impl Rules {
    /// The alerts that an event makes.
    pub fn take(&mut self, rules: &[AlertRule], event: &Arc<Occurrence>) -> Vec<Alert> {
        if self.seen.len() > self.sweep_at {
            self.sweep(rules, event.at);
        }
        rules.iter().filter(|rule| wants(rule, event)).filter_map(|rule| self.weigh(rule, event)).collect()
    }

    fn weigh(&mut self, rule: &AlertRule, event: &Arc<Occurrence>) -> Option<Alert> {
        let trouble = event.kind.ends().unwrap_or(event.kind);
        let key = Key { rule: rule.name.clone(), trouble, subject: event.subject.clone() };
        let seen = self.seen.entry(key).or_default();
        seen.forget(rule, event.at);
        seen.recent.push_back(event.clone());
        let same = |other: &&Arc<Occurrence>| other.kind == event.kind;
        let count = seen.recent.iter().filter(same).count();
        if (count as u32) < rule.threshold {
            // What was held back is not how it stands any more.
            if let Some(held) = seen.held.as_mut().filter(|held| held.alert.last.kind != event.kind) {
                held.alert = alert(rule, event, Vec::new());
            }
            return None;
        }
        let skip = (count - 1).saturating_sub(SHOWN);
        let before = seen.recent.iter().filter(same).take(count - 1).skip(skip).cloned().collect();
        let made = alert(rule, event, before);
        let within = !seen.told.is_empty();
        let repeats = within && seen.last == Some(event.kind);
        if rule.throttle.as_millis() > 0 && (repeats || seen.told.len() >= 2 * TURNS) {
            let count = seen.held.take().map_or(0, |held| held.count) + 1;
            seen.held = Some(Held { count, alert: made });
            return None;
        }
        Some(seen.tell(made, event.at))
    }

    /// The alerts whose throttle has ended by `now`: of each subject that is not as it was told, how it stands.
    pub fn due(&mut self, rules: &[AlertRule], now: i64) -> Vec<Alert> {
        let mut due = Vec::new();
        for rule in rules.iter().filter(|rule| rule.enabled) {
            for (key, seen) in self.seen.iter_mut().filter(|(key, _)| key.rule == rule.name) {
                seen.forget(rule, now);
                let free = seen.told.len() < 2 * TURNS;
                if let Some(held) = seen.held.take_if(|held| free && seen.last != Some(held.alert.last.kind))
                {
                    tracing::debug!(rule = %key.rule, subject = key.subject, "an alert that was held back is told");
                    let alert = Alert { throttled: held.count.saturating_sub(1), at: now, ..held.alert };
                    seen.told.push_back(now);
                    seen.last = Some(alert.last.kind);
                    due.push(alert);
                }
            }
        }
        due
    }

    /// When [`Rules::due`] can have something next; none while nothing is held back that has to be told.
    pub fn next_due(&self, rules: &[AlertRule]) -> Option<i64> {
        let throttle = |name: &Label| rules.iter().find(|rule| rule.name == *name).map(|rule| rule.throttle);
        let waiting = self.seen.iter().filter(|(_, seen)| {
            seen.held.as_ref().is_some_and(|held| seen.last != Some(held.alert.last.kind))
        });
        waiting.filter_map(|(key, seen)| Some(seen.told.front()? + micros(throttle(&key.rule)?))).min()
    }

    /// Forgets subjects of which nothing is left to remember.
    fn sweep(&mut self, rules: &[AlertRule], now: i64) {
        self.seen.retain(|key, seen| {
            let Some(rule) = rules.iter().find(|rule| rule.name == key.rule) else { return false };
            seen.forget(rule, now);
            !seen.recent.is_empty() || !seen.told.is_empty() || seen.held.is_some()
        });
        self.sweep_at = (2 * self.seen.len()).max(1024);
    }
}

impl Seen {
    fn forget(&mut self, rule: &AlertRule, now: i64) {
        let (window, throttle) = (micros(rule.window), micros(rule.throttle));
        self.recent.retain(|event| event.at > now - window);
        self.told.retain(|at| *at > now - throttle);
        let kept = rule.threshold as usize + SHOWN;
        // Of each kind at least the threshold is left, since a rule asks for few kinds of one trouble: two.
        while self.recent.len() > 2 * kept {
            self.recent.pop_front();
        }
    }

    fn tell(&mut self, alert: Alert, now: i64) -> Alert {
        let throttled = self.held.take().map_or(0, |held| held.count);
        self.told.push_back(now);
        self.last = Some(alert.last.kind);
        // The next alert counts anew; what the other kind has gathered stays.
        self.recent.retain(|event| event.kind != alert.last.kind);
        Alert { throttled, ..alert }
    }
}

fn micros(span: model::Span) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 1000).saturating_mul(1000)
}

fn alert(rule: &AlertRule, event: &Arc<Occurrence>, before: Vec<Arc<Occurrence>>) -> Alert {
    Alert {
        rule: Some(rule.name.clone()),
        level: rule.level.unwrap_or(event.level),
        at: event.at,
        throttled: 0,
        threshold: rule.threshold,
        last: event.clone(),
        before,
    }
}

/// Whether a rule looks at an event.
fn wants(rule: &AlertRule, event: &Occurrence) -> bool {
    let of = |site: &Option<Label>| site.as_ref().is_some_and(|site| rule.sites.contains(site));
    rule.enabled
        && rule.events.contains(&event.kind)
        && (rule.services.is_empty()
            || event.service.as_ref().is_some_and(|name| rule.services.contains(name)))
        && (rule.members.is_empty() || event.member.is_some_and(|member| rule.members.contains(&member)))
        && (rule.sites.is_empty() || rule.sites.contains(&event.site) || of(&event.member_site))
}

#[cfg(test)]
mod tests;
