use api::draft::LocationDraft;
use leptos::prelude::*;
use model::Problems;
use model::config::Config;

use crate::components::{Checkbox, Crumbs, Field, PageHead, ProblemSummary, Reason, Select, TextArea};
use crate::pages::{Carried, FormMode, error_of};

/// The form of a location.
pub fn form(
    mode: FormMode,
    draft: &LocationDraft,
    problems: &Problems,
    carried: &Carried,
    config: &Config,
) -> impl IntoView + use<> {
    let mut crumbs = vec![("Locations".to_owned(), "/locations".to_owned())];
    let (title, back) = match &mode {
        FormMode::New => ("New location".to_owned(), "/locations".to_owned()),
        FormMode::Edit(name) => {
            crumbs.push((name.clone(), format!("/locations/{name}")));
            (format!("Edit {name}"), format!("/locations/{name}"))
        }
    };
    let error = |field: &str| error_of(problems, field);
    let mut sites = vec![(String::new(), "None".to_owned())];
    sites.extend(config.sites.iter().map(|site| (site.name.to_string(), site.name.to_string())));
    // One that went meanwhile is shown as it was chosen, beside its error.
    if sites.iter().all(|(name, _)| *name != draft.site) {
        sites.push((draft.site.clone(), draft.site.clone()));
    }
    view! {
        <Crumbs items=crumbs/>
        <PageHead title=title/>
        <ProblemSummary problems=problems.clone()/>
        <form method="post">
            <input type="hidden" name="generation" value=carried.generation/>
            <section class="card fields">
                <Field label="Name" name="name" value=draft.name.clone() required=true placeholder="madrid-az1" error=error("name")/>
                <Select label="Site" name="site" value=draft.site.clone() options=sites hint="Its members are counted to it" error=error("site")/>
            </section>
            <section class="card fields">
                <h2 class="wide">"On the map"</h2>
                <TextArea label="Networks" name="cidr" value=draft.cidr.clone() rows=3
                    hint="One a line, as 10.10.25.0/24. With coordinates, clients in them are taken to be here, before any database is asked." error=error("cidr")/>
                <Field label="Latitude" name="latitude" value=draft.latitude.clone() inputmode="decimal" placeholder="40.42" hint="Degrees north, -90 to 90" error=error("latitude")/>
                <Field label="Longitude" name="longitude" value=draft.longitude.clone() inputmode="decimal" placeholder="-3.7" hint="Degrees east, -180 to 180" error=error("longitude")/>
            </section>
            <section class="card fields">
                <h2 class="wide">"Its members"</h2>
                <Checkbox label="Answered" name="enabled" checked=draft.enabled/>
                <Checkbox label="Draining: no new answers while another member of their service may be answered" name="draining" checked=draft.draining/>
                <Field label="Weight of each" name="weight" value=draft.weight.clone() inputmode="numeric"
                    hint="0 to 1000. Empty: what the site, the pool or the member says." error=error("weight")/>
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
