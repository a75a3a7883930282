use model::canary::{CanaryGates, CanaryHook, CanarySpec, HealthGate, OnFailure, Percent};
use model::{DnsName, Label, Problem, Problems, Span};

use super::{Form, choice, parse};

/// A canary ramp as its form holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanaryDraft {
    /// `pool member` of each member that is ticked.
    pub members: Vec<String>,
    /// Shares, with commas between them.
    pub steps: String,
    /// How long a step lasts at least.
    pub dwell: String,
    /// Answers that have to name the canary.
    pub canary_answers: String,
    /// Whose health is watched.
    pub health: String,
    /// Whether the split is judged.
    pub verdict: bool,
    /// Looks in a row at which a gate fails.
    pub failures: String,
    /// What is done when a gate fails.
    pub on_failure: String,
    /// Who is asked at the end of a step.
    pub webhook_url: String,
    /// The secret that holds that address instead.
    pub webhook_url_secret: String,
    /// The secret that is sent as `Authorization`.
    pub authorization_secret: String,
    /// Why.
    pub reason: String,
}

impl CanaryDraft {
    /// What the form begins with.
    pub fn new() -> CanaryDraft {
        let gates = CanaryGates::default();
        CanaryDraft {
            members: Vec::new(),
            steps: "1, 5, 20, 50".to_owned(),
            dwell: "5m".to_owned(),
            canary_answers: "10".to_owned(),
            health: gates.health.as_str().to_owned(),
            verdict: gates.verdict,
            failures: gates.failures.to_string(),
            on_failure: OnFailure::default().as_str().to_owned(),
            webhook_url: String::new(),
            webhook_url_secret: String::new(),
            authorization_secret: String::new(),
            reason: String::new(),
        }
    }

    /// The form as it was sent.
    pub fn from_form(form: &Form) -> CanaryDraft {
        CanaryDraft {
            members: form.all("members"),
            steps: form.text("steps"),
            dwell: form.text("dwell"),
            canary_answers: form.text("canary_answers"),
            health: form.text("health"),
            verdict: form.ticked("verdict"),
            failures: form.text("failures"),
            on_failure: form.text("on_failure"),
            webhook_url: form.text("webhook_url"),
            webhook_url_secret: form.text("webhook_url_secret"),
            authorization_secret: form.text("authorization_secret"),
            reason: form.text("reason"),
        }
    }

    /// The ramp of `service` that it describes, or every problem beside its field.
    pub fn parse(&self, service: &DnsName) -> Result<CanarySpec, Problems> {
        let mut problems = Problems::default();
        let mut pools: Vec<Label> = Vec::new();
        let mut members = Vec::new();
        for member in &self.members {
            let (pool, address) = member.split_once(' ').unwrap_or_default();
            pools.extend(parse::<Label>(&mut problems, "members", pool));
            members.extend(parse::<std::net::IpAddr>(&mut problems, "members", address));
        }
        pools.dedup();
        if members.is_empty() && problems.0.is_empty() {
            problems.push("members", "", "choose at least one member as the canary");
        }
        if pools.len() > 1 {
            problems.push("members", "", "choose members of one pool: a ramp moves the weights of one");
        }
        let texts = self.steps.split([',', ';']).map(str::trim).filter(|text| !text.is_empty());
        let steps: Vec<Percent> = texts.filter_map(|text| parse(&mut problems, "steps", text)).collect();
        let dwell: Option<Span> = parse(&mut problems, "dwell", &self.dwell);
        let canary_answers: Option<u32> =
            number(&mut problems, "canary_answers", &self.canary_answers, 1_000_000);
        let failures: Option<u32> = number(&mut problems, "failures", &self.failures, 60);
        let health = choice(
            &mut problems,
            "health",
            &self.health,
            &HealthGate::ALL.map(|(gate, _)| (gate.as_str(), gate)),
        );
        let on_failure = choice(
            &mut problems,
            "on_failure",
            &self.on_failure,
            &OnFailure::ALL.map(|(on, _)| (on.as_str(), on)),
        );
        let url = Some(self.webhook_url.trim().to_owned()).filter(|url| !url.is_empty());
        let mut secret = |field: &str, text: &str| -> Option<Label> {
            (!text.trim().is_empty()).then(|| parse(&mut problems, field, text))?
        };
        let url_secret = secret("webhook_url_secret", &self.webhook_url_secret);
        let authorization_secret = secret("authorization_secret", &self.authorization_secret);
        let hook = CanaryHook { url, url_secret, authorization_secret };
        let (Some(dwell), Some(canary_answers), Some(failures), Some(health), Some(on_failure), Some(pool)) =
            (dwell, canary_answers, failures, health, on_failure, pools.into_iter().next())
        else {
            return Err(problems);
        };
        problems.into_result()?;
        let webhook = (hook != CanaryHook::default()).then_some(hook);
        let gates = CanaryGates { health, verdict: self.verdict, webhook, failures: failures as u8 };
        let spec = CanarySpec::new(service.clone(), pool, members, steps);
        Ok(CanarySpec { dwell, canary_answers, gates, on_failure, ..spec })
    }

    /// Problems of the request under the names of the form's fields.
    pub fn beside_fields(problems: Problems) -> Problems {
        let place = |field: &str| match field {
            "gates.webhook.url" => "webhook_url".to_owned(),
            "gates.webhook.url_secret" => "webhook_url_secret".to_owned(),
            "gates.webhook.authorization_secret" => "authorization_secret".to_owned(),
            "gates.failures" => "failures".to_owned(),
            "pool" => "members".to_owned(),
            other => other.split('.').next().unwrap_or_default().to_owned(),
        };
        Problems(problems.0.into_iter().map(|p| Problem { field: place(&p.field), ..p }).collect())
    }
}

impl Default for CanaryDraft {
    fn default() -> Self {
        CanaryDraft::new()
    }
}

fn number(problems: &mut Problems, field: &str, text: &str, most: u32) -> Option<u32> {
    let found = text.trim().parse::<u32>().ok().filter(|number| *number <= most);
    if found.is_none() {
        problems.push(field, text, format!("give a whole number of at most {most}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_into_a_request_and_every_mistake_stands_beside_its_field() {
        let service: DnsName = "a.example.org".parse().unwrap();
        let mut draft = CanaryDraft { members: vec!["p 192.0.2.3".to_owned()], ..CanaryDraft::new() };
        draft.steps = "1 %, 12.5; 50,".to_owned();
        draft.webhook_url = "https://example.net/".to_owned();
        let spec = draft.parse(&service).unwrap();
        assert_eq!(spec.steps.iter().map(|step| step.get()).collect::<Vec<_>>(), [1.0, 12.5, 50.0]);
        assert_eq!((spec.pool.as_str(), spec.members.len(), spec.dwell), ("p", 1, Span::seconds(300)));
        assert_eq!(spec.gates.webhook.unwrap().url.as_deref(), Some("https://example.net/"));

        draft.members = vec!["p 192.0.2.3".to_owned(), "q 192.0.2.4".to_owned()];
        (draft.steps, draft.dwell, draft.failures) = ("x".to_owned(), "soon".to_owned(), "-1".to_owned());
        let problems = draft.parse(&service).unwrap_err();
        let fields: Vec<&str> = problems.0.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["members", "steps", "dwell", "failures"]);
        let beside = CanaryDraft::beside_fields(Problem::new("gates.webhook.url", "", "").into());
        assert_eq!(beside.0[0].field, "webhook_url");
    }
}
