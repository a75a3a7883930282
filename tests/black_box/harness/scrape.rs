//! What Prometheus scrapes, read back.

use std::collections::{BTreeMap, BTreeSet};

use super::http::Http;

/// One scrape.
pub struct Scrape {
    pub text: String,
    samples: Vec<Sample>,
}

struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Scrape {
    /// Scrapes; nobody has to sign in for it.
    pub fn of(http: &Http) -> Scrape {
        let text = http.stranger().get("/metrics").with_status(200).body;
        let samples = text.lines().filter(|line| !line.starts_with('#')).map(sample).collect();
        Scrape { text, samples }
    }

    /// The sum over all samples of a name that have these labels.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has =
            |s: &Sample| labels.iter().all(|(key, value)| s.labels.get(*key).is_some_and(|v| v == value));
        let mut found = self.samples.iter().filter(|s| s.name == name && has(s)).peekable();
        assert!(found.peek().is_some(), "no {name} with {labels:?} in {}", self.text);
        found.map(|s| s.value).sum()
    }

    /// The sum over all samples of a name, which need not have any yet.
    pub fn total(&self, name: &str) -> f64 {
        self.samples.iter().filter(|s| s.name == name).map(|s| s.value).sum()
    }

    /// The values of a label of a name.
    pub fn values(&self, name: &str, label: &str) -> BTreeSet<&str> {
        let of_name = self.samples.iter().filter(|s| s.name == name);
        of_name.filter_map(|s| s.labels.get(label)).map(String::as_str).collect()
    }

    /// How many series there are.
    pub fn series(&self) -> usize {
        self.samples.len()
    }
}

/// `name{label="value",...} 1.0`; no value of a label here has a quotation mark or a comma in it.
fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no sample: {line}"));
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let pairs = labels.trim_end_matches('}').split(',').filter_map(|pair| pair.split_once('='));
    Sample {
        name: name.to_owned(),
        labels: pairs.map(|(key, value)| (key.to_owned(), value.trim_matches('"').to_owned())).collect(),
        value: value.parse().unwrap_or_else(|e| panic!("no number ({e}): {line}")),
    }
}
