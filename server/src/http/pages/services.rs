//! Services: the list, one of them, and its forms.

use api::draft::{Form, ServiceDraft};
use api::health::MemberAddress;
use api::view::{AddressDetail, MemberDetail, PoolDetail, ServiceDetail};
use app::pages::Carried;
use app::pages::services::{self as pages, FormMode, ServiceChoices};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::config::{Config, Member, Pool, Service};
use model::health::{MemberKey, Override, Placed};
use model::rrtype::{Family, RrType};

use super::managed::{Managed, find};
use super::{errors, in_path};
use crate::access::Actor;
use crate::backend::{self, checks};
use crate::http::{page, see_other};
use crate::site::{Shared, Site};

/// `GET /services`
pub async fn list(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    let lines = backend::service_lines(&site).await;
    let has_zones = !site.snapshot().config.zones.is_empty();
    let now = site.now();
    page::show(&site, &actor, "/services", StatusCode::OK, "Services", || {
        pages::list(&lines, has_zones, now).into_any()
    })
}

impl Managed for Service {
    const LIST: &'static str = "/services";
    const WORD: &'static str = "service";
    type Draft = ServiceDraft;

    fn name(&self) -> String {
        self.name.to_string()
    }
    fn find(config: &Config, name: &str) -> Option<Service> {
        config.service(&name.parse().ok()?).cloned()
    }
    fn all(config: &mut Config) -> &mut Vec<Service> {
        &mut config.services
    }

    fn empty_draft() -> ServiceDraft {
        ServiceDraft::new()
    }
    fn draft(&self) -> ServiceDraft {
        ServiceDraft::of(self)
    }
    fn posted(form: &Form) -> ServiceDraft {
        ServiceDraft::from_form(form)
    }
    fn parse(draft: &ServiceDraft) -> Result<Service, Problems> {
        draft.parse()
    }
    fn beside_fields(draft: &ServiceDraft, problems: Problems) -> Problems {
        draft.beside_fields(problems)
    }
    fn is_row_edit(form: &Form) -> bool {
        ServiceDraft::is_row_edit(form)
    }

    fn form(
        mode: FormMode,
        draft: &ServiceDraft,
        problems: &Problems,
        carried: &Carried,
        config: &Config,
    ) -> AnyView {
        pages::form(mode, draft, problems, &choices(config), carried).into_any()
    }
    fn question(&self, problems: &Problems, carried: &Carried, _: &Config) -> AnyView {
        pages::delete(self, problems, carried).into_any()
    }
}

/// `GET /services/{name}`
pub async fn detail(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let path = format!("/services/{}", in_path(&name));
    let service: Service = match find(&site, &name) {
        Ok(service) => service,
        Err(failure) => return errors::of(&site, &actor, &path, failure),
    };
    let view = describe(&site, service).await;
    let (targets, now) = (site.dig_targets(), site.now());
    page::show(&site, &actor, &path, StatusCode::OK, &view.service.name.to_string(), || {
        pages::detail(&view, &targets, now).into_any()
    })
}

/// `POST /services/{name}/resume`: a member that recovered has answers again.
pub async fn resume(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
    axum::Form(member): axum::Form<MemberAddress>,
) -> Response {
    // One that does not wait any more is resumed already.
    site.checker.resume(&member.into(), &actor.name);
    see_other(&format!("/services/{}", in_path(&name)))
}

/// How far back the changes of a service's page go, microseconds.
const CHANGES_US: i64 = 86_400_000_000;

async fn describe(site: &Site, service: Service) -> ServiceDetail {
    let name = service.name.to_string();
    let changes = checks::changes(site, Some(&name), None, site.now() - CHANGES_US).await.ok();
    let snapshot = site.snapshot();
    let standings = site.checker.table().borrow().clone();
    let measured = site.checker.state();
    let now = site.now();
    let overrides = site.overrides.list(now);
    let view = site.responder.current();
    // Names of members have addresses in what answers.
    let answering = backend::in_effect(&view, view.config().service(&service.name).unwrap_or(&service));
    let pools = answering
        .pools
        .iter()
        .map(|pool| {
            let together: Vec<&[Member]> = pool.members_together().collect();
            let first: Vec<Member> = together.iter().filter_map(|one| one.first()).cloned().collect();
            let weight = |m: &Member| if m.enabled { u64::from(m.weight.get()) } else { 0 };
            let weights: Vec<u64> = first.iter().map(weight).collect();
            let shares = model::shares::shares(&weights);
            let address = |member: &Member| {
                let key = MemberKey::of(&service, pool, member)?;
                Some(AddressDetail {
                    address: key.address,
                    health: measured.get(&key).cloned().unwrap_or_default(),
                    standing: standings.of(&key),
                    strips: checks::of_member(site, &key),
                })
            };
            let member = |((member, addresses), share): ((&Member, &&[Member]), &f64)| {
                let placed = Placed {
                    service: &service.name,
                    pool: &pool.name,
                    member: &member.id().to_string(),
                    location: member.location.as_ref(),
                    site: snapshot.config.site_of(member),
                };
                MemberDetail {
                    overridden: Override::deciding(&overrides, &placed, now).cloned(),
                    site: snapshot.config.site_of(member).map(ToString::to_string),
                    share: *share,
                    addresses: addresses.iter().filter_map(address).collect(),
                }
            };
            let members = first.iter().zip(&together).zip(&shares).map(member).collect();
            PoolDetail { pool: Pool { members: first, ..pool.clone() }, members }
        })
        .collect();
    // Explained for the family the service has members of, IPv4 when it has both.
    let members = || service.pools.iter().flat_map(|p| &p.members);
    let only_v6 = members().all(|m| m.address.is_some_and(|a| Family::of_address(a) == Family::V6));
    let rr_type = if only_v6 { RrType::AAAA } else { RrType::A };
    let client = std::net::IpAddr::from([127, 0, 0, 1]);
    let explanation = site.responder.current().explain(&service.name, rr_type, client, 1).steps;
    ServiceDetail { service, pools, explanation, changes }
}

fn choices(config: &Config) -> ServiceChoices {
    ServiceChoices {
        zones: config.zones.iter().map(|z| z.name.to_string()).collect(),
        locations: config.locations.iter().map(|l| l.name.to_string()).collect(),
        monitors: config.monitors.iter().map(|m| m.name.to_string()).collect(),
    }
}
