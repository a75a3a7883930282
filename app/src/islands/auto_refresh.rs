use leptos::prelude::*;

/// Fetches this page again every `seconds` and puts its regions marked `data-live` in place of those shown, as long
/// as the tab is seen and the reader did not pause it. Without wasm the page is reloaded by hand.
#[island]
pub fn AutoRefresh(seconds: u32) -> impl IntoView {
    let (paused, set_paused) = signal(false);
    #[cfg(feature = "hydrate")]
    browser::start(seconds, paused);
    #[cfg(not(feature = "hydrate"))]
    let _ = seconds;
    let label = move || if paused.get() { "Paused" } else { "Live" };
    let toggle = move |_| set_paused.update(|p| *p = !*p);
    view! {
        <button type="button" class="quiet live" aria-pressed=move || paused.get().to_string() on:click=toggle
            title="Pause or resume the updates of this page">
            <span class="pulse" aria-hidden="true"></span>{label}
        </button>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;

    use crate::islands::dom::REFRESHED;

    pub fn start(seconds: u32, paused: ReadSignal<bool>) {
        let every = std::time::Duration::from_secs(seconds.max(1).into());
        let tick = move || {
            let hidden = document().visibility_state() == web_sys::VisibilityState::Hidden;
            if !hidden && !paused.get_untracked() {
                leptos::task::spawn_local(async {
                    let _ = refresh().await;
                });
            }
        };
        let _ = set_interval_with_handle(tick, every);
    }

    async fn refresh() -> Option<()> {
        let window = web_sys::window()?;
        let href = window.location().href().ok()?;
        let response: web_sys::Response =
            JsFuture::from(window.fetch_with_str(&href)).await.ok()?.dyn_into().ok()?;
        // After the session ended, the answer is another page.
        if !response.ok() || response.redirected() {
            return None;
        }
        let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
        let parser = web_sys::DomParser::new().ok()?;
        let fresh = parser.parse_from_string(&text, web_sys::SupportedType::TextHtml).ok()?;
        let regions = document().query_selector_all("[data-live]").ok()?;
        for i in 0..regions.length() {
            let region: web_sys::Element = regions.get(i)?.dyn_into().ok()?;
            let selector = format!("[data-live='{}']", region.get_attribute("data-live")?);
            let Some(new) = fresh.query_selector(&selector).ok().flatten() else { continue };
            // Only what changed is touched, and nothing that somebody is reading in.
            if new.inner_html() != region.inner_html() && !in_use(&region) {
                region.set_inner_html(&new.inner_html());
            }
        }
        if let Ok(event) = web_sys::Event::new(REFRESHED) {
            let _ = document().dispatch_event(&event);
        }
        Some(())
    }

    /// Whether a row of it is open, the focus is in it, or a part of it is selected.
    fn in_use(region: &web_sys::Element) -> bool {
        let opened = region.query_selector("details[open]").ok().flatten().is_some();
        let focused = document().active_element().is_some_and(|e| region.contains(Some(&e)) && e != *region);
        let selection = web_sys::window().and_then(|w| w.get_selection().ok().flatten());
        let selected = selection.is_some_and(|s| {
            !s.is_collapsed() && s.anchor_node().is_some_and(|node| region.contains(Some(&node)))
        });
        // What another island holds still, such as rows that were loaded by scrolling.
        let held = region.has_attribute("data-held");
        opened || focused || selected || held
    }
}
