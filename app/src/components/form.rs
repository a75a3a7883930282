use leptos::prelude::*;
use model::Problems;

/// What belongs to a field beside its input: the hint, and the error when there is one.
fn notes(name: &str, hint: &str, error: &Option<String>) -> (Option<String>, AnyView) {
    let mut described = Vec::new();
    if !hint.is_empty() {
        described.push(format!("{name}-hint"));
    }
    if error.is_some() {
        described.push(format!("{name}-error"));
    }
    let hint =
        (!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{name}-hint")>{hint.to_owned()}</p> });
    let error = error.clone().map(|text| view! { <p class="error" id=format!("{name}-error")>{text}</p> });
    ((!described.is_empty()).then(|| described.join(" ")), view! { {hint}{error} }.into_any())
}

/// A line of text with its label.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into)] value: String,
    #[prop(into, optional)] hint: String,
    #[prop(optional_no_strip)] error: Option<String>,
    #[prop(into, default = "text".to_owned())] kind: String,
    #[prop(into, default = "text".to_owned())] inputmode: String,
    #[prop(into, default = "off".to_owned())] autocomplete: String,
    #[prop(into, optional)] placeholder: String,
    #[prop(into, optional)] class: String,
    #[prop(into, optional)] list: String,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let (described, notes) = notes(&name, &hint, &error);
    let list = (!list.is_empty()).then_some(list);
    view! {
        <div class=format!("field {class}")>
            <label for=name.clone()>{label}</label>
            <input id=name.clone() name=name type=kind value=value inputmode=inputmode autocomplete=autocomplete
                placeholder=placeholder required=required list=list aria-invalid=error.is_some().then_some("true")
                aria-describedby=described spellcheck="false" autocapitalize="off"/>
            {notes}
        </div>
    }
}

/// A file, chosen or dropped: browsers take a drop on the input itself, which fills the area.
#[component]
pub fn FileDrop(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into, optional)] hint: String,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    let (described, notes) = notes(&name, &hint, &error);
    view! {
        <div class="field wide file-drop">
            <label for=name.clone()>{label}</label>
            <input id=name.clone() name=name type="file" required aria-invalid=error.is_some().then_some("true")
                aria-describedby=described/>
            {notes}
        </div>
    }
}

/// Several lines of text with their label.
#[component]
pub fn TextArea(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into)] value: String,
    rows: u32,
    #[prop(into, optional)] hint: String,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    let (described, notes) = notes(&name, &hint, &error);
    view! {
        <div class="field wide">
            <label for=name.clone()>{label}</label>
            <textarea id=name.clone() name=name rows=rows aria-invalid=error.is_some().then_some("true")
                aria-describedby=described spellcheck="false" autocapitalize="off">{value}</textarea>
            {notes}
        </div>
    }
}

/// A choice from a list: (value, label).
#[component]
pub fn Select(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(into)] value: String,
    options: Vec<(String, String)>,
    #[prop(into, optional)] hint: String,
    #[prop(into, optional)] class: String,
    #[prop(optional_no_strip)] error: Option<String>,
) -> impl IntoView {
    let (described, notes) = notes(&name, &hint, &error);
    let option = move |(key, label): (String, String)| {
        let chosen = key == value;
        view! { <option value=key selected=chosen>{label}</option> }
    };
    view! {
        <div class=format!("field {class}")>
            <label for=name.clone()>{label}</label>
            <select id=name.clone() name=name aria-invalid=error.is_some().then_some("true") aria-describedby=described>
                {options.into_iter().map(option).collect_view()}
            </select>
            {notes}
        </div>
    }
}

/// Yes or no.
#[component]
pub fn Checkbox(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    checked: bool,
    #[prop(into, default = "on".to_owned())] value: String,
    #[prop(into, optional)] id: String,
) -> impl IntoView {
    let id = if id.is_empty() { name.clone() } else { id };
    let labelled = id.clone();
    view! {
        <label class="check" for=labelled>
            <input type="checkbox" id=id name=name value=value checked=checked/>
            <span>{label}</span>
        </label>
    }
}

/// Why a change is made; it stands in the history.
#[component]
pub fn Reason(#[prop(into)] value: String) -> impl IntoView {
    view! {
        <Field label="Reason" name="reason" value=value placeholder="Optional; stands in the history of changes" class="wide"/>
    }
}

/// A field as one says it: `pools.0.members.1.weight` is `pool 1, member 2, weight`.
fn spoken(field: &str) -> String {
    let mut out = String::new();
    for part in field.split('.') {
        match part.parse::<usize>() {
            Ok(index) => {
                let list = out.strip_suffix('s').unwrap_or(&out).to_owned();
                out = format!("{list} {}", index + 1);
            }
            Err(_) if out.is_empty() => out.push_str(part),
            Err(_) => out = format!("{out}, {part}"),
        }
    }
    out.replace('_', " ")
}

/// Everything that is wrong with a form, each with a link to its field.
#[component]
pub fn ProblemSummary(problems: Problems) -> impl IntoView {
    if problems.0.is_empty() {
        return ().into_any();
    }
    let line = |problem: &model::Problem| {
        let (field, message) = (problem.field.clone(), problem.beside_field());
        if field.is_empty() {
            view! { <li>{message}</li> }.into_any()
        } else {
            view! { <li><a href=format!("#{field}")>{spoken(&field)}</a>": "{message}</li> }.into_any()
        }
    };
    view! {
        <div class="notice bad" role="alert" tabindex="-1" id="problems">
            <strong>"Nothing was saved."</strong>
            <ul>{problems.0.iter().map(line).collect_view()}</ul>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn fields_are_named_as_their_labels_count() {
        let cases = [
            ("ttl", "ttl"),
            ("name_servers", "name servers"),
            ("pools.0.name", "pool 1, name"),
            ("pools.0.members.1.weight", "pool 1, member 2, weight"),
        ];
        for (field, expected) in cases {
            assert_eq!(spoken(field), expected);
        }
    }
}
