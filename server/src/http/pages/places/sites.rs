//! Sites: the list, one of them, and its forms.

use api::draft::{Form, SiteDraft};
use app::pages::places::sites as pages;
use app::pages::{Carried, FormMode};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::config::{Config, Referrer, Site as SiteObject};

use crate::access::Actor;
use crate::backend::places;
use crate::http::page;
use crate::http::pages::managed::{Managed, find};
use crate::http::pages::{errors, in_path};
use crate::site::Shared;

const LIST: &str = "/sites";

/// `GET /sites`
pub async fn list(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let lines = places::sites(&site);
    page::show(&site, &actor, LIST, StatusCode::OK, "Sites", || {
        pages::list(&lines, site.name.as_str()).into_any()
    })
}

/// `GET /sites/{name}`
pub async fn detail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let path = format!("{LIST}/{}", in_path(&name));
    let one: SiteObject = match find(&site, &name) {
        Ok(one) => one,
        Err(failure) => return errors::of(&site, &actor, &path, failure),
    };
    let view = places::site_detail(&site, &one);
    page::show(&site, &actor, &path, StatusCode::OK, &name, || pages::detail(&view).into_any())
}

impl Managed for SiteObject {
    const LIST: &'static str = LIST;
    const WORD: &'static str = "site";
    type Draft = SiteDraft;

    fn name(&self) -> String {
        self.name.to_string()
    }
    fn find(config: &Config, name: &str) -> Option<SiteObject> {
        config.sites.iter().find(|site| site.name.as_str() == name).cloned()
    }
    fn all(config: &mut Config) -> &mut Vec<SiteObject> {
        &mut config.sites
    }
    fn referrers(config: &Config, name: &str) -> Vec<Referrer> {
        config.referrers_of_site(name)
    }

    fn empty_draft() -> SiteDraft {
        SiteDraft::new()
    }
    fn draft(&self) -> SiteDraft {
        SiteDraft::of(self)
    }
    fn posted(form: &Form) -> SiteDraft {
        SiteDraft::from_form(form)
    }
    fn parse(draft: &SiteDraft) -> Result<SiteObject, Problems> {
        draft.parse()
    }
    fn beside_fields(draft: &SiteDraft, problems: Problems) -> Problems {
        draft.beside_fields(problems)
    }

    fn form(
        mode: FormMode,
        draft: &SiteDraft,
        problems: &Problems,
        carried: &Carried,
        _: &Config,
    ) -> AnyView {
        pages::form(mode, draft, problems, carried).into_any()
    }
    fn question(&self, problems: &Problems, carried: &Carried, config: &Config) -> AnyView {
        let referrers = config.referrers_of_site(self.name.as_str());
        pages::delete(self, &referrers, problems, carried).into_any()
    }
}
