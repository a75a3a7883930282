//! Monitors: the list, one of them with a test, and its forms.

use api::draft::{Form, MonitorDraft};
use api::health::{CheckTranscript, MemberAddress};
use api::view::MonitorLine;
use app::pages::Carried;
use app::pages::monitors::{self as pages, FormMode, MonitorDetail, MonitoredMember};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::config::{Config, Monitor};
use model::health::MemberKey;
use serde::Deserialize;

use super::managed::{Managed, find};
use super::{errors, in_path};
use crate::access::Actor;
use crate::backend::checks;
use crate::http::problem::Failure;
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

const LIST: &str = "/monitors";

fn services_with(config: &Config, monitor: &Monitor) -> Vec<String> {
    let users = config.services.iter().filter(|s| s.monitors.contains(&monitor.name));
    users.map(|s| s.name.to_string()).collect()
}

/// `GET /monitors`
pub async fn list(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let snapshot = site.snapshot();
    let config = &snapshot.config;
    let line = |m: &Monitor| MonitorLine { monitor: m.clone(), services: services_with(config, m) };
    let lines: Vec<MonitorLine> = config.monitors.iter().map(line).collect();
    let (suspects, now) = (*site.checker.suspects().borrow(), site.now());
    page::show(&site, &actor, "/monitors", StatusCode::OK, "Monitors", || {
        pages::list(&lines, suspects, now).into_any()
    })
}

/// `GET /monitors/{name}`
pub async fn detail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    render(&site, &actor, &name, None)
}

/// `POST /monitors/{name}/test`: checks one member and shows what happened.
pub async fn test(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(member): axum::Form<MemberAddress>,
) -> Response {
    let key = MemberKey::from(member);
    let result = match checks::transcript(&site, &name, &key).await {
        Ok(transcript) => Ok(transcript),
        Err(Failure::Invalid(problems)) => Err(problems.to_string()),
        Err(failure) => return errors::of(&site, &actor, LIST, failure),
    };
    render(&site, &actor, &name, Some((key, result)))
}

/// Where the decision was made.
#[derive(Debug, Default, Deserialize)]
pub struct Believed {
    #[serde(default)]
    back: String,
}

/// `POST /monitors/believe`: the silence of all members is what it seems to be.
pub async fn believe(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    axum::Form(form): axum::Form<Believed>,
) -> Response {
    // Without a suspicion there is nothing to end, and the page says so by itself.
    site.checker.believe(&actor.name);
    see_other(if form.back == "/" { "/" } else { LIST })
}

fn render(
    site: &Site,
    actor: &Actor,
    name: &str,
    tested: Option<(MemberKey, Result<CheckTranscript, String>)>,
) -> Response {
    let path = format!("{LIST}/{}", in_path(name));
    let monitor: Monitor = match find(site, name) {
        Ok(monitor) => monitor,
        Err(failure) => return errors::of(site, actor, &path, failure),
    };
    let members = members_of(site, &monitor);
    let (view, now) = (MonitorDetail { monitor, members, tested }, site.now());
    page::show(site, actor, &path, StatusCode::OK, name, || pages::detail(&view, now).into_any())
}

/// Every member that the monitor checks, in the order of the configuration.
fn members_of(site: &Site, monitor: &Monitor) -> Vec<MonitoredMember> {
    // In what answers, where names of members have addresses.
    let view = site.responder.current();
    let measured = site.checker.state();
    let mut members = Vec::new();
    for service in view.config().services.iter().filter(|s| s.monitors.contains(&monitor.name)) {
        for (pool, member) in
            service.pools.iter().flat_map(|pool| pool.members.iter().map(move |m| (pool, m)))
        {
            let Some(key) = MemberKey::of(service, pool, member) else { continue };
            let health = measured.get(&key);
            let last =
                health.and_then(|h| h.checks.iter().find(|check| check.monitor == monitor.name).cloned());
            let strip = checks::of_member(site, &key).into_iter().find(|strip| strip.monitor == monitor.name);
            let name = match &member.fqdn {
                Some(name) => format!("{} ({name})", key.address),
                None => key.address.to_string(),
            };
            members.push(MonitoredMember { key, name, last, strip });
        }
    }
    members
}

impl Managed for Monitor {
    const LIST: &'static str = "/monitors";
    const WORD: &'static str = "monitor";
    type Draft = MonitorDraft;

    fn name(&self) -> String {
        self.name.to_string()
    }
    fn find(config: &Config, name: &str) -> Option<Monitor> {
        config.monitor(name).cloned()
    }
    fn all(config: &mut Config) -> &mut Vec<Monitor> {
        &mut config.monitors
    }

    fn empty_draft() -> MonitorDraft {
        MonitorDraft::new()
    }
    fn draft(&self) -> MonitorDraft {
        MonitorDraft::of(self)
    }
    fn posted(form: &Form) -> MonitorDraft {
        MonitorDraft::from_form(form)
    }
    fn parse(draft: &MonitorDraft) -> Result<Monitor, Problems> {
        draft.parse()
    }
    fn beside_fields(draft: &MonitorDraft, problems: Problems) -> Problems {
        draft.beside_fields(problems)
    }

    fn form(
        mode: FormMode,
        draft: &MonitorDraft,
        problems: &Problems,
        carried: &Carried,
        _: &Config,
    ) -> AnyView {
        pages::form(mode, draft, problems, carried).into_any()
    }
    fn question(&self, problems: &Problems, carried: &Carried, config: &Config) -> AnyView {
        let line = MonitorLine { monitor: self.clone(), services: services_with(config, self) };
        pages::delete(&line, problems, carried).into_any()
    }
    fn saved_at(_: &str) -> String {
        Self::LIST.to_owned()
    }
}
