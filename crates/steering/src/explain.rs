//! Why an answer is what it is, in sentences.

use std::net::IpAddr;

use model::config::Algorithm;
use model::health::Health;
use serde::{Deserialize, Serialize};

use crate::pool::{Candidate, PoolPlan, Served};
use crate::service::{Force, Plan};

/// An answer with the steps that led to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The name asked for.
    pub name: String,
    /// The type asked for.
    pub rr_type: String,
    /// The code answered.
    pub rcode: String,
    /// What decided, as `weighted_round_robin`, `fail_open` or `static`.
    pub outcome: String,
    /// The zone, if any.
    pub zone: Option<String>,
    /// The service, if any.
    pub service: Option<String>,
    /// The pool in force, if any.
    pub pool: Option<String>,
    /// TTL of the answer, seconds.
    pub ttl: u32,
    /// The next answers.
    pub answers: Vec<Vec<IpAddr>>,
    /// What was looked at, and what followed.
    pub steps: Vec<String>,
    /// Generation of the configuration.
    pub generation: u64,
    /// Epoch of the health table.
    pub health_epoch: u64,
}

impl Plan {
    /// What was considered, pool by pool and member by member, and what decides.
    pub fn steps(&self) -> Vec<String> {
        let mut steps = Vec::new();
        for (index, pool) in self.pools.iter().enumerate() {
            steps.push(format!(
                "Pool {} (priority {}): {}.",
                pool.name,
                pool.priority,
                self.pool_step(index, pool)
            ));
            steps.extend(
                pool.candidates
                    .iter()
                    .map(|c| format!("    {} weight {}: {}.", c.address, c.weight, candidate_step(pool, c))),
            );
        }
        steps.push(self.decision_step());
        steps
    }

    /// What decides, as one word: `weighted_round_robin`, `weighted_random`, `nodata`, or the down response in force.
    pub fn outcome(&self) -> &'static str {
        match self.force {
            Force::Members { .. } => match self.rotation().map(|r| r.algorithm) {
                Some(Algorithm::Random) => "weighted_random",
                _ => "weighted_round_robin",
            },
            Force::FailOpen { .. } => "fail_open",
            Force::AllRecords { .. } => "all_records",
            Force::Fallback(_) => "fallback",
            Force::Silence => "none",
            Force::Empty => "empty",
            Force::Alias(_) => "cname",
            Force::NoMembers => "nodata",
        }
    }

    fn pool_step(&self, index: usize, pool: &PoolPlan) -> &'static str {
        let in_force = match self.force {
            Force::Members { pool } | Force::FailOpen { pool } | Force::AllRecords { pool } => pool == index,
            _ => false,
        };
        if !pool.enabled {
            "skipped, it is disabled"
        } else if pool.priority == 0 {
            "skipped, priority 0 is monitored and never chosen"
        } else if pool.rotation.is_none() {
            "skipped, it has no enabled member of this family"
        } else if in_force && self.force.is_down_response() {
            "taken although no member is up"
        } else if !pool.has_eligible() {
            "skipped, no member is up"
        } else if in_force {
            "taken, no pool before it has a member up"
        } else {
            "not needed, another pool comes before it"
        }
    }

    fn decision_step(&self) -> String {
        match &self.force {
            Force::NoMembers => "There is no member of this family: NODATA.".to_owned(),
            Force::Empty => "No member is up: the answer is empty.".to_owned(),
            Force::Silence => "No member is up: no answer is given.".to_owned(),
            Force::Alias(target) => format!("No member is up: the answer is the alias {target}."),
            Force::Fallback(addresses) => {
                let list: Vec<String> = addresses.iter().map(ToString::to_string).collect();
                format!("No member is up: the answer is the fallback {}.", list.join(", "))
            }
            Force::AllRecords { .. } => "No member is up: every enabled member is answered.".to_owned(),
            Force::Members { .. } => self.turn_step(),
            Force::FailOpen { .. } => {
                format!("No member is up: answered as if all were. {}", self.turn_step())
            }
        }
    }

    fn turn_step(&self) -> String {
        let Some(rotation) = self.rotation() else { return String::new() };
        match rotation.algorithm {
            Algorithm::Random => "Weighted random: each answer is a draw of its own.".to_owned(),
            _ => format!(
                "Exact weighted round robin: turn {} of a period of {} is next.",
                rotation.cursor.place() + 1,
                rotation.schedule.period()
            ),
        }
    }
}

fn candidate_step(pool: &PoolPlan, candidate: &Candidate) -> &'static str {
    let served =
        pool.rotation.as_ref().and_then(|r| r.members.iter().find(|m| m.address == candidate.address));
    match (candidate.enabled, candidate.health, served) {
        (false, ..) => "disabled, never answered",
        (_, Health::Down, None) => "down, not answered while another is up",
        (_, Health::Down, _) => "down, as all others are",
        (_, _, Some(Served { scheduled: false, .. })) => "weight 0, answered only when no other can be",
        (_, Health::Up, _) => "up",
        (_, Health::Unknown, _) => "not judged by a monitor, answered as if it were up",
    }
}
