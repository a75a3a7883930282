use leptos::prelude::*;

/// Copies what the buttons marked `data-copy` hold when they are pressed: for regions that are replaced while they are
/// read, in which no island stays alive. Without wasm the buttons are not shown.
#[island]
pub fn CopyClicks() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::listen();
    view! { <span hidden=true></span> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;

    pub fn listen() {
        let clicked = |event: leptos::ev::MouseEvent| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let button = target.and_then(|target| target.closest("[data-copy]").ok().flatten());
            let Some(button) = button else { return };
            let (Some(text), Some(window)) = (button.get_attribute("data-copy"), web_sys::window()) else {
                return;
            };
            let promise = window.navigator().clipboard().write_text(&text);
            leptos::task::spawn_local(async move {
                let done = JsFuture::from(promise).await.is_ok();
                button.set_text_content(Some(if done { "Copied" } else { "Not allowed" }));
            });
        };
        let _ = window_event_listener(leptos::ev::click, clicked);
    }
}
