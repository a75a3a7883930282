use std::collections::BTreeMap;

/// The fields of a posted form, in order of their names; a name may come several times.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: BTreeMap<String, Vec<String>>,
}

impl Form {
    /// Takes decoded pairs.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Form {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            fields.entry(name).or_default().push(value);
        }
        Form { fields }
    }

    /// The last value of a field, empty when it was not sent.
    pub fn text(&self, name: &str) -> String {
        self.fields.get(name).and_then(|v| v.last()).cloned().unwrap_or_default()
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.fields.get(name).cloned().unwrap_or_default()
    }

    /// Whether a checkbox was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// How many entries a list has: fields are named `list.0.field`, `list.1.field` and so on. At most 500.
    pub fn count(&self, list: &str) -> usize {
        let prefix = format!("{list}.");
        let index = |name: &String| name.strip_prefix(&prefix)?.split('.').next()?.parse::<usize>().ok();
        self.fields.keys().filter_map(index).filter(|i| *i < 500).max().map_or(0, |last| last + 1)
    }
}
