//! Why an answer is what it is, in sentences.

use std::net::IpAddr;

use model::config::{Addresses, Algorithm};
use model::health::Health;
use serde::{Deserialize, Serialize};

use crate::candidate::{Candidate, Level};
use crate::client::Client;
use crate::decide::Choice;
use crate::pool::PoolPlan;
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
    /// What was considered for a client, pool by pool and member by member, and what decides.
    pub fn steps(&self, client: &Client<'_>) -> Vec<String> {
        let choice = self.choose(client);
        let mut steps = self.client_steps(client, &choice);
        for (index, pool) in self.pools.iter().enumerate() {
            steps.push(format!(
                "Pool {} (priority {}): {}.",
                pool.name,
                pool.priority,
                self.pool_step(index, pool, &choice)
            ));
            steps.extend(pool.candidates.iter().map(|candidate| {
                let weight = weight_step(candidate);
                format!("    {} {weight}: {}.", known_by(candidate), candidate_step(candidate, &choice))
            }));
        }
        steps.extend(self.scope_step(client, &choice));
        steps.push(self.decision_step(&choice));
        steps
    }

    /// What decides for a client, as one word: `weighted_round_robin`, another algorithm, `nodata`, or the down response
    /// in force.
    pub fn outcome(&self, client: &Client<'_>) -> &'static str {
        match self.force {
            Force::Members { .. } => {
                let choice = self.choose(client);
                let by_place = choice.pool.and_then(|pool| self.pools.get(pool)).filter(|_| choice.by_place);
                match by_place.map(|pool| pool.algorithm).or(choice.rotation.map(|r| r.chooser.algorithm)) {
                    Some(Algorithm::Random) => "weighted_random",
                    Some(Algorithm::RoundRobin) | None => "weighted_round_robin",
                    Some(other) => other.as_str(),
                }
            }
            Force::FailOpen { .. } => "fail_open",
            Force::AllRecords { .. } => "all_records",
            Force::Fallback(_) => "fallback",
            Force::Silence => "none",
            Force::Empty => "empty",
            Force::Alias(_) => "cname",
            Force::NoMembers => "nodata",
        }
    }

    /// The pool a client is answered from.
    pub fn pool_for(&self, client: &Client<'_>) -> Option<&PoolPlan> {
        self.pools.get(self.choose(client).pool?)
    }

    fn client_steps(&self, client: &Client<'_>, choice: &Choice<'_>) -> Vec<String> {
        let mut steps = Vec::new();
        if !self.by_client {
            return steps;
        }
        if !client.is_known() {
            steps.push("Nothing is told of the client's network: the answer is everybody's.".to_owned());
            return steps;
        }
        if self.has_public {
            let kind = match choice.addresses {
                Addresses::Private => "private addresses",
                Addresses::Public => "public addresses where members have them",
            };
            steps.push(match choice.group {
                Some(group) => format!("The client is in the group {group}, which is answered {kind}."),
                None => format!("The client is in no group, and is answered {kind}."),
            });
        }
        if let Some(rules) = &self.rules {
            steps.push(match choice.rule {
                Some(rule) => format!("Topology rule {} matches the client.", rules.name(rule)),
                None => "No topology rule matches the client.".to_owned(),
            });
        }
        if let Some(location) = choice.own_place {
            steps.push(format!("The client is in a network of the location {location}."));
        }
        steps
    }

    fn pool_step(&self, index: usize, pool: &PoolPlan, choice: &Choice<'_>) -> String {
        let in_force = choice.pool == Some(index);
        let joined =
            choice.pool.and_then(|pool| self.pools.get(pool)).is_some_and(|p| p.joined.contains(&index));
        let why = if !pool.enabled {
            "skipped, it is disabled"
        } else if pool.priority == 0 {
            "skipped, priority 0 is monitored and never chosen"
        } else if pool.candidates.is_empty() {
            "skipped, it has no member for this question"
        } else if pool.rotation.is_none() {
            "skipped, it has no enabled member of this family"
        } else if in_force && self.force.is_down_response() {
            "taken although no member is up"
        } else if !pool.has_eligible() && pool.candidates.iter().any(Candidate::is_up) {
            "skipped, its members drain while others are up"
        } else if !pool.has_eligible() {
            "skipped, no member is up"
        } else if in_force
            && choice.pool_by_client
            && choice.rule.is_some_and(|r| self.pool_of_rule[r].is_some())
        {
            "taken, the topology rule names it"
        } else if in_force && choice.pool_by_client {
            "taken, a member of it is nearest to the client"
        } else if in_force {
            "taken, no pool before it has a member up"
        } else if joined {
            "joined to the one taken, which has too few members up"
        } else if choice.pool_by_client {
            "not needed, another pool is chosen for the client"
        } else {
            "not needed, another pool comes before it"
        };
        why.to_owned()
    }

    /// For whom the answer is the same.
    fn scope_step(&self, client: &Client<'_>, choice: &Choice<'_>) -> Option<String> {
        if !self.by_client || !client.is_known() {
            return None;
        }
        let hash = choice.rotation.filter(|r| r.chooser.algorithm == Algorithm::ConsistentHash);
        let mask =
            hash.map_or(0, |r| if client.network.is_ipv4() { r.chooser.mask.v4 } else { r.chooser.mask.v6 });
        Some(match choice.scope.max(mask) {
            0 => "The answer is the same for every client.".to_owned(),
            bits => format!("The answer depends on the first {bits} bits of the client's address."),
        })
    }

    fn decision_step(&self, choice: &Choice<'_>) -> String {
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
            Force::Members { .. } => self.turn_step(choice),
            Force::FailOpen { .. } => {
                format!("No member is up: answered as if all were. {}", self.turn_step(choice))
            }
        }
    }

    fn turn_step(&self, choice: &Choice<'_>) -> String {
        let Some(rotation) = choice.rotation else { return String::new() };
        let among = match (choice.by_place, choice.at) {
            (true, Some(at)) => format!("Among the members at {at}, where the topology rule leads. "),
            (true, None) => "Among the members nearest to the client. ".to_owned(),
            (false, _) => {
                match choice.pool.and_then(|pool| self.pools.get(pool)).map(|pool| pool.algorithm) {
                    Some(Algorithm::Geo) => "The client's place is not known. ".to_owned(),
                    Some(Algorithm::Topology) => "No rule leads to a member of the pool. ".to_owned(),
                    _ => String::new(),
                }
            }
        };
        let turn = || {
            format!(
                "turn {} of a period of {} is next",
                rotation.cursor.place() + 1,
                rotation.schedule.period()
            )
        };
        let how = match rotation.chooser.algorithm {
            Algorithm::Random => "Weighted random: each answer is a draw of its own.".to_owned(),
            Algorithm::ConsistentHash => {
                "Consistent hash: the client's network has one member as long as that is up.".to_owned()
            }
            Algorithm::PreferenceOrder => {
                format!("Preference order, exact turns within the lowest: {}.", turn())
            }
            _ => format!("Exact weighted round robin: {}.", turn()),
        };
        among + &how
    }
}

fn known_by(candidate: &Candidate) -> String {
    match &candidate.name {
        Some(name) => format!("{} ({name})", candidate.address),
        None => candidate.address.to_string(),
    }
}

fn weight_step(candidate: &Candidate) -> String {
    let mut text = format!("weight {}", candidate.weight);
    if candidate.weight_from != Level::Member {
        text += &format!(" of its {}", candidate.weight_from);
    }
    if let Some(ramp) = candidate.standing.ramp {
        text += &format!(", step {} of {} of its climb", ramp.step, ramp.of);
    }
    text
}

fn candidate_step(candidate: &Candidate, choice: &Choice<'_>) -> String {
    let standing = candidate.standing;
    let members = choice.rotation.map(|rotation| &rotation.members[..]).unwrap_or_default();
    let served = members.iter().find(|member| member.slot == candidate.slot);
    let measured = match standing.forced {
        Some(_) => format!(" by an operator's decision, its checks say {}", standing.measured),
        None if standing.held => ", its checks pass and it waits to be resumed".to_owned(),
        None => String::new(),
    };
    if let Some(level) = candidate.disabled {
        return match level {
            Level::Member => "disabled, never answered".to_owned(),
            level => format!("disabled with its {level}, never answered"),
        };
    }
    match (standing.health(), candidate.draining, served) {
        (Health::Down, _, None) => format!("down{measured}, not answered while another is up"),
        (Health::Down, ..) => format!("down{measured}, as all others are"),
        (_, Some(level), _) if !candidate.eligible => {
            format!("up{measured}, its {level} drains: not answered while another is up")
        }
        (_, Some(level), _) => format!("up{measured}, answered although its {level} drains: no other is up"),
        (_, _, Some(served)) if !served.scheduled => {
            "weight 0, answered only when no other can be".to_owned()
        }
        (Health::Up, ..) => format!("up{measured}"),
        (Health::Unknown, ..) => {
            format!("not judged by a monitor, answered as if it were up{measured}")
        }
    }
}
