use leptos::prelude::*;

/// Copies a text to the clipboard. Without wasm the text beside it is selected by hand.
#[island]
pub fn CopyButton(text: String) -> impl IntoView {
    let (label, set_label) = signal("Copy");
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        if let Some(window) = web_sys::window() {
            let promise = window.navigator().clipboard().write_text(&text);
            leptos::task::spawn_local(async move {
                let done = wasm_bindgen_futures::JsFuture::from(promise).await;
                set_label.set(if done.is_ok() { "Copied" } else { "Not allowed" });
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (&text, set_label);
    };
    view! { <button type="button" class="quiet copy" on:click=copy>{label}</button> }
}
