//! Saved views: a name for what an address of the Logs page shows.

use leptos::prelude::*;
use model::Problems;

use super::state::LogState;
use super::view::SavedView;
use crate::components::{Checkbox, Crumbs, Empty, Field, PageHead, ProblemSummary};
use crate::format;
use crate::pages::error_of;

/// The menu in the head of the Logs page.
pub fn menu(views: &[SavedView], state: &LogState, shares: bool) -> AnyView {
    let query = state.with(|state| (state.before, state.row) = (None, None)).query();
    let here = |view: &SavedView| (view.query == query).then_some("true");
    let list = views.iter().map(|view| {
        let of = if view.mine { String::new() } else { format!(" of {}", view.owner) };
        view! { <li><a href=format!("/logs?{}", view.query) aria-current=here(view)>{view.name.clone()}<span class="muted">{of}</span></a></li> }
    });
    let list = list.collect_view();
    let some = (!views.is_empty()).then(|| view! { <ul class="menu-list">{list}</ul> });
    let manage = (!views.is_empty()).then(|| view! { <a class="button" href="/logs/views">"Manage"</a> });
    view! {
        <details class="menu views">
            <summary class="button">"Views"</summary>
            <div class="menu-body">
                {some}
                <form method="post" action="/logs/views" class="menu-form">
                    <input type="hidden" name="query" value=query/>
                    <div class="field"><label for="view-name">"Save what is shown as"</label>
                        <input id="view-name" name="name" required maxlength="100" autocomplete="off"/></div>
                    {shares.then(|| view! { <Checkbox label="For everybody" name="shared" checked=false/> })}
                    <Checkbox label="Begin with it" name="default" checked=false/>
                    <div class="actions"><button class="button primary" type="submit">"Save view"</button>{manage}</div>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// All of them, to be renamed, shared and deleted. A form that was refused is shown again with what was typed.
pub fn page(
    views: &[SavedView],
    shares: bool,
    problems: &Problems,
    typed: Option<&SavedView>,
) -> impl IntoView + use<> {
    let list = if views.is_empty() {
        view! {
            <Empty title="No view yet" text="On the Logs page, choose a window, a filter and columns, then save them under a name by Views.">
                <a class="button" href="/logs">"To the log"</a>
            </Empty>
        }
        .into_any()
    } else {
        views.iter().map(|view| one(view, shares)).collect_view().into_any()
    };
    let again = typed.map(|typed| {
        let action = if typed.id == 0 { "/logs/views".to_owned() } else { format!("/logs/views/{}", typed.id) };
        view! {
            <section class="card">
                <ProblemSummary problems=problems.clone()/>
                <form method="post" action=action class="fields">
                    <input type="hidden" name="query" value=typed.query.clone()/>
                    <Field label="Name" name="name" value=typed.name.clone() required=true error=error_of(problems, "name")/>
                    {shares.then(|| view! { <Checkbox label="For everybody" name="shared" checked=typed.shared id="again-shared"/> })}
                    <Checkbox label="Begin with it" name="default" checked=typed.default id="again-default"/>
                    <div class="actions"><button class="button primary" type="submit">"Save view"</button></div>
                </form>
            </section>
        }
    });
    view! {
        <Crumbs items=vec![("Logs".to_owned(), "/logs".to_owned())]/>
        <PageHead title="Saved views" lede="A name for a window, a filter, columns and groups of the log"/>
        {again}
        {list}
    }
}

fn one(saved: &SavedView, shares: bool) -> AnyView {
    let id = |what: &str| format!("view-{}-{what}", saved.id);
    let shown = readable(&saved.query);
    let by = match (saved.mine, saved.shared) {
        (true, false) => "Only you see it.".to_owned(),
        (true, true) => "Everybody sees it.".to_owned(),
        (false, _) => format!("{} shares it.", saved.owner),
    };
    let action = format!("/logs/views/{}", saved.id);
    let begin = view! {
        <form method="post" action=format!("{action}/default")>
            <input type="hidden" name="default" value=if saved.default { "" } else { "on" }/>
            <button class="button" type="submit">{if saved.default { "Do not begin with it" } else { "Begin with it" }}</button>
        </form>
    };
    let forms = saved.mine.then(|| {
        let share = shares.then(|| view! { <Checkbox label="For everybody" name="shared" checked=saved.shared id=id("shared")/> });
        view! {
            <form method="post" action=action.clone() class="view-form">
                <label class="sr" for=id("name")>{format!("New name of {}", saved.name)}</label>
                <input id=id("name") name="name" value=saved.name.clone() required maxlength="100" autocomplete="off"/>
                <input type="hidden" name="query" value=saved.query.clone()/>
                <input type="hidden" name="default" value=if saved.default { "on" } else { "" }/>
                {share}
                <button class="button" type="submit">"Save"</button>
            </form>
            <form method="post" action=format!("{action}/delete")>
                <button class="button" type="submit" aria-label=format!("Delete {}", saved.name)>"Delete"</button>
            </form>
        }
    });
    view! {
        <section class="card">
            <div class="card-head">
                <h2><a href=format!("/logs?{}", saved.query)>{saved.name.clone()}</a></h2>
                <p class="hint">{by}{saved.default.then_some(" Your Logs page begins with it.")}</p>
            </div>
            <p class="mono hint">{shown}</p>
            <div class="button-row">{forms}{begin}</div>
        </section>
    }
    .into_any()
}

/// The query as one reads it.
fn readable(query: &str) -> String {
    let parts = query.split('&').filter_map(|pair| pair.split_once('='));
    let parts: Vec<String> =
        parts.map(|(key, value)| format!("{key}: {}", format::of_query(value))).collect();
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn a_query_is_read_as_it_was_typed() {
        let query = "since=15m&filter=rcode%20%21%3D%20NOERROR";
        assert_eq!(readable(query), "since: 15m · filter: rcode != NOERROR");
        assert_eq!(readable("filter=100%&x=%zz"), "filter: 100% · x: %zz");
    }
}
