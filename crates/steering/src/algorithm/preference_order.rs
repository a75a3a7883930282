//! The member of the lowest preference that is up.

use crate::candidate::Candidate;

/// Members that take turns, and those that come after them. A weight of 0 is passed over while another has more, as
/// everywhere.
pub fn ordered(mut served: Vec<&Candidate>) -> (Vec<&Candidate>, Vec<&Candidate>) {
    served.sort_by_key(|candidate| candidate.preference);
    let chosen = served.iter().find(|candidate| candidate.weight > 0).or(served.first());
    let Some(preference) = chosen.map(|candidate| candidate.preference) else { return (served, Vec::new()) };
    served.into_iter().partition(|candidate| candidate.preference == preference)
}
