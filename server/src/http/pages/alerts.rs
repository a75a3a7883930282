//! Alerts: rules and channels with their forms, tests, and the log of deliveries.

use api::draft::{AlertRuleDraft, ChannelDraft, Form};
use api::view::{AlertsView, ChannelLine, DeliveriesView};
use app::pages::{Carried, FormMode, alerts as pages};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;
use model::Problems;
use model::config::{AlertRule, Channel, Config};
use model::occurrence::{Delivery, Outcome};
use store::DeliveryQuery;

use super::errors;
use super::managed::Managed;
use crate::access::Actor;
use crate::http::page;
use crate::http::problem::Failure;
use crate::http::rest::events::DeliveriesQuery;
use crate::site::{Shared, Site};

/// Deliveries on the page of alerts, and on a page of their own.
const LAST: i64 = 10;
const PAGE_DELIVERIES: i64 = 100;

/// `GET /alerts`, and the lists of rules and channels, which are parts of it.
pub async fn show(State(site): State<Shared>, Extension(actor): Extension<Actor>) -> Response {
    render(&site, &actor, StatusCode::OK, None).await
}

async fn render(site: &Site, actor: &Actor, status: StatusCode, tested: Option<Delivery>) -> Response {
    let query = DeliveryQuery { limit: LAST, ..DeliveryQuery::default() };
    let deliveries = match find(site, &query).await {
        Ok(found) => found,
        Err(failure) => return errors::of(site, actor, "/alerts", failure),
    };
    let snapshot = site.snapshot();
    let config = &snapshot.config;
    let queues = site.events.queues();
    let line = |channel: &Channel| {
        let queue = queues.iter().find(|queue| queue.channel == channel.name);
        ChannelLine {
            channel: channel.clone(),
            rules: rules_with(config, channel),
            waiting: queue.map_or(0, |queue| queue.waiting),
            dropped: queue.map_or(0, |queue| queue.dropped),
        }
    };
    let channels = config.channels.iter().map(line).collect();
    let view = AlertsView { rules: config.alert_rules.clone(), channels, deliveries, tested };
    let now = site.now();
    page::show(site, actor, "/alerts", status, "Alerts", || pages::alerts(&view, now).into_any())
}

fn rules_with(config: &Config, channel: &Channel) -> Vec<String> {
    let users = config.alert_rules.iter().filter(|rule| rule.channels.contains(&channel.name));
    users.map(|rule| rule.name.to_string()).collect()
}

/// Deliveries with those of a moment ago; none while storage is away.
async fn find(site: &Site, query: &DeliveryQuery) -> Result<Option<Vec<Delivery>>, Failure> {
    let found = async {
        site.events.outbox().write(&site.store).await?;
        site.store.deliveries(query).await
    };
    match found.await {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_away() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// `POST /alerts/channels/{name}/test`
pub async fn test(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(name): Path<String>,
) -> Response {
    let snapshot = site.snapshot();
    match snapshot.config.channel(&name) {
        Some(channel) => {
            let delivery = site.events.test(channel, &actor.name).await;
            let failed = delivery.outcome != Outcome::Delivered;
            let status = if failed { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
            render(&site, &actor, status, Some(delivery)).await
        }
        None => {
            let failure = Failure::NotFound(format!("There is no channel {name:?}."));
            errors::of(&site, &actor, "/alerts", failure)
        }
    }
}

/// `GET /alerts/deliveries`
pub async fn deliveries(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Query(query): Query<DeliveriesQuery>,
) -> Response {
    let mut view = DeliveriesView {
        channel: query.channel.trim().to_owned(),
        outcome: query.outcome.trim().to_owned(),
        channels: site.snapshot().config.channels.iter().map(|c| c.name.to_string()).collect(),
        ..DeliveriesView::default()
    };
    match query.ask(PAGE_DELIVERIES) {
        Ok(asked) => match find(&site, &asked).await {
            Ok(found) => view.deliveries = found,
            Err(failure) => return errors::of(&site, &actor, "/alerts/deliveries", failure),
        },
        Err(failure) => view.problem = Some(failure.details().detail),
    }
    let list = view.deliveries.as_ref();
    let last = list.filter(|list| list.len() as i64 == PAGE_DELIVERIES).and_then(|list| list.last());
    view.next = last.map(|last| (last.at, last.id));
    let status = if view.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let now = site.now();
    page::show(&site, &actor, "/alerts/deliveries", status, "Deliveries", || {
        pages::deliveries(&view, now).into_any()
    })
}

impl Managed for Channel {
    const LIST: &'static str = "/alerts/channels";
    const WORD: &'static str = "channel";
    type Draft = ChannelDraft;

    fn name(&self) -> String {
        self.name.to_string()
    }
    fn find(config: &Config, name: &str) -> Option<Channel> {
        config.channel(name).cloned()
    }
    fn all(config: &mut Config) -> &mut Vec<Channel> {
        &mut config.channels
    }

    fn empty_draft() -> ChannelDraft {
        ChannelDraft::new()
    }
    fn draft(&self) -> ChannelDraft {
        ChannelDraft::of(self)
    }
    fn posted(form: &Form) -> ChannelDraft {
        ChannelDraft::from_form(form)
    }
    fn parse(draft: &ChannelDraft) -> Result<Channel, Problems> {
        draft.parse()
    }
    fn beside_fields(draft: &ChannelDraft, problems: Problems) -> Problems {
        draft.beside_fields(problems)
    }

    fn form(
        mode: FormMode,
        draft: &ChannelDraft,
        problems: &Problems,
        carried: &Carried,
        _: &Config,
    ) -> AnyView {
        pages::channel_form(mode, draft, problems, carried).into_any()
    }
    fn question(&self, problems: &Problems, carried: &Carried, config: &Config) -> AnyView {
        pages::delete_channel(self, &rules_with(config, self), problems, carried).into_any()
    }
    fn saved_at(_: &str) -> String {
        "/alerts".to_owned()
    }
}

impl Managed for AlertRule {
    const LIST: &'static str = "/alerts/rules";
    const WORD: &'static str = "rule";
    type Draft = AlertRuleDraft;

    fn name(&self) -> String {
        self.name.to_string()
    }
    fn find(config: &Config, name: &str) -> Option<AlertRule> {
        config.alert_rules.iter().find(|rule| rule.name.as_str() == name).cloned()
    }
    fn all(config: &mut Config) -> &mut Vec<AlertRule> {
        &mut config.alert_rules
    }

    fn empty_draft() -> AlertRuleDraft {
        AlertRuleDraft::new()
    }
    fn draft(&self) -> AlertRuleDraft {
        AlertRuleDraft::of(self)
    }
    fn posted(form: &Form) -> AlertRuleDraft {
        AlertRuleDraft::from_form(form)
    }
    fn parse(draft: &AlertRuleDraft) -> Result<AlertRule, Problems> {
        draft.parse()
    }
    fn beside_fields(draft: &AlertRuleDraft, problems: Problems) -> Problems {
        draft.beside_fields(problems)
    }

    fn form(
        mode: FormMode,
        draft: &AlertRuleDraft,
        problems: &Problems,
        carried: &Carried,
        config: &Config,
    ) -> AnyView {
        pages::rule_form(mode, draft, problems, carried, config).into_any()
    }
    fn question(&self, problems: &Problems, carried: &Carried, _: &Config) -> AnyView {
        pages::delete_rule(self, problems, carried).into_any()
    }
    fn saved_at(_: &str) -> String {
        "/alerts".to_owned()
    }
}
