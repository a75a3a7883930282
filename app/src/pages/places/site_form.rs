use api::draft::SiteDraft;
use leptos::prelude::*;
use model::Problems;

use crate::components::{Checkbox, Crumbs, Field, PageHead, ProblemSummary, Reason, Select, TextArea};
use crate::pages::{Carried, FormMode, error_of};

/// The form of a site.
pub fn form(
    mode: FormMode,
    draft: &SiteDraft,
    problems: &Problems,
    carried: &Carried,
) -> impl IntoView + use<> {
    let mut crumbs = vec![("Sites".to_owned(), "/sites".to_owned())];
    let (title, back) = match &mode {
        FormMode::New => ("New site".to_owned(), "/sites".to_owned()),
        FormMode::Edit(name) => {
            crumbs.push((name.clone(), format!("/sites/{name}")));
            (format!("Edit {name}"), format!("/sites/{name}"))
        }
    };
    let error = |field: &str| error_of(problems, field);
    let roles = vec![
        ("leader".to_owned(), "Leader: changes begin there".to_owned()),
        ("follower".to_owned(), "Follower: takes the leader's".to_owned()),
    ];
    view! {
        <Crumbs items=crumbs/>
        <PageHead title=title/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post">
            <input type="hidden" name="generation" value=carried.generation/>
            <section class="card fields">
                <Field label="Name" name="name" value=draft.name.clone() required=true placeholder="madrid" error=error("name")/>
                <Select label="Role" name="role" value=draft.role.clone() options=roles
                    hint="A server that is told no name goes by that of the leader" error=error("role")/>
                <TextArea label="Responder" name="dns" value=draft.dns.clone() rows=2
                    hint="Addresses it is reached at, one a line: 192.0.2.53, or with its port [2001:db8::53]:5353. They are written down here; where a server listens is in its settings."
                    error=error("dns")/>
            </section>
            <section class="card fields">
                <h2 class="wide">"Its members"</h2>
                <Checkbox label="Answered" name="enabled" checked=draft.enabled/>
                <Checkbox label="Draining: no new answers while another member of their service may be answered" name="draining" checked=draft.draining/>
                <Field label="Weight of each" name="weight" value=draft.weight.clone() inputmode="numeric"
                    hint="0 to 1000. Empty: what the pool or the member says. A location's own comes first." error=error("weight")/>
            </section>
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    <button class="button primary" type="submit">"Save"</button>
                    <a class="button" href=back>"Cancel"</a>
                </div>
            </section>
        </form>
    }
}
