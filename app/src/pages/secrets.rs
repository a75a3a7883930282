//! Secrets by their names; what they are is shown to nobody.

use leptos::prelude::*;
use model::Problems;

use super::error_of;
use crate::components::{Empty, Field, PageHead, ProblemSummary, TextArea, Time};

/// A secret, without itself.
#[derive(Clone, Debug)]
pub struct SecretLine {
    /// Its name.
    pub name: String,
    /// When it was set, microseconds since 1970 UTC.
    pub updated: i64,
    /// By whom.
    pub updated_by: String,
    /// What names it.
    pub used_by: Vec<String>,
}

/// All of them, and the form that sets one.
pub fn list(lines: &[SecretLine], name: &str, problems: &Problems, now: i64) -> impl IntoView + use<> {
    let table = if lines.is_empty() {
        view! {
            <Empty title="No secret yet"
                text="A monitor that signs in and a channel with a private address name their secret. Set it here first."/>
        }
        .into_any()
    } else {
        view! {
            <div class="scroll" tabindex="0" role="region" aria-label="Secrets">
                <table>
                    <thead><tr><th>"Name"</th><th>"Named by"</th><th>"Set"</th><th>"By"</th><th><span class="sr">"Action"</span></th></tr></thead>
                    <tbody>{lines.iter().map(|line| row(line, now)).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title="Secrets" lede="Passwords, tokens and private addresses that monitors and channels name. They are sealed when they come in and never shown again."/>
        {table}
        <section class="card">
            <h2>"Set a secret"</h2>
            <ProblemSummary problems=problems.clone()/>
            <form method="post" action="/secrets" class="fields" autocomplete="off">
                <Field label="Name" name="name" value=name class="mono" required=true
                    hint="One that exists is replaced." error=error_of(problems, "name")/>
                <TextArea label="Secret" name="value" value="" rows=3
                    hint="A password, a token, an address with one in it, or a key in PEM." error=error_of(problems, "value")/>
                <div class="actions"><button class="button primary" type="submit">"Set"</button></div>
            </form>
        </section>
    }
}

fn row(line: &SecretLine, now: i64) -> impl IntoView + use<> {
    let used = if line.used_by.is_empty() {
        view! { <span class="muted">"nothing"</span> }.into_any()
    } else {
        line.used_by.join(", ").into_any()
    };
    let remove = line.used_by.is_empty().then(|| {
        view! {
            <form method="post" action="/secrets/remove">
                <input type="hidden" name="name" value=line.name.clone()/>
                <button class="quiet" type="submit">"Forget"</button>
            </form>
        }
    });
    view! {
        <tr>
            <td class="mono">{line.name.clone()}</td>
            <td>{used}</td>
            <td><Time at=line.updated now=now/></td>
            <td>{line.updated_by.clone()}</td>
            <td class="end">{remove}</td>
        </tr>
    }
}
