use leptos::prelude::*;

/// While the form of this page is filled in, asks the server what would come of it and shows that in the region marked
/// `data-preview`. Without wasm a button of the form does the same.
#[island]
pub fn FormPreview() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::start();
    view! { <span hidden></span> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use leptos::prelude::*;
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;

    /// After the last key.
    const PAUSE: Duration = Duration::from_millis(250);

    pub fn start() {
        let typed = Rc::new(Cell::new(0u64));
        let changed = Closure::<dyn FnMut(web_sys::Event)>::new(move |_| {
            let own = typed.get() + 1;
            typed.set(own);
            let latest = typed.clone();
            set_timeout(
                move || {
                    if latest.get() == own {
                        leptos::task::spawn_local(async move {
                            let _ = show(&latest, own).await;
                        });
                    }
                },
                PAUSE,
            );
        });
        // The listener lives as long as the page.
        let _ = document().add_event_listener_with_callback("input", changed.as_ref().unchecked_ref());
        changed.forget();
    }

    /// Shows what comes of the form, unless something else was typed meanwhile.
    async fn show(latest: &Cell<u64>, own: u64) -> Option<()> {
        let window = web_sys::window()?;
        let path = format!("{}?{}", window.location().pathname().ok()?, fields()?);
        let response: web_sys::Response =
            JsFuture::from(window.fetch_with_str(&path)).await.ok()?.dyn_into().ok()?;
        if !response.ok() || response.redirected() {
            return None;
        }
        let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
        let fresh = web_sys::DomParser::new().ok()?;
        let fresh = fresh.parse_from_string(&text, web_sys::SupportedType::TextHtml).ok()?;
        let region = document().query_selector("[data-preview]").ok()??;
        let new = fresh.query_selector("[data-preview]").ok()??;
        if latest.get() == own && new.inner_html() != region.inner_html() {
            region.set_inner_html(&new.inner_html());
        }
        Some(())
    }

    /// The form as a query.
    fn fields() -> Option<String> {
        let named = document().query_selector_all("form.ramp-form [name]").ok()?;
        let mut pairs = Vec::new();
        for i in 0..named.length() {
            let field = named.get(i)?;
            let of = |key: &str| js_sys::Reflect::get(&field, &JsValue::from_str(key)).ok();
            let text = |key: &str| of(key).and_then(|value| value.as_string()).unwrap_or_default();
            let left_out = text("type") == "checkbox" && of("checked")?.is_falsy();
            if !left_out {
                let (name, value) =
                    (crate::format::in_query(&text("name")), crate::format::in_query(&text("value")));
                pairs.push(format!("{name}={value}"));
            }
        }
        Some(pairs.join("&"))
    }
}
