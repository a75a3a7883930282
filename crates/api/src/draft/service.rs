use std::net::IpAddr;

use model::config::{Algorithm, DownResponse, Member, Pool, Service};
use model::{Label, Problems};
use serde::{Deserialize, Serialize};

use super::{Form, parse};

/// A service as its form holds it. Field names: `name`, `ttl`, `pools.0.members.1.weight`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceDraft {
    /// Name asked for.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Answered at all.
    pub enabled: bool,
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
    /// Pools.
    pub pools: Vec<PoolDraft>,
}

/// A pool as the form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PoolDraft {
    /// Name.
    pub name: String,
    /// 0 to 100.
    pub priority: String,
    /// Word of the algorithm.
    pub algorithm: String,
    /// Chosen at all.
    pub enabled: bool,
    /// Members; wholly empty rows are left out.
    pub members: Vec<MemberDraft>,
}

/// A member as the form holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MemberDraft {
    /// Address.
    pub address: String,
    /// Name of its location, or nothing.
    pub location: String,
    /// 0 to 1000.
    pub weight: String,
    /// Answered at all.
    pub enabled: bool,
}

impl MemberDraft {
    fn empty_row() -> Self {
        MemberDraft { weight: "1".to_owned(), enabled: true, ..MemberDraft::default() }
    }

    fn is_empty(&self) -> bool {
        self.address.trim().is_empty() && self.location.is_empty()
    }
}

impl ServiceDraft {
    /// What a new service's form starts with: the contract's defaults and one pool with three empty rows.
    pub fn new() -> Self {
        ServiceDraft {
            enabled: true,
            ttl: "30".to_owned(),
            answers: "1".to_owned(),
            down_response: "fail_open".to_owned(),
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
        ServiceDraft {
            name: service.name.to_string(),
            description: service.description.clone(),
            enabled: service.enabled,
            ttl: service.ttl.to_string(),
            answers: service.answers.to_string(),
            down_response: service.down_response.as_str().to_owned(),
            down_value,
            monitors: service.monitors.iter().map(ToString::to_string).collect(),
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
            ttl: form.text("ttl"),
            answers: form.text("answers"),
            down_response: form.text("down_response"),
            down_value: form.text("down_value"),
            monitors: form.all("monitors").into_iter().filter(|m| !m.is_empty()).collect(),
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
        let mut pools = Vec::new();
        for (i, pool) in self.pools.iter().enumerate() {
            pools.extend(pool.parse(&mut problems, &format!("pools.{i}")));
        }
        if self.pools.is_empty() {
            problems.push("pools", "", "a service needs at least one pool: add one");
        }
        match (name, ttl, answers, down_response) {
            (Some(name), Some(ttl), Some(answers), Some(down_response)) if problems.0.is_empty() => {
                Ok(Service {
                    description: self.description.trim().to_owned(),
                    enabled: self.enabled,
                    ttl,
                    answers,
                    down_response,
                    monitors,
                    ..Service::new(name, pools)
                })
            }
            _ => Err(problems),
        }
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
            for (i, pool) in self.pools.iter().enumerate() {
                field = field.replace(&format!("pools[{}]", pool.name.trim()), &format!("pools.{i}"));
            }
            field.replace("members[", "members.").replace(']', "").replace("down_response.", "down_")
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

impl PoolDraft {
    fn new(number: usize) -> Self {
        PoolDraft {
            name: format!("pool-{number}"),
            priority: "10".to_owned(),
            algorithm: "round_robin".to_owned(),
            enabled: true,
            members: vec![MemberDraft::empty_row(); 3],
        }
    }

    fn of(pool: &Pool) -> Self {
        let member = |m: &Member| MemberDraft {
            address: m.address.map(|address| address.to_string()).unwrap_or_default(),
            location: m.location.as_ref().map(ToString::to_string).unwrap_or_default(),
            weight: m.weight.to_string(),
            enabled: m.enabled,
        };
        PoolDraft {
            name: pool.name.to_string(),
            priority: pool.priority.to_string(),
            algorithm: pool.algorithm.as_str().to_owned(),
            enabled: pool.enabled,
            members: pool.members.iter().map(member).collect(),
        }
    }

    fn from_form(form: &Form, index: usize) -> Self {
        let at = format!("pools.{index}");
        let member = |i: usize| {
            let at = format!("{at}.members.{i}");
            MemberDraft {
                address: form.text(&format!("{at}.address")),
                location: form.text(&format!("{at}.location")),
                weight: form.text(&format!("{at}.weight")),
                enabled: form.ticked(&format!("{at}.enabled")),
            }
        };
        PoolDraft {
            name: form.text(&format!("{at}.name")),
            priority: form.text(&format!("{at}.priority")),
            algorithm: form.text(&format!("{at}.algorithm")),
            enabled: form.ticked(&format!("{at}.enabled")),
            members: (0..form.count(&format!("{at}.members"))).map(member).collect(),
        }
    }

    fn parse(&self, problems: &mut Problems, at: &str) -> Option<Pool> {
        let name = parse(problems, format!("{at}.name"), &self.name);
        let priority = parse(problems, format!("{at}.priority"), &self.priority);
        let algorithm = match Algorithm::ALL.iter().find(|(a, _)| a.as_str() == self.algorithm) {
            Some((algorithm, _)) => Some(*algorithm),
            None => {
                problems.push(format!("{at}.algorithm"), &*self.algorithm, "choose one of the list");
                None
            }
        };
        let mut members = Vec::new();
        for (i, member) in self.members.iter().enumerate().filter(|(_, m)| !m.is_empty()) {
            let at = format!("{at}.members.{i}");
            let address = member.address.trim().parse::<IpAddr>().map_err(|_| {
                let message = "this is no address: give one such as 192.0.2.1 or 2001:db8::1";
                problems.push(format!("{at}.address"), &*member.address, message);
            });
            let weight = parse(problems, format!("{at}.weight"), &member.weight);
            let location = match member.location.trim() {
                "" => Some(None),
                text => parse(problems, format!("{at}.location"), text).map(Some),
            };
            if let (Ok(address), Some(weight), Some(location)) = (address, weight, location) {
                members.push(Member { location, weight, enabled: member.enabled, ..Member::at(address) });
            }
        }
        if self.members.iter().all(MemberDraft::is_empty) {
            problems.push(
                format!("{at}.members.0.address"),
                "",
                "a pool needs at least one member: give its address",
            );
        }
        let (priority, algorithm) = (priority?, algorithm?);
        Some(Pool { priority, algorithm, enabled: self.enabled, ..Pool::new(name?, members) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> ServiceDraft {
        let member = |address: &str, weight: &str| MemberDraft {
            address: address.into(),
            weight: weight.into(),
            enabled: true,
            ..MemberDraft::default()
        };
        let mut draft = ServiceDraft { name: "hello.example.org".into(), ..ServiceDraft::new() };
        draft.pools[0].members =
            vec![member("192.0.2.1", "6"), member("192.0.2.2", "3"), MemberDraft::default()];
        draft
    }

    #[test]
    fn a_form_read_from_a_service_gives_the_service_back() {
        let service = draft().parse().unwrap();
        assert_eq!(service.pools[0].members.len(), 2);
        assert_eq!(ServiceDraft::of(&service).parse().unwrap(), service);
    }

    #[test]
    fn problems_stand_beside_their_fields() {
        let mut bad = draft();
        bad.pools[0].members[0].weight = "1001".into();
        bad.pools[0].members[1].address = "10.0.0".into();
        bad.ttl = "soon".into();
        let fields: Vec<String> = bad.parse().unwrap_err().0.into_iter().map(|p| p.field).collect();
        assert_eq!(fields, ["ttl", "pools.0.members.0.weight", "pools.0.members.1.address"]);
    }

    #[test]
    fn problems_of_the_check_find_their_fields() {
        let mut problems = Problems::default();
        problems.push("services[hello.example.org].pools[pool-1].members[1].location", "x", "unknown");
        problems.push("services[hello.example.org].name", "x", "in no zone");
        let placed = draft().beside_fields(problems);
        assert_eq!(placed.0[0].field, "pools.0.members.1.location");
        assert_eq!(placed.0[1].field, "name");
    }

    #[test]
    fn buttons_add_and_remove_rows() {
        let post = |pairs: &[(&str, &str)]| Form::new(pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())));
        let rows = [("pools.0.members.0.address", "a"), ("pools.0.members.1.address", "b")];
        let added = ServiceDraft::from_form(&post(&[&rows[..], &[("add_member", "0")]].concat()));
        assert_eq!(added.pools[0].members.len(), 3);
        let removed =
            ServiceDraft::from_form(&post(&[&rows[..], &[("remove", "pools.0.members.0")]].concat()));
        assert_eq!(removed.pools[0].members[0].address, "b");
    }
}
