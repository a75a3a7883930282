//! What a change would do: the objects it adds, changes and removes, field by field.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Config;

/// The kinds of objects a configuration holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A site.
    Site,
    /// A location.
    Location,
    /// A group of clients.
    ClientGroup,
    /// A zone with its records.
    Zone,
    /// A monitor.
    Monitor,
    /// A service with its pools and members.
    Service,
    /// A channel of alerts.
    Channel,
    /// A rule of alerts.
    AlertRule,
    /// The query log's settings.
    Logging,
}

impl ObjectKind {
    /// The kind in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            ObjectKind::Site => "site",
            ObjectKind::Location => "location",
            ObjectKind::ClientGroup => "client_group",
            ObjectKind::Zone => "zone",
            ObjectKind::Monitor => "monitor",
            ObjectKind::Service => "service",
            ObjectKind::Channel => "channel",
            ObjectKind::AlertRule => "alert_rule",
            ObjectKind::Logging => "logging",
        }
    }
}

/// One object that differs between two configurations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Kind of the object.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
    /// The object before; none when it is added.
    pub before: Option<Value>,
    /// The object after; none when it is removed.
    pub after: Option<Value>,
}

impl Change {
    /// `add`, `change` or `remove`.
    pub fn verb(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "add",
            (_, None) => "remove",
            _ => "change",
        }
    }

    /// Every field that differs: its path, and the value before and after.
    pub fn fields(&self) -> Vec<FieldChange> {
        let mut before = BTreeMap::new();
        let mut after = BTreeMap::new();
        flatten("", self.before.as_ref(), &mut before);
        flatten("", self.after.as_ref(), &mut after);
        let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        paths
            .into_iter()
            .filter(|path| before.get(*path) != after.get(*path))
            .map(|path| FieldChange {
                field: path.clone(),
                before: before.get(path).cloned(),
                after: after.get(path).cloned(),
            })
            .collect()
    }
}

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Path of the field within the object.
    pub field: String,
    /// Its value before, as text.
    pub before: Option<String>,
    /// Its value after, as text.
    pub after: Option<String>,
}

/// All differences between two configurations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Objects, by kind and name.
    pub changes: Vec<Change>,
}

impl Plan {
    /// What leads from `before` to `after`.
    pub fn between(before: &Config, after: &Config) -> Plan {
        let (before, after) = (objects(before), objects(after));
        let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
        let changes = keys
            .into_iter()
            .filter(|key| before.get(*key) != after.get(*key))
            .map(|key| Change {
                kind: key.0,
                name: key.1.clone(),
                before: before.get(key).cloned(),
                after: after.get(key).cloned(),
            })
            .collect();
        Plan { changes }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// A plan as `apply` prints it: a line for each object, a line for each field.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "No changes.");
        }
        for change in &self.changes {
            let sign = match change.verb() {
                "add" => '+',
                "remove" => '-',
                _ => '~',
            };
            writeln!(f, "{sign} {} {}", change.kind.as_str(), change.name)?;
            let fields = change.fields();
            let entries = Entries::of(&fields);
            let mut said = None;
            for field in &fields {
                let path = &field.field;
                let entry = entries.outermost(path);
                let begins = entry.is_some() && said != entry;
                said = entry;
                match (&field.before, &field.after) {
                    (Some(before), Some(after)) => writeln!(f, "    {path}: {before} -> {after}")?,
                    (None, Some(after)) => {
                        if let Some(entry) = entry.filter(|_| begins && change.before.is_some()) {
                            writeln!(f, "    + {entry}")?;
                        }
                        let said = ["address", "fqdn"]
                            .iter()
                            .any(|key| entry.is_some_and(|e| *path == format!("{e}.{key}")));
                        if !said {
                            writeln!(f, "    {path}: {after}")?;
                        }
                    }
                    (Some(_), None) if change.after.is_none() => {}
                    (Some(before), None) => match entry {
                        Some(entry) if begins => writeln!(f, "    - {entry}")?,
                        Some(_) => {}
                        None => writeln!(f, "    {path}: {before} -> (default)")?,
                    },
                    (None, None) => {}
                }
            }
        }
        let count = |verb| self.changes.iter().filter(|c| c.verb() == verb).count();
        writeln!(f, "{} to add, {} to change, {} to remove.", count("add"), count("change"), count("remove"))
    }
}

/// Entries of lists that came or went as a whole, as a member of a pool does.
struct Entries<'a>(HashSet<&'a str>);

impl<'a> Entries<'a> {
    fn of(fields: &'a [FieldChange]) -> Entries<'a> {
        let whole = fields.iter().filter(|field| field.before.is_none() || field.after.is_none());
        Entries(whole.filter_map(|field| entry_named_by(&field.field)).collect())
    }

    /// The one a field lies in; of several, the one that holds the others.
    fn outermost(&self, path: &str) -> Option<&'a str> {
        let above = path.match_indices('.').map(|(end, _)| &path[..end]);
        above.filter_map(|above| self.0.get(above)).copied().next()
    }
}

/// What an entry of a list is known by, whichever it has first.
const KEYS: [&str; 3] = ["name", "fqdn", "address"];

/// The entry whose key this field is.
fn entry_named_by(path: &str) -> Option<&str> {
    let entry = KEYS.iter().find_map(|key| path.strip_suffix(key)?.strip_suffix('.'))?;
    entry.ends_with(']').then_some(entry)
}

fn objects(config: &Config) -> BTreeMap<(ObjectKind, String), Value> {
    let mut all = BTreeMap::new();
    let mut put = |kind, name: String, value: Result<Value, serde_json::Error>| {
        all.insert((kind, name), value.unwrap_or(Value::Null));
    };
    for site in &config.sites {
        put(ObjectKind::Site, site.name.to_string(), serde_json::to_value(site));
    }
    for location in &config.locations {
        put(ObjectKind::Location, location.name.to_string(), serde_json::to_value(location));
    }
    for group in &config.client_groups {
        put(ObjectKind::ClientGroup, group.name.to_string(), serde_json::to_value(group));
    }
    for zone in &config.zones {
        put(ObjectKind::Zone, zone.name.to_string(), serde_json::to_value(zone));
    }
    for monitor in &config.monitors {
        put(ObjectKind::Monitor, monitor.name.to_string(), serde_json::to_value(monitor));
    }
    for service in &config.services {
        put(ObjectKind::Service, service.name.to_string(), serde_json::to_value(service));
    }
    for channel in &config.channels {
        put(ObjectKind::Channel, channel.name.to_string(), serde_json::to_value(channel));
    }
    for rule in &config.alert_rules {
        put(ObjectKind::AlertRule, rule.name.to_string(), serde_json::to_value(rule));
    }
    put(ObjectKind::Logging, "logging".to_owned(), serde_json::to_value(&config.logging));
    all
}

/// Puts every leaf under its path; list entries that have a name or an address are known by it, not by place.
fn flatten(path: &str, value: Option<&Value>, out: &mut BTreeMap<String, String>) {
    match value {
        None => {}
        Some(Value::Object(fields)) => {
            for (key, value) in fields {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(&path, Some(value), out);
            }
        }
        Some(Value::Array(entries)) if entries.iter().any(Value::is_object) => {
            for (i, entry) in entries.iter().enumerate() {
                let known = KEYS.iter().find_map(|k| entry.get(k)).and_then(Value::as_str);
                let rr_type =
                    entry.get("type").and_then(Value::as_str).filter(|_| entry.get("data").is_some());
                let key = match (known, rr_type) {
                    (Some(known), Some(rr_type)) => format!("{known} {rr_type}"),
                    (Some(known), None) => known.to_owned(),
                    _ => i.to_string(),
                };
                flatten(&format!("{path}[{key}]"), Some(entry), out);
            }
        }
        Some(Value::Array(entries)) => {
            let texts: Vec<String> = entries.iter().map(leaf).collect();
            out.insert(path.to_owned(), format!("[{}]", texts.join(", ")));
        }
        Some(other) => {
            out.insert(path.to_owned(), leaf(other));
        }
    }
}

fn leaf(value: &Value) -> String {
    value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_change_is_one_field_of_one_service() {
        let config = |weight: u16| -> Config {
            serde_json::from_value(serde_json::json!({
                "services": [{"name": "a.example.org", "pools": [{"name": "p", "members": [
                    {"address": "192.0.2.1", "weight": weight}, {"address": "192.0.2.2", "weight": 1}]}]}]
            }))
            .unwrap()
        };
        let plan = Plan::between(&config(6), &config(20));
        assert_eq!(plan.changes.len(), 1);
        let fields = plan.changes[0].fields();
        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].field, "pools[p].members[192.0.2.1].weight");
        assert!(Plan::between(&config(6), &config(6)).is_empty());
        assert!(plan.to_string().ends_with("0 to add, 1 to change, 0 to remove.\n"));
    }

    #[test]
    fn an_entry_that_comes_or_goes_is_said_as_one() {
        let config = |address: &str| -> Config {
            serde_json::from_value(serde_json::json!({
                "services": [{"name": "a.example.org", "pools": [{"name": "p", "members": [
                    {"address": address, "weight": 6}, {"address": "192.0.2.9", "weight": 1}]}]}]
            }))
            .unwrap()
        };
        let plan = Plan::between(&config("192.0.2.1"), &config("192.0.2.2")).to_string();
        let lines: Vec<&str> = plan.lines().collect();
        assert_eq!(
            lines,
            [
                "~ service a.example.org",
                "    - pools[p].members[192.0.2.1]",
                "    + pools[p].members[192.0.2.2]",
                "    pools[p].members[192.0.2.2].weight: 6",
                "0 to add, 1 to change, 0 to remove.",
            ]
        );
    }
}
