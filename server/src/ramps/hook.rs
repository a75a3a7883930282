//! The webhook at the end of a step.

use std::time::Duration;

use canary::{HookAnswer, Observation};
use model::canary::CanaryRamp;
use serde_json::json;

use crate::site::Site;

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks whether the ramp may go on: 2xx is yes, 409, 425 and 429 are not yet, everything else and silence is no.
pub async fn ask(site: &Site, ramp: &CanaryRamp, seen: &Observation) -> HookAnswer {
    let Some(hook) = &ramp.spec.gates.webhook else { return HookAnswer::Go("there is none.".to_owned()) };
    let secret = |name: &model::Label| {
        site.secrets.get(name).ok_or_else(|| HookAnswer::No(format!("there is no secret {name}: set it.")))
    };
    let (stored, authorization) = match (
        hook.url_secret.as_ref().map(secret).transpose(),
        hook.authorization_secret.as_ref().map(secret).transpose(),
    ) {
        (Ok(url), Ok(authorization)) => (url, authorization),
        (Err(no), _) | (_, Err(no)) => return no,
    };
    let url = stored.as_ref().map(|url| url.as_str()).or(hook.url.as_deref()).unwrap_or_default();
    let step = ramp.step.and_then(|step| ramp.plan.get(step));
    let body = json!({
        "ramp": ramp.id,
        "service": ramp.spec.service,
        "pool": ramp.spec.pool,
        "members": ramp.spec.members,
        "step": ramp.step.map(|step| step + 1),
        "steps": ramp.plan.len(),
        "target": step.map(|step| step.target),
        "share": step.map(|step| step.share),
        "since": ramp.since,
        "generation": ramp.generation,
        "observed": seen.sample,
    });
    let asking = alerts::ask(
        site.events.network(),
        url,
        authorization.as_ref().map(|a| a.as_str()),
        body.to_string().into(),
    );
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(status)) => answer(status),
        Ok(Err(failure)) => HookAnswer::No(format!("{}.", failure.note)),
        Err(_) => HookAnswer::No(format!("it did not answer within {} s.", PATIENCE.as_secs())),
    }
}

fn answer(status: u16) -> HookAnswer {
    let text = format!("it answered {status}.");
    match status {
        200..=299 => HookAnswer::Go(text),
        409 | 425 | 429 => HookAnswer::Hold(text),
        _ => HookAnswer::No(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_yes_not_yet_or_no() {
        assert!(matches!(answer(204), HookAnswer::Go(_)));
        assert!(matches!(answer(409), HookAnswer::Hold(_)) && matches!(answer(429), HookAnswer::Hold(_)));
        assert!([302, 400, 403, 500].iter().all(|status| matches!(answer(*status), HookAnswer::No(_))));
    }
}
