use model::Problems;
use model::config::AlertRule;
use model::occurrence::Kind;
use serde::{Deserialize, Serialize};

use super::{Form, parse, without_path};

/// A rule of alerts as its form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertRuleDraft {
    /// Name.
    pub name: String,
    /// Whether it is at work.
    pub enabled: bool,
    /// Ids of events that are ticked.
    pub events: Vec<String>,
    /// Services, separated by commas.
    pub services: String,
    /// Sites, separated by commas.
    pub sites: String,
    /// Addresses of members, separated by commas.
    pub members: String,
    /// 1 to 1000.
    pub threshold: String,
    /// As `5m`.
    pub window: String,
    /// As `10m`.
    pub throttle: String,
    /// `low`, `medium` or `high`; the event's when empty.
    pub level: String,
    /// Channels that are ticked.
    pub channels: Vec<String>,
}

impl AlertRuleDraft {
    /// What a new rule's form starts with.
    pub fn new() -> Self {
        let events = [Kind::GsDown, Kind::GsUp, Kind::GsMemberDown, Kind::GsMemberUp];
        AlertRuleDraft {
            enabled: true,
            events: events.map(|kind| kind.to_string()).to_vec(),
            threshold: "1".to_owned(),
            window: "5m".to_owned(),
            throttle: "10m".to_owned(),
            ..AlertRuleDraft::default()
        }
    }

    /// The form of an existing rule.
    pub fn of(rule: &AlertRule) -> Self {
        fn join<T: ToString>(list: &[T]) -> String {
            list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        AlertRuleDraft {
            name: rule.name.to_string(),
            enabled: rule.enabled,
            events: rule.events.iter().map(ToString::to_string).collect(),
            services: join(&rule.services),
            sites: join(&rule.sites),
            members: join(&rule.members),
            threshold: rule.threshold.to_string(),
            window: rule.window.to_string(),
            throttle: rule.throttle.to_string(),
            level: rule.level.map(|level| level.as_str().to_owned()).unwrap_or_default(),
            channels: rule.channels.iter().map(ToString::to_string).collect(),
        }
    }

    /// The form as it was posted.
    pub fn from_form(form: &Form) -> Self {
        AlertRuleDraft {
            name: form.text("name"),
            enabled: form.ticked("enabled"),
            events: form.all("events"),
            services: form.text("services"),
            sites: form.text("sites"),
            members: form.text("members"),
            threshold: form.text("threshold"),
            window: form.text("window"),
            throttle: form.text("throttle"),
            level: form.text("level"),
            channels: form.all("channels"),
        }
    }

    /// The rule, or every problem under the name of its field.
    pub fn parse(&self) -> Result<AlertRule, Problems> {
        let mut problems = Problems::default();
        let words = |text: &str| -> Vec<String> {
            text.split([',', ' ', '\n', '\r']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        fn all<T: std::str::FromStr<Err: std::fmt::Display>>(
            problems: &mut Problems,
            field: &str,
            words: &[String],
        ) -> Vec<T> {
            words.iter().filter_map(|word| parse(problems, field, word)).collect()
        }
        let name = parse(&mut problems, "name", &self.name);
        let events = all(&mut problems, "events", &self.events);
        let services = all(&mut problems, "services", &words(&self.services));
        let sites = all(&mut problems, "sites", &words(&self.sites));
        let members = all(&mut problems, "members", &words(&self.members));
        let channels = all(&mut problems, "channels", &self.channels);
        let threshold = parse(&mut problems, "threshold", &self.threshold);
        let window = parse(&mut problems, "window", &self.window);
        let throttle = parse(&mut problems, "throttle", &self.throttle);
        let level = match self.level.trim() {
            "" => None,
            text => parse(&mut problems, "level", text),
        };
        let rule = || {
            Some(AlertRule {
                name: name?,
                enabled: self.enabled,
                events,
                services,
                sites,
                members,
                threshold: threshold?,
                window: window?,
                throttle: throttle?,
                level,
                channels,
            })
        };
        rule().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    /// Puts the checks' problems beside the form's fields.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        without_path(problems, "alert_rules", &self.name)
    }
}
