//! What is wrong with an input: the field, the value and the remedy, the same in console, CLI and REST.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing wrong with one field of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Path of the field in the declarative form, as `services[hello.example.org].pools[a].members[0].weight`.
    pub field: String,
    /// The value that was given, as text.
    pub value: String,
    /// What is wrong and what would be right, as one sentence.
    pub message: String,
}

impl Problem {
    /// A problem with `field`, whose value was `value`.
    pub fn new(field: impl Into<String>, value: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { field: field.into(), value: value.into(), message: message.into() }
    }

    /// What stands beside the field it is about: the message, after the value unless the message names that itself.
    ///
    /// ```
    /// # use model::Problem;
    /// let problem = Problem::new("ttl", "soon", "give whole seconds");
    /// assert_eq!(problem.beside_field(), "\"soon\": give whole seconds");
    /// let problem = Problem::new("ttl", "-1", "TTL -1 is out of range");
    /// assert_eq!(problem.beside_field(), "TTL -1 is out of range");
    /// ```
    pub fn beside_field(&self) -> String {
        let quoted = format!("{:?}", self.value);
        let mut words = self.message.split([' ', ',', ':']);
        if self.value.is_empty() || self.message.contains(&quoted) || words.any(|word| word == self.value) {
            self.message.clone()
        } else {
            format!("{quoted}: {}", self.message)
        }
    }

    /// The same problem seen from one level further out: `prefix.field`.
    pub fn within(mut self, prefix: &str) -> Self {
        self.field =
            if self.field.is_empty() { prefix.to_owned() } else { format!("{prefix}.{}", self.field) };
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            write!(f, "{}", self.message)
        } else if self.value.is_empty() {
            write!(f, "{}: {}", self.field, self.message)
        } else {
            write!(f, "{}: {:?}: {}", self.field, self.value, self.message)
        }
    }
}

impl std::error::Error for Problem {}

/// All problems of one input, at least one; nothing of the input was applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// `Ok` when there is nothing to complain about.
    pub fn into_result(self) -> Result<(), Problems> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Adds one problem.
    pub fn push(&mut self, field: impl Into<String>, value: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem::new(field, value, message));
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Problems(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The known word nearest to `given`, for "did you mean"; none when nothing is near.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(given, word), word))
        .filter(|(distance, word)| *distance <= word.len().max(3) / 2)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}
