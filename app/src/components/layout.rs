use leptos::prelude::*;

use crate::islands::CopyButton;

/// Title of a page, a line about it, and its actions.
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    #[prop(into, optional)] lede: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="page-head">
            <div>
                <h1>{title}</h1>
                {(!lede.is_empty()).then(|| view! { <p class="lede">{lede}</p> })}
            </div>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </header>
    }
}

/// The way here: label and link of each level above.
#[component]
pub fn Crumbs(items: Vec<(String, String)>) -> impl IntoView {
    let item = |(label, href): (String, String)| view! { <li><a href=href>{label}</a></li> };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <ol>{items.into_iter().map(item).collect_view()}</ol>
        </nav>
    }
}

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// To know.
    Info,
    /// To watch.
    Warn,
    /// To act upon.
    Bad,
}

/// A message above the content.
#[component]
pub fn Notice(kind: NoticeKind, children: Children) -> impl IntoView {
    let (class, role) = match kind {
        NoticeKind::Info => ("notice info", "status"),
        NoticeKind::Warn => ("notice warn", "status"),
        NoticeKind::Bad => ("notice bad", "alert"),
    };
    view! { <div class=class role=role>{children()}</div> }
}

/// A command to run in a terminal, with a button that copies it.
#[component]
pub fn Command(#[prop(into)] text: String) -> impl IntoView {
    view! {
        <div class="command">
            <code>{text.clone()}</code>
            <CopyButton text=text whole=false/>
        </div>
    }
}
