//! A master file becomes a zone: the form, what it would change, and what is wrong with which of its lines.

use leptos::prelude::*;
use model::plan::Plan;
use model::zonefile::{MAX_OCTETS, line_of};
use model::{Problem, Problems};

use crate::components::{Crumbs, Field, Notice, NoticeKind, PageHead, ProblemSummary, Reason, TextArea};
use crate::pages::changes::change;
use crate::pages::{Carried, error_of};

/// The form as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportForm {
    /// The zone whose page led here; none when the name is a field of the form.
    pub zone: Option<String>,
    /// Name of the zone.
    pub name: String,
    /// The file.
    pub text: String,
}

/// How far the import is.
#[derive(Clone, Debug)]
pub enum Step {
    /// Nothing was sent yet.
    Ask,
    /// It would do this.
    Planned {
        /// What changes.
        plan: Plan,
        /// What was taken otherwise than it stands there; the field is `line N`.
        warnings: Vec<Problem>,
    },
    /// It cannot be done.
    Refused(Problems),
}

/// The page.
pub fn import(form: &ImportForm, step: &Step, carried: &Carried) -> impl IntoView + use<> {
    let zone = form.zone.iter().map(|name| (name.clone(), format!("/zones/{name}")));
    let crumbs: Vec<(String, String)> =
        std::iter::once(("Zones".to_owned(), "/zones".to_owned())).chain(zone).collect();
    let back = crumbs.last().map(|(_, href)| href.clone()).unwrap_or_default();
    let title = match &form.zone {
        Some(name) => format!("Import {name}"),
        None => "Import a zone file".to_owned(),
    };
    let problems = match step {
        Step::Refused(problems) => problems.clone(),
        _ => Problems::default(),
    };
    let (in_lines, others): (Vec<Problem>, Vec<Problem>) =
        problems.0.into_iter().partition(|problem| line_of(problem).is_some());
    let refused = (!in_lines.is_empty()).then(|| {
        let lines = lines(&in_lines, &form.text);
        view! {
            <div class="notice bad" role="alert" tabindex="-1" id="problems">
                <strong>"Nothing was saved."</strong>
                {lines}
            </div>
        }
    });
    let others = Problems(others);
    let name = match &form.zone {
        Some(_) => ().into_any(),
        None => view! {
            <Field label="Name of the zone" name="name" value=form.name.clone() class="wide mono" placeholder="example.org" required=true
                hint="Relative names of the file are completed with it" error=error_of(&others, "name")/>
        }
        .into_any(),
    };
    let changes = matches!(step, Step::Planned { plan, .. } if !plan.is_empty());
    let error = in_lines.first().map(|problem| format!("{}: {}", problem.field, problem.beside_field()));
    let (main, other) = if changes {
        let apply =
            view! { <button class="button primary" type="submit" name="step" value="apply">"Apply"</button> };
        let again =
            view! { <button class="button" type="submit" name="step" value="check">"Check again"</button> };
        (apply.into_any(), again.into_any())
    } else {
        let check =
            view! { <button class="button primary" type="submit" name="step" value="check">"Check"</button> };
        (check.into_any(), ().into_any())
    };
    let size = MAX_OCTETS >> 20;
    let file_hint =
        format!("A master file (RFC 1035) of at most {size} MiB; it takes the place of the text below");
    view! {
        <Crumbs items=crumbs/>
        <PageHead title=title lede="The static records, SOA and name servers of a zone; services stay as they are"/>
        <ProblemSummary problems=others/>
        {refused}
        {planned(step, &form.text)}
        <form method="post" enctype="multipart/form-data">
            <input type="hidden" name="generation" value=carried.generation/>
            <details class="card" open=!changes>
                <summary>"The file"</summary>
                <div class="fields">
                {name}
                <Field label="File" name="file" value="" kind="file" class="wide" hint=file_hint/>
                <TextArea label="Or its text" name="text" value=for_textarea(&form.text) rows=16 error=error
                    hint="$ORIGIN and $TTL are read; $INCLUDE is refused"/>
                </div>
            </details>
            <section class="card fields save">
                <Reason value=carried.reason.clone()/>
                <div class="actions">
                    {main}
                    {other}
                    <a class="button" href=back>"Cancel"</a>
                </div>
            </section>
        </form>
    }
}

/// What would change, and what to know of it.
fn planned(step: &Step, text: &str) -> AnyView {
    let Step::Planned { plan, warnings } = step else { return ().into_any() };
    let warnings = (!warnings.is_empty()).then(|| {
        let lines = lines(warnings, text);
        view! {
            <Notice kind=NoticeKind::Warn>
                <strong>"Not all of it is taken as it stands."</strong>
                {lines}
            </Notice>
        }
    });
    let sum = if plan.is_empty() {
        "The zone is what the file says already: nothing changes."
    } else {
        "Nothing is saved yet. This is what changes when you apply it:"
    };
    view! {
        {warnings}
        <Notice kind=NoticeKind::Info>{sum}</Notice>
        {plan.changes.iter().map(change).collect_view()}
    }
    .into_any()
}

/// Each problem with its line, as it stands in the file.
fn lines(problems: &[Problem], text: &str) -> impl IntoView + use<> {
    let all: Vec<&str> = text.lines().collect();
    let item = |problem: &Problem| {
        let line = line_of(problem).and_then(|line| all.get(line.checked_sub(1)?)).map(|line| clipped(line));
        let place = problem.field.clone();
        view! {
            <li>
                {(!place.is_empty()).then(|| format!("{place}: "))}{problem.beside_field()}
                {line.filter(|line| !line.is_empty()).map(|line| view! { <br/><code>{line}</code> })}
            </li>
        }
        .into_any()
    };
    view! { <ul>{problems.iter().map(item).collect_view()}</ul> }
}

/// A line may be as long as the file.
fn clipped(line: &str) -> String {
    const LONGEST: usize = 160;
    let mut text: String = line.trim_end().chars().take(LONGEST).collect();
    if line.trim_end().chars().count() > LONGEST {
        text.push('…');
    }
    text
}

/// HTML drops the first line of a text area when it is empty, and every number of a line with it.
fn for_textarea(text: &str) -> String {
    if text.starts_with(['\n', '\r']) { format!("\n{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_in_a_text_area() {
        assert_eq!(for_textarea("\r\na"), "\n\r\na");
        assert_eq!(for_textarea("a\n"), "a\n");
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        assert_eq!(clipped("a  \n"), "a");
        assert_eq!(clipped(&"é".repeat(1000)).chars().count(), 161);
    }
}
