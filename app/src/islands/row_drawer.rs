//! Opens a row beside the table, and closes it.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, KeyboardEvent, MouseEvent};

use crate::islands::dom::{fetch_page, find, listen, within};

/// The document lives as long as the listeners.
pub fn start() {
    listen(&document(), "click", |event: MouseEvent| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.default_prevented() {
            return;
        }
        let inside = "table.log a.open, table.around a, .drawer a[data-close], .drawer .segmented a";
        if let Some(href) = within(&event, inside).and_then(|link| link.get_attribute("href")) {
            event.prevent_default();
            go(href);
        } else if let Some(button) = within(&event, ".drawer.fetched .copy") {
            copy(&button);
        }
    });
    listen(&document(), "keydown", |event: KeyboardEvent| {
        if event.key() != "Escape" || event.default_prevented() {
            return;
        }
        if let Some(href) = find(".drawer a[data-close]").and_then(|link| link.get_attribute("href")) {
            event.prevent_default();
            go(href);
        }
    });
    // Back and forward lead to what the address says.
    listen(&window(), "popstate", |_: web_sys::Event| {
        let _ = window().location().reload();
    });
}

/// Shows the drawer of an address, or none where it has none; any failure is left to the browser, which goes there.
fn go(href: String) {
    leptos::task::spawn_local(async move {
        if show(&href).await.is_none() {
            let _ = window().location().set_href(&href);
        }
    });
}

async fn show(href: &str) -> Option<()> {
    let place = find(".explorer")?;
    let page = fetch_page(href.split('#').next()?).await?;
    page.query_selector(".explorer").ok()??;
    let fresh = page.query_selector(".drawer").ok()?;
    let present = find(".drawer");
    let within_drawer = href.ends_with("#around");
    let left = document().query_selector("tr.opened a.open").ok().flatten();
    if let Some(old) = present {
        old.remove();
    }
    mark(fresh.as_ref().and_then(|_| row_of(href)).as_deref());
    match fresh {
        Some(drawer) => {
            drawer.class_list().add_1("fetched").ok()?;
            place.insert_before(&drawer, place.first_child().as_ref()).ok()?;
            place.class_list().add_1("open").ok()?;
            let drawer: web_sys::HtmlElement = drawer.dyn_into().ok()?;
            let how = web_sys::FocusOptions::new();
            how.set_prevent_scroll(true);
            let _ = drawer.focus_with_options(&how);
            // Where it is no column beside the table it stands above it.
            if within_drawer || drawer.get_bounding_client_rect().bottom() < 0.0 {
                drawer.scroll_into_view();
            }
        }
        None => {
            place.class_list().remove_1("open").ok()?;
            if let Some(link) = left.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = link.focus();
            }
        }
    }
    window().history().ok()?.push_state_with_url(&JsValue::NULL, "", Some(href)).ok()
}

/// The `row` of an address.
fn row_of(href: &str) -> Option<String> {
    let query = href.split_once('?')?.1;
    query.split(['&', '#']).find_map(|pair| pair.strip_prefix("row=")).map(str::to_owned)
}

/// Marks the row that is open, and no other.
fn mark(row: Option<&str>) {
    if let Ok(Some(old)) = document().query_selector("tr.opened") {
        let _ = old.class_list().remove_1("opened");
    }
    let Some(row) = row else { return };
    let Ok(links) = document().query_selector_all("table.log a.open") else { return };
    for i in 0..links.length() {
        let Some(link) = links.get(i).and_then(|node| node.dyn_into::<Element>().ok()) else { continue };
        if link.get_attribute("href").and_then(|href| row_of(&href)).as_deref() == Some(row) {
            if let Ok(Some(line)) = link.closest("tr") {
                let _ = line.class_list().add_1("opened");
            }
            return;
        }
    }
}

/// The copy buttons of a drawer that came later are no islands of their own.
fn copy(button: &Element) {
    let command = button.closest(".command").ok().flatten().and_then(|e| e.query_selector("code").ok()?);
    let text = match command {
        Some(code) => code.text_content(),
        None => find(".drawer a[rel=bookmark]").and_then(|link| {
            let href = link.get_attribute("href")?;
            Some(format!("{}{href}", window().location().origin().ok()?))
        }),
    };
    let Some(text) = text else { return };
    let promise = window().navigator().clipboard().write_text(&text);
    let button = button.clone();
    leptos::task::spawn_local(async move {
        let done = wasm_bindgen_futures::JsFuture::from(promise).await;
        button.set_text_content(Some(if done.is_ok() { "Copied" } else { "Not allowed" }));
    });
}
