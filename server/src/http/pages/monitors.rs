//! Monitors: the list and its forms.

use api::draft::{Form, MonitorDraft};
use api::view::MonitorLine;
use app::pages::Carried;
use app::pages::monitors::{self as pages, FormMode};
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::config::{Config, Monitor};

use super::managed::Managed;
use crate::access::Actor;
use crate::http::page;
use crate::site::Shared;

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
    page::show(&site, &actor, "/monitors", StatusCode::OK, "Monitors", || pages::list(&lines).into_any())
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
