//! Groups of clients: the list, the form, and the end of one.

use api::draft::ClientGroupDraft;
use api::place::{Asked, GroupsView, Resident};
use leptos::prelude::*;
use model::Problems;
use model::config::{Addresses, ClientGroup};

use super::finder::finder;
use super::question::Question;
use super::residents::known_by;
use super::tabs;
use crate::components::{Crumbs, Empty, Field, PageHead, ProblemSummary, Reason, Select, TextArea, icon};
use crate::pages::{Carried, FormMode, error_of};

/// The list, the members it is about, and who is in which.
pub fn list(view: &GroupsView, asked: &Asked) -> impl IntoView + use<> {
    let content = if view.groups.is_empty() {
        view! {
            <Empty title="No group yet" text="A member may have a public address beside its own. Clients are answered the public one, unless a group says that they are inside.">
                <a class="button primary" href="/client-groups/new">"Create a group"</a>
            </Empty>
        }
        .into_any()
    } else {
        table(&view.groups)
    };
    view! {
        <PageHead title="Client groups" lede="Who is answered private addresses, and who public ones">
            <a class="button primary" href="/client-groups/new">{icon("plus")}"New group"</a>
        </PageHead>
        {tabs("/client-groups")}
        {content}
        {finder("/client-groups", asked)}
        <section><h2>"Members with two addresses"</h2>{members(&view.residents)}</section>
    }
}

fn table(groups: &[ClientGroup]) -> AnyView {
    let row = |group: &ClientGroup| {
        let name = group.name.to_string();
        let networks: Vec<String> = group.cidr.iter().map(ToString::to_string).collect();
        let kind = match group.addresses {
            Addresses::Private => "private addresses",
            Addresses::Public => "public addresses",
        };
        view! {
            <tr>
                <th scope="row"><a href=format!("/client-groups/{name}/edit")>{name.clone()}</a></th>
                <td class="mono wrap">{networks.join(", ")}</td>
                <td>{kind}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Client groups">
            <table class="lines">
                <thead><tr><th scope="col">"Name"</th><th scope="col">"Networks"</th><th scope="col">"Answered"</th></tr></thead>
                <tbody>{groups.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The members whose answers depend on the groups.
fn members(residents: &[Resident]) -> AnyView {
    if residents.is_empty() {
        return view! { <p class="muted">"No member has a public address beside its own, so that groups make no difference yet."</p> }
            .into_any();
    }
    let row = |one: &Resident| {
        let service = one.service.clone();
        let public = one.public_address.map(|address| address.to_string()).unwrap_or_default();
        view! {
            <tr>
                <th scope="row" class="mono">{known_by(one)}</th>
                <td class="mono">{public}</td>
                <td><a href=format!("/services/{service}")>{service.clone()}</a></td>
                <td>{one.pool.clone()}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Members with two addresses">
            <table class="lines">
                <thead>
                    <tr>
                        <th scope="col">"Private address"</th><th scope="col">"Public address"</th>
                        <th scope="col">"Service"</th><th scope="col">"Pool"</th>
                    </tr>
                </thead>
                <tbody>{residents.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The form of a group.
pub fn form(
    mode: FormMode,
    draft: &ClientGroupDraft,
    problems: &Problems,
    carried: &Carried,
) -> impl IntoView + use<> {
    let title = match &mode {
        FormMode::New => "New group".to_owned(),
        FormMode::Edit(name) => format!("Edit {name}"),
    };
    let delete = match &mode {
        FormMode::New => None,
        FormMode::Edit(name) => Some(
            view! { <p class="end"><a class="danger" href=format!("/client-groups/{name}/delete")>"Delete this group"</a></p> },
        ),
    };
    let error = |field: &str| error_of(problems, field);
    let kinds = vec![
        ("private".to_owned(), "Private: the address that is checked".to_owned()),
        ("public".to_owned(), "Public, where a member has one".to_owned()),
    ];
    view! {
        <Crumbs items=vec![("Client groups".to_owned(), "/client-groups".to_owned())]/>
        <PageHead title=title/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post">
            <input type="hidden" name="generation" value=carried.generation/>
            <section class="card fields">
                <Field label="Name" name="name" value=draft.name.clone() required=true placeholder="inside" error=error("name")/>
                <Select label="Answered" name="addresses" value=draft.addresses.clone() options=kinds error=error("addresses")/>
                <TextArea label="Networks" name="cidr" value=draft.cidr.clone() rows=4
                    hint="One a line, as 10.0.0.0/8. Of all groups the longest network that holds a client counts. A client is the network its resolver tells, else the resolver." error=error("cidr")/>
            </section>
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button primary" type="submit">"Save"</button>
                    <a class="button" href="/client-groups">"Cancel"</a>
                </div>
            </section>
        </form>
        {delete}
    }
}

/// Asks before a group is deleted.
pub fn delete(group: &ClientGroup, problems: &Problems, carried: &Carried) -> impl IntoView + use<> {
    let name = group.name.to_string();
    let consequence =
        "Its clients are answered by the next wider group, or public addresses where there is none.";
    let back = format!("/client-groups/{name}/edit");
    let list = ("Client groups", "/client-groups");
    Question { list, word: "group", name: &name, back, referrers: &[], consequence }.page(problems, carried)
}
