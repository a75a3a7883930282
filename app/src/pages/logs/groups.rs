//! Rows grouped by a column or by the networks of clients: which values most of them have.

use api::view::{By, Top, TopValue};
use leptos::prelude::*;

use super::query::carried;
use super::state::{GROUPINGS, LogState, MOST_VALUES, test};
use super::view::LogsView;
use super::{known, value};
use crate::components::icon;
use crate::format;

/// The form that chooses a grouping.
pub fn choice(state: &LogState) -> AnyView {
    let chosen = state.group;
    let option = |(by, word): (By, &'static str)| {
        view! { <option value=by.as_str() selected=chosen == Some(by)>{word}</option> }
    };
    let end = chosen.map(|_| {
        let href = state.with(|state| state.group = None).href();
        view! { <a class="button" href=href>"No groups"</a> }
    });
    view! {
        <form method="get" action="/logs" class="group-by">
            {carried(state, &["group", "n", "row", "around"])}
            <label for="group">"Group by"</label>
            <select id="group" name="group">
                <option value="" selected=chosen.is_none()>"–"</option>
                {GROUPINGS.map(option).to_vec()}
            </select>
            <label for="n">"Top"</label>
            <input id="n" name="n" type="number" min="1" max=MOST_VALUES.to_string() value=state.values.to_string()/>
            <button class="button" type="submit">"Group"</button>
            {end}
        </form>
    }
    .into_any()
}

/// The values, the most frequent first, with their shares.
pub fn card(view: &LogsView, by: By, top: &Top) -> AnyView {
    let state = &view.state;
    let word = GROUPINGS.iter().find(|(one, _)| *one == by).map_or("", |(_, word)| word);
    let all = top.values.iter().map(|value| value.rows).sum::<u64>() + top.other;
    let most = top.values.first().map_or(1, |value| value.rows.max(1));
    let sampled = top.values.iter().any(|value| value.stands_for != value.rows);
    let rows = top.values.iter().map(|one| row(view, by, one, all, most, sampled)).collect_view();
    let others = (top.other > 0).then(|| {
        let share = top.other as f64 / all as f64;
        view! {
            <tr class="others">
                <th scope="row" class="muted">"All others"</th>
                <td class="num">{format::thousands(top.other)}</td>
                <td class="num">{format::percent(share, 2)}</td>
                <td></td>
                {sampled.then(|| view! { <td></td> })}
            </tr>
        }
    });
    let title = match top.distinct {
        Some(distinct) if distinct > top.values.len() as u64 => {
            format!("{word}: {} of {}", top.values.len(), format::count(distinct, "value", "values"))
        }
        Some(distinct) => format!("{word}: {}", format::count(distinct, "value", "values")),
        None => {
            format!("{word}: the {} most frequent", format::count(top.values.len() as u64, "value", "values"))
        }
    };
    let csv = format!("/logs/groups.csv?{}", state.query());
    view! {
        <section class="card groups">
            <div class="card-head">
                <h2>{title}</h2>
                <a class="button" href=csv download="">{icon("download")}"CSV of these"</a>
            </div>
            {known::how(top.basis, top.searched_to).map(|text| view! { <p class="hint">{text}</p> })}
            <div class="scroll" tabindex="0" role="region" aria-label=format!("Rows by {}", word.to_lowercase())>
                <table>
                    <thead><tr>
                        <th scope="col">{word}</th><th scope="col" class="num">"Rows"</th>
                        <th scope="col" class="num">"Share"</th><th scope="col"><span class="sr">"Share as a bar"</span></th>
                        {sampled.then(|| view! { <th scope="col" class="num">"Answers they stand for"</th> })}
                    </tr></thead>
                    <tbody>{rows}{others}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(view: &LogsView, by: By, one: &TopValue, all: u64, most: u64, sampled: bool) -> AnyView {
    let links = test(by, &one.value).map(|test| value::links(&view.state, &view.filter, test));
    let text = if one.value.is_empty() { "none".to_owned() } else { one.value.clone() };
    // Whoever looks closer wants the rows, not the same groups of one value.
    let closer = links.as_ref().map(|links| links.only.clone());
    let name = match closer {
        Some(href) => view! { <a class="mono" href=href>{text}</a> }.into_any(),
        None => view! { <span class="mono">{text}</span> }.into_any(),
    };
    let share = one.rows as f64 / all.max(1) as f64;
    let length = format!("{:.2}%", one.rows as f64 / most as f64 * 100.0);
    view! {
        <tr>
            <th scope="row">{name}{links.map(|links| value::actions(&links))}</th>
            <td class="num">{format::thousands(one.rows)}</td>
            <td class="num">{format::percent(share, 2)}</td>
            <td class="bar"><svg width="100%" height="8" aria-hidden="true"><rect width=length height="8" rx="2" class="c0"></rect></svg></td>
            {sampled.then(|| view! { <td class="num">{format::thousands(one.stands_for)}</td> })}
        </tr>
    }
    .into_any()
}
