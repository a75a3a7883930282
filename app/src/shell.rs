//! The document around every page.

use std::sync::Arc;

use api::view::{Frame, Storage};
use hydration_context::SsrSharedContext;
use leptos::config::LeptosOptions;
use leptos::hydration::HydrationScripts;
use leptos::nonce::Nonce;
use leptos::prelude::*;

use crate::components::{Notice, NoticeKind, icon};
use crate::format;

/// What a page is shown in.
#[derive(Clone, Debug)]
pub struct Chrome {
    /// Who is signed in, and where; none on pages before signing in.
    pub frame: Option<Frame>,
    /// Path of the page, for the navigation.
    pub path: String,
    /// Nonce of the response's Content-Security-Policy.
    pub nonce: String,
    /// Whether the islands' wasm is there to be loaded.
    pub assets: bool,
    /// Version of the assets, which their links carry.
    pub version: String,
}

/// The places one can go to: path, label, icon.
const PLACES: [(&str, &str, &str); 10] = [
    ("/", "Overview", "overview"),
    ("/services", "Services", "services"),
    ("/zones", "Zones", "zones"),
    ("/sites", "Sites", "sites"),
    ("/monitors", "Monitors", "monitors"),
    ("/split", "Split", "split"),
    ("/logs", "Logs", "logs"),
    ("/events", "Events", "events"),
    ("/alerts", "Alerts", "alerts"),
    ("/changes", "Changes", "changes"),
];

/// Renders a whole document.
pub fn page(chrome: &Chrome, title: &str, body: impl FnOnce() -> AnyView) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        provide_context(Nonce::from_value(chrome.nonce.clone()));
        let content = body();
        let inner = match &chrome.frame {
            Some(frame) => framed(frame, &chrome.path, content),
            None => view! { <main id="content" class="bare">{content}</main> }.into_any(),
        };
        document(chrome, title, inner).to_html()
    });
    format!("<!DOCTYPE html>{html}")
}

/// Renders a part that a page which is there already takes in; it holds no islands.
pub fn fragment(body: impl FnOnce() -> AnyView) -> String {
    Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands()))).with(|| body().to_html())
}

fn document(chrome: &Chrome, title: &str, inner: AnyView) -> AnyView {
    let scripts = chrome.assets.then(|| {
        let options = LeptosOptions::builder().output_name("steelyard").site_pkg_dir("pkg").build();
        view! { <HydrationScripts options=options islands=true/> }
    });
    view! {
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{format!("{title} · Steelyard")}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=format!("/style.css?v={}", chrome.version)/>
                {scripts}
            </head>
            <body>{inner}</body>
        </html>
    }
    .into_any()
}

fn framed(frame: &Frame, path: &str, content: AnyView) -> AnyView {
    view! {
        <a class="skip" href="#content">"Skip to content"</a>
        <div class="frame">
            <header class="side">
                <a class="brand" href="/"><img src="/favicon.svg" width="24" height="24" alt=""/>"Steelyard"</a>
                <nav aria-label="Main">
                    <ul>{PLACES.iter().map(|place| place_link(place, path)).collect_view()}</ul>
                </nav>
                <div class="whoami">
                    <p>
                        <span class="muted">"Site "</span>{frame.site.clone()}
                        <span class="muted">" · generation "</span>
                        <a href="/changes">{format::thousands(frame.generation)}</a>
                    </p>
                    <div class="user">
                        <a href="/account">{icon("account")}{frame.user.clone()}</a>
                        <form method="post" action="/sign-out"><button class="link" type="submit">"Sign out"</button></form>
                    </div>
                </div>
            </header>
            <main id="content" tabindex="-1">
                <div data-live="storage">{storage(&frame.storage, frame.now)}</div>
                {content}
            </main>
        </div>
    }
    .into_any()
}

fn place_link((href, label, name): &(&'static str, &'static str, &'static str), path: &str) -> AnyView {
    let under = |root: &str| path == root || path.starts_with(&format!("{root}/"));
    let here = match *href {
        "/" => path == "/",
        "/sites" => ["/sites", "/locations", "/client-groups"].into_iter().any(under),
        root => under(root),
    };
    view! {
        <li><a href=*href aria-current=here.then_some("page")>{icon(name)}<span>{*label}</span></a></li>
    }
    .into_any()
}

/// The banner of every page while storage is away.
fn storage(storage: &Storage, now: i64) -> AnyView {
    let Some(since) = storage.away_since else { return ().into_any() };
    let spilled = match storage.spilled {
        0 => String::new(),
        spilled => format!(" ({} of them on disk)", format::thousands(spilled)),
    };
    let text = format!(
        "{} waiting{spilled}, {} dropped. DNS answers go on from memory; nothing can be changed until storage is back.",
        format::count(storage.waiting, "row", "rows"),
        format::thousands(storage.dropped)
    );
    let error = storage.error.clone();
    let away = format!("Storage is away since {} UTC ({}). ", format::clock(since), format::ago(since, now));
    view! {
        <Notice kind=NoticeKind::Warn>
            <strong>{away}</strong>
            {text}
            <span class="muted">" "{error}</span>
        </Notice>
    }
    .into_any()
}
