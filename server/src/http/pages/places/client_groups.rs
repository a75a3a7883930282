//! Groups of clients: the list, and their forms.

use api::draft::{ClientGroupDraft, Form};
use app::pages::places::client_groups as pages;
use app::pages::{Carried, FormMode};
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::config::{ClientGroup, Config};

use super::FinderQuery;
use crate::access::Actor;
use crate::backend::places;
use crate::http::page;
use crate::http::pages::managed::Managed;
use crate::site::Shared;

const LIST: &str = "/client-groups";

/// `GET /client-groups`
pub async fn list(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<FinderQuery>,
) -> Response {
    let (view, asked) = (places::groups(&site), places::asked(&site, &query.client));
    page::show(&site, &actor, LIST, StatusCode::OK, "Client groups", || pages::list(&view, &asked).into_any())
}

impl Managed for ClientGroup {
    const LIST: &'static str = LIST;
    const WORD: &'static str = "group";
    type Draft = ClientGroupDraft;

    fn name(&self) -> String {
        self.name.to_string()
    }
    fn find(config: &Config, name: &str) -> Option<ClientGroup> {
        config.client_groups.iter().find(|group| group.name.as_str() == name).cloned()
    }
    fn all(config: &mut Config) -> &mut Vec<ClientGroup> {
        &mut config.client_groups
    }

    fn empty_draft() -> ClientGroupDraft {
        ClientGroupDraft::new()
    }
    fn draft(&self) -> ClientGroupDraft {
        ClientGroupDraft::of(self)
    }
    fn posted(form: &Form) -> ClientGroupDraft {
        ClientGroupDraft::from_form(form)
    }
    fn parse(draft: &ClientGroupDraft) -> Result<ClientGroup, Problems> {
        draft.parse()
    }
    fn beside_fields(draft: &ClientGroupDraft, problems: Problems) -> Problems {
        draft.beside_fields(problems)
    }

    fn form(
        mode: FormMode,
        draft: &ClientGroupDraft,
        problems: &Problems,
        carried: &Carried,
        _: &Config,
    ) -> AnyView {
        pages::form(mode, draft, problems, carried).into_any()
    }
    fn question(&self, problems: &Problems, carried: &Carried, _: &Config) -> AnyView {
        pages::delete(self, problems, carried).into_any()
    }
    fn saved_at(_: &str) -> String {
        Self::LIST.to_owned()
    }
}
