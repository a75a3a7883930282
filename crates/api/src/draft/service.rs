use model::config::{DownResponse, PoolChoice, Ramp, Service};
use model::{Label, Problems};
use serde::{Deserialize, Serialize};

use super::{Form, choice, parse};

mod member;
mod pool;
mod topology;

pub use member::MemberDraft;
pub use pool::PoolDraft;

/// A service as its form holds it. Field names: `name`, `ttl`, `pools.0.members.1.weight`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceDraft {
    /// Name asked for.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Answered at all.
    pub enabled: bool,
    /// Answers every name below its own as well.
    pub wildcard: bool,
    /// Seconds.
    pub ttl: String,
    /// Addresses in an answer.
    pub answers: String,
    /// Word of the down response.
    pub down_response: String,
    /// Addresses or name that go with it.
    pub down_value: String,
    /// Names of monitors.
    pub monitors: Vec<String>,
    /// Word of the choice between pools.
    pub pool_choice: String,
    /// Eligible members to spread over at least, 0 for no matter.
    pub min_members: String,
    /// Rules of topology, one a line.
    pub topology: String,
    /// A recovered member waits for an operator.
    pub manual_resume: bool,
    /// How long a recovered member takes to its full weight, as `5m`; nothing for at once.
    pub ramp_duration: String,
    /// In how many steps.
    pub ramp_steps: String,
    /// Pools.
    pub pools: Vec<PoolDraft>,
}

/// Steps of a climb when the form says how long it takes and no more.
const RAMP_STEPS: &str = "5";

impl ServiceDraft {
    /// What a new service's form starts with: the contract's defaults and one pool with three empty rows.
    pub fn new() -> Self {
        ServiceDraft {
            enabled: true,
            ttl: "30".to_owned(),
            answers: "1".to_owned(),
            down_response: "fail_open".to_owned(),
            pool_choice: PoolChoice::default().as_str().to_owned(),
            min_members: "0".to_owned(),
            ramp_steps: RAMP_STEPS.to_owned(),
            pools: vec![PoolDraft::new(1)],
            ..ServiceDraft::default()
        }
    }

    /// The form of an existing service.
    pub fn of(service: &Service) -> Self {
        let down_value = match &service.down_response {
            DownResponse::Fallback(addresses) => {
                addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            }
            DownResponse::Cname(name) => name.to_string(),
            _ => String::new(),
        };
        let ramp = service.ramp.as_ref();
        ServiceDraft {
            name: service.name.to_string(),
            description: service.description.clone(),
            enabled: service.enabled,
            wildcard: service.wildcard,
            ttl: service.ttl.to_string(),
            answers: service.answers.to_string(),
            down_response: service.down_response.as_str().to_owned(),
            down_value,
            monitors: service.monitors.iter().map(ToString::to_string).collect(),
            pool_choice: service.pool_choice.as_str().to_owned(),
            min_members: service.min_members.to_string(),
            topology: topology::lines(&service.topology),
            manual_resume: service.manual_resume,
            ramp_duration: ramp.map(|ramp| ramp.duration.to_string()).unwrap_or_default(),
            ramp_steps: ramp.map_or_else(|| RAMP_STEPS.to_owned(), |ramp| ramp.steps.to_string()),
            pools: service.pools.iter().map(PoolDraft::of).collect(),
        }
    }

    /// The form as it was posted. Its buttons `add_pool`, `add_member` (the pool's number) and `remove` (the row's
    /// field name) change the rows; the caller then shows the form again without saving.
    pub fn from_form(form: &Form) -> Self {
        let mut draft = ServiceDraft {
            name: form.text("name"),
            description: form.text("description"),
            enabled: form.ticked("enabled"),
            wildcard: form.ticked("wildcard"),
            ttl: form.text("ttl"),
            answers: form.text("answers"),
            down_response: form.text("down_response"),
            down_value: form.text("down_value"),
            monitors: form.all("monitors").into_iter().filter(|m| !m.is_empty()).collect(),
            pool_choice: form.text("pool_choice"),
            min_members: form.text("min_members"),
            topology: form.text("topology"),
            manual_resume: form.ticked("manual_resume"),
            ramp_duration: form.text("ramp_duration"),
            ramp_steps: form.text("ramp_steps"),
            pools: (0..form.count("pools")).map(|i| PoolDraft::from_form(form, i)).collect(),
        };
        if form.ticked("add_pool") {
            draft.pools.push(PoolDraft::new(draft.pools.len() + 1));
        }
        if let Ok(pool) = form.text("add_member").parse::<usize>()
            && let Some(pool) = draft.pools.get_mut(pool)
        {
            pool.members.push(MemberDraft::empty_row());
        }
        draft.remove(&form.text("remove"));
        draft
    }

    /// Whether the posted button only changed rows, and nothing is to be saved.
    pub fn is_row_edit(form: &Form) -> bool {
        ["add_pool", "add_member", "remove"].iter().any(|button| form.ticked(button))
    }

    fn remove(&mut self, row: &str) {
        let parts: Vec<&str> = row.split('.').collect();
        let index = |at: usize| parts.get(at).and_then(|p| p.parse::<usize>().ok());
        match (index(1), index(3)) {
            (Some(pool), None) if pool < self.pools.len() && parts.len() == 2 => {
                self.pools.remove(pool);
            }
            (Some(pool), Some(member)) => {
                if let Some(pool) = self.pools.get_mut(pool).filter(|p| member < p.members.len()) {
                    pool.members.remove(member);
                }
            }
            _ => {}
        }
    }

    /// The service, or every problem under the name of its field.
    pub fn parse(&self) -> Result<Service, Problems> {
        let mut problems = Problems::default();
        let name = parse(&mut problems, "name", &self.name);
        let ttl = parse(&mut problems, "ttl", &self.ttl);
        let answers = parse_answers(&mut problems, &self.answers);
        let down_response = self.parse_down_response(&mut problems);
        let monitors: Vec<Label> =
            self.monitors.iter().filter_map(|m| parse(&mut problems, "monitors", m)).collect();
        let choices = PoolChoice::ALL.map(|(choice, _)| (choice.as_str(), choice));
        let pool_choice = choice(&mut problems, "pool_choice", &self.pool_choice, &choices);
        let min_members = match self.min_members.trim() {
            "" => Some(0),
            text => parse(&mut problems, "min_members", text),
        };
        let topology = topology::parse_lines(&self.topology, &mut problems);
        let ramp = self.parse_ramp(&mut problems);
        let mut pools = Vec::new();
        for (i, pool) in self.pools.iter().enumerate() {
            pools.extend(pool.parse(&mut problems, &format!("pools.{i}")));
        }
        if self.pools.is_empty() {
            problems.push("pools", "", "a service needs at least one pool: add one");
        }
        let service = || {
            Some(Service {
                description: self.description.trim().to_owned(),
                enabled: self.enabled,
                wildcard: self.wildcard,
                ttl: ttl?,
                answers: answers?,
                down_response: down_response?,
                monitors,
                pool_choice: pool_choice?,
                min_members: min_members?,
                topology,
                manual_resume: self.manual_resume,
                ramp,
                ..Service::new(name?, pools)
            })
        };
        service().filter(|_| problems.0.is_empty()).ok_or(problems)
    }

    fn parse_ramp(&self, problems: &mut Problems) -> Option<Ramp> {
        if self.ramp_duration.trim().is_empty() {
            return None;
        }
        let duration = parse(problems, "ramp_duration", &self.ramp_duration);
        let steps = parse(problems, "ramp_steps", &self.ramp_steps);
        Some(Ramp { duration: duration?, steps: steps? })
    }

    fn parse_down_response(&self, problems: &mut Problems) -> Option<DownResponse> {
        match self.down_response.as_str() {
            "fail_open" | "" => Some(DownResponse::FailOpen),
            "all_records" => Some(DownResponse::AllRecords),
            "none" => Some(DownResponse::None),
            "empty" => Some(DownResponse::Empty),
            "cname" => parse(problems, "down_value", &self.down_value).map(DownResponse::Cname),
            "fallback" => {
                let words = self.down_value.split([',', ' ']).filter(|w| !w.is_empty());
                let parsed: Result<Vec<std::net::IpAddr>, _> = words.map(str::parse).collect();
                match parsed {
                    Ok(addresses) if !addresses.is_empty() => Some(DownResponse::Fallback(addresses)),
                    _ => {
                        let message = "give one or more addresses, separated by commas";
                        problems.push("down_value", &*self.down_value, message);
                        None
                    }
                }
            }
            other => {
                problems.push("down_response", other, "choose one of the list");
                None
            }
        }
    }

    /// Puts the checks' problems (`services[x].pools[p].members[0].weight`) beside the form's fields.
    pub fn beside_fields(&self, problems: Problems) -> Problems {
        let prefix = format!("services[{}].", self.name.trim().trim_end_matches('.').to_ascii_lowercase());
        let place = |field: &str| -> String {
            let mut field = field.strip_prefix(&prefix).unwrap_or(field).to_owned();
            if field.starts_with("topology[") {
                return "topology".to_owned();
            }
            for (i, pool) in self.pools.iter().enumerate() {
                field = field.replace(&format!("pools[{}]", pool.name.trim()), &format!("pools.{i}"));
            }
            field = field.replace("members[", "members.").replace(']', "");
            // What the declarative form nests stands side by side in the form, and one field takes address or name.
            for (nested, flat) in
                [("down_response.", "down_"), ("ramp.", "ramp_"), ("mask.", "mask_"), (".fqdn", ".address")]
            {
                field = field.replace(nested, flat);
            }
            field
        };
        Problems(problems.0.into_iter().map(|p| model::Problem { field: place(&p.field), ..p }).collect())
    }
}

fn parse_answers(problems: &mut Problems, text: &str) -> Option<u8> {
    let parsed = text.trim().parse::<u8>().ok().filter(|n| *n <= 20);
    if parsed.is_none() {
        problems.push("answers", text, "give 1 to 20 addresses, or 0 for all");
    }
    parsed
}

#[cfg(test)]
mod tests;
